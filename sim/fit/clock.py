"""Instants as logs write them, in microseconds since 1970."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
US = 1_000_000
US_PER_HOUR = 3_600 * US
US_PER_DAY = 24 * US_PER_HOUR
UNITS = ((1e17, 1e-3), (1e14, 1.0), (1e11, 1e3), (1e8, 1e6))
"""From which size a bare number is in ns, us, ms, s since 1970; smaller ones count from the log's own zero [s]."""


def instant_us(written: object, zone: tzinfo, zero_us: int) -> int:
    """Read an instant; one without a zone is on `zone`'s clock.

    Args:
        written: ISO 8601 text, or a number of s, ms, us or ns.
        zone: whose clock an instant without a zone is on.
        zero_us: what small numbers of seconds count from [us since 1970].

    Raises ValueError where it cannot be read.
    """
    if isinstance(written, str):
        try:
            moment = datetime.fromisoformat(written.strip())
        except ValueError:
            return _number_us(float(written), zero_us)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return (moment - EPOCH) // MICROSECOND
    if isinstance(written, int | float) and not isinstance(written, bool):
        return _number_us(written, zero_us)
    raise ValueError("no instant")


def _number_us(number: float, zero_us: int) -> int:
    for least, to_us in UNITS:
        if number >= least:
            return round(number * to_us)
    if not number >= 0:
        raise ValueError("no instant")
    return zero_us + round(number * US)


def bare_instants_us(numbers: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Instants of numbers since 1970 as `instant_us` reads them one by one; None unless all are in one unit.

    Args:
        numbers: of s, ms, us or ns since 1970; (n,).
    """
    low, high = float(numbers.min()), float(numbers.max())
    for place, (least, to_us) in enumerate(UNITS):
        most = UNITS[place - 1][0] if place else np.inf
        if least <= low and high < most:
            return np.rint(numbers * to_us).astype(np.int64)
    return None


def local_days(timezone: str, first_us: int, last_us: int) -> tuple[list[date], NDArray[np.int64]]:
    """Return the local days from one instant to another, and their midnights; (days,), (days + 1,)."""
    zone = ZoneInfo(timezone)
    day = (EPOCH + first_us * MICROSECOND).astimezone(zone).date()
    days, edges = [], [midnight_us(day, timezone)]
    while edges[-1] <= last_us:
        days.append(day)
        day += timedelta(days=1)
        edges.append(midnight_us(day, timezone))
    return days, np.array(edges, np.int64)


@lru_cache(maxsize=65536)
def midnight_us(day: date, timezone: str) -> int:
    """The first instant of a local day [us since 1970]."""
    moment = datetime.combine(day, time(), ZoneInfo(timezone))
    return (moment.astimezone(UTC) - EPOCH) // MICROSECOND


def shown(instant: int, timezone: str) -> str:
    """An instant on a zone's clock, to the second."""
    return f"{(EPOCH + instant * MICROSECOND).astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M:%S}"
