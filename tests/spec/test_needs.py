"""Forks that go on with the first of their children that do well, one sentence a test."""

import pytest
from plans import PlanMaker, day, events, run, table, text

from sim.outcome import Event, Use

ONE = [day([(0, 0)])]


def forked(needs, *delays, maker=None, **options):
    maker = maker or PlanMaker()
    children = [maker.chain(maker.delay(each)) for each in delays]
    maker.workload(maker.chain(maker.fork(*children, needs=needs, **options)))
    return maker.plan()


@pytest.mark.parametrize(("needs", "end"), [(0, 9), (1, 2), (2, 5), (3, 9)])
def test_a_fork_goes_on_with_as_many_as_it_needs(engine, needs, end):
    outcome = run(forked(needs, 5, 2, 9), ONE, engine)
    assert table(outcome, "status finished_us") == text(f"status finished_us\nOK {end}")


def calls(maker, needs, *times, **options):
    """A fork of calls, each of an endpoint that answers after so long, or fails where the time is negative."""
    endpoints = [
        maker.endpoint(maker.node(), abs(t), error_chance=float(t < 0), error_time=abs(t))
        for t in times
    ]
    children = [maker.chain(maker.call(endpoint, streams=1)) for endpoint in endpoints]
    maker.workload(maker.chain(maker.fork(*children, needs=needs, **options)))
    return maker.plan()


def test_a_child_that_fails_does_no_harm_while_others_are_enough(engine):
    outcome = run(calls(PlanMaker(), 1, -1, 4), ONE, engine)
    assert table(outcome, "status finished_us endpoint") == text(
        "status finished_us endpoint\nOK 4 1"
    )


def test_a_fork_fails_when_all_have_ended_and_too_few_did_well(engine):
    outcome = run(calls(PlanMaker(), 2, -1, 4, -7), ONE, engine)
    assert table(outcome, "status finished_us fault_endpoint") == text(
        "status finished_us fault_endpoint\nVENDOR_ERROR 7 0"
    )


def test_attempts_of_abandoned_children_go_on_as_waste(engine):
    outcome = run(calls(PlanMaker(), 1, 3, 8), ONE, engine)
    assert (outcome.used(0, Use.ANSWERS), outcome.used(1, Use.WASTED)) == (1, 1)
    assert events(outcome, Event.ENOUGH) == [(3, 0, 1)]


def test_two_that_do_well_at_one_instant_are_both_counted(engine):
    outcome = run(calls(PlanMaker(), 1, 3, 3), ONE, engine)
    assert events(outcome, Event.ENOUGH) == [(3, 0, 2)]
    assert table(outcome, "endpoint").split()[1] == "1"


def test_the_deepest_fork_decides_first(engine):
    maker = PlanMaker()
    inner = [
        maker.fork(maker.chain(maker.delay(3)), maker.chain(maker.delay(9)), needs=1)
        for _ in range(2)
    ]
    maker.workload(maker.chain(maker.fork(*(maker.chain(each) for each in inner), needs=1)))
    outcome = run(maker.plan(), ONE, engine)
    assert sorted(value for _, _, value in events(outcome, Event.ENOUGH)) == [1, 1, 2]


def test_a_person_who_gives_up_at_that_instant_is_gone_before_the_fork_decides(engine):
    maker = PlanMaker()
    fork = maker.fork(maker.chain(maker.delay(5)), maker.chain(maker.delay(9)), needs=1)
    maker.workload(maker.chain(fork), patience=5)
    assert "GAVE_UP 5" in table(run(maker.plan(), ONE, engine), "status finished_us")


def test_the_time_in_a_fork_is_booked_to_its_stage(engine):
    outcome = run(forked(1, 5, 2, stage=0), ONE, engine)
    assert table(outcome, "stage0") == "stage0\n2"
