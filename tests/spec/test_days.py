"""Days, hours and the end of all time, one sentence a test."""

import numpy as np
from plans import HOUR_US, MINUTE_US, SECOND_US, PlanMaker, day, days, run, table, text

from sim.engine import start
from sim.outcome import Begun, Load, Row, Use
from sim.plan.columns import Node, Result, Table


def busy_plan():
    """A desk with everything that takes time: queues, retries, turns, jobs."""
    maker = PlanMaker()
    node = maker.node(servers=2, patience=[5, 30], preempts=1)
    retries = {"error_chance": 0.3, "retries": 2, "retry_on": [Result.ERROR, Result.LEFT]}
    endpoint = maker.endpoint(node, [3, 8], backoff_us=4, timeout_us=25, **retries)
    job = maker.call(endpoint)
    first = maker.chain(maker.call(endpoint, stage=0, slower_us=20), maker.detach(job))
    maker.workload(first, turns=[1, 3], think=[2, 9], patience=60)
    return maker.plan()


def test_the_cut_into_days_changes_nothing(engine):
    arrivals = [(3 * n, n) for n in range(40)]
    changes = [(20, Table.NODES, 0, Node.SERVERS, 1), (60, Table.NODES, 0, Node.SERVERS, 3)]
    whole = run(busy_plan(), days([0, 400], arrivals, changes), engine)
    cut = run(busy_plan(), days([0, 20, 21, 60, 100, 400], arrivals, changes), engine)
    assert np.array_equal(whole.rows, cut.rows)
    assert np.array_equal(whole.trace, cut.trace)
    for name in ("usage", "load", "waits"):
        assert np.array_equal(getattr(whole, name).sum(axis=0), getattr(cut, name).sum(axis=0))
    assert cut.arrived.sum() == cut.ended.sum() + cut.in_flight[-1]


def test_the_end_of_a_day_belongs_to_the_next(engine):
    maker = PlanMaker()
    maker.workload(maker.delay(10))
    outcome = run(maker.plan(), days([0, 10, 20], [(0, 0)]), engine)
    assert outcome.ended.tolist() == [0, 1, 0]
    assert outcome.in_flight.tolist() == [1, 0, 0]


def test_each_day_counts_for_itself(engine):
    maker = PlanMaker()
    maker.workload(maker.call(maker.endpoint(maker.node(servers=1), 6)))
    outcome = run(maker.plan(), days([0, 10, 20], [(0, 0), (8, 1)]), engine)
    assert outcome.usage[:, 0, 0, Use.ANSWERS].tolist() == [1, 1, 0]
    assert outcome.load[:, 0, 0, Load.BUSY_US].tolist() == [8, 4, 0]


