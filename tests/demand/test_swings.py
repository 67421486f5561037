"""Days that run hot or cold together, and surges."""

import math

import numpy as np
import pytest
from crowds import DAY_US, FLAT, counts, horizon, staff, times_us
from scipy import stats

from sim import draws
from sim.demand.build import workload_spec
from sim.demand.renewal import RenewalArrivals
from sim.demand.swings import (
    MONTH_DAYS,
    DayToDay,
    RateSwings,
    Surge,
    SurgeLaw,
    surge_factors,
    surges,
)
from sim.errors import PlaceError
from sim.scenario.laws import parse_law
from sim.scenario.people import WorkloadDemand

STORM = {
    "name": "storm",
    "per_month": 1.5,
    "multiplies": {"median": 1.8, "p95": 3.5, "at_least": 1},
    "lasts": {"median": "2d", "p95": "5d"},
}


def storm(**changes):
    written = {**STORM, **changes}
    return SurgeLaw(
        written["name"],
        written["per_month"],
        parse_law(written["multiplies"], "number").table(),
        parse_law(written["lasts"], "duration").table(),
    )


def key(replication=0):
    return draws.purpose(1, replication, "test")


def test_factors_of_days_have_their_mean_cv_and_autocorrelation():
    n = 40_000
    factors = DayToDay(0.3, 0.5).factors(n, key())
    # An AR(1) process of correlation 1/2 counts for a third as many independent days.
    n_free = n / 3
    assert abs(factors.mean() - 1) < 4 * 0.3 / math.sqrt(n_free)
    assert factors.std() / factors.mean() == pytest.approx(0.3, rel=0.05)
    scores = np.log(factors)
    for lag, meant in ((1, 0.5), (2, 0.25), (5, 0.5**5)):
        seen = np.corrcoef(scores[:-lag], scores[lag:])[0, 1]
        assert abs(seen - meant) < 4 / math.sqrt(n_free)
    assert stats.kstest((scores[::20] - scores.mean()) / scores.std(), "norm").pvalue > 0.001


def test_the_first_day_is_like_any_other():
    first = [DayToDay(0.3, 0.9).factors(2, key(r))[0] for r in range(2000)]
    assert abs(np.mean(first) - 1) < 4 * 0.3 / math.sqrt(2000)


def test_a_longer_horizon_keeps_the_days_that_were_there():
    law = DayToDay(0.2, 0.5)
    assert law.factors(90, key())[:30].tolist() == law.factors(30, key()).tolist()
    assert DayToDay().factors(3, key()).tolist() == [1, 1, 1]


def test_day_to_day_makes_counts_overdispersed():
    # Var of a day's count N with mean m and factor cv c is m + (c m)^2.
    means = np.array(
        [
            counts(staff(horizon(days=1), users=200, seed=s, day_to_day={"cv": "20%"}))[0]
            for s in range(300)
        ]
    )
    m = 200 * 8
    variance = m + (0.2 * m) ** 2
    assert abs(means.mean() - m) < 4 * math.sqrt(variance / 300)
    assert means.var() == pytest.approx(variance, rel=4 * math.sqrt(2 / 300) * 1.3)


def test_surges_start_as_a_poisson_process():
    end = round(3000 * MONTH_DAYS * DAY_US)
    found = [s for s in surges(storm(), end, key()) if s.start_us > 0]
    assert abs(len(found) - 4500) < 4 * math.sqrt(4500)
    gaps = np.diff([s.start_us for s in found]) / (MONTH_DAYS * DAY_US) * 1.5
    assert stats.kstest(gaps, "expon").pvalue > 0.001
    factors = np.array([s.factor for s in found])
    assert factors.min() >= 1
    assert np.median(factors) == pytest.approx(1.8, rel=0.05)
    assert np.median([s.until_us - s.start_us for s in found]) == pytest.approx(2 * DAY_US, rel=0.1)


def test_surges_are_under_way_when_the_horizon_starts():
    law = storm(per_month=3, multiplies=2, lasts={"law": "exponential", "mean": "3d"})
    factors = []
    for replication in range(3000):
        found = surges(law, DAY_US, key(replication))
        factors.append(2.0 ** sum(s.start_us <= 0 < s.until_us for s in found))
    # Open surges are Poisson with mean a: E[2^n] = e^a, E[4^n] = e^{3a}.
    mean_open = 3 * 3 / MONTH_DAYS
    variance = math.exp(3 * mean_open) - math.exp(2 * mean_open)
    assert law.mean_factor == pytest.approx(math.exp(mean_open), rel=1e-3)
    assert abs(np.mean(factors) - law.mean_factor) < 4 * math.sqrt(variance / 3000)


