"""When in the week random incidents start: a clock that runs fast in busy hours and slowly at night.

A gap is measured on that clock, so incidents keep their law and their number, and come when weights say. The
clock gains on time where the weights are above their mean over a week, and is as long as time in the long run.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim import demand
from sim.scenario.incidents import Starts
from sim.units import US_PER_HOUR

EVEN_HOURS = (1.0,) * 24
EVEN_DAYS = (1.0,) * 7


def time_of(clock_us: int, starts: Starts | None, calendar: demand.Horizon) -> int:
    """The time at which the clock shows a reading [us since the horizon's start]; itself without weights."""
    if starts is None:
        return clock_us
    zone = starts.timezone or calendar.timezone
    hours, days = starts.hours or EVEN_HOURS, starts.weekdays or EVEN_DAYS
    shown = _clock(calendar, zone, hours, days)
    if clock_us >= shown[-1]:
        return calendar.end_us
    hour = int(np.searchsorted(shown, clock_us, side="right")) - 1
    passed = (clock_us - shown[hour]) / (shown[hour + 1] - shown[hour])
    return hour * US_PER_HOUR + int(passed * US_PER_HOUR)


@lru_cache(maxsize=64)
def _clock(
    calendar: demand.Horizon, zone: str, hours: tuple[float, ...], days: tuple[float, ...]
) -> NDArray[np.float64]:
    """What the clock shows at each whole hour since the horizon's start [us]."""
    number = -(-calendar.end_us // US_PER_HOUR)
    first = datetime.combine(calendar.start, time(), ZoneInfo(calendar.timezone)).astimezone(UTC)
    local = [(first + timedelta(hours=n)).astimezone(ZoneInfo(zone)) for n in range(number)]
    speed = np.array([hours[at.hour] * days[at.weekday()] for at in local])
    mean = sum(hours) / 24 * sum(days) / 7
    return np.concatenate([[0.0], np.cumsum(speed / mean * US_PER_HOUR)])
