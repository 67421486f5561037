"""The whole of demand: order, numbers, means, and the same bytes again."""

import math

import numpy as np
import pytest
from crowds import DAY_US, horizon, phase, staff

from sim.demand import BurstSpec, Demand, Step
from sim.demand.build import demand_of
from sim.scenario.people import Population, WorkloadDemand

WEEK = {"mon-fri": "office_9_to_5", "sat": {"scale": 0.15}, "sun": {"scale": 0.05}}
MIXED = {
    "ask": {"population": "staff", "sessions_per_user_day": 6},
    "review": {"population": "staff", "sessions_per_user_day": 0.5},
    "intake": {"arrivals": {"per_day": 500, "curve": "evening_batch", "burst": {"cv": 4}}},
    "import": {"arrivals": {"at": ["9h", "33h"], "count": 20}},
}


def mixed(when, seed=1, replication=0):
    people = {"staff": Population.model_validate({"active_hours": WEEK, "users": 200})}
    written = {name: WorkloadDemand.model_validate(value) for name, value in MIXED.items()}
    return demand_of(when, people, written, (), seed, replication)


def test_days_come_in_order_of_time_with_numbers_of_their_own():
    demand = mixed(horizon(days=5))
    number = 0
    keys = set()
    for index, day in enumerate(demand.days):
        arrivals = demand.day(index)
        n = len(arrivals.number)
        assert arrivals.number.tolist() == list(range(number, number + n))
        assert (np.diff(arrivals.time_us) >= 0).all()
        assert (day.start_us <= arrivals.time_us).all()
        assert (arrivals.time_us < day.until_us).all()
        assert arrivals.key.dtype == np.uint64
        assert {a.dtype for a in (arrivals.time_us, arrivals.number, arrivals.workload)} == {
            np.dtype(np.int64)
        }
        number += n
        keys |= set(arrivals.key.tolist())
    assert len(keys) == number


def test_at_one_instant_workloads_come_in_the_plans_order():
    when = horizon(days=1)
    specs = [BurstSpec("b", (5, 7), 2), BurstSpec("a", (7,), 1), BurstSpec("c", (5,), 1)]
    day = Demand(when, [], specs, 1, 0).day(0)
    assert day.workload.tolist() == [0, 0, 2, 0, 0, 1]


def test_the_same_seed_gives_the_same_bytes():
    def bytes_of(demand):
        days = [demand.day(i) for i in range(3)]
        return [d.time_us.tobytes() + d.key.tobytes() + d.workload.tobytes() for d in days]

    when = horizon(days=3)
    assert bytes_of(mixed(when)) == bytes_of(mixed(when))
    assert bytes_of(mixed(when)) != bytes_of(mixed(when, replication=1))


def test_days_cannot_be_asked_for_out_of_order():
    with pytest.raises(AssertionError):
        mixed(horizon(days=2)).day(1)


def test_a_workload_keeps_its_sessions_whoever_stands_beside_it():
    when = horizon(days=2)
    people = {"staff": Population.model_validate({"active_hours": WEEK, "users": 200})}
    alone = {"review": WorkloadDemand.model_validate(MIXED["review"])}
    day, among = demand_of(when, people, alone, (), 1, 0).day(0), mixed(when).day(0)
    assert day.key.tolist() == among.key[among.workload == 1].tolist()


MEANS = [
    {"users": 300},
    {"users": 300, "adoption": {"half_after": "4d", "ceiling": "70%"}},
    {"users": 300, "adoption": {"curve": "linear", "half_after": "5d"}},
    {"users": 300, "adoption": {"curve": "step", "half_after": "66h"}},
    {"users": 100, "phases": (phase("2027-07-07", 400, 5 * DAY_US),)},
    {"users": 100, "timezone": "Asia/Tokyo", "phases": (phase("2027-07-08", 300),)},
]


@pytest.mark.parametrize("written", MEANS)
def test_the_mean_of_each_day_is_what_simulation_finds(written):
    when = horizon(days=14)
    n = 40
    found = np.array(
        [
            [len(d.day(i).number) for i in range(14)]
            for d in (staff(when, 3, seed=s, active_hours=WEEK, **written) for s in range(n))
        ]
    )
    mean = staff(when, 3, active_hours=WEEK, **written).mean_per_day()[0]
    # Where people adopt by luck a day's variance is more than its mean: take the sample's own.
    spread = np.sqrt(np.maximum(found.var(axis=0, ddof=1), mean) / n) + 1e-9
    assert (np.abs(found.mean(axis=0) - mean) < 4.5 * spread).all()
    total = found.sum(axis=1)
    assert abs(total.mean() - mean.sum()) < 4 * max(total.std(ddof=1), 1) / math.sqrt(n)


def test_the_mean_takes_surges_and_hot_days_at_their_long_run_mean():
    storm = {
        "name": "s",
        "per_month": 4,
        "multiplies": {"values": [1, 3]},
        "lasts": {"law": "exponential", "mean": "30h"},
    }
    when = horizon(days=7)
    extra = {
        "users": 60,
        "active_hours": {"daily": "flat"},
        "surges": [storm],
        "day_to_day": {"cv": "10%"},
    }
    n = 250
    found = np.array(
        [
            sum(len(d.day(i).number) for i in range(7))
            for d in (staff(when, seed=s, **extra) for s in range(n))
        ]
    )
    mean = staff(when, **extra).mean_per_day().sum()
    assert mean > 60 * 8 * 7 * 1.1
    assert abs(found.mean() - mean) < 4 * found.std(ddof=1) / math.sqrt(n)


def test_means_of_plain_arrivals_are_exact():
    mean = mixed(horizon(days=3)).mean_per_day()
    assert mean[2].tolist() == pytest.approx([500.0] * 3)
    assert mean[3].tolist() == [20.0, 20.0, 0.0]
    assert mean.shape == (4, 3)


def test_a_gate_changes_the_means_of_the_rest():
    demand = staff(horizon(days=3), users=10)
    before = demand.mean_per_day()
    demand.onboard({"staff": (Step(0, 10), Step(DAY_US, 20))})
    assert demand.mean_per_day()[0].tolist() == pytest.approx([before[0][0], 160.0, 160.0])
