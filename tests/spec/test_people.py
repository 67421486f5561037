"""Patience, turns, tokens and deadlines of people, one sentence a test."""

import pytest
from plans import PlanMaker, day, events, run, table, text

from sim.outcome import Event, Use


def person(service=10, **workload):
    maker = PlanMaker()
    maker.workload(maker.call(maker.endpoint(maker.node(servers=1), service), stage=0), **workload)
    return maker.plan()


def test_a_person_whose_patience_ends_gives_up_the_request(engine):
    outcome = run(person(patience=4), [day([(0, 0)])], engine)
    assert table(outcome, "status finished_us first_token_us stage0") == text("""
        status finished_us first_token_us stage0
        GAVE_UP 4 4 4
    """)
    assert events(outcome, Event.GAVE_UP) == [(4, 0, -1)]
    assert outcome.used(0, Use.WASTED) == 1


def test_an_answer_at_the_end_of_patience_is_an_answer(engine):
    assert table(run(person(patience=10), [day([(0, 0)])], engine), "status") == "status\nOK"


def test_who_gives_up_in_a_queue_has_waited(engine):
    outcome = run(person(patience=14), [day([(0, 0), (1, 1)])], engine)
    assert table(outcome, "session status wait_us") == "session status wait_us\n0 OK 0\n1 GAVE_UP 9"
    outcome = run(person(patience=8), [day([(0, 0), (1, 1)])], engine)
    assert (
        table(outcome, "session status wait_us")
        == "session status wait_us\n0 GAVE_UP 0\n1 GAVE_UP 8"
    )


def test_who_gives_up_gives_up_all_branches(engine):
    maker = PlanMaker()
    endpoint = maker.endpoint(maker.node(), 50)
    maker.workload(maker.fork(maker.call(endpoint), maker.call(endpoint)), patience=10)
    outcome = run(maker.plan(), [day([(0, 0)])], engine)
    assert table(outcome, "status finished_us") == "status finished_us\nGAVE_UP 10"
    assert outcome.used(0, Use.WASTED) == 2


@pytest.mark.parametrize(
    ("deadline_us", "status"), [(10, "OK"), (9, "LATE"), (-1, "OK"), (0, "LATE")]
)
def test_an_answer_after_the_deadline_is_late(engine, deadline_us, status):
    outcome = run(person(deadline_us=deadline_us), [day([(0, 0)])], engine)
    assert table(outcome, "status") == f"status\n{status}"


def test_turns_follow_each_other_after_a_think_time_with_more_input(engine):
    plan = person(turns=3, think=5, input_per_turn=20)
    outcome = run(plan, [day([(0, 0)])], engine)
    assert table(outcome, "turn arrived_us finished_us input_tokens") == text("""
        turn arrived_us finished_us input_tokens
        1 0 10 100
        2 15 25 120
        3 30 40 140
    """)
    assert events(outcome, Event.NEXT_TURN) == [(10, 0, 5), (25, 0, 5)]
    assert (outcome.arrived.tolist(), outcome.ended.tolist()) == ([3, 0], [3, 0])


@pytest.mark.parametrize(("turns", "count"), [(None, 1), (0, 1), (1, 1), (2, 2)])
def test_a_session_has_at_least_one_turn(engine, turns, count):
    assert len(run(person(turns=turns), [day([(0, 0)])], engine).rows) == count


def test_a_think_time_is_at_least_1_us(engine):
    outcome = run(person(turns=2, think=0), [day([(0, 0)])], engine)
    assert table(outcome, "turn arrived_us") == "turn arrived_us\n1 0\n2 11"


@pytest.mark.parametrize(("quit_chance", "count"), [(0.0, 2), (1.0, 1)])
def test_who_gave_up_a_request_may_quit_the_session(engine, quit_chance, count):
    plan = person(patience=3, turns=2, quit_chance=quit_chance)
    assert len(run(plan, [day([(0, 0)])], engine).rows) == count


def test_whose_attempt_left_a_queue_may_quit_as_well(engine):
    maker = PlanMaker()
    node = maker.node(servers=1, patience=3)
    maker.workload(maker.call(maker.endpoint(node, 50)), turns=2, quit_chance=1.0)
    outcome = run(maker.plan(), [day([(0, 0), (1, 1)])], engine)
    assert table(outcome, "session turn status") == text("""
        session turn status
        0 1 OK
        0 2 OK
        1 1 GAVE_UP
    """)


def test_tokens_are_whole_numbers(engine):
    plan = person(input_tokens=10.5, output_tokens=3.49)
    outcome = run(plan, [day([(0, 0)])], engine)
    assert table(outcome, "input_tokens output_tokens") == "input_tokens output_tokens\n11 3"


def test_a_step_may_have_tokens_of_its_own(engine):
    maker = PlanMaker()
    call = maker.call(maker.endpoint(maker.node(), 1), input_tokens=7, output_tokens=2)
    maker.workload(call)
    outcome = run(maker.plan(), [day([(0, 0)])], engine)
    assert (outcome.used(0, Use.INPUT), outcome.used(0, Use.OUTPUT)) == (7, 2)
    assert table(outcome, "input_tokens output_tokens") == "input_tokens output_tokens\n100 10"
