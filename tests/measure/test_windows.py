"""Hours, days, weeks and months of a horizon, where the clock jumps and where months are cut."""

import pytest
from outcomes import HOUR_US, calendar

from sim.outcome import HOURS


@pytest.mark.parametrize(
    ("start", "end", "zone", "hours"),
    [
        ("2027-07-01", "2027-07-02", "America/Chicago", 24),
        ("2027-03-14", "2027-03-15", "America/Chicago", 23),
        ("2027-11-07", "2027-11-08", "America/Chicago", 25),
        ("2018-11-04", "2018-11-05", "America/Sao_Paulo", 23),  # midnight itself was skipped
        ("2027-04-04", "2027-04-05", "Australia/Lord_Howe", 24.5),
    ],
)
def test_a_day_has_the_hours_of_its_clock(start, end, zone, hours):
    cal = calendar(start, end, zone)
    assert cal.day_starts_us.tolist() == [0, hours * HOUR_US]
    assert len(cal.names("hour")) == -(-hours // 1)
    assert (cal.window_of_slot("hour") >= 0).sum() == -(-hours // 1)


def test_an_hour_that_comes_twice_is_two_windows():
    names = calendar("2027-11-07", "2027-11-08").names("hour")
    assert names[1] == "2027-11-07T01:00-05:00"
    assert names[2] == "2027-11-07T01:00-06:00"


def test_months_are_cut_by_the_horizon():
    cal = calendar("2027-07-15", "2027-09-02")
    assert [(m.name, m.day_count, m.whole) for m in cal.months] == [
        ("2027-07", 17, False),
        ("2027-08", 31, True),
        ("2027-09", 1, False),
    ]
    assert cal.names("month") == ("2027-07", "2027-08", "2027-09")
    assert cal.window_of_day("month").tolist() == [0] * 17 + [1] * 31 + [2]


def test_weeks_begin_on_monday():
    cal = calendar("2027-07-01", "2027-07-06")  # a Thursday
    assert cal.names("week") == ("2027-W26", "2027-W27")
    assert cal.window_of_day("week").tolist() == [0, 0, 0, 0, 1]
    assert cal.hour_of_week_of_slot[0] == 3 * 24
    assert cal.hour_of_week_of_slot[24] == -1
    assert cal.hour_of_week_of_slot[4 * HOURS] == 0
