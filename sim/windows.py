"""Simulated time on a wall clock: the hours, days, weeks and months of a horizon, in its time zone.

Simulated time 0 is the first local midnight. A day has 23, 24 or 25 hours; the week is ISO's, from Monday;
a month that the horizon covers in part is a window too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.outcome import HOURS
from sim.units import US_PER_HOUR

Window = Literal["hour", "day", "week", "month", "horizon"]
WINDOWS: tuple[Window, ...] = get_args(Window)


@dataclass(frozen=True)
class Month:
    """A calendar month, or the part of it that the horizon covers."""

    name: str
    """`2027-07`."""
    first_day: int
    """The horizon's day (from 0) with which it begins."""
    day_count: int
    """Days of it within the horizon."""
    full_day_count: int
    """Days of the whole calendar month."""

    @property
    def days(self) -> range:
        """The horizon's days in this month."""
        return range(self.first_day, self.first_day + self.day_count)

    @property
    def whole(self) -> bool:
        """Whether the horizon covers all of it."""
        return self.day_count == self.full_day_count

    def part(self) -> Decimal:
        """The share of the month within the horizon, to 12 decimal places; 1 for a whole month."""
        exact = Decimal(self.day_count) / Decimal(self.full_day_count)
        return exact.quantize(Decimal("1e-12")) if not self.whole else Decimal(1)


@dataclass(frozen=True)
class Calendar:
    """A horizon from the midnight of `start` up to but not including that of `end`, in `timezone`."""

    start: date
    end: date
    timezone: str

    def __post_init__(self) -> None:
        assert self.start < self.end, "a horizon has at least one day"

    @property
    def day_count(self) -> int:
        """Local days in the horizon."""
        return (self.end - self.start).days

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """The local date of each day."""
        return tuple(self.start + timedelta(days=day) for day in range(self.day_count))

    @cached_property
    def day_starts_us(self) -> NDArray[np.int64]:
        """Simulated time of each local midnight, the end's included [µs], of shape (days + 1,)."""
        midnights = [_midnight(day, self.timezone) for day in (*self.dates, self.end)]
        elapsed = [(midnight - midnights[0]) // timedelta(microseconds=1) for midnight in midnights]
        return np.array(elapsed, dtype=np.int64)

    def day_of(self, time_us: int) -> int:
        """The day that an instant falls in; the end of the horizon counts to the last day."""
        day = int(np.searchsorted(self.day_starts_us, time_us, side="right")) - 1
        return min(max(day, 0), self.day_count - 1)

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The months that the horizon touches, in order."""
        firsts = [d for d, on in enumerate(self.dates) if d == 0 or on.day == 1]
        ends = [*firsts[1:], self.day_count]
        return tuple(
            Month(f"{self.dates[a]:%Y-%m}", a, b - a, _days_of_month(self.dates[a]))
            for a, b in zip(firsts, ends, strict=True)
        )

    def names(self, window: Window) -> tuple[str, ...]:
        """The names of all windows of a kind, in order of time."""
        return self._windows[window][0]

    def window_of_slot(self, window: Window) -> NDArray[np.int64]:
        """The window of each hour slot (day × 25 + hour since the day's start); -1: there is no such hour."""
        return self._windows[window][1]

    def window_of_day(self, window: Window) -> NDArray[np.int64]:
        """The window of each day; not for hours."""
        assert window != "hour", "a day has many hours"
        return self.window_of_slot(window)[::HOURS]

    @cached_property
    def hour_of_week_of_slot(self) -> NDArray[np.int64]:
        """Weekday × 24 + local hour (Monday's midnight is 0) of each hour slot; -1: there is no such hour."""
        hours = np.full(self.day_count * HOURS, -1, dtype=np.int64)
        for slot, start_us in self._hours:
            local = self._local(start_us)
            hours[slot] = local.weekday() * 24 + local.hour
        return hours

    def _local(self, time_us: int) -> datetime:
        zero = _midnight(self.start, self.timezone)
        return (zero + timedelta(microseconds=time_us)).astimezone(ZoneInfo(self.timezone))

    @cached_property
    def _windows(self) -> dict[Window, tuple[tuple[str, ...], NDArray[np.int64]]]:
        return {window: self._numbered(window) for window in WINDOWS}

    def _numbered(self, window: Window) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        """Number the windows as they come; an hour that the clock shows twice is two windows."""
        numbers: dict[str, int] = {}
        slots = np.full(self.day_count * HOURS, -1, dtype=np.int64)
        for slot, start_us in self._hours:
            name = self._name(window, slot, start_us)
            slots[slot] = numbers.setdefault(name, len(numbers))
        return tuple(numbers), slots

    @cached_property
    def _hours(self) -> tuple[tuple[int, int], ...]:
        """(slot, start since time 0 [µs]) of each hour that exists."""
        spans = zip(self.day_starts_us[:-1].tolist(), self.day_starts_us[1:].tolist(), strict=True)
        return tuple(
            (day * HOURS + hour, start_us)
            for day, (begin_us, end_us) in enumerate(spans)
            for hour, start_us in enumerate(range(begin_us, end_us, US_PER_HOUR))
        )

    def _name(self, window: Window, slot: int, start_us: int) -> str:
        on = self.dates[slot // HOURS]
        if window == "hour":
            return self._local(start_us).isoformat(timespec="minutes")
        if window == "day":
            return on.isoformat()
        if window == "week":
            year, week, _ = on.isocalendar()
            return f"{year}-W{week:02d}"
        return f"{on:%Y-%m}" if window == "month" else f"{self.start}/{self.end}"


def _midnight(day: date, timezone: str) -> datetime:
    """The instant of a local midnight, in UTC; where the clock skips it, the first instant of the day."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def _days_of_month(day: date) -> int:
    first = day.replace(day=1)
    return ((first + timedelta(days=32)).replace(day=1) - first).days
