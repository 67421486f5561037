"""Intervals against SciPy, and the rule that stops."""

import math

import pytest
from scipy import stats

from sim.study.statistics import (
    chance_interval,
    mean_interval,
    median_interval,
    quantile,
    student_quantile,
)
from sim.study.stopping import LOOKS_MAX, REPLICATIONS_MAX, Stopping, judge


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 19, 99])
@pytest.mark.parametrize("q", [0.9, 0.975, 0.9995])
def test_students_quantile_is_scipys(freedom, q):
    assert student_quantile(q, freedom) == pytest.approx(stats.t.ppf(q, freedom), rel=1e-9)


@pytest.mark.parametrize(("met", "n"), [(0, 1), (1, 1), (0, 20), (18, 20), (20, 20), (57, 100)])
@pytest.mark.parametrize("level", [0.95, 1 - 0.05 / 9])
def test_the_interval_of_a_chance_is_scipys(met, n, level):
    exact = stats.binomtest(met, n).proportion_ci(level, method="exact")
    assert chance_interval(met, n, level) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_the_median_lies_between_order_statistics():
    assert median_interval(list(range(1, 21))) == (6, 15)
    assert median_interval([1, 2, 3, 4, 5]) is None
    assert median_interval([1, 2, 3, 4, 5, math.inf]) == (1, math.inf)


def test_means_have_intervals_only_where_all_is_finite():
    values = [1.0, 2.0, 4.0, 8.0]
    low, high = stats.t.interval(0.95, 3, loc=3.75, scale=stats.sem(values))
    assert mean_interval(values) == pytest.approx((low, high))
    assert mean_interval([1.0]) is None
    assert mean_interval([1.0, math.inf]) is None


def test_quantiles_are_observed_values():
    assert [
        quantile(list(range(1, 21)), ppm) for ppm in (100_000, 500_000, 900_000, 1_000_000)
    ] == [2, 10, 18, 20]


def test_auto_looks_at_fixed_numbers_of_replications():
    ends = [numbers.stop for numbers in Stopping.of("auto").ranges()]
    assert ends == [20, 30, 40, 50, 60, 70, 80, 90, REPLICATIONS_MAX]
    assert len(ends) == LOOKS_MAX
    assert Stopping.of(7) == Stopping((7,), 0.95)


@pytest.mark.parametrize(
    ("met", "n", "status"),
    [
        (20, 20, "close"),
        (50, 50, "close"),
        (60, 60, "met"),
        (12, 20, "missed"),
        (0, 20, "missed"),
        (85, 100, "close"),
    ],
)
def test_a_target_is_decided_when_its_interval_excludes_the_required_chance(met, n, status):
    assert (
        judge([True] * met + [False] * (n - met), 0.9, Stopping.of("auto").level).status == status
    )


def test_looking_often_decides_wrongly_less_than_one_time_in_twenty():
    """The exact chance to call a target missed or met, at any look, whose true chance is the required one."""
    stopping, p = Stopping.of("auto"), 0.9
    alive, wrong = {0: 1.0}, 0.0
    for numbers in stopping.ranges():
        added = stats.binom(len(numbers), p)
        after: dict[int, float] = {}
        for met, mass in alive.items():
            for more in range(len(numbers) + 1):
                after[met + more] = after.get(met + more, 0.0) + mass * float(added.pmf(more))
        alive = {}
        for met, mass in after.items():
            low, high = chance_interval(met, numbers.stop, stopping.level)
            if low <= p <= high:
                alive[met] = mass
            else:
                wrong += mass
    assert 0.0 < wrong < 0.05
