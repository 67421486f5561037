"""Policies: one file per decision that a call makes on its way, with what a planner may write."""
