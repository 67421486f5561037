"""How a route chooses among its endpoints, one sentence a test."""

import numpy as np
import pytest
from plans import PlanMaker, day, events, run, table, text

from sim.outcome import Event, Use
from sim.plan.columns import Choose, Result

MANY = [day([(10 * number, number) for number in range(2000)])]


def weighted(*weights, **first):
    maker = PlanMaker()
    endpoints = [
        maker.endpoint(maker.node(), 3, **(first if not n else {})) for n in range(len(weights))
    ]
    route = maker.route(*endpoints, next_on=list(Result), choose=Choose.WEIGHTS, weights=weights)
    maker.workload(maker.call(route=route))
    return maker.plan()


def attempts(outcome, count):
    return [outcome.used(endpoint, Use.ATTEMPTS) for endpoint in range(count)]


def test_endpoints_are_chosen_in_proportion_to_their_weights(engine):
    share = np.array(attempts(run(weighted(3, 1, 4), MANY, engine), 3)) / 2000
    assert np.allclose(share, [3 / 8, 1 / 8, 4 / 8], atol=0.04)


def test_after_a_failure_the_weights_of_those_left_decide(engine):
    plan = weighted(1_000_000, 3, 1, error_chance=1.0)
    first, second, third = attempts(run(plan, MANY, engine), 3)
    assert first >= 1990
    assert second / (second + third) == pytest.approx(0.75, abs=0.04)


def test_one_that_weighs_nothing_is_a_last_resort(engine):
    assert attempts(run(weighted(1, 0), MANY, engine), 2) == [2000, 0]
    assert attempts(run(weighted(1, 0, error_chance=1.0), MANY, engine), 2) == [2000, 2000]


def busy(*services):
    maker = PlanMaker()
    endpoints = [maker.endpoint(maker.node(), service) for service in services]
    route = maker.route(*endpoints, choose=Choose.LEAST_BUSY)
    maker.workload(maker.call(route=route))
    return maker.plan()


def test_the_least_busy_is_chosen_and_of_equals_the_first(engine):
    outcome = run(busy(100, 10), [day([(0, 0), (1, 1), (2, 2), (12, 3)])], engine)
    # 0 goes to the first; 1 to the second; 2 finds one each and goes to the first; 3 finds the second free.
    assert table(outcome, "session finished_us") == text("""
        session finished_us
        0 100
        1 11
        2 102
        3 22
    """)


def test_who_chooses_at_one_instant_sees_what_the_instant_before_left(engine):
    outcome = run(busy(100, 10), [day([(0, 0), (0, 1), (100, 2)])], engine)
    # Both come to the first; at 100 its two are done, which 2 does not know: it sees two there, and none here.
    assert table(outcome, "session finished_us") == text("""
        session finished_us
        0 100
        1 100
        2 110
    """)


def test_who_waits_counts_as_busy(engine):
    maker = PlanMaker()
    slow = maker.endpoint(maker.node(servers=1), 100)
    quick = maker.endpoint(maker.node(servers=3), 100)
    maker.workload(maker.call(route=maker.route(slow)))
    maker.workload(maker.call(route=maker.route(quick)))
    maker.workload(maker.call(route=maker.route(slow, quick, choose=Choose.LEAST_BUSY)))
    arrivals = [(0, 0, 0), (0, 1, 0), (0, 2, 1), (1, 3, 2)]
    outcome = run(maker.plan(), [day(arrivals)], engine)
    assert (1, 3, 0) in events(outcome, Event.JOIN)
    assert outcome.used(1, Use.ATTEMPTS) == 2