def test_time_is_split_at_the_hours_of_the_day(engine):
    maker = PlanMaker()
    maker.workload(maker.call(maker.endpoint(maker.node(servers=1), 2 * HOUR_US)))
    first = HOUR_US // 2
    outcome = run(maker.plan(), days([0, first, 4 * HOUR_US], [(first - 1, 0)]), engine)
    busy = outcome.load[:, 0, :4, Load.BUSY_US]
    assert busy.tolist() == [[1, 0, 0, 0], [HOUR_US, HOUR_US - 1, 0, 0], [0, 0, 0, 0]]
    servers = outcome.load[1, 0, :4, Load.SERVER_US]
    assert servers.tolist() == [HOUR_US, HOUR_US, HOUR_US, HOUR_US // 2]


def test_an_attempt_counts_in_the_hour_in_which_it_ends(engine):
    maker = PlanMaker()
    maker.workload(maker.call(maker.endpoint(maker.node(), HOUR_US)))
    outcome = run(maker.plan(), [day([(5, 0)], 3 * HOUR_US)], engine)
    assert outcome.usage[0, 0, :2, Use.ATTEMPTS].tolist() == [1, 0]
    assert outcome.usage[0, 0, :2, Use.ANSWERS].tolist() == [0, 1]


def test_an_attempt_counts_once_in_the_minute_in_which_it_first_starts(engine):
    """One server, 90 s each: the third waits until 180 s; an error counts as if it were written to its end."""
    maker = PlanMaker()
    desk = maker.endpoint(maker.node(servers=1), 90 * SECOND_US)
    faulty = maker.endpoint(maker.node(), SECOND_US, error_chance=1.0)
    call = {"input_tokens": 70, "output_tokens": 30}
    maker.workload(maker.chain(maker.call(desk, **call), maker.call(faulty, **call)))
    outcome = run(maker.plan(), [day([(0, 0), (1, 1), (5 * SECOND_US, 2)], HOUR_US)], engine)
    found = {
        (endpoint, minute): outcome.minutes[0, endpoint, minute].tolist()
        for endpoint, minute in np.argwhere(outcome.minutes[0, :, :, Begun.ATTEMPTS]).tolist()
    }
    assert found == {
        (desk, 0): [1, 70, 0, 30],
        (desk, 1): [1, 70, 0, 30],
        (desk, 3): [1, 70, 0, 30],
        (faulty, 1): [1, 70, 0, 30],
        (faulty, 3): [1, 70, 0, 30],
        (faulty, 4): [1, 70, 0, 30],
    }
    assert outcome.minutes[1].sum() == 0


def test_an_attempt_that_went_back_to_the_queue_begins_once(engine):
    maker = PlanMaker()
    node = maker.node(servers=1, preempts=1)
    endpoint = maker.endpoint(node, 3 * MINUTE_US)
    maker.workload(maker.call(endpoint))
    away = (MINUTE_US, Table.NODES, node, Node.SERVERS, 0)
    back = (2 * MINUTE_US, Table.NODES, node, Node.SERVERS, 1)
    outcome = run(maker.plan(), days([0, HOUR_US], [(0, 0)], [away, back]), engine)
    assert outcome.load[0, node, 0, Load.RETURNED] == 1
    assert outcome.minutes[0, endpoint, :4, Begun.ATTEMPTS].tolist() == [1, 0, 0, 0]


def test_a_refused_attempt_is_in_no_minute(engine):
    maker = PlanMaker()
    limit = maker.limit("fixed_window", 1, HOUR_US)
    endpoint = maker.endpoint(maker.node(), 1, limits=[limit])
    maker.workload(maker.call(endpoint))
    outcome = run(maker.plan(), [day([(0, 0), (1, 1)], HOUR_US)], engine)
    assert outcome.minutes[0, endpoint, :, Begun.ATTEMPTS].sum() == 1
    assert outcome.usage[0, endpoint, 0, Use.REFUSED] == 1


def test_what_is_under_way_at_the_end_is_handed_out_at_its_age(engine):
    maker = PlanMaker()
    job = maker.delay(500)
    call = maker.call(maker.endpoint(maker.node(servers=1), 60), stage=0)
    maker.workload(maker.chain(maker.detach(job), call))
    outcome = run(maker.plan(), [day([(0, 0), (1, 1), (2, 2)], 100)], engine)
    assert table(
        outcome, "session detached status finished_us first_token_us wait_us stage0"
    ) == text(f"""
        session detached status finished_us first_token_us wait_us stage0
        0 -1 OK 60 60 0 60
        0 {job} UNFINISHED 100 100 0 -1
        1 -1 UNFINISHED 100 100 59 -1
        1 {job} UNFINISHED 100 100 0 -1
        2 -1 UNFINISHED 100 100 0 -1
        2 {job} UNFINISHED 100 100 0 -1
    """)
    assert outcome.waited(0) == {0: 1, 59: 1, 98: 1}
    assert outcome.waits[1].sum() == 1
    assert outcome.in_flight.tolist() == [2, 2]
    assert (outcome.arrived.tolist(), outcome.ended.tolist()) == ([3, 0], [1, 0])
    assert outcome.load[1].sum() == outcome.usage[1].sum() == 0


def test_an_empty_day_is_empty(engine):
    maker = PlanMaker()
    maker.workload(maker.call(maker.endpoint(maker.node(servers=1), 3)))
    started = start(maker.plan(), engine)
    outcome = started.advance(day([], 100))
    assert outcome.rows.shape == (0, Row.STAGES)
    assert outcome.trace.shape == (0, 7)
    assert (outcome.start_us, outcome.until_us) == (0, 100)
    assert outcome.load[0].sum() == 100


def test_the_pulse_beats_while_an_engine_works(engine):
    beats = []
    maker = PlanMaker()
    maker.workload(maker.call(maker.endpoint(maker.node(servers=1), 3)), turns=3000)
    plan = maker.plan()
    started = start(plan, engine, pulse=lambda: beats.append(1))
    started.advance(day([(0, 0)], HOUR_US))
    assert beats or engine == "compiled"
