"""Users get access along the ladder and come to use it along the adoption curve."""

import numpy as np
import pytest
from crowds import DAY_US

from sim import draws
from sim.demand.adoption import IMITATION, NEVER_US, Adoption, Step, onboarded_us, revoked_us

CURVES = ["logistic", "bass", "linear", "step", "immediate"]


def adoption(curve, ceiling=0.7):
    imitation = 3.0 if curve == "bass" else IMITATION
    return Adoption(curve, 0 if curve == "immediate" else 10 * DAY_US, ceiling, imitation)


def test_people_get_access_in_order_and_evenly_over_a_ramp():
    ladder = (Step(0, 2), Step(10, 6, 8))
    assert onboarded_us(ladder, 6).tolist() == [0, 0, 10, 12, 14, 16]


def test_a_step_starts_from_what_the_ramp_before_it_had_reached():
    ladder = (Step(0, 10, 100), Step(50, 6, 10), Step(80, 10))
    # Five were reached by 50; one more comes over the next 10, the rest at 80.
    assert onboarded_us(ladder, 10).tolist() == [0, 10, 20, 30, 40, 50, 80, 80, 80, 80]


def test_who_is_beyond_the_ladder_never_gets_access():
    assert onboarded_us((Step(0, 1),), 3).tolist() == [0, NEVER_US, NEVER_US]
    assert onboarded_us((), 1).tolist() == [NEVER_US]


@pytest.mark.parametrize("curve", CURVES)
def test_half_of_the_ceiling_use_it_after_half_after(curve):
    law = adoption(curve)
    since = np.array([0.999, 1.0, 1.001]) * law.half_after_us
    if curve in {"logistic", "bass", "linear"}:
        assert law.share(since)[1] == pytest.approx(0.35)
    assert law.share(since)[2] >= 0.35
    assert law.share(np.array([100.0 * DAY_US * 10]))[0] == pytest.approx(0.7)
    assert law.share(np.array([-1.0]))[0] == 0.0


@pytest.mark.parametrize("curve", CURVES)
def test_delays_follow_the_formula(curve):
    law = adoption(curve)
    luck = draws.uniforms(draws.purpose(1, 0, "test"), np.arange(40_000, dtype=np.uint64))
    delays = law.delays_us(luck)
    for days in (0.5, 2, 5, 9.9, 10.1, 15, 25, 60):
        seen, meant = np.mean(delays <= days * DAY_US), law.share(np.array([days * DAY_US]))[0]
        assert seen == pytest.approx(meant, abs=4 * 0.5 / 200)
    assert np.mean(delays == NEVER_US) == pytest.approx(0.3, abs=0.01)


def test_a_higher_ceiling_takes_nobody_away_and_delays_nobody():
    luck = (np.arange(1000) + 0.5) / 1000
    low, high = adoption("logistic", 0.5).delays_us(luck), adoption("logistic", 0.8).delays_us(luck)
    assert (high <= low).all()
    assert adoption("logistic", 0.0).delays_us(luck).min() == NEVER_US


def test_without_imitation_the_pull_is_steady():
    """Then adoption is exponential: F(t) = 1 - 2^(-t / half_after)."""
    law = Adoption("bass", 10 * DAY_US, imitation=0.0)
    since = np.array([1.0, 5.0, 20.0, 40.0])
    assert law.share(since * DAY_US) == pytest.approx(1 - 2.0 ** (-since / 10))


def test_as_users_fall_those_who_came_last_lose_access_first():
    ladder = (Step(0, 2), Step(10, 6, 8), Step(20, 3))
    assert revoked_us(ladder, 6).tolist() == [NEVER_US] * 3 + [20] * 3
    assert onboarded_us(ladder, 6).tolist() == [0, 0, 10, 12, 14, 16]
