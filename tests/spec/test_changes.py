"""Changes: staff, incidents, phases, one sentence a test."""

from plans import PlanMaker, day, events, run, table, text

from sim import draws
from sim.outcome import Event, Load, Use
from sim.plan.columns import Clock, Endpoint, Node, Table


def desk(servers=2, preempts=0, service=10):
    maker = PlanMaker()
    maker.workload(
        maker.call(maker.endpoint(maker.node(servers=servers, preempts=preempts), service))
    )
    return maker.plan()


def servers(time_us, count):
    return (time_us, Table.NODES, 0, Node.SERVERS, count)


def test_more_servers_start_who_waits_at_once(engine):
    outcome = run(desk(servers=0), [day([(0, 0), (1, 1)], changes=[servers(5, 2)])], engine)
    assert table(outcome, "session finished_us") == "session finished_us\n0 15\n1 15"


def test_one_who_arrives_with_the_shift_is_served_by_it(engine):
    outcome = run(desk(servers=0), [day([(5, 0)], changes=[servers(5, 1)])], engine)
    assert table(outcome, "finished_us") == "finished_us\n15"


def test_one_who_arrives_as_the_shift_ends_is_not_served(engine):
    outcome = run(desk(servers=1), [day([(5, 0)], changes=[servers(5, 0)])], engine)
    assert table(outcome, "status") == "status\nUNFINISHED"


def test_work_in_service_goes_on_after_the_shift(engine):
    arrivals = [(0, 0), (1, 1), (2, 2)]
    outcome = run(desk(), [day(arrivals, changes=[servers(5, 1)])], engine)
    assert table(outcome, "session finished_us") == "session finished_us\n0 10\n1 11\n2 21"


def test_the_latest_work_goes_back_and_keeps_its_place_and_what_it_has_done(engine):
    arrivals = [(0, 0), (1, 1), (2, 2)]
    outcome = run(desk(preempts=1), [day(arrivals, changes=[servers(5, 1)])], engine)
    assert table(outcome, "session finished_us wait_us") == text("""
        session finished_us wait_us
        0 10 0
        1 16 5
        2 26 14
    """)
    assert events(outcome, Event.RETURNED) == [(5, 1, 6)]
    assert (outcome.loaded(0, Load.RETURNED), outcome.loaded(0, Load.STARTED)) == (1, 3)
    assert outcome.waited(0) == {0: 2, 14: 1}


def test_of_work_that_started_together_the_last_in_order_goes_back(engine):
    arrivals = [(0, 0), (0, 1)]
    outcome = run(desk(preempts=1), [day(arrivals, changes=[servers(4, 1)])], engine)
    assert table(outcome, "session finished_us") == "session finished_us\n0 10\n1 16"


def test_work_that_ends_with_the_shift_has_ended(engine):
    outcome = run(desk(servers=1, preempts=1), [day([(0, 0)], changes=[servers(10, 0)])], engine)
    assert table(outcome, "finished_us") == "finished_us\n10"


def test_work_that_went_back_has_no_patience_and_is_not_turned_away(engine):
    maker = PlanMaker()
    node = maker.node(servers=1, preempts=1, patience=3, queue_limit=0)
    maker.workload(maker.call(maker.endpoint(node, 10)))
    changes = [servers(2, 0), servers(50, 1)]
    outcome = run(maker.plan(), [day([(0, 0), (1, 1)], changes=changes)], engine)
    assert table(outcome, "session status finished_us") == text("""
        session status finished_us
        0 OK 58
        1 SHED 2
    """)


def test_an_outage_turns_answers_into_errors_while_it_lasts(engine):
    everything = draws.threshold(1.0)
    changes = [
        (5, Table.ENDPOINTS, 0, Endpoint.ERROR_CHANCE, everything),
        (9, Table.ENDPOINTS, 0, Endpoint.ERROR_CHANCE, 0),
    ]
    arrivals = [(4, 0), (5, 1), (8, 2), (9, 3)]
    outcome = run(desk(servers=-1), [day(arrivals, changes=changes)], engine)
    assert table(outcome, "session status") == text("""
        session status
        0 OK
        1 VENDOR_ERROR
        2 VENDOR_ERROR
        3 OK
    """)
    assert outcome.used(0, Use.ERRORS) == 2


def test_a_brown_out_slows_what_starts_in_it(engine):
    changes = [(5, Table.ENDPOINTS, 0, Endpoint.SLOW_PPM, 1_550_000)]
    outcome = run(desk(servers=-1), [day([(4, 0), (5, 1)], changes=changes)], engine)
    assert table(outcome, "session finished_us") == "session finished_us\n0 14\n1 20"


def test_who_arrives_as_a_phase_begins_is_of_the_phase_before(engine):
    changes = [(5, Table.CLOCK, 0, Clock.PHASE, 1)]
    outcome = run(desk(), [day([(5, 0), (6, 1)], changes=changes)], engine)
    assert table(outcome, "session phase") == "session phase\n0 0\n1 1"


def test_server_time_follows_the_shifts(engine):
    changes = [servers(10, 5), servers(20, 0)]
    outcome = run(desk(servers=1), [day([], 100, changes=changes)], engine)
    assert outcome.loaded(0, Load.SERVER_US) == 10 * 1 + 10 * 5
    assert outcome.loaded(0, Load.FULL_US) == 80


def test_work_that_started_without_servers_goes_back_when_there_are_too_few(engine):
    plan = desk(servers=-1, preempts=1)
    changes = [servers(4, 1), servers(20, -1)]
    outcome = run(plan, [day([(0, 0), (1, 1), (2, 2)], changes=changes)], engine)
    assert table(outcome, "session finished_us wait_us") == text("""
        session finished_us wait_us
        0 10 0
        1 17 6
        2 25 13
    """)
    assert events(outcome, Event.RETURNED) == [(4, 1, 7), (4, 2, 8)]


def test_a_time_out_of_work_that_was_not_sent_starts_with_it_even_if_servers_came_meanwhile(engine):
    maker = PlanMaker()
    limit = maker.limit("fixed_window", 1, 100, queues=1)
    endpoint = maker.endpoint(maker.node(), 10, limits=[limit], timeout_us=15)
    maker.workload(maker.call(endpoint))
    outcome = run(maker.plan(), [day([(0, 0), (1, 1)], changes=[servers(50, 1)])], engine)
    assert table(outcome, "session status finished_us") == text("""
        session status finished_us
        0 OK 10
        1 OK 110
    """)
