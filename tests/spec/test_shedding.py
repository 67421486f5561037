"""Whom a node turns away at its door while much is under way, one sentence a test."""

from plans import PlanMaker, day, events, run, table, text

from sim.outcome import Event, Load, Use
from sim.plan.columns import Node, Result, Table


def door(sheds, servers=1, **client):
    """A desk, and workloads of high, normal and low priority that visit it for 10 µs."""
    maker = PlanMaker()
    endpoint = maker.endpoint(maker.node(servers=servers, sheds=sheds), 10, **client)
    for priority in range(3):
        maker.workload(maker.call(endpoint), priority=priority)
    return maker.plan()


def test_a_low_priority_is_shed_while_a_high_one_may_still_come(engine):
    arrivals = [(0, 0, 0), (1, 1, 2), (2, 2, 1), (3, 3, 2), (4, 4, 1), (5, 5, 0)]
    outcome = run(door((-1, 3, 2)), [day(arrivals)], engine)
    assert table(outcome, "session status finished_us attempts") == text("""
        session status finished_us attempts
        0 OK 10 1
        1 OK 40 1
        2 OK 30 1
        3 SHED 4 0
        4 SHED 5 0
        5 OK 20 1
    """)
    assert outcome.loaded(0, Load.SHED) == 2
    assert outcome.used(0, Use.ATTEMPTS) == 4


def test_who_comes_at_one_instant_is_counted_in_the_order_of_the_door(engine):
    arrivals = [(0, number, priority) for number, priority in enumerate((2, 0, 2, 1))]
    outcome = run(door((3, 3, 3), servers=-1), [day(arrivals)], engine)
    assert [session for _, session, _ in events(outcome, Event.FULL)] == [2]


def test_a_client_may_come_again_after_it_was_shed(engine):
    plan = door((1, 1, 1), retries=2, retry_on=[Result.FULL], backoff_us=5)
    outcome = run(plan, [day([(0, 0, 0), (1, 1, 0)])], engine)
    # Shed at 1 and, after 1 + 5 µs, at 7; at 13 the desk is free.
    assert table(outcome, "session finished_us") == text("session finished_us\n0 10\n1 23")


def test_a_change_lets_more_in(engine):
    changes = [(5, Table.NODES, 0, Node.SHEDS, 2)]
    outcome = run(
        door((1, 1, 1)), [day([(0, 0, 0), (4, 1, 0), (5, 2, 0)], changes=changes)], engine
    )
    assert [session for _, session, _ in events(outcome, Event.FULL)] == [1]
