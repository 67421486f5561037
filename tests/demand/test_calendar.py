"""Local days are as long as the clocks say; holidays are those of the law."""

from datetime import date, datetime
from itertools import pairwise

import numpy as np
import pytest
from crowds import DAY_US, HOUR_US, horizon

from sim.demand.calendar import holiday_test

LENGTHS = [
    # zone, a Sunday or the like, hours, what the clock skips or repeats
    ("America/New_York", "2024-03-10", 23.0, (120, 180, 0)),
    ("America/New_York", "2024-11-03", 25.0, (60, 120, 2)),
    ("America/New_York", "2024-02-29", 24.0, (0, 1440, 1)),
    ("Australia/Lord_Howe", "2024-10-06", 23.5, (120, 150, 0)),
    ("Australia/Lord_Howe", "2024-04-07", 24.5, (90, 120, 2)),
    ("Asia/Kathmandu", "2024-03-10", 24.0, (0, 1440, 1)),
    ("Africa/Cairo", "2024-04-26", 23.0, (0, 60, 0)),
    ("UTC", "2024-03-10", 24.0, (0, 1440, 1)),
]


@pytest.mark.parametrize(("zone", "day", "hours", "minutes"), LENGTHS)
def test_a_day_is_as_long_as_its_clock_says(zone, day, hours, minutes):
    only = horizon(day, 1, zone).days()
    assert len(only) == 1
    assert only[0].start_us == 0
    assert only[0].until_us == hours * HOUR_US
    shown = only[0].wall_minutes()
    first, last, times = minutes
    assert len(shown) == hours * 60
    assert np.bincount(shown, minlength=1440)[first:last].tolist() == [times] * (last - first)


def test_days_follow_each_other_without_a_gap_through_a_whole_year():
    days = horizon("2024-01-01", 366, "America/New_York").days()
    assert len(days) == 366
    assert all(a.until_us == b.start_us for a, b in pairwise(days))
    assert days[-1].until_us == 366 * DAY_US
    assert {day.length_us // HOUR_US for day in days} == {23, 24, 25}


def test_days_of_another_zone_cover_the_horizon():
    when = horizon("2024-03-08", 5, "America/New_York")
    days = when.days("Asia/Kathmandu")
    assert days[0].start_us <= 0 < days[0].until_us
    assert days[-1].start_us < when.end_us <= days[-1].until_us
    assert days[0].start_us == -(10 * 60 + 45) * 60_000_000
    assert when.end_us == 5 * DAY_US - HOUR_US


def test_a_local_instant_is_found_on_either_side_of_a_change():
    when = horizon("2024-03-10", 2, "America/New_York")
    assert when.since_start_us(datetime(2024, 3, 10, 1, 59)) == 119 * 60_000_000
    assert when.since_start_us(datetime(2024, 3, 10, 3, 0)) == 2 * HOUR_US
    assert when.since_start_us(datetime(2024, 3, 10, 13, 0), "UTC") == 8 * HOUR_US


def test_a_date_that_a_zone_skipped_is_no_day():
    dates = [day.date.day for day in horizon("2011-12-29", 4, "Pacific/Apia").days()]
    assert dates == [29, 31, 1]


def test_holidays_are_those_of_the_country_and_its_part():
    illinois, country = holiday_test("US", "IL"), holiday_test("US", None)
    assert illinois(date(2027, 7, 5))
    assert illinois(date(2027, 2, 12))
    assert not country(date(2027, 2, 12))
    assert not illinois(date(2027, 7, 6))
