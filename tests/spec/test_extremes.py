"""Nobody, everybody at once, nothing to serve with, the last instant, a year of silence: one sentence a test."""

import numpy as np
import pytest
from plans import MINUTE_US, SECOND_US, PlanMaker, day, days, run, table, text

from sim.outcome import Load, Row, Use
from sim.plan.columns import Status

DAY_US = 24 * 60 * MINUTE_US
YEAR_US = 365 * DAY_US
A_LOT = 200_000_000
"""Tokens a minute."""


def idle_year(*input_tokens, queues=0):
    """A full bucket of 200M tokens; a first request empties it; the others come together a year later."""
    maker = PlanMaker()
    limit = maker.limit("token_bucket", A_LOT, A_LOT, counts="input_tokens", queues=queues)
    endpoint = maker.endpoint(maker.node(), 3, limits=[limit])
    for tokens in (A_LOT, *input_tokens):
        maker.workload(maker.call(endpoint), input_tokens=tokens)
    arrivals = [(0, 0, 0)]
    arrivals += [(YEAR_US, place, place) for place in range(1, len(input_tokens) + 1)]
    edges = [*range(0, YEAR_US + 2 * DAY_US, DAY_US)]
    return maker.plan(), days(edges, arrivals)


def test_a_bucket_that_was_idle_for_a_year_admits_its_cap_and_no_more(engine):
    plan, stretches = idle_year(A_LOT - 1, 1, 1)
    outcome = run(plan, stretches, engine)
    assert table(outcome, "session status") == text("""
        session status
        0 OK
        1 OK
        2 OK
        3 RATE_LIMITED
    """)


def test_who_waits_for_a_bucket_after_a_year_waits_as_long_as_it_drips(engine):
    plan, stretches = idle_year(A_LOT, A_LOT // 60, queues=1)
    outcome = run(plan, stretches, engine)
    assert table(outcome, "session wait_us") == text(f"""
        session wait_us
        0 0
        1 0
        2 {SECOND_US}
    """)


def one_desk(servers, **options):
    maker = PlanMaker()
    node = maker.node(servers=servers, **options)
    maker.workload(maker.call(maker.endpoint(node, 7)))
    return maker.plan()


def test_nobody_comes(engine):
    outcome = run(one_desk(2), [day(until_us=DAY_US)], engine)
    assert len(outcome.rows) == len(outcome.trace) == 0
    assert outcome.usage.sum() == outcome.waits.sum() == outcome.arrived.sum() == 0
    assert outcome.loaded(0, Load.SERVER_US) == 2 * DAY_US
    assert outcome.loaded(0, Load.BUSY_US) == 0


def test_nobody_serves(engine):
    outcome = run(one_desk(0), [day([(0, 0), (5, 1)], until_us=20)], engine)
    assert table(outcome, "session status wait_us finished_us") == text("""
        session status wait_us finished_us
        0 UNFINISHED 0 20
        1 UNFINISHED 0 20
    """)
    assert outcome.loaded(0, Load.QUEUE_US) == 35
    assert outcome.loaded(0, Load.FULL_US) == 20
    assert outcome.waited(0) == {20: 1, 15: 1}


def test_a_limit_that_allows_nothing_refuses_everybody(engine):
    maker = PlanMaker()
    limits = [maker.limit("concurrency", 0)]
    maker.workload(maker.call(maker.endpoint(maker.node(), 3, limits=limits)))
    outcome = run(maker.plan(), [day([(0, 0), (9, 1)])], engine)
    assert set(outcome.rows[:, Row.STATUS].tolist()) == {Status.RATE_LIMITED}
    assert outcome.used(0, Use.ANSWERS) == 0


def test_one_request_is_served_by_hand(engine):
    outcome = run(one_desk(1), [day([(5, 0)])], engine)
    assert table(outcome, "arrived_us finished_us wait_us status") == text("""
        arrived_us finished_us wait_us status
        5 12 0 OK
    """)


@pytest.mark.parametrize("count", [1_500, pytest.param(100_000, marks=pytest.mark.slow)])
def test_all_at_once_wait_for_the_bucket_one_by_one(engine, count):
    maker = PlanMaker()
    limit = maker.limit("token_bucket", 1_000, 60_000, queues=1)
    maker.workload(maker.call(maker.endpoint(maker.node(), 1, limits=[limit])))
    everybody = [(0, number) for number in range(count)]
    outcome = run(maker.plan(), [day(everybody)], engine, trace=(-1, -1))
    numbers = np.arange(count)
    waits = np.maximum(0, numbers - 999) * 1_000
    assert np.array_equal(outcome.rows[:, Row.WAIT_US], waits)
    assert np.array_equal(outcome.rows[:, Row.FINISHED_US], waits + 1)


def test_what_ends_with_the_day_ends_on_the_next(engine):
    plan = one_desk(1)
    outcome = run(plan, days([0, 7, 14], [(0, 0), (6, 1), (7, 2)]), engine)
    assert outcome.arrived.tolist() == [2, 1, 0]
    assert outcome.ended.tolist() == [0, 1, 0]
    assert table(outcome, "session status finished_us") == text("""
        session status finished_us
        0 OK 7
        1 UNFINISHED 14
        2 UNFINISHED 14
    """)
    assert outcome.load[:, 0, :, Load.BUSY_US].sum(axis=1).tolist() == [7, 7, 0]


def test_who_joins_together_stands_in_order_of_session_whoever_set_out_first(engine):
    maker = PlanMaker()
    desk = maker.call(maker.endpoint(maker.node(servers=1), 3))
    for way in (10, 5):
        maker.workload(maker.chain(maker.delay(way), desk))
    outcome = run(maker.plan(), [day([(0, 1, 0), (5, 0, 1)])], engine)
    assert table(outcome, "session finished_us") == "session finished_us\n0 13\n1 16"


@pytest.mark.parametrize("servers", [2, -1], ids=["at the door", "when sent"])
def test_at_the_door_too_the_order_is_that_of_sessions(engine, servers):
    maker = PlanMaker()
    limits = [maker.limit("concurrency", 1)]
    call = maker.call(maker.endpoint(maker.node(servers), 3, limits=limits))
    for way in (10, 5):
        maker.workload(maker.chain(maker.delay(way), call))
    outcome = run(maker.plan(), [day([(0, 1, 0), (5, 0, 1)])], engine)
    assert table(outcome, "session status") == "session status\n0 OK\n1 RATE_LIMITED"


def test_of_two_nodes_with_one_limit_the_first_of_the_plan_starts_first(engine):
    maker = PlanMaker()
    limits = [maker.limit("concurrency", 1)]
    for _ in range(2):
        maker.workload(maker.call(maker.endpoint(maker.node(), 3, limits=limits)))
    outcome = run(maker.plan(), [day([(0, 0, 1), (0, 1, 0)])], engine)
    assert table(outcome, "session status") == "session status\n0 RATE_LIMITED\n1 OK"
