"""A client's own limits let attempts wait; the vendor's refuse them when they are sent, one sentence a test."""

from plans import PlanMaker, day, events, run, table, text

from sim.outcome import Event, Load, Use
from sim.plan.columns import Node, Result, Table

WINDOW = ("fixed_window", (1, 100), {})
"""The vendor's: one in each window of 100 µs."""
ONE_AT_ONCE = ("concurrency", (1,), {"queues": 1})
"""The client's."""


def vendor(*limits, service=3, node=None, **client):
    """A vendor behind limits (kind, parameters, options); its refusals take 7 µs."""
    maker = PlanMaker()
    rows = [maker.limit(kind, *numbers, **options) for kind, numbers, options in limits]
    there = maker.node(**(node or {}))
    endpoint = maker.endpoint(there, service, limits=rows, refusal_time=7, **client)
    maker.workload(maker.call(endpoint))
    return maker.plan()


def at(*times, changes=()):
    return [day([(time_us, number) for number, time_us in enumerate(times)], changes=changes)]


def test_who_waits_for_a_clients_limit_is_refused_only_when_it_is_sent(engine):
    outcome = run(vendor(WINDOW, ONE_AT_ONCE), at(0, 1), engine)
    assert table(outcome, "session status wait_us refusals finished_us") == text("""
        session status wait_us refusals finished_us
        0 OK 0 0 3
        1 RATE_LIMITED 2 1 10
    """)
    assert events(outcome, Event.REFUSED, Event.ADVICE) == [(3, 1, 0), (3, 1, 97)]


def test_a_client_that_waits_long_enough_is_never_refused(engine):
    own = ("fixed_window", (1, 100), {"queues": 1})
    outcome = run(vendor(WINDOW, own), at(0, 1, 2), engine)
    assert table(outcome, "session status wait_us") == text("""
        session status wait_us
        0 OK 0
        1 OK 99
        2 OK 198
    """)
    assert outcome.used(0, Use.REFUSED) == 0


def test_a_clients_limit_holds_a_refused_one_until_its_refusal_comes_back(engine):
    outcome = run(vendor(WINDOW, ONE_AT_ONCE), at(0, 1, 2), engine)
    assert events(outcome, Event.REFUSED) == [(3, 1, 0), (10, 2, 0)]


def test_it_does_so_even_for_nobody_and_the_time_out_runs_from_sending(engine):
    outcome = run(vendor(WINDOW, ONE_AT_ONCE, timeout_us=4), at(0, 1, 2), engine)
    assert events(outcome, Event.REFUSED) == [(3, 1, 0), (10, 2, 0)]
    assert events(outcome, Event.TIMEOUT) == [(7, 1, -1), (14, 2, -1)]


def test_a_refused_one_has_used_nothing_of_its_clients_limit(engine):
    bucket = ("token_bucket", (2, 60, 1), {"queues": 1})
    outcome = run(vendor(WINDOW, bucket, service=50), at(0, 1, 5), engine)
    assert events(outcome, Event.REFUSED) == [(1, 1, 0), (8, 2, 0)]


def test_a_wait_that_ends_in_a_refusal_is_a_wait_of_the_node(engine):
    outcome = run(vendor(WINDOW, ONE_AT_ONCE), at(0, 1), engine)
    assert outcome.waited(0) == {0: 1, 2: 1}
    assert (outcome.loaded(0, Load.STARTED), outcome.loaded(0, Load.LEFT)) == (1, 0)


def test_who_is_refused_at_once_has_not_waited(engine):
    assert run(vendor(WINDOW), at(0, 1), engine).waited(0) == {0: 1}


def test_who_is_refused_makes_room_for_the_next_at_once(engine):
    outcome = run(vendor(WINDOW, ("concurrency", (9,), {"queues": 1})), at(0, 1, 1, 1), engine)
    assert events(outcome, Event.REFUSED) == [(1, 1, 0), (1, 2, 0), (1, 3, 0)]


def test_a_retry_waits_in_the_clients_queue_again(engine):
    client = {"retries": 1, "retry_on": [Result.REFUSED], "retry_after_cap_us": 10**6}
    outcome = run(vendor(WINDOW, ONE_AT_ONCE, **client), at(0, 1, 106), engine)
    # The retry is due 97 µs after its refusal came back at 10, when another is served until 109.
    assert table(outcome, "session status wait_us backoff_us finished_us") == text("""
        session status wait_us backoff_us finished_us
        0 OK 0 0 3
        1 RATE_LIMITED 4 97 116
        2 OK 0 0 109
    """)


def test_where_there_are_servers_the_vendor_is_asked_at_the_door(engine):
    outcome = run(vendor(WINDOW, service=10, node={"servers": 1}), at(0, 5), engine)
    assert events(outcome, Event.REFUSED) == [(5, 1, 0)]


def test_who_was_not_sent_is_asked_even_if_the_node_has_got_servers_since(engine):
    changes = [(2, Table.NODES, 0, Node.SERVERS, 1)]
    outcome = run(vendor(WINDOW, ONE_AT_ONCE), at(0, 1, changes=changes), engine)
    assert events(outcome, Event.REFUSED) == [(3, 1, 0)]


def test_who_was_sent_at_the_door_is_not_asked_again(engine):
    changes = [(5, Table.NODES, 0, Node.SERVERS, -1)]
    plan = vendor(WINDOW, node={"servers": 0})
    outcome = run(plan, at(0, changes=changes), engine)
    assert table(outcome, "status finished_us") == "status finished_us\nOK 8"


def test_who_is_turned_away_or_leaves_unsent_gives_nothing_back_to_the_vendor(engine):
    two, own = ("concurrency", (2,), {}), ("fixed_window", (1, 10), {"queues": 1})
    for node, ending in (({"queue_limit": 0}, "SHED"), ({"patience": 4}, "GAVE_UP")):
        outcome = run(vendor(two, own, service=100, node=node), at(0, 1, 10, 20), engine)
        assert table(outcome, "session status") == text(f"""
            session status
            0 OK
            1 {ending}
            2 OK
            3 RATE_LIMITED
        """)


def test_one_that_keeps_its_place_is_sent_and_refused_for_nobody(engine):
    maker = PlanMaker()
    limits = [maker.limit("fixed_window", 1, 100), maker.limit("concurrency", 1, queues=1)]
    endpoint = maker.endpoint(maker.node(abandoned_leaves=0), 9, limits=limits, refusal_time=7)
    maker.workload(maker.call(endpoint), patience=[3])
    maker.workload(maker.call(endpoint))
    outcome = run(maker.plan(), [day([(0, 0, 1), (1, 1, 0), (2, 2, 1)])], engine)
    assert table(outcome, "session status wait_us refusals") == text("""
        session status wait_us refusals
        0 OK 0 0
        1 GAVE_UP 3 0
        2 RATE_LIMITED 14 1
    """)
    assert events(outcome, Event.REFUSED) == [(9, 1, 0), (16, 2, 0)]
    assert outcome.used(0, Use.REFUSED) == 2
