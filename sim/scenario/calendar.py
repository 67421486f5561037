"""How a planner writes days, clock times and calendar spans.

All times are local: the scenario says whose clock is meant, and nothing here knows a zone.
Readers raise `QuantityError` as those in `sim.units` do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from sim.errors import QuantityError
from sim.units import (
    SPAN_MONTHS,
    US_PER_DAY,
    US_PER_SECOND,
    refuse_range,
    shown,
    split_number,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class ClockHours:
    """A stretch of the local clock, such as a shift; it may pass midnight."""

    start_us: int
    """Local time of day at which it opens, from 0 to less than a day [us]."""
    end_us: int
    """Local time of day at which it closes, after the start; over a day past midnight [us]."""


def span_months(value: object) -> int:
    """Read a calendar span: `12mo`, `1q`, `2y`; return whole months, at least one."""
    number, unit = split_number(value, "a calendar span", '"12mo", "1q" or "1y"')
    if unit not in SPAN_MONTHS:
        hint = '"12mo", "1q" or "1y"'
        raise QuantityError(f"{shown(value)!r} is not a calendar span; write {hint}", "unit_wrong")
    months = number * SPAN_MONTHS[unit]
    refuse_range(value, months, 1, 1200, "a calendar span", "100y")
    if months != months.to_integral_value():
        raise QuantityError(f"{shown(value)!r} is not a whole number of months", "not_whole")
    return int(months)


def day(value: object) -> date:
    """Read a calendar day, `2027-07-01`."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = value.strip() if isinstance(value, str) else shown(value)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        message = f'{shown(value)!r} is not a day; write year-month-day, e.g. "2027-07-01"'
        raise QuantityError(message, "date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise QuantityError(f"the calendar has no {text}", "date") from None


def instant(value: object) -> datetime:
    """Read a local date and time, `2027-08-14T21:00`, or a day, which means its midnight.

    The result has no zone: the scenario says whose clock is meant.
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = value.strip() if isinstance(value, str) else shown(value)
    if re.fullmatch(r"[\d-]{10}", text):
        return datetime.combine(day(text), time())
    if re.fullmatch(r"\S{10}[T ]\S+(Z|[+-]\d\d:?\d\d)", text):
        message = f"{shown(value)!r} names a zone; write local time, the scenario's zone applies"
        raise QuantityError(message, "date")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?", text):
        message = f'{shown(value)!r} is not a time; write e.g. "2027-08-14T21:00"'
        raise QuantityError(message, "date")
    clock_us = clock_time_us(text[11:])
    if clock_us == US_PER_DAY:
        raise QuantityError(f"write the next day's 00:00 instead of {shown(value)!r}", "date")
    second = clock_us // US_PER_SECOND
    clock = time(second // 3600, second // 60 % 60, second % 60)
    return datetime.combine(day(text[:10]), clock)


def clock_time_us(value: object) -> int:
    """Read a local time of day, `08:00` or `17:30:30`, to `24:00`; return us after midnight."""
    text = value.strip() if isinstance(value, str) else shown(value)
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", text)
    if not match:
        message = f'{shown(value)!r} is not a time of day; write e.g. "08:00"'
        raise QuantityError(message, "clock")
    hour, minute, second = (int(part or 0) for part in match.groups())
    total = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or total > 24 * 3600:
        raise QuantityError(f"the clock has no {text}; a day goes to 24:00", "clock")
    return total * US_PER_SECOND


def clock_hours(value: object) -> ClockHours:
    """Read `08:00-18:00`; `22:00-06:00` passes midnight, `00:00-24:00` is the whole day."""
    if isinstance(value, ClockHours):
        return value
    text = value if isinstance(value, str) else shown(value)
    parts = re.split(r"\s*[-\u2013]\s*", text.strip())
    if len(parts) != 2:
        message = f'{shown(value)!r} are not hours; write e.g. "08:00-18:00"'
        raise QuantityError(message, "clock")
    start_us, end_us = clock_time_us(parts[0]), clock_time_us(parts[1])
    if start_us in {end_us, US_PER_DAY}:
        message = f'{shown(value)!r} has no length; for a whole day write "00:00-24:00"'
        raise QuantityError(message, "clock")
    return ClockHours(start_us, end_us if end_us > start_us else end_us + US_PER_DAY)


def weekdays(value: object) -> tuple[int, ...]:
    """Read `mon-fri`, `sat`, `mon,wed`, `fri-mon`, `daily`; return 0 (Monday) to 6, sorted."""
    text = value.strip().lower() if isinstance(value, str) else shown(value)
    if text == "daily":
        return tuple(range(7))
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = (word.strip() for word in part.partition("-"))
        ends = (first, last or first)
        if any(end not in WEEKDAYS for end in ends):
            message = f'{shown(value)!r} are not days; write "mon-fri", "sat" or "mon,wed"'
            raise QuantityError(message, "days")
        start, length = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[1]) - WEEKDAYS.index(ends[0])
        found.update((start + step) % 7 for step in range(length % 7 + 1))
    return tuple(sorted(found))
