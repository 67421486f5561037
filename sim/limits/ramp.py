"""Ramp: traffic above a rate may grow by no more than a share in each stretch of time.

Traffic is what passes in a minute of the clock. In each stretch (15 minutes, say) a minute may bring the
greatest minute of the stretch before, and a share more; `above` may always come.

By hand: above 100, grows 50 % per 15 min. The busiest minute of the first stretch is 100; in the second a minute
may bring 150, in the third 225; after a stretch without any traffic, 100 again.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import PlaceError
from sim.limits.fields import TOKENS_MAX, Counted, LimitFields
from sim.limits.time import NEVER
from sim.scenario.types import PositiveDuration, PositiveWholeNumber, Share

ABOVE = 0
"""Parameter: what each minute may bring, however little came before."""
GROWS_PPM = 1
"""Parameter: by how much a minute may exceed the greatest of the stretch before."""
PER_US = 2
"""Parameter: length of a stretch, in whole minutes."""
USED = 0
"""State: what passed in the minute that `MINUTE` names."""
MINUTE = 1
"""State: the number of that minute of the clock."""
PEAK = 2
"""State: the greatest minute so far of the stretch of that minute."""
BEFORE = 3
"""State: the greatest minute of the stretch before."""
MINUTE_US = 60_000_000
MILLION = 1_000_000
PEAK_MAX = 100_000_000_000
"""A greater peak counts as this, so that its growth fits in 64 bits."""
QUOTA = (ABOVE,)
"""Parameters that grow and shrink with the quota."""


class Fields(LimitFields):
    """Traffic above a rate may grow only so fast."""

    limit: Literal["ramp"]
    """The kind [word]."""
    counts: Counted = "input_tokens"
    """What it counts of an attempt, or what each part of it costs [word or weights]."""
    above: Annotated[PositiveWholeNumber, Field(le=TOKENS_MAX)]
    """What may come each minute without any growth [what it counts / min]."""
    grows: Share
    """By how much a minute may exceed the busiest of the stretch before [share]."""
    per: PositiveDuration
    """How long a stretch is, in whole minutes [us]."""

    @model_validator(mode="after")
    def _in_whole_minutes(self) -> Fields:
        if self.per % MINUTE_US:
            raise PlaceError("give whole minutes, such as 15min", ("per",), "whole_minutes")
        return self


def parameter_row(fields: Fields) -> list[int]:
    """The parameters of a written ramp."""
    return [fields.above, round(fields.grows * MILLION), fields.per]


def start(p: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """No traffic has come yet."""
    s[USED] = 0
    s[MINUTE] = now // MINUTE_US
    s[PEAK] = 0
    s[BEFORE] = 0


def stretches_since(p: Sequence[int], s: Sequence[int], now: int) -> int:
    """How many stretches have begun since the last minute with traffic."""
    return now // p[PER_US] - s[MINUTE] * MINUTE_US // p[PER_US]


def before_at(p: Sequence[int], s: Sequence[int], now: int) -> int:
    """The greatest minute of the stretch before that of an instant."""
    since = stretches_since(p, s, now)
    if since == 0:
        return s[BEFORE]
    return s[PEAK] if since == 1 else 0


def used_at(s: Sequence[int], now: int) -> int:
    """What passed in the minute of an instant."""
    return s[USED] if now // MINUTE_US == s[MINUTE] else 0


def allowed_at(p: Sequence[int], s: Sequence[int], now: int) -> int:
    """What the minute of an instant may bring."""
    before = min(PEAK_MAX, before_at(p, s, now))
    return max(p[ABOVE], before + before * p[GROWS_PPM] // MILLION)


def fits(p: Sequence[int], amount: int) -> bool:
    """Whether the amount can pass however little came before."""
    return amount <= p[ABOVE]


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """Time to the next minute, unless the amount fits into this one; never, where it fits into none."""
    if amount > p[ABOVE]:
        return NEVER
    if used_at(s, now) + amount <= allowed_at(p, s, now):
        return 0
    return MINUTE_US - now % MINUTE_US


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Count the amount in this minute."""
    used = used_at(s, now) + amount
    before = before_at(p, s, now)
    peak = s[PEAK] if stretches_since(p, s, now) == 0 else 0
    s[USED] = used
    s[MINUTE] = now // MINUTE_US
    s[PEAK] = max(peak, used)
    s[BEFORE] = before


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """A refused attempt costs nothing."""


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Keep what came; a stretch of another length is judged by the same minutes."""
