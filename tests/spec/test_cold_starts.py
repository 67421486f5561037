"""What was idle for a while starts cold, one sentence a test."""

from plans import PlanMaker, day, events, run, table, text

from sim.outcome import Event, Load
from sim.plan.columns import Node, Table


def desk(*, service=10, servers=-1, after=50, takes=100, **more):
    """One workload that visits one node."""
    maker = PlanMaker()
    node = maker.node(servers=servers, cold_after_us=after, cold_start=takes, preempts=1)
    maker.workload(maker.call(maker.endpoint(node, service, **more), streams=1))
    return maker.plan()


def finished(plan, engine, *times, changes=()):
    arrivals = [(time_us, number) for number, time_us in enumerate(times)]
    outcome = run(plan, [day(arrivals, changes=changes)], engine)
    return [int(each) for each in table(outcome, "finished_us").splitlines()[1:]]


def test_nothing_is_ready_at_first_and_all_who_come_meanwhile_wait_for_it(engine):
    assert finished(desk(), engine, 0, 30, 99, 100) == [110, 110, 110, 110]


def test_it_is_cold_again_after_it_was_idle_for_longer_than_it_stays_warm(engine):
    # Done at 110; warm until 160, cold from 161 on.
    assert finished(desk(), engine, 0, 160) == [110, 170]
    assert finished(desk(), engine, 0, 161) == [110, 271]


def test_with_no_time_to_stay_warm_only_an_empty_server_is_cold(engine):
    # The second waits while the first is served, and starts as that ends; the third comes later.
    assert finished(desk(servers=1, after=0), engine, 0, 5, 121) == [110, 120, 231]


def test_a_server_that_warms_up_is_busy(engine):
    plan = desk(servers=1)
    outcome = run(plan, [day([(0, 0), (1, 1)])], engine)
    assert table(outcome, "finished_us wait_us") == text("""
        finished_us wait_us
        110 0
        120 109
    """)
    assert outcome.loaded(0, Load.BUSY_US) == 120


def test_the_first_token_waits_too_and_nothing_slows_the_cold_start(engine):
    plan = desk(slow_ppm=3_000_000, speed=1_000_000)
    outcome = run(plan, [day([(7, 0)])], engine)
    assert table(outcome, "first_token_us finished_us").splitlines()[1] == "137 167"
    assert events(outcome, Event.COLD) == [(7, 0, 100)]


def test_an_error_does_not_wait_and_yet_begins_to_warm(engine):
    maker = PlanMaker()
    node = maker.node(cold_after_us=50, cold_start=100)
    fails = maker.endpoint(node, 10, error_chance=1.0, error_time=5)
    maker.workload(maker.call(fails))
    maker.workload(maker.call(maker.endpoint(node, 10)))
    outcome = run(maker.plan(), [day([(0, 0, 0), (40, 1, 1)])], engine)
    assert table(outcome, "finished_us").splitlines()[1:] == ["5", "110"]


def test_work_that_starts_again_meets_no_cold_start(engine):
    # At 105 half is done. No server until 300, when what is left goes on at once.
    plan = desk(servers=1)
    changes = [(at, Table.NODES, 0, Node.SERVERS, many) for at, many in ((105, 0), (300, 1))]
    assert finished(plan, engine, 0, 303, changes=changes) == [305, 315]


def test_a_phase_may_let_it_stay_warm_for_longer(engine):
    changes = [(120, Table.NODES, 0, Node.COLD_AFTER_US, 1000)]
    assert finished(desk(), engine, 0, 500, changes=changes) == [110, 510]
