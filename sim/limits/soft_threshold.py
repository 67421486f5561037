"""Soft threshold: below it everybody passes; beyond it an attempt passes too, unless chance refuses it, and is slower.

A token bucket says who is below. An attempt that finds the bucket short is refused with a probability (how
busy the vendor's shared pool is), else it passes as best effort, takes nothing out, and may take longer.

By hand: 600 a minute = 10 a second, holds 60. Empty at 0 s, an attempt of 25 that chance refuses may try again
after 2.5 s, when it is below the threshold; one with luck passes at 0 s, and takes twice as long where beyond the
threshold all is slower x 2.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim import draws
from sim.errors import PlaceError
from sim.limits import slowing
from sim.limits import token_bucket as bucket
from sim.limits.fields import TOKENS_MAX, Counted, LimitFields
from sim.limits.slowing import MILLION, Slower
from sim.limits.time import NEVER
from sim.scenario.types import PositiveDuration, PositiveWholeNumber, Share

# The first parameters and the state are those of a token bucket.
CAP = 0
"""Parameter: most tokens that the bucket holds."""
RATE = 1
"""Parameter: tokens that drip in each minute: the threshold."""
CHANCE = 3
"""Parameter: how many of 2**52 draws refuse an attempt beyond the threshold."""
SLOWS = 4
"""Parameter: what the time of an attempt beyond the threshold is multiplied by [ppm]; 0: it is as fast."""
LEVEL = 0
"""State: tokens in the bucket × 60,000,000."""
LAST = 1
"""State: the instant of `LEVEL` [µs]."""
MINUTE_US = 60_000_000
QUOTA = (CAP, RATE)
"""Parameters that grow and shrink with the quota."""

level_at = bucket.level_at


class Fields(LimitFields):
    """Traffic beyond a threshold is refused by chance, or slower; what is below it always passes."""

    limit: Literal["soft_threshold"]
    """The kind [word]."""
    counts: Counted = "tokens"
    """What it counts of an attempt, or what each part of it costs [word or weights]."""
    per_minute: Annotated[PositiveWholeNumber, Field(le=TOKENS_MAX)]
    """The threshold [what it counts / min]."""
    holds: PositiveDuration = MINUTE_US
    """How long the threshold's traffic may come at once [us]."""
    refuses: Share = 0.0
    """Attempts beyond the threshold that are refused; none unless written [share]."""
    slower: Slower | None = None
    """What all times of the others beyond it are multiplied by; they are as fast unless written [x]."""

    @model_validator(mode="after")
    def _does_something(self) -> Fields:
        if not {"refuses", "slower"} & self.model_fields_set:
            message = "say what happens beyond it: `refuses: 10%`, `slower: x 2`, or both"
            raise PlaceError(message, ("limit",), "missing")
        return self


def parameter_row(fields: Fields) -> list[int]:
    """The parameters of a written threshold."""
    cap = fields.per_minute * fields.holds // MINUTE_US
    return [
        min(max(1, cap), TOKENS_MAX),
        fields.per_minute,
        0,
        draws.threshold(fields.refuses),
        slowing.parameter(fields.slower),
    ]


def start(p: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """A bucket starts full."""
    s[LEVEL] = p[CAP] * MINUTE_US
    s[LAST] = now


def fits(p: Sequence[int], amount: int) -> bool:
    """Any amount may pass beyond the threshold, with luck."""
    return amount <= p[CAP] or p[CHANCE] < 1 << 52


def is_below(p: Sequence[int], s: Sequence[int], now: int, amount: int) -> bool:
    """Whether an amount is below the threshold."""
    return amount <= p[CAP] and amount * MINUTE_US <= level_at(p, s, now)


def slow_ppm(p: Sequence[int], s: Sequence[int], now: int, amount: int) -> int:
    """Who is beyond the threshold is slower, where it is said how much [ppm]."""
    return MILLION if p[SLOWS] == 0 or is_below(p, s, now, amount) else p[SLOWS]


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """0 below the threshold or with luck; else the time until the amount is below it."""
    if luck >= p[CHANCE]:
        return 0
    if amount > p[CAP]:
        return NEVER
    short = amount * MINUTE_US - level_at(p, s, now)
    if short <= 0:
        return 0
    if p[RATE] <= 0:
        return NEVER
    return -(-short // p[RATE])


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Take the amount out, if it is there; beyond the threshold nothing is taken."""
    level = level_at(p, s, now)
    if is_below(p, s, now, amount):
        level -= amount * MINUTE_US
    s[LEVEL] = level
    s[LAST] = now


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """A refused attempt costs nothing."""


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Refill at the old rate up to now, then keep what the new cap can hold."""
    s[LEVEL] = min(level_at(old, s, now), new[CAP] * MINUTE_US)
    s[LAST] = now
