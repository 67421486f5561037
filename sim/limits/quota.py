"""Quota: so much from one reset of the calendar to the next: a day's requests, a month's spend, a credit.

When the next reset comes is a parameter, which a change of the plan sets at each reset: so days of 23 and 25
hours, and months, are as long as they are. The count starts anew when that parameter changes. An attempt is
charged its reservation when it is let through, and the difference when it ends; what ends after a reset is
settled in the new stretch.

Beyond a volume some vendors refuse nobody but are slower: `slower` says how much, and then everybody passes.

By hand: 100 a day, resets at 09:00. 100 pass by 08:59, the next at 09:00. With `slower: x 2` the 101st passes at
08:59 too, and takes twice as long.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import PlaceError
from sim.limits import slowing
from sim.limits.fields import Counted, LimitFields
from sim.limits.slowing import MILLION, Slower
from sim.limits.time import NEVER
from sim.scenario.types import ClockTime, TimeZone, WholeNumber

ALLOWED = 0
"""Parameter: the most between two resets."""
RESETS_AT_US = 1
"""Parameter: the instant of the next reset [µs]; `NEVER`: none follows."""
SLOWS = 2
"""Parameter: what the time of an attempt beyond the quota is multiplied by [ppm]; 0: it does not pass."""
USED = 0
"""State: what was charged since the last reset."""
QUOTA = (ALLOWED,)
"""Parameters that grow and shrink with the quota."""
AMOUNT_MAX = 10**15
"""No quota holds more."""


class Fields(LimitFields):
    """So much a day, a month, or at all."""

    limit: Literal["quota"]
    """The kind [word]."""
    counts: Counted = "requests"
    """What it counts of an attempt, or what each part of it costs [word or weights]."""
    allows: Annotated[WholeNumber, Field(le=AMOUNT_MAX)]
    """The most between two resets [what it counts]."""
    per: Literal["day", "month", "horizon"]
    """How often it resets; `horizon`: never, as a credit [word]."""
    resets_at: ClockTime = 0
    """When on its day; months reset on their first day [us]."""
    timezone: TimeZone | None = None
    """On whose clock; the horizon's own unless written [IANA zone]."""
    slower: Slower | None = None
    """What all times of attempts beyond it are multiplied by; they do not pass unless written [x]."""

    @model_validator(mode="after")
    def _holds_nobody_whom_it_slows(self) -> Fields:
        for key in ("when_full", "advice"):
            if self.slower is not None and key in self.model_fields_set:
                raise PlaceError(
                    "a quota that is `slower` beyond it holds nobody", (key,), "no_effect"
                )
        return self


def parameter_row(fields: Fields) -> list[int]:
    """The parameters of a written quota; its first reset is set by the calendar."""
    return [fields.allows, NEVER, slowing.parameter(fields.slower)]


def resets(fields: Fields, first: date, last: date) -> Iterator[datetime]:
    """Local moments of its resets on the days from `first` to `last`."""
    day = first
    while fields.per != "horizon" and day <= last:
        if fields.per == "day" or day.day == 1:
            yield datetime.combine(day, time()) + timedelta(microseconds=fields.resets_at)
        day += timedelta(days=1)


def start(p: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Nothing is charged at the start."""
    s[USED] = 0


def fits(p: Sequence[int], amount: int) -> bool:
    """Whether the amount can ever pass."""
    return p[SLOWS] > 0 or amount <= p[ALLOWED]


def slow_ppm(p: Sequence[int], s: Sequence[int], now: int, amount: int) -> int:
    """Who is beyond the quota is slower, where it is said how much [ppm]."""
    return MILLION if p[SLOWS] == 0 or s[USED] + amount <= p[ALLOWED] else p[SLOWS]


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """Time to the next reset, unless the amount fits before it, or is only slower."""
    if p[SLOWS] > 0:
        return 0
    if amount > p[ALLOWED]:
        return NEVER
    if s[USED] + amount <= p[ALLOWED]:
        return 0
    if p[RESETS_AT_US] == NEVER:
        return NEVER
    return max(1, p[RESETS_AT_US] - now)


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Charge the amount."""
    s[USED] += amount


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """A refused attempt costs nothing."""


def settle(p: Sequence[int], s: MutableSequence[int], now: int, reserved: int, actual: int) -> None:
    """Charge or give back the difference."""
    s[USED] = max(0, s[USED] + actual - reserved)


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """A reset empties the count; another quota keeps it."""
    if old[RESETS_AT_US] != new[RESETS_AT_US]:
        s[USED] = 0
