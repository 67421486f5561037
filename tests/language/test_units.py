"""Quantities are read once, exactly, and refused with a sentence that says what to write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from sim import units
from sim.errors import QuantityError
from sim.scenario import calendar

GOOD = [
    (units.duration_us, "800ms", 800_000),
    (units.duration_us, "2.5s", 2_500_000),
    (units.duration_us, "15min", 900_000_000),
    (units.duration_us, "15m", 900_000_000),
    (units.duration_us, "4h", 4 * units.US_PER_HOUR),
    (units.duration_us, "3d", 3 * units.US_PER_DAY),
    (units.duration_us, "6w", 42 * units.US_PER_DAY),
    (units.duration_us, "200us", 200),
    (units.duration_us, "1_000 ms", units.US_PER_SECOND),
    (units.duration_us, "1e3s", 1000 * units.US_PER_SECOND),
    (units.duration_us, 0, 0),
    (units.duration_us, "0.1s", 100_000),
    (units.count, 50000, 50_000),
    (units.count, "50_000", 50_000),
    (units.count, "50k", 50_000),
    (units.count, "1.2M", 1_200_000),
    (units.count, "3B", 3_000_000_000),
    (units.count, "1e3", 1000),
    (units.count, 2.4, 2.4),
    (units.whole_number, "1.2M", 1_200_000),
    (units.whole_number, 1000.0, 1000),
    (units.number, "-2.5", -2.5),
    (units.number, -0.0, 0.0),
    (units.share, "99.5%", 0.995),
    (units.share, 0.995, 0.995),
    (units.share, 1, 1.0),
    (units.share, "0%", 0.0),
    (units.rate_per_second, "120/h", 120 / 3600),
    (units.rate_per_second, "3/s", 3.0),
    (units.rate_per_second, "2600/d", 2600 / 86400),
    (units.rate_per_second, "8/min", 8 / 60),
    (units.rate_per_second, "2.6k / d", 2600 / 86400),
    (units.multiplier, "x 0.5", 0.5),
    (units.multiplier, "x1.5", 1.5),
    (units.multiplier, "x 150%", 1.5),
    (units.money, "120k", Decimal(120_000)),
    (units.money, 0.55, Decimal("0.55")),
    (units.money, "0.000000123456789", Decimal("0.000000123456789")),
    (units.byte_count, "6kB", 6000),
    (units.byte_count, "1.2GB", 1_200_000_000),
    (units.byte_count, "2KiB", 2048),
    (calendar.span_months, "12mo", 12),
    (calendar.span_months, "1q", 3),
    (calendar.span_months, "2y", 24),
    (calendar.day, "2027-07-01", date(2027, 7, 1)),
    (calendar.instant, "2027-08-14T21:00", datetime(2027, 8, 14, 21)),
    (calendar.instant, "2027-08-14", datetime(2027, 8, 14)),
    (calendar.clock_time_us, "08:00", 8 * units.US_PER_HOUR),
    (calendar.clock_hours, "08:00-18:00", calendar.ClockHours(8 * 3600_000_000, 18 * 3600_000_000)),
    (
        calendar.clock_hours,
        "22:00-06:00",
        calendar.ClockHours(22 * 3600_000_000, 30 * 3600_000_000),
    ),
    (calendar.clock_hours, "00:00-24:00", calendar.ClockHours(0, units.US_PER_DAY)),
    (calendar.weekdays, "mon-fri", (0, 1, 2, 3, 4)),
    (calendar.weekdays, "sat", (5,)),
    (calendar.weekdays, "fri-mon", (0, 4, 5, 6)),
    (calendar.weekdays, "mon,wed", (0, 2)),
    (calendar.weekdays, "daily", (0, 1, 2, 3, 4, 5, 6)),
]

BAD = [
    (units.duration_us, 800, 'a duration needs a unit, e.g. "800ms" or "800s"'),
    (units.duration_us, "800", 'a duration needs a unit, e.g. "800ms" or "800s"'),
    (units.duration_us, "12mo", "calendar span"),
    (units.duration_us, "5M", '"5min" for minutes'),
    (units.duration_us, "5 sec", 'did you mean "5s"?'),
    (units.duration_us, "-3s", "cannot be negative"),
    (units.duration_us, "0.1us", "shorter than the clock"),
    (units.duration_us, "900000w", "more than 100 years"),
    (units.duration_us, "PT0.8S", "is not a duration"),
    (units.count, "50K", 'did you mean "50k"?'),
    (units.count, "50K users", "not a unit"),
    (units.count, "5,000", "has a comma; write 5000"),
    (units.count, -1, "cannot be negative"),
    (units.count, float("nan"), "not finite"),
    (units.count, float("inf"), "not finite"),
    (units.count, ".inf", "not finite"),
    (units.count, "NaN", "not finite"),
    (units.count, "1e400", "more than"),
    (units.count, "9" * 5000, "too long to be meant"),
    pytest.param(units.count, 10**5000, "too many digits", id="5001 digits"),
    (units.count, "010", "starts with a zero, which is ambiguous; write 10"),
    (units.count, "0x10", "not"),
    (units.count, True, "true is not a count"),
    (units.count, None, "nothing is not a count"),
    (units.count, {}, "a map is not a count"),
    (units.count, "٣", "not a count"),
    (units.whole_number, 1.5, "write 1 or 2"),
    (units.share, 99.5, 'did you mean "99.5%"?'),
    (units.share, "130%", "more than 100%"),
    (units.share, -0.1, "cannot be negative"),
    (units.rate_per_second, "3 rps", 'could be "3/s"'),
    (units.rate_per_second, "60 rpm", 'could be "60/min"'),
    (units.rate_per_second, 3, "a rate says per what"),
    (units.rate_per_second, "3/mo", "not a unit"),
    (units.multiplier, 0.5, 'write "x 0.5"'),
    (units.multiplier, "x -1", "cannot be negative"),
    (units.money, "$120k", "names a currency"),
    (units.money, "120 USD", "names a currency"),
    (units.money, "EUR 120", "names a currency"),
    (units.byte_count, "6KB", 'did you mean "6kB"?'),
    (units.byte_count, 6, 'e.g. "6kB" or "6MB"'),
    (calendar.span_months, "30d", "not a calendar span"),
    (calendar.day, "2024-02-30", "the calendar has no 2024-02-30"),
    (calendar.day, "1.7.2027", "write year-month-day"),
    (calendar.instant, "2027-08-14T21:00Z", "names a zone"),
    (calendar.instant, "2027-08-14T25:00", "the clock has no 25:00"),
    (calendar.clock_time_us, 1020, "is not a time of day"),
    (calendar.clock_hours, "08:00", "are not hours"),
    (calendar.clock_hours, "08:00-08:00", "has no length"),
    (calendar.weekdays, "mo-fr", "are not days"),
]


@pytest.mark.parametrize(("read", "written", "expected"), GOOD)
def test_a_right_spelling_is_read_exactly(
    read: Callable[[object], object], written: object, expected: object
) -> None:
    value = read(written)
    assert value == expected
    assert type(value) is type(expected) or isinstance(value, float)


@pytest.mark.parametrize(("read", "written", "sentence"), BAD)
def test_a_wrong_spelling_is_refused_with_a_sentence(
    read: Callable[[object], object], written: object, sentence: str
) -> None:
    with pytest.raises(QuantityError) as caught:
        read(written)
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "0us"),
        (800_000, "800ms"),
        (2_500_000, "2.5s"),
        (5_400_000_000, "1.5h"),
        (7, "7us"),
        (604_800_000_000, "1w"),
    ],
)
def test_a_duration_is_written_as_a_planner_would(microseconds: int, text: str) -> None:
    assert units.duration_text(microseconds) == text
    assert units.duration_us(text) == microseconds
