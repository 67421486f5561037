"""So that `python -m tests.benchmarks` finds these tests, and not a package that something installed."""
