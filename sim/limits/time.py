"""Words of time that the rules of limits share."""

NEVER = 1 << 62
"""A wait that time alone will not end [µs]."""
