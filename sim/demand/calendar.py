"""Local days as stretches of simulated time. Knows days, weekdays and holidays; no people.

Simulated time is int64 microseconds since the local midnight at which the horizon starts. Every
instant is converted to UTC before it is compared: within one zone Python's subtraction of aware
datetimes ignores clock changes, and would call the day of a change 24 hours long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

US_PER_MINUTE = 60_000_000
US_PER_DAY = 86_400_000_000
MINUTES_PER_DAY = 1440
SUNDAY = 6
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Horizon:
    """The simulated time: from the local midnight of `start` up to that of `end`."""

    start: date
    end: date
    timezone: str

    def since_start_us(self, moment: datetime, timezone: str | None = None) -> int:
        """Return how long after the start a local time is [us]; the earlier if it comes twice."""
        zone = ZoneInfo(timezone or self.timezone)
        return _utc_us(moment, zone) - self._origin_us()

    @property
    def end_us(self) -> int:
        """The length of the horizon [us]."""
        return self.since_start_us(datetime.combine(self.end, time()))

    def days(self, timezone: str | None = None) -> tuple[LocalDay, ...]:
        """Return the local days of a zone (the horizon's own if None) that overlap the horizon."""
        zone = timezone or self.timezone
        found = []
        # No two clocks on earth are more than 26 hours apart, so two days either side suffice.
        day, last = self.start - 2 * _DAY, self.end + 2 * _DAY
        while day <= last:
            start, until = self._midnight_us(day, zone), self._midnight_us(day + _DAY, zone)
            if start < until and until > 0 and start < self.end_us:
                found.append(LocalDay(day, zone, start, until))
            day += _DAY
        return tuple(found)

    def _midnight_us(self, day: date, timezone: str) -> int:
        return self.since_start_us(datetime.combine(day, time()), timezone)

    def _origin_us(self) -> int:
        return _utc_us(datetime.combine(self.start, time()), ZoneInfo(self.timezone))


@dataclass(frozen=True)
class LocalDay:
    """One day on a local clock: 24 hours, or what a change of the clock makes of it."""

    date: date
    timezone: str
    start_us: int
    """Its first instant [us since the horizon's start]; negative if the day began before."""
    until_us: int
    """The next day's first instant [us since the horizon's start]."""

    @property
    def weekday(self) -> int:
        """0 is Monday."""
        return self.date.weekday()

    @property
    def length_us(self) -> int:
        """How long the day is [us]."""
        return self.until_us - self.start_us

    def wall_minutes(self) -> NDArray[np.int64]:
        """Return what minute of the wall's clock each minute of the day is; (minutes,).

        A minute that the clock skips is not there; one that comes twice is there twice.
        """
        return _wall_minutes(self.date, self.timezone, -(-self.length_us // US_PER_MINUTE))


@lru_cache(maxsize=4096)
def _wall_minutes(day: date, timezone: str, n_minutes: int) -> NDArray[np.int64]:
    if n_minutes == MINUTES_PER_DAY:
        minutes = np.arange(n_minutes)
    else:
        zone = ZoneInfo(timezone)
        start_us = _utc_us(datetime.combine(day, time()), zone)
        shown = [
            (_EPOCH + (start_us + minute * US_PER_MINUTE) * _MICROSECOND).astimezone(zone)
            for minute in range(n_minutes)
        ]
        minutes = np.array([clock.hour * 60 + clock.minute for clock in shown])
    minutes.flags.writeable = False
    return minutes


@lru_cache(maxsize=65536)
def _utc_us(moment: datetime, zone: ZoneInfo) -> int:
    """Return microseconds since 1970 of a date and time on a zone's clock."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND


def holiday_test(country: str, subdivision: str | None) -> Callable[[date], bool]:
    """Return whether a date is a public holiday.

    Source: the `holidays` package, which cites each country's law.
    """
    # A tenth of a second that scenarios without holidays need not wait.
    import holidays

    return holidays.country_holidays(country, subdiv=subdivision).__contains__


def no_holidays(_day: date) -> bool:
    """Return False: every day is an ordinary one."""
    return False
