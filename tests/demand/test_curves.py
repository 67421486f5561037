"""Day curves: shapes whose scale is the day's work, on real days as the clock goes."""

import numpy as np
import pytest
from crowds import HOUR_US, horizon

from sim.demand.curves import CURVES, Week, day_work, minute_weights, named_weights, wave_weights


@pytest.mark.parametrize("name", CURVES)
def test_a_named_curve_is_a_whole_day_and_says_where_it_comes_from(name):
    assert named_weights(name).sum() == pytest.approx(1.0)
    assert len(CURVES[name].hours) == 24
    assert CURVES[name].about.endswith(".")


@pytest.mark.parametrize("n", [24, 48, 96, 1440])
def test_numbers_are_a_shape_and_scale_is_the_amount(n):
    weights = minute_weights(range(n), 0.15)
    assert weights.sum() == pytest.approx(0.15)
    assert weights[-1] / weights[720] == pytest.approx((n - 1) / (n // 2))


def test_office_work_is_done_in_office_hours():
    weights = named_weights("office_9_to_5")
    assert weights[9 * 60 : 18 * 60].sum() > 0.85


def test_a_wave_is_its_integral():
    weights = wave_weights(0.6, 6 * HOUR_US)
    edges = np.arange(1441) / 1440
    integral = edges + 0.6 * (1 - np.cos(2 * np.pi * edges)) / (2 * np.pi)
    assert np.cumsum(weights) == pytest.approx(integral[1:], abs=1e-12)


def test_the_skipped_hour_has_no_work_and_the_repeated_one_twice():
    week = Week(np.stack([named_weights("flat")] * 7))
    spring = horizon("2024-03-10", 1, "America/New_York").days()[0]
    autumn = horizon("2024-11-03", 1, "America/New_York").days()[0]
    assert week.of_day(spring).sum() == pytest.approx(23 / 24)
    assert week.of_day(autumn).sum() == pytest.approx(25 / 24)


def test_a_holiday_is_like_a_sunday():
    rows = [named_weights("office_9_to_5", scale) for scale in (1, 1, 1, 1, 1, 0.15, 0.05)]
    monday = horizon().days()[0]
    week = Week(np.stack(rows))
    assert week.of_day(monday).sum() == pytest.approx(1.0)
    assert week.of_day(monday, holiday=True).sum() == pytest.approx(0.05)


def test_instants_invert_the_work_done_before_them():
    day = horizon().days()[0]
    work = day_work(day, named_weights("office_9_to_5"))
    shares = (np.arange(9999) + 0.5) / 9999
    times = work.times_us(shares)
    assert work.before(times) == pytest.approx(shares * work.total, abs=1e-9)
    assert times.min() >= 0
    assert times.max() < day.until_us
    assert work.before(np.array([-5, day.until_us + 5])).tolist() == [0.0, work.total]


def test_the_last_share_of_a_day_still_belongs_to_it():
    day = horizon().days()[0]
    work = day_work(day, named_weights("flat"))
    assert work.times_us(np.array([2.0**-53, 1 - 2.0**-53])).tolist() == [0, day.until_us - 1]
