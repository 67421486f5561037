"""Plain arrivals: exact ladders, exact Poisson processes, bursts, closed loops."""

import math

import numpy as np
import pytest
from crowds import DAY_US, HOUR_US, counts, horizon, plain, times_us
from scipy import stats

from sim.demand.build import workload_spec
from sim.demand.renewal import ClosedUsers
from sim.scenario.people import WorkloadDemand

WAVE = {"curve": "wave", "swing": "80%", "peak_at": "14:00"}


@pytest.mark.parametrize("rate", [1, 3, 7, 15, 64])
def test_a_metronome_never_drifts(rate):
    times = times_us(plain(horizon(days=2), rate=f"{rate}/s", gaps=1, count=400_000))
    beats = np.arange(1, min(2 * 86_400 * rate, 400_001))
    assert len(times) == len(beats)
    assert (np.abs(times * rate - beats * 1_000_000) <= rate / 2).all()


def test_a_ladder_of_rates_beats_at_each_rate_from_its_instant():
    steps = [
        {"from": "0s", "rate": "10/s"},
        {"from": "10s", "rate": "0/s"},
        {"from": "20s", "rate": "2/s"},
        {"from": "30s", "rate": "0/s"},
    ]
    times = times_us(plain(horizon(days=1), steps=steps, gaps=1))
    seconds = [*(k / 10 for k in range(1, 101)), *(20 + k / 2 for k in range(1, 21))]
    assert times.tolist() == [round(second * 1e6) for second in seconds]


def test_a_count_ends_it():
    times = times_us(plain(horizon(days=2), rate="15/s", gaps=1, count=900))
    assert len(times) == 900
    assert times[-1] == 60_000_000


def test_a_burst_comes_at_its_instants():
    demand = plain(horizon(days=2), at=["30s", 0, "2027-07-06T09:00"], count=150)
    first, second = demand.day(0), demand.day(1)
    assert first.time_us.tolist() == [0] * 150 + [30_000_000] * 150
    assert second.time_us.tolist() == [DAY_US + 9 * HOUR_US] * 150
    assert first.number.tolist() == list(range(300))
    assert second.number[0] == 300
    assert len(set(first.key.tolist() + second.key.tolist())) == 450


def test_a_wave_of_poisson_arrivals_has_its_counts():
    # Case V03: 5 + 4 sin(2 pi (t - 8 h) / 24 h) per second.
    when = horizon(days=3)
    times = times_us(plain(when, seed=5, rate="5/s", curve=WAVE))
    hours = np.histogram(times, np.arange(0, 3 * 24 + 1) * HOUR_US)[0]
    peak = np.histogram(times, [13.5 * HOUR_US, 14.5 * HOUR_US])[0][0]
    night = np.histogram(times, [1.5 * HOUR_US, 2.5 * HOUR_US])[0][0]
    assert abs(len(times) - 3 * 432_000) < 4 * math.sqrt(3 * 432_000)
    assert abs(peak - 32_358.911866) < 4 * math.sqrt(32_359)
    assert abs(night - 3_641.088134) < 4 * math.sqrt(3_641)
    assert hours.sum() == len(times)


def test_a_wave_of_poisson_arrivals_is_poisson():
    # Given their number, the arrivals of a Poisson process are uniform in expected time (CU-KS).
    demand = plain(horizon(days=1), seed=3, rate="0.5/s", curve=WAVE)
    pace = demand._sources[0].spec.pace
    expected = np.interp(times_us(demand), pace.edges_us, pace.expected) / pace.expected[-1]
    assert stats.kstest(expected, "uniform").pvalue > 0.001
    bins = np.histogram(expected, 2000, (0, 1))[0]
    dispersion = bins.var() / bins.mean()
    assert abs(dispersion - 1) < 4 * math.sqrt(2 / 2000)


CV = [
    ({"burst": {"cv": 4}}, 4.0),
    ({"burst": {"cv": 0.5}}, 0.5),
    ({"burst": {"cv": 0}}, 0.0),
    ({"burst": {"cv": 1}}, 1.0),
    ({"gaps": {"law": "hyperexponential", "mean": 7, "cv": 2}}, 2.0),
    ({"gaps": {"law": "erlang", "mean": 1, "shape": 4}}, 0.5),
    ({"gaps": {"law": "exponential", "mean": 1}}, 1.0),
    ({}, 1.0),
]


@pytest.mark.parametrize(("written", "cv"), CV)
def test_gaps_have_the_rate_and_the_variation_that_was_asked_for(written, cv):
    times = times_us(plain(horizon(days=2), seed=2, rate="2/s", **written))
    gaps = np.diff(times) / 1e6
    n = len(gaps)
    assert abs(gaps.mean() - 0.5) < 4 * 0.5 * max(cv, 1e-6) / math.sqrt(n)
    assert gaps.std() / gaps.mean() == pytest.approx(cv, rel=0.06, abs=1e-4)


def test_how_a_stretch_is_cut_changes_nothing():
    when = horizon(days=4)
    whole = plain(when, rate="3/s", burst={"cv": 3})._sources[0].window(0, when.end_us)
    assert times_us(plain(when, rate="3/s", burst={"cv": 3})).tolist() == whole[0].tolist()


def test_a_curve_keeps_to_its_days_and_holidays():
    written = {"per_day": 2000, "curve": "evening_batch", "days": "mon-fri"}
    week = counts(plain(horizon("2027-07-05", 7), **written, holidays={"country": "US"}))
    assert week[[0, 5, 6]].tolist() == [0, 0, 0]
    assert (np.abs(week[1:5] - 2000) < 4 * math.sqrt(2000)).all()


def test_a_curve_runs_on_its_own_clock():
    demand = plain(horizon(days=3), per_day=20_000, curve="night_batch", timezone="Asia/Tokyo")
    hours = (times_us(demand) // HOUR_US + 9) % 24
    assert hours.max() < 6


def test_per_day_without_a_curve_is_a_rate_even_when_the_clock_changes():
    demand = plain(horizon("2024-03-09", 3, "America/New_York"), per_day=24, gaps=1)
    assert counts(demand).tolist() == [23, 23, 24]


def test_the_rate_does_not_change_which_gaps_come():
    slow = times_us(plain(horizon(days=1), rate="1/s"))
    fast = times_us(plain(horizon(days=1), rate="2/s"))
    assert (np.abs(fast[: len(slow)] * 2 - slow) <= 2).all()


def test_closed_users_think_before_they_come():
    when = horizon(days=1)
    written = {
        "arrivals": {"closed": {"users": 2000}},
        "think_time": {"law": "exponential", "mean": "10s"},
    }
    spec = workload_spec("desk", WorkloadDemand.model_validate(written), when)
    source = ClosedUsers(spec, 1, 0)
    times, keys = source.window(0, when.end_us)
    assert len(set(keys.tolist())) == 2000
    assert times.min() >= 1
    assert stats.kstest(times / 1e7, "expon").pvalue > 0.001
    assert source.mean(0, DAY_US) == 2000
    assert source.mean(DAY_US, 2 * DAY_US) == 0


def test_other_seeds_and_replications_are_other_arrivals():
    when = horizon(days=1)
    seen = [
        times_us(plain(when, seed, replication, rate="1/s"))[:5].tolist()
        for seed, replication in ((1, 0), (1, 1), (2, 0))
    ]
    assert len({tuple(times) for times in seen}) == 3
