"""Token bucket: tokens drip in at a steady rate up to a cap; an amount passes when enough are there.

By hand: cap 60, 600 a minute = 10 a second. Empty at 0 s, an amount of 25 waits 2.5 s.

The level is kept in token-µs per minute (one token is 60,000,000), so that a refill is exact. A long time
since the last refill is clamped to the time to full before it is multiplied: at 40 M tokens a minute the
product would pass 2**63 after 2.7 idle days. A short one needs no such division.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import PlaceError
from sim.limits.fields import TOKENS_MAX, Counted, LimitFields
from sim.limits.time import NEVER
from sim.scenario.types import PositiveDuration, PositiveWholeNumber

CAP = 0
"""Parameter: most tokens that the bucket holds."""
RATE = 1
"""Parameter: tokens that drip in each minute."""
LEVEL = 0
"""State: tokens in the bucket × 60,000,000."""
LAST = 1
"""State: the instant of `LEVEL` [µs]."""
SETTLES = 2
"""Parameter: 1 where an attempt's end puts back, or takes, what it cost less or more than was taken."""
SETTLED_MAX = 30_000_000_000
"""The most that one settlement moves, so that its product fits in 64 bits."""
LOWEST = -(1 << 61)
"""No settlement pushes the level further down."""
MINUTE_US = 60_000_000
SAFE_US = 800_000_000
"""For so long the fastest drip's product fits in 64 bits beside a full bucket."""
QUOTA = (CAP, RATE)
"""Parameters that grow and shrink with the quota."""

Amount = Annotated[PositiveWholeNumber, Field(le=TOKENS_MAX)]


class Fields(LimitFields):
    """A bucket that refills steadily: so much a minute, with room for a burst."""

    limit: Literal["token_bucket"]
    """The kind [word]."""
    counts: Counted = "tokens"
    """What it counts of an attempt, or what each part of it costs [word or weights]."""
    per_minute: Amount
    """What drips in each minute [what it counts / min]."""
    holds: PositiveDuration | None = None
    """How long a drip the full bucket holds; vendors do not publish it; 60s where neither this nor `cap`
    is given [us]."""
    cap: Amount | None = None
    """The most that the bucket holds, instead of `holds` [what it counts]."""

    settles: bool = False
    """Whether an attempt's end puts back, or takes, the difference to what it really cost [true or false]."""

    @model_validator(mode="after")
    def _one_size(self) -> Fields:
        if self.holds is not None and self.cap is not None:
            raise PlaceError("give `holds` or `cap`, not both", ("cap",), "either_or")
        return self


def parameter_row(fields: Fields) -> list[int]:
    """The parameters of a written bucket."""
    holds_us = MINUTE_US if fields.holds is None else fields.holds
    cap = fields.cap if fields.cap is not None else fields.per_minute * holds_us // MINUTE_US
    return [min(max(1, cap), TOKENS_MAX), fields.per_minute, int(fields.settles)]


def start(p: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """A bucket starts full."""
    s[LEVEL] = p[CAP] * MINUTE_US
    s[LAST] = now


def level_at(p: Sequence[int], s: Sequence[int], now: int) -> int:
    """The level at an instant, refilled since the last."""
    full = p[CAP] * MINUTE_US
    if s[LEVEL] >= full or p[RATE] <= 0:
        return min(s[LEVEL], full)
    passed_us = now - s[LAST]
    if passed_us > SAFE_US:
        passed_us = min(passed_us, -((s[LEVEL] - full) // p[RATE]))
    return min(full, s[LEVEL] + passed_us * p[RATE])


def fits(p: Sequence[int], amount: int) -> bool:
    """Whether the amount can ever pass."""
    return amount <= p[CAP]


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """Time until the bucket holds the amount; never, where it exceeds the cap."""
    if amount > p[CAP]:
        return NEVER
    short = amount * MINUTE_US - level_at(p, s, now)
    if short <= 0:
        return 0
    if p[RATE] <= 0:
        return NEVER
    return -(-short // p[RATE])


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Take the amount out."""
    s[LEVEL] = level_at(p, s, now) - amount * MINUTE_US
    s[LAST] = now


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """A refused attempt costs nothing."""


def settles(p: Sequence[int]) -> bool:
    """Whether the bucket must hear of an attempt's end."""
    return p[SETTLES] == 1


def settle(p: Sequence[int], s: MutableSequence[int], now: int, reserved: int, actual: int) -> None:
    """Put back, or take, the difference, where the bucket settles; a full one overflows."""
    if p[SETTLES] == 1:
        difference = max(-SETTLED_MAX, min(SETTLED_MAX, reserved - actual))
        level = level_at(p, s, now) + difference * MINUTE_US
        s[LEVEL] = max(LOWEST, min(p[CAP] * MINUTE_US, level))
        s[LAST] = now


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Refill at the old rate up to now, then keep what the new cap can hold."""
    s[LEVEL] = min(level_at(old, s, now), new[CAP] * MINUTE_US)
    s[LAST] = now
