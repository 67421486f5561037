"""Adaptive: a client's own bucket of attempts, whose rate follows what it hears, as in botocore's mode `adaptive`.

Until a first attempt is refused everybody passes. From then on an attempt takes one from a bucket that drips at a
rate: after a refusal 0.7 of the rate at which answers came, or of the bucket's own where that is less; after an answer
what CUBIC allows: 0.4 (t - K)³ + W, t seconds after the last refusal, W the rate then, K the cube root of 0.3 W / 0.4;
never more than twice the rate at which answers come, never less than one in two seconds.

By hand: 4 a second are answered when one is refused: the bucket drips 2.8 a second. K = ³√3 = 1.44 s: after 1 s the
answers allow 4 - 0.4 × 0.44³ = 3.97 a second, after 1.44 s all 4, and after 3.44 s 0.4 × 2³ = 3.2 more.

As in botocore 1.44.8, `retries/adaptive.py`, `throttling.py` and `bucket.py`; there in floats, here in integers: rates
in millionths of an attempt a second, K and t in tenths of a millisecond. Of what is heard at one instant refusals come
last; an attempt that its client no longer waits for is heard when it ends.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import ClassVar, Literal

from sim.limits.fields import LimitFields
from sim.limits.time import NEVER

IS_ON = 0
"""State: 1 once an attempt was refused."""
MEASURED = 1
"""State: the rate at which answers and refusals come, smoothed [millionths/s]."""
HALF_SECOND = 2
"""State: the half second of the clock up to which that is measured [n]."""
HEARD = 3
"""State: what was heard since [n]."""
TOP = 4
"""State: W, the rate at the last refusal [millionths/s]."""
RISE = 5
"""State: K, the time from then until the rate is at W again [ticks]."""
REFUSED_AT = 6
"""State: the instant of the last refusal [µs]."""
RATE = 7
"""State: what drips into the bucket [millionths/s]."""
CAP = 8
"""State: the most that the bucket holds [millionths]."""
LEVEL = 9
"""State: what it holds [millionths × µs/s]."""
LAST = 10
"""State: the instant of `LEVEL` [µs]."""
MILLION = 1_000_000
TICK_US = 100
"""K and the time since a refusal are counted in this: their cube fits in 64 bits."""
TICKS_MAX = 1_000_000
"""100 s from W's time CUBIC allows 400,000 a second more or less than W, and further on no more or less."""
RATE_MAX = MILLION * MILLION
"""A greater measured rate counts as this: a million a second."""
RATE_MIN = MILLION // 2
"""The bucket drips no slower."""
QUOTA: tuple[int, ...] = ()
"""It has no parameters, so none that grow and shrink with the quota."""


class Fields(LimitFields):
    """A bucket whose rate follows refusals and answers, as botocore's mode `adaptive`; for clients only."""

    ONLY_CLIENTS: ClassVar = True

    limit: Literal["adaptive"]
    """The kind [word]."""
    counts: Literal["requests"] = "requests"
    """It counts attempts [word]."""
    reserves: None = None
    """It reserves one for each."""


def parameter_row(fields: Fields) -> list[int]:
    """It has no parameters."""
    return []


def start(p: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """It is off, and its bucket empty."""
    for place in range(LAST + 1):
        s[place] = 0
    s[HALF_SECOND] = now // MILLION * 2
    s[REFUSED_AT] = now
    s[RATE] = MILLION
    s[CAP] = MILLION
    s[LAST] = now


def level_at(s: Sequence[int], now: int) -> int:
    """What the bucket holds at an instant [millionths × µs/s]."""
    full = s[CAP] * MILLION
    to_full_us = -((s[LEVEL] - full) // s[RATE])
    return min(full, s[LEVEL] + min(now - s[LAST], to_full_us) * s[RATE])


def fits(p: Sequence[int], amount: int) -> bool:
    """A bucket holds at least one attempt, and may hold no more."""
    return amount <= 1


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """0 until the first refusal; then the time until the bucket holds an attempt at its present rate."""
    if amount > 1:
        return NEVER
    short = amount * MILLION * MILLION - level_at(s, now)
    if s[IS_ON] == 0 or short <= 0:
        return 0
    return -(-short // s[RATE])


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Take an attempt out, once it is on."""
    if s[IS_ON] == 1:
        s[LEVEL] = level_at(s, now) - amount * MILLION * MILLION
        s[LAST] = now


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Only what the vendor refuses is heard, in `settle`."""


def settle(p: Sequence[int], s: MutableSequence[int], now: int, reserved: int, actual: int) -> None:
    """Hear what came back: of what was reserved, a refused attempt has used nothing."""
    if actual > 0:
        measure(s, now, actual)
        drip(s, now, cubic(s, now))
    for _ in range(reserved - actual):
        measure(s, now, 1)
        top = min(s[MEASURED], s[RATE]) if s[IS_ON] == 1 else s[MEASURED]
        s[IS_ON] = 1
        s[TOP] = top
        s[RISE] = cube_root(top * 3 // 4 * MILLION)
        s[REFUSED_AT] = now
        drip(s, now, top * 7 // 10)


def measure(s: MutableSequence[int], now: int, heard: int) -> None:
    """Count what was heard; the first in a new half second ends the measure of those before."""
    half_second = now // (MILLION // 2)
    if half_second <= s[HALF_SECOND]:
        s[HEARD] += heard
        return
    recent = min(RATE_MAX, (s[HEARD] + 1) * 2 * MILLION // (half_second - s[HALF_SECOND]))
    s[MEASURED] = (8 * recent + 2 * s[MEASURED]) // 10
    s[HEARD] = heard - 1
    s[HALF_SECOND] = half_second


def cubic(s: Sequence[int], now: int) -> int:
    """What CUBIC allows now [millionths/s]."""
    ticks = (now - s[REFUSED_AT]) // TICK_US - s[RISE]
    ticks = max(-TICKS_MAX, min(TICKS_MAX, ticks))
    return s[TOP] + 4 * ticks * ticks * ticks // (10 * MILLION)


def drip(s: MutableSequence[int], now: int, rate: int) -> None:
    """Let the bucket drip at another rate from now on; it holds a second of it, and at least one."""
    level = level_at(s, now)
    rate = min(rate, 2 * s[MEASURED])
    s[RATE] = max(rate, RATE_MIN)
    s[CAP] = max(rate, MILLION)
    s[LEVEL] = min(level, s[CAP] * MILLION)
    s[LAST] = now


def cube_root(number: int) -> int:
    """The greatest whole number whose cube is no greater; below two millions."""
    low = 0
    high = 2 * TICKS_MAX
    while low < high:
        middle = (low + high + 1) // 2
        if middle * middle * middle <= number:
            low = middle
        else:
            high = middle - 1
    return low


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """It has nothing that could change."""