def test_another_horizon_or_length_moves_no_surge():
    short, long = surges(storm(), 90 * DAY_US, key()), surges(storm(), 365 * DAY_US, key())
    assert [s for s in long if s.start_us < 90 * DAY_US] == list(short)
    longer = surges(storm(lasts="9d"), 90 * DAY_US, key())
    assert {s.start_us for s in short} <= {s.start_us for s in longer}


def test_surges_that_overlap_multiply_and_count_by_the_part_they_cover():
    edges = np.array([0, 10, 20, 30])
    factors = surge_factors([Surge(5, 25, 3.0), Surge(10, 20, 2.0)], edges)
    assert factors.tolist() == [2.0, 6.0, 2.0]


def test_a_surge_multiplies_the_sessions_of_its_hours_and_adds_to_those_that_were_there():
    when = horizon(days=10)
    calm = staff(when, users=400, active_hours=FLAT)
    wild = staff(
        when,
        users=400,
        active_hours=FLAT,
        surges=[{**STORM, "per_month": 6, "multiplies": 3, "lasts": "30h"}],
    )
    edges = np.arange(0, 10 * 24 + 1) * (DAY_US // 24)
    factors = surge_factors(wild.populations["staff"].surges, edges)
    before, after = (np.histogram(times_us(d), edges)[0] for d in (calm, wild))
    assert factors.max() >= 3
    expected = factors * 400 * 8 / 24
    z = (after - expected) / np.sqrt(expected)
    assert abs(z.mean()) < 4 / math.sqrt(len(z))
    assert before.sum() < after.sum()
    assert stats.kstest(z, "norm").pvalue > 0.001


MINUTE_US = 60_000_000


def test_factors_of_a_rate_have_their_mean_cv_and_length():
    law = RateSwings(0.4, 8 * MINUTE_US)
    n = 80_000
    factors = law.factors(n, key())
    # A correlation of 1/e after four cells leaves an eighth as many independent cells.
    n_free = n / 8
    assert abs(factors.mean() - 1) < 4 * 0.4 / math.sqrt(n_free)
    assert factors.std() / factors.mean() == pytest.approx(0.4, rel=0.06)
    scores = np.log(factors)
    for swings in (1, 2):
        seen = np.corrcoef(scores[: -4 * swings], scores[4 * swings :])[0, 1]
        assert abs(seen - math.exp(-swings)) < 4 / math.sqrt(n_free)


def test_a_rate_that_wanders_keeps_its_mean_and_makes_counts_uneven():
    span = horizon(days=20)
    written = {"rate": "0.5/s", "swings": {"cv": 0.5, "lasts": "10min"}}
    spec = workload_spec("a", WorkloadDemand(arrivals=written), span)
    times = RenewalArrivals(spec, 1, 0).window(0, span.end_us)[0]
    seen = np.histogram(times, np.arange(0, span.end_us + 1, MINUTE_US))[0]
    # 20 days hold 1,440 independent swings (each 20 minutes, twice the length): 0.5 / sqrt(1440) is 1.3 %.
    assert seen.mean() == pytest.approx(30, rel=0.06)
    # Poisson gives 1; 30 more for each unit of the factor's variance, 0.25, a little less within a minute.
    assert seen.var() / seen.mean() == pytest.approx(1 + 30 * 0.25 * 0.97, rel=0.25)


def test_swings_move_no_other_luck():
    span = horizon(days=2)
    plain, swung = (
        workload_spec("a", WorkloadDemand(arrivals={"per_day": 500, **more}), span)
        for more in ({}, {"swings": {"cv": 0, "lasts": "10min"}})
    )
    times = [
        RenewalArrivals(spec, 1, 0).window(0, span.end_us)[0].tolist() for spec in (plain, swung)
    ]
    assert times[0] == times[1]


def test_a_longer_horizon_keeps_the_swings_that_were_there():
    law = RateSwings(0.3, MINUTE_US)
    assert law.factors(900, key())[:300].tolist() == law.factors(300, key()).tolist()


def test_swings_that_are_too_short_for_the_horizon_are_refused():
    written = {"per_day": 5, "swings": {"cv": 1, "lasts": "1s"}}
    with pytest.raises(PlaceError, match="at least"):
        workload_spec("a", WorkloadDemand(arrivals=written), horizon(days=90))
