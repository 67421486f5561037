"""Vendors as they are: dated, sourced facts in YAML, and how a scenario's `vendor`, `from` and SDK names become
what a planner could have written out.

One file a preset, named after it. Every fact says which of the file's sources it is from; a source has a date
and how strong it is. What no vendor publishes is a range, and each replication draws its own.
"""
