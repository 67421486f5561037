"""How attempts queue, start and leave, one sentence a test."""

import pytest
from plans import END, PlanMaker, day, events, run, story, table, text

from sim.outcome import Event, Load, Use
from sim.plan.columns import Result, Status


def desk(servers=1, service=3, **node):
    """One desk that everybody visits."""
    maker = PlanMaker()
    place = maker.node(servers=servers, **node)
    endpoint = maker.endpoint(place, service)
    maker.workload(maker.call(endpoint, stage=0))
    return maker.plan()


def ends(plan, times, engine, **options):
    outcome = run(plan, [day([(t, n) for n, t in enumerate(times)])], engine, **options)
    return outcome, [int(row[6]) for row in outcome.rows]


def test_one_that_arrives_as_a_server_frees_starts_at_once(engine):
    outcome, finished = ends(desk(), [5, 8], engine)
    assert finished == [8, 11]
    assert table(outcome, "session wait_us") == "session wait_us\n0 0\n1 0"


def test_two_that_join_together_start_in_order_of_session(engine):
    outcome, finished = ends(desk(), [5, 5, 5], engine)
    assert finished == [8, 11, 14]
    assert outcome.waited(0) == {0: 1, 3: 1, 6: 1}


def test_regular_arrivals_as_fast_as_the_service_never_wait(engine):
    outcome, finished = ends(desk(), list(range(0, 300, 3)), engine)
    assert finished == list(range(3, 303, 3))
    assert outcome.waited(0) == {0: 100}


def test_many_servers_serve_at_once(engine):
    _, finished = ends(desk(servers=2), [0, 0, 0], engine)
    assert finished == [3, 3, 6]


def test_servers_without_number_never_let_wait(engine):
    _, finished = ends(desk(servers=-1), [0, 0, 0, 1], engine)
    assert finished == [3, 3, 3, 4]


def test_without_servers_nobody_is_served(engine):
    outcome, _ = ends(desk(servers=0), [0, 1], engine)
    assert table(outcome, "session status") == "session status\n0 UNFINISHED\n1 UNFINISHED"


def test_a_trace_tells_the_whole_story(engine):
    outcome, _ = ends(desk(), [5, 5], engine)
    assert story(outcome, session=1) == text("""
        5 1 ARRIVE 0 100
        5 1 STEP 1 0
        5 1 JOIN 0 0
        8 1 START 0 3
        11 1 STEP 0 0
        11 1 ENDED 0 0
        11 1 END -1 0
    """)


def test_a_trace_can_be_of_one_request_or_of_none(engine):
    plan = desk()
    one = run(plan, [day([(5, 0), (5, 1)])], engine, trace=(1, 1))
    assert set(one.trace[:, 1].tolist()) == {1}
    assert len(run(plan, [day([(5, 0)])], engine, trace=(-1, -1)).trace) == 0


def test_urgent_work_starts_before_what_joined_earlier(engine):
    maker = PlanMaker()
    call = maker.call(maker.endpoint(maker.node(servers=1), 10))
    maker.workload(call, priority=1)
    maker.workload(call, priority=0)
    outcome = run(maker.plan(), [day([(0, 0, 0), (1, 1, 0), (2, 2, 1)])], engine)
    assert table(outcome, "session finished_us") == text("""
        session finished_us
        0 10
        1 30
        2 20
    """)


def test_the_last_of_those_who_join_together_find_the_queue_full(engine):
    outcome, _ = ends(desk(queue_limit=1), [5, 5, 5, 5], engine)
    assert table(outcome, "session status finished_us attempts") == text("""
        session status finished_us attempts
        0 OK 8 1
        1 OK 11 1
        2 SHED 6 1
        3 SHED 6 1
    """)
    assert outcome.loaded(0, Load.SHED) == 2
    assert outcome.loaded(0, Load.JOINED) == 4
    assert outcome.used(0, Use.ATTEMPTS) == 4
    assert outcome.waited(0) == {0: 1, 3: 1}


def test_who_waits_already_is_not_turned_away_for_an_urgent_one(engine):
    maker = PlanMaker()
    call = maker.call(maker.endpoint(maker.node(servers=1, queue_limit=1), 10))
    maker.workload(call, priority=1)
    maker.workload(call, priority=0)
    outcome = run(maker.plan(), [day([(0, 0), (1, 1), (2, 2, 1)])], engine)
    assert table(outcome, "session status") == text("""
        session status
        0 OK
        1 OK
        2 SHED
    """)


def test_a_queue_of_none_still_lets_in_whom_a_server_takes(engine):
    outcome, _ = ends(desk(queue_limit=0), [5, 5, 8], engine)
    assert table(outcome, "session status") == "session status\n0 OK\n1 SHED\n2 OK"


def test_who_loses_patience_as_a_server_frees_leaves(engine):
    outcome, _ = ends(desk(patience=3), [5, 5, 6], engine)
    assert table(outcome, "session status finished_us wait_us stage0") == text("""
        session status finished_us wait_us stage0
        0 OK 8 0 3
        1 GAVE_UP 8 3 3
        2 OK 11 2 5
    """)
    assert outcome.loaded(0, Load.LEFT) == 1
    assert outcome.waited(0) == {0: 1, 2: 1, 3: 1}
    assert events(outcome, Event.GAVE_UP) == []


