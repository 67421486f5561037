"""Sessions of people: who comes, how often, when, and that scenarios share them."""

import math

import numpy as np
import pytest
from crowds import DAY_US, FLAT, HOUR_US, OFFICE, counts, horizon, phase, sessions, staff, times_us
from scipy import stats

from sim import draws
from sim.demand.people import poisson_counts

WEEK = {"mon-fri": "office_9_to_5", "sat": {"scale": 0.15}, "sun": {"scale": 0.05}}


def test_a_week_has_the_means_of_its_days():
    demand = staff(horizon(days=28), users=800, active_hours=WEEK)
    seen = counts(demand).reshape(4, 7).sum(axis=0)
    for day, scale in enumerate((1, 1, 1, 1, 1, 0.15, 0.05)):
        mean = 4 * 800 * 8 * scale
        assert abs(seen[day] - mean) < 4 * math.sqrt(mean)


def test_a_person_has_a_poisson_number_of_sessions():
    uniforms = draws.uniforms(draws.purpose(1, 0, "test"), np.arange(50_000, dtype=np.uint64))
    for mean in (0.05, 1, 8, 60, 3000):
        found = poisson_counts(mean, uniforms)
        assert abs(found.mean() - mean) < 4 * math.sqrt(mean / 50_000)
        assert found.var() / found.mean() == pytest.approx(1, abs=4 * math.sqrt(2 / 50_000) * 2)
    assert poisson_counts(0.0, uniforms).max() == 0


def test_sessions_of_a_day_are_spread_as_the_curve_says():
    times = times_us(staff(horizon(days=1), users=3000))
    hours = np.bincount(times // HOUR_US, minlength=24)
    numbers = [
        0,
        0,
        0,
        0,
        0,
        0,
        0.2,
        1,
        4,
        10,
        12.5,
        12,
        7.5,
        9.5,
        12,
        11.5,
        10,
        6,
        2,
        0.8,
        0.6,
        0.3,
        0.1,
        0,
    ]
    expected = np.array(numbers) * hours.sum() / sum(numbers)
    busy = expected > 0
    assert hours[~busy].sum() == 0
    assert stats.chisquare(hours[busy], expected[busy]).pvalue > 0.001


def test_holidays_are_like_sundays():
    seen = counts(staff(horizon("2027-07-05", 2), users=500, holidays={"country": "US"}))
    assert seen[0] == 0
    assert seen[1] > 3000


def test_a_day_of_25_hours_has_the_repeated_hour_twice():
    when = horizon("2024-11-03", 1, "America/New_York")
    demand = staff(when, 24, users=2000, active_hours=FLAT)
    hours = np.bincount(times_us(demand) // HOUR_US)
    assert len(hours) == 25
    assert (np.abs(hours - 2000) < 4.5 * math.sqrt(2000)).all()


def test_phased_and_big_bang_share_every_session_once_both_have_the_person():
    when = horizon(days=14)
    phased = (phase("2027-07-05", 50), phase("2027-07-08", 300, 3 * DAY_US))
    small, large = (sessions(staff(when, phases=p)) for p in (phased, (phase("2027-07-05", 300),)))
    assert small.items() <= large.items()
    late = {key for key, time in large.items() if time >= 6 * DAY_US}
    assert late == {key for key, time in small.items() if time >= 6 * DAY_US}
    assert 0 < len(small) < len(large)


def test_adoption_thins_the_sessions_and_moves_none():
    when = horizon(days=14)
    everyone = sessions(staff(when, users=300))
    some = sessions(staff(when, users=300, adoption={"half_after": "3d", "ceiling": "60%"}))
    assert some.items() <= everyone.items()
    assert 0.3 < len(some) / len(everyone) < 0.6


def test_more_sessions_a_day_keep_those_that_were_there():
    when = horizon(days=3)
    few, many = sessions(staff(when, 5, users=100)), sessions(staff(when, 9, users=100))
    assert few.items() <= many.items()


def test_a_stream_keeps_its_luck_and_a_name_has_its_own():
    when = horizon(days=2)
    assert (
        sessions(staff(when, users=50)).keys().isdisjoint(sessions(staff(when, users=50, seed=2)))
    )
    assert (
        sessions(staff(when, users=50))
        .keys()
        .isdisjoint(sessions(staff(when, users=50, replication=1)))
    )


def test_the_horizon_may_start_earlier_without_moving_a_session():
    # Days are addressed by their date; only instants are counted from the start.
    early = sessions(staff(horizon("2027-07-05", 7), users=50))
    late = sessions(staff(horizon("2027-07-07", 5), users=50))
    assert {(k, t + 2 * DAY_US) for k, t in late.items()} <= early.items()


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/Los_Angeles", "UTC"])
def test_people_in_another_zone_work_by_their_own_clock(zone):
    when = horizon(days=7)
    demand = staff(when, users=200, timezone=zone)
    times = times_us(demand)
    assert (np.diff(times) >= 0).all()
    local = [day for day in when.days(zone) if day.weekday < 5]
    inside = sum(((times >= d.start_us) & (times < d.until_us)).sum() for d in local)
    assert inside == len(times)
    assert abs(len(times) - demand.mean_per_day().sum()) < 4 * math.sqrt(len(times))


def test_a_gate_that_holds_the_rollout_moves_only_the_people_it_holds():
    when = horizon(days=5)
    plan = (phase("2027-07-05", 50), phase("2027-07-07", 200))
    held = (phase("2027-07-05", 50), phase("2027-07-08", 200))
    ladders = [staff(when, phases=p).populations["staff"].ladder for p in (plan, held)]
    demand = staff(when, phases=plan)
    first = [demand.day(i) for i in range(2)]
    demand.onboard({"staff": ladders[1]})
    rest = [demand.day(i) for i in range(2, 5)]
    wanted = sessions(staff(when, phases=held))
    assert [k for day in first + rest for k in day.key.tolist()] == list(wanted)


def test_the_office_is_empty_without_users():
    assert counts(staff(horizon(days=2), users=0)).tolist() == [0, 0]
    assert OFFICE


def test_people_who_leave_send_nothing_more():
    """Stays are exponential with a mean of ten days: after t days exp(-t / 10) of the people are left."""
    stays = {"law": "exponential", "mean": "10d"}
    demand = staff(
        horizon(days=28),
        users=4000,
        active_hours=FLAT,
        adoption={"curve": "immediate", "stays": stays},
    )
    means = demand.mean_per_day()[0]
    seen = counts(demand)
    for day in range(28):
        left = 10 * (math.exp(-day / 10) - math.exp(-(day + 1) / 10))
        assert means[day] == pytest.approx(4000 * 8 * left, rel=0.04)
        assert abs(seen[day] - 4000 * 8 * left) < 4 * math.sqrt(
            4000 * 64 * left * (1 - left) + 32000
        )


def test_who_stays_has_the_same_sessions_as_if_nobody_left():
    leaving = {"curve": "immediate", "stays": {"law": "exponential", "mean": "3d"}}
    some = sessions(staff(horizon(days=7), users=50, adoption=leaving))
    assert some.items() < sessions(staff(horizon(days=7), users=50)).items()
