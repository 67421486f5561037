"""What a planner may write, and how it is read."""