def test_patience_of_less_than_one_us_is_one_us(engine):
    _, finished = ends(desk(patience=0), [5, 5], engine)
    assert finished == [8, 6]


def test_time_spent_is_counted_by_node(engine):
    outcome, _ = ends(desk(servers=2), [0, 0, 0], engine)
    hour_us = 3_600_000_000
    wanted = {Load.BUSY_US: 9, Load.QUEUE_US: 3, Load.SERVER_US: 2 * hour_us, Load.FULL_US: 3}
    assert {load: outcome.loaded(0, load) for load in wanted} == wanted


@pytest.mark.parametrize(("servers", "full_us"), [(0, 3_600_000_000), (-1, 0), (1, 3)])
def test_a_node_is_full_while_every_server_is_busy(engine, servers, full_us):
    outcome, _ = ends(desk(servers=servers), [0], engine)
    assert outcome.loaded(0, Load.FULL_US) == full_us


def two_step(first_leaves):
    """A desk where clients time out after 4 µs; each service takes 10 µs."""
    maker = PlanMaker()
    node = maker.node(servers=1, abandoned_leaves=first_leaves)
    maker.workload(maker.call(maker.endpoint(node, 10, timeout_us=4)))
    patient = maker.endpoint(node, 10)
    maker.workload(maker.call(patient))
    return maker.plan()


def test_abandoned_work_in_a_queue_is_served_for_nobody(engine):
    outcome = run(two_step(0), [day([(0, 0, 1), (1, 1, 0), (2, 2, 1)])], engine)
    assert table(outcome, "session status finished_us wait_us") == text("""
        session status finished_us wait_us
        0 OK 10 0
        1 TIMED_OUT 5 4
        2 OK 30 18
    """)
    assert (outcome.used(0, Use.TIMEOUTS), outcome.used(0, Use.WASTED)) == (1, 1)
    assert outcome.used(0, Use.WASTED_INPUT) == 100
    assert outcome.waited(0) == {0: 1, 9: 1, 18: 1}


def test_abandoned_work_leaves_the_queue_where_the_node_says_so(engine):
    outcome = run(two_step(1), [day([(0, 0, 1), (1, 1, 0), (2, 2, 1)])], engine)
    assert table(outcome, "session finished_us") == "session finished_us\n0 10\n1 5\n2 20"
    assert (outcome.used(0, Use.WASTED), outcome.loaded(0, Load.LEFT)) == (0, 1)
    assert outcome.waited(0) == {0: 1, 4: 1, 8: 1}


def test_abandoned_work_in_service_goes_on_to_its_end(engine):
    outcome = run(two_step(1), [day([(0, 0, 0), (1, 1, 1)])], engine)
    assert table(outcome, "session status finished_us") == text("""
        session status finished_us
        0 TIMED_OUT 4
        1 OK 20
    """)
    assert events(outcome, Event.ENDED) == [(10, 0, Result.OK), (20, 1, Result.OK)]


def test_abandoned_work_that_kept_its_place_still_loses_patience(engine):
    maker = PlanMaker()
    node = maker.node(servers=1, patience=6)
    maker.workload(maker.call(maker.endpoint(node, 100, timeout_us=4)))
    outcome = run(maker.plan(), [day([(0, 0), (1, 1)])], engine)
    assert events(outcome, Event.LEFT) == [(7, 1, -1)]
    assert table(outcome, "session status finished_us wait_us") == text("""
        session status finished_us wait_us
        0 TIMED_OUT 4 0
        1 TIMED_OUT 5 4
    """)
    assert outcome.waited(0) == {0: 1, 6: 1}


def test_one_abandoned_at_the_instant_of_joining_leaves_before_the_door(engine):
    maker = PlanMaker()
    node = maker.node(servers=1, abandoned_leaves=1)
    call = maker.call(maker.endpoint(node, 5))
    start = maker.chain(maker.delay(3), call)
    maker.workload(start, patience=3)
    outcome = run(maker.plan(), [day([(0, 0)])], engine)
    assert (
        table(outcome, "status attempts finished_us") == "status attempts finished_us\nGAVE_UP 0 3"
    )
    assert (outcome.loaded(0, Load.JOINED), outcome.loaded(0, Load.LEFT)) == (1, 1)
    assert outcome.used(0, Use.ATTEMPTS) == 0
    assert outcome.waited(0) == {0: 1}


def test_one_abandoned_at_the_instant_of_joining_is_sent_where_nobody_leaves(engine):
    maker = PlanMaker()
    call = maker.call(maker.endpoint(maker.node(servers=1), 5))
    maker.workload(maker.chain(maker.delay(3), call), patience=3)
    outcome = run(maker.plan(), [day([(0, 0)])], engine)
    assert table(outcome, "status attempts") == "status attempts\nGAVE_UP 0"
    assert (outcome.used(0, Use.ATTEMPTS), outcome.used(0, Use.WASTED)) == (1, 1)


def test_a_plan_of_nothing_but_its_end_is_done_at_once(engine):
    maker = PlanMaker()
    maker.workload(END)
    outcome = run(maker.plan(), [day([(7, 0)])], engine)
    assert table(outcome, "arrived_us finished_us first_token_us status") == text("""
        arrived_us finished_us first_token_us status
        7 7 7 OK
    """)
    assert events(outcome, Event.END) == [(7, 0, Status.OK)]
