"""Leaky bucket that checks before it adds: reserved throughput, as of Azure's provisioned units.

An attempt is let through while the bucket stands at its brim or below, whatever the attempt's own size; only
then is its estimate poured in. At its end the difference to what it really cost is poured in or taken out;
below empty there is nothing. The bucket drains at a steady rate.

By hand: 6,000 a minute = 100 a second, holds 10 s = 1,000. 800 pass, then 400 (level 800), then nobody at
1,200: the next may come 2 s later.

The level is kept in token-µs per minute (one token is 60,000,000), as in the token bucket.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Annotated, Literal

from pydantic import Field

from sim.limits.fields import TOKENS_MAX, Counted, LimitFields
from sim.limits.time import NEVER
from sim.scenario.types import PositiveDuration, PositiveWholeNumber

FULL = 0
"""Parameter: the level at the brim [tokens]."""
RATE = 1
"""Parameter: tokens that drain in each minute."""
LEVEL = 0
"""State: tokens in the bucket × 60,000,000."""
LAST = 1
"""State: the instant of `LEVEL` [µs]."""
MINUTE_US = 60_000_000
POURED_MAX = 30_000_000_000
"""The most that one attempt or settlement pours, so that its product fits in 64 bits."""
HIGHEST = 1 << 62
"""No bucket stands higher."""
QUOTA = (FULL, RATE)
"""Parameters that grow and shrink with the quota."""


class Fields(LimitFields):
    """Reserved throughput: lets through while it is not over its brim, and settles when an attempt ends."""

    limit: Literal["leaky_bucket"]
    """The kind [word]."""
    counts: Counted = "uncached_tokens"
    """What it counts of an attempt, or what each part of it costs [word or weights]."""
    drains_per_minute: Annotated[PositiveWholeNumber, Field(le=TOKENS_MAX)]
    """What drains out each minute [what it counts / min]."""
    holds: PositiveDuration
    """How long a full bucket drains; vendors do not publish it [us]."""


def parameter_row(fields: Fields) -> list[int]:
    """The parameters of a written bucket."""
    full = fields.drains_per_minute * fields.holds // MINUTE_US
    return [min(max(1, full), TOKENS_MAX), fields.drains_per_minute]


def start(p: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """A bucket starts empty."""
    s[LEVEL] = 0
    s[LAST] = now


def level_at(p: Sequence[int], s: Sequence[int], now: int) -> int:
    """The level at an instant, drained since the last."""
    if p[RATE] <= 0:
        return s[LEVEL]
    to_empty_us = -(-s[LEVEL] // p[RATE])
    return max(0, s[LEVEL] - min(now - s[LAST], to_empty_us) * p[RATE])


def poured(level: int, amount: int) -> int:
    """The level after an amount was poured in, or taken out where it is negative."""
    bounded = max(-POURED_MAX, min(POURED_MAX, amount))
    return max(0, min(HIGHEST, level + bounded * MINUTE_US))


def fits(p: Sequence[int], amount: int) -> bool:
    """Any amount passes at a bucket that is not over its brim."""
    return True


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """Time until the bucket is not over its brim, whatever the amount."""
    over = level_at(p, s, now) - p[FULL] * MINUTE_US
    if over <= 0:
        return 0
    if p[RATE] <= 0:
        return NEVER
    return -(-over // p[RATE])


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Pour the estimate in."""
    s[LEVEL] = poured(level_at(p, s, now), amount)
    s[LAST] = now


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """A refused attempt costs nothing."""


def settle(p: Sequence[int], s: MutableSequence[int], now: int, reserved: int, actual: int) -> None:
    """Pour in, or take out, what the attempts cost more or less than estimated."""
    s[LEVEL] = poured(level_at(p, s, now), actual - reserved)
    s[LAST] = now


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Drain at the old rate up to now; what is in the bucket stays."""
    s[LEVEL] = level_at(old, s, now)
    s[LAST] = now
