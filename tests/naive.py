"""Oracles that anybody can check by eye: whole µs and fractions, no tricks, no speed."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from fractions import Fraction

MINUTE_US = 60_000_000


def lindley(arrived_us: Sequence[int], service_us: Sequence[int]) -> list[int]:
    """Waits at one server, first come first served: what is left of the one before, less the gap."""
    waits = [0]
    for n in range(1, len(arrived_us)):
        gap_us = arrived_us[n] - arrived_us[n - 1]
        waits.append(max(0, waits[-1] + service_us[n - 1] - gap_us))
    return waits


def kiefer_wolfowitz(
    arrived_us: Sequence[int], service_us: Sequence[int], servers: int
) -> list[int]:
    """Waits at many servers, first come first served: each takes the server that is free first."""
    free_us = [0] * servers
    waits = []
    for arrived, service in zip(arrived_us, service_us, strict=True):
        begin = max(arrived, free_us[0])
        heapq.heapreplace(free_us, begin + service)
        waits.append(begin - arrived)
    return waits


def bucket(arrived_us: Sequence[int], costs: Sequence[int], cap: int, per_minute: int) -> list[int]:
    """Waits at a token bucket that starts full; nobody overtakes, and an instant is a whole µs."""
    rate = Fraction(per_minute, MINUTE_US)
    level, last_us = Fraction(cap), 0
    waits = []
    for arrived, cost in zip(arrived_us, costs, strict=True):
        now = max(arrived, last_us)
        level = min(Fraction(cap), level + (now - last_us) * rate)
        missing_us = max(Fraction(0), (cost - level) / rate)
        begin = now + -(-missing_us.numerator // missing_us.denominator)
        level += (begin - now) * rate - cost
        last_us = begin
        waits.append(begin - arrived)
    return waits
