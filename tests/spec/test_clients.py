"""Retries, back-off, advice, budgets, time-outs and fallback, one sentence a test."""

import pytest
from plans import PlanMaker, day, events, run, story, table, text

from sim.outcome import Event, Use
from sim.plan.columns import Habit, Result


def failing(retries=0, error_chance=1.0, **client):
    """An endpoint that answers each attempt with an error after 2 µs."""
    maker = PlanMaker()
    client = {"error_time": 2, "retry_on": [Result.ERROR], "backoff_us": 10} | client
    endpoint = maker.endpoint(maker.node(), 3, error_chance=error_chance, retries=retries, **client)
    maker.workload(maker.call(endpoint, stage=0))
    return maker.plan()


def once(plan, engine):
    return run(plan, [day([(0, 0)])], engine)


def test_an_error_that_is_not_retried_is_the_requests_end(engine):
    outcome = once(failing(), engine)
    assert table(outcome, "status finished_us attempts first_token_us") == text("""
        status finished_us attempts first_token_us
        VENDOR_ERROR 2 1 2
    """)
    assert (outcome.used(0, Use.ERRORS), outcome.used(0, Use.ERROR_INPUT)) == (1, 100)


def test_retries_wait_longer_each_time_up_to_the_cap(engine):
    plan = failing(retries=3, backoff_growth_ppm=2_000_000, backoff_cap_us=30)
    outcome = once(plan, engine)
    assert events(outcome, Event.RETRY) == [(2, 0, 10), (14, 0, 20), (36, 0, 30)]
    assert table(outcome, "status finished_us attempts backoff_us stage0") == text("""
        status finished_us attempts backoff_us stage0
        VENDOR_ERROR 68 4 60 68
    """)
    assert (outcome.used(0, Use.ATTEMPTS), outcome.used(0, Use.RETRIES)) == (4, 3)


def test_a_back_off_is_stretched_by_its_factor(engine):
    outcome = once(failing(retries=1, backoff_factor=1.5), engine)
    assert events(outcome, Event.RETRY) == [(2, 0, 15)]


def test_a_back_off_takes_at_least_1_us(engine):
    outcome = once(failing(retries=1, backoff_factor=0), engine)
    assert events(outcome, Event.RETRY) == [(2, 0, 1)]


def test_a_result_that_the_client_does_not_retry_is_final(engine):
    outcome = once(failing(retries=5, retry_on=[Result.TIMEOUT]), engine)
    assert table(outcome, "attempts") == "attempts\n1"


def test_some_errors_are_luck_and_a_retry_has_new_luck(engine):
    plan = failing(retries=-1, error_chance=0.5)
    outcome = run(plan, [day([(n, n) for n in range(200)])], engine)
    assert set(outcome.rows[:, 8].tolist()) == {0}
    assert 100 < outcome.used(0, Use.ERRORS) < 300


def test_a_whole_retry_reads_as_a_story(engine):
    outcome = once(failing(retries=1), engine)
    assert story(outcome) == text("""
        0 1 ARRIVE 0 100
        0 1 STEP 1 0
        0 1 JOIN 0 0
        0 1 START 0 2
        2 1 ENDED 0 2
        2 1 RETRY 0 10
        12 1 JOIN 0 1
        12 1 START 0 2
        14 1 ENDED 0 2
        14 1 FAILED 1 2
        14 1 END -1 5
    """)


def refusing(**client):
    """A window of one in 100 µs, full from time 0 on; refusals take 5 µs."""
    maker = PlanMaker()
    limit = maker.limit("fixed_window", 1, 100)
    client = {"retries": 1, "retry_on": [Result.REFUSED], "backoff_us": 7} | client
    endpoint = maker.endpoint(maker.node(), 3, limits=[limit], refusal_time=5, **client)
    maker.workload(maker.call(endpoint))
    return maker.plan()


@pytest.mark.parametrize(("cap_us", "wait_us"), [(100, 90), (90, 90), (89, 7), (0, 7)])
def test_advice_is_followed_up_to_its_cap(engine, cap_us, wait_us):
    outcome = run(refusing(retry_after_cap_us=cap_us), [day([(0, 0), (10, 1)])], engine)
    assert events(outcome, Event.RETRY) == [(15, 1, wait_us)]


def test_a_client_that_obeys_does_not_come_back_sooner_than_it_is_told(engine):
    plan = refusing(retry_after_cap_us=89, retry_after_habit=Habit.OBEYS)
    outcome = run(plan, [day([(0, 0), (10, 1)])], engine)
    assert events(outcome, Event.RETRY) == []
    assert table(outcome, "session status attempts finished_us") == text("""
        session status attempts finished_us
        0 OK 1 3
        1 RATE_LIMITED 1 15
    """)


@pytest.mark.parametrize(("cap_us", "wait_us"), [(0, 7), (50, 57), (83, 90), (84, 90)])
def test_a_back_off_is_stretched_towards_the_advice(engine, cap_us, wait_us):
    plan = refusing(retry_after_cap_us=cap_us, retry_after_habit=Habit.STRETCHES)
    outcome = run(plan, [day([(0, 0), (10, 1)])], engine)
    assert events(outcome, Event.RETRY) == [(15, 1, wait_us)]


def test_jitter_stretches_from_the_least_to_the_back_off(engine):
    plan = failing(retries=3, backoff_growth_ppm=2_000_000, backoff_least_us=12, backoff_factor=0.5)
    assert [wait for *_, wait in events(once(plan, engine), Event.RETRY)] == [12, 16, 26]


def test_a_refusal_has_a_back_off_of_its_own(engine):
    outcome = run(refusing(backoff_refused_us=20), [day([(0, 0), (10, 1)])], engine)
    assert events(outcome, Event.RETRY) == [(15, 1, 20)]
    assert events(once(failing(retries=1, backoff_refused_us=20), engine), Event.RETRY)[0][2] == 10


def test_what_is_added_to_a_back_off_may_be_cut_with_it(engine):
    plan = failing(retries=2, backoff_growth_ppm=2_000_000, backoff_plus=5)
    assert [wait for *_, wait in events(once(plan, engine), Event.RETRY)] == [15, 25]
    plan = failing(retries=2, backoff_growth_ppm=2_000_000, backoff_plus=5, backoff_total_cap_us=18)
    assert [wait for *_, wait in events(once(plan, engine), Event.RETRY)] == [15, 18]


def test_an_answer_to_a_first_attempt_adds_to_the_budget_and_one_to_a_retry_puts_back(engine):
    def retries(**budget):
        plan = failing(
            error_chance=0.5, retries=-1, budget_ppm=0, budget_cap_ppm=3_000_000, **budget
        )
        outcome = run(plan, [day([(1000 * n, n) for n in range(60)])], engine)
        return outcome.used(0, Use.RETRIES)

    assert retries() == 3
    assert retries(budget_takes_ppm=1_500_000) == 2
    assert 3 < retries(budget_success_ppm=100_000) < retries(budget_success_ppm=1_000_000)
    assert retries(budget_refunds=1) > 3


def test_a_retry_after_a_refusal_may_cost_less(engine):
    budget = {"budget_ppm": 0, "budget_cap_ppm": 1_000_000, "retries": 5}
    dear = run(refusing(**budget), [day([(0, 0), (10, 1)])], engine)
    cheap = run(
        refusing(**budget, budget_takes_refused_ppm=250_000), [day([(0, 0), (10, 1)])], engine
    )
    assert (len(events(dear, Event.NO_BUDGET)), dear.used(0, Use.RETRIES)) == (1, 1)
    assert (len(events(cheap, Event.NO_BUDGET)), cheap.used(0, Use.RETRIES)) == (1, 4)


def test_followed_advice_lets_the_retry_pass(engine):
    outcome = run(refusing(retry_after_cap_us=100), [day([(0, 0), (10, 1)])], engine)
    assert table(outcome, "session status finished_us refusals backoff_us") == text("""
        session status finished_us refusals backoff_us
        0 OK 3 0 0
        1 OK 108 1 90
    """)


def test_a_retry_needs_one_of_the_budget(engine):
    plan = failing(retries=5, budget_ppm=500_000, budget_cap_ppm=1_000_000)
    outcome = run(plan, [day([(0, 0), (100, 1), (200, 2)])], engine)
    assert table(outcome, "session status attempts finished_us") == text("""
        session status attempts finished_us
        0 VENDOR_ERROR 2 25
        1 VENDOR_ERROR 1 113
        2 VENDOR_ERROR 2 225
    """)
    assert events(outcome, Event.NO_BUDGET) == [(24, 0, -1), (112, 1, -1), (224, 2, -1)]
    assert {value for *_, value in events(outcome, Event.FAILED)} == {Result.ERROR}
    assert outcome.used(0, Use.ATTEMPTS) == 5


@pytest.mark.parametrize(
    ("timeout_us", "status", "finished_us"),
    [(3, "OK", 3), (2, "TIMED_OUT", 2), (1, "TIMED_OUT", 1)],
)
def test_a_time_out_exactly_at_completion_is_completion(engine, timeout_us, status, finished_us):
    outcome = once(failing(error_chance=0.0, timeout_us=timeout_us), engine)
    assert table(outcome, "status finished_us") == f"status finished_us\n{status} {finished_us}"
    wasted = int(status == "TIMED_OUT")
    assert outcome.used(0, Use.WASTED) == outcome.used(0, Use.TIMEOUTS) == wasted


def test_a_refusal_can_be_overtaken_by_the_time_out(engine):
    outcome = run(refusing(timeout_us=4, retries=0), [day([(0, 0), (10, 1)])], engine)
    assert table(outcome, "session status finished_us refusals") == text("""
        session status finished_us refusals
        0 OK 3 0
        1 TIMED_OUT 14 1
    """)


def test_a_timed_out_attempt_is_retried_while_the_vendor_still_works(engine):
    plan = failing(retries=1, error_chance=0.0, timeout_us=2, retry_on=[Result.TIMEOUT])
    outcome = once(plan, engine)
    assert (
        table(outcome, "status attempts finished_us")
        == "status attempts finished_us\nTIMED_OUT 2 14"
    )
    assert outcome.used(0, Use.WASTED) == 2


def two_vendors(next_on, second_error=0.0, **first):
    """A broken vendor, and another after it."""
    maker = PlanMaker()
    broken = maker.endpoint(maker.node(), 9, error_chance=1.0, error_time=2, **first)
    other = maker.endpoint(maker.node(), 4, error_chance=second_error, error_time=3)
    route = maker.route(broken, other, next_on=next_on)
    maker.workload(maker.call(route=route, streams=1))
    return maker.plan()


def test_the_router_goes_to_the_next_endpoint_at_once(engine):
    outcome = once(two_vendors([Result.ERROR]), engine)
    assert table(outcome, "status attempts finished_us endpoint first_token_us") == text("""
        status attempts finished_us endpoint first_token_us
        OK 2 6 1 6
    """)
    assert "2 1 FALLBACK 1 -1" in story(outcome)


def test_the_router_stays_where_it_is_not_told_to_go(engine):
    assert table(once(two_vendors([Result.TIMEOUT]), engine), "status") == "status\nVENDOR_ERROR"


def test_clients_retries_come_before_the_routers(engine):
    plan = two_vendors([Result.ERROR], retries=1, retry_on=[Result.ERROR], backoff_us=5)
    outcome = once(plan, engine)
    assert table(outcome, "attempts finished_us") == "attempts finished_us\n3 13"
    assert outcome.used(1, Use.RETRIES) == 0


def test_the_last_failure_is_the_requests(engine):
    outcome = once(two_vendors([Result.ERROR], second_error=1.0), engine)
    assert (
        table(outcome, "status finished_us endpoint")
        == "status finished_us endpoint\nVENDOR_ERROR 5 -1"
    )


def test_without_budget_the_router_goes_on_if_it_goes_on_after_no_budget(engine):
    client = {"retries": 1, "retry_on": [Result.ERROR], "budget_ppm": 0, "budget_cap_ppm": 0}
    stays = once(two_vendors([], **client), engine)
    goes = once(two_vendors([Result.NO_BUDGET], **client), engine)
    assert table(stays, "status finished_us") == "status finished_us\nVENDOR_ERROR 4"
    assert table(goes, "status finished_us") == "status finished_us\nOK 8"


def test_an_overflowing_queue_can_be_retried(engine):
    maker = PlanMaker()
    node = maker.node(servers=1, queue_limit=0)
    endpoint = maker.endpoint(node, 3, retries=1, retry_on=[Result.FULL], backoff_us=2)
    maker.workload(maker.call(endpoint))
    outcome = run(maker.plan(), [day([(0, 0), (0, 1)])], engine)
    assert (
        table(outcome, "session status finished_us") == "session status finished_us\n0 OK 3\n1 OK 6"
    )


def test_decoding_takes_its_time_after_the_first_token(engine):
    maker = PlanMaker()
    endpoint = maker.endpoint(maker.node(), 100, speed=10_000, slow_ppm=2_000_000)
    maker.workload(maker.call(endpoint, streams=1), output_tokens=10)
    outcome = once(maker.plan(), engine)
    assert table(outcome, "first_token_us finished_us") == "first_token_us finished_us\n200 2200"


def test_advice_that_comes_after_the_time_out_is_not_heard(engine):
    client = {"timeout_us": 4, "retry_on": [Result.TIMEOUT], "retry_after_cap_us": 100}
    outcome = run(refusing(**client), [day([(0, 0), (10, 1)])], engine)
    assert events(outcome, Event.RETRY) == [(14, 1, 7)]


def test_a_time_out_of_one_who_waited_exactly_at_completion_is_completion(engine):
    maker = PlanMaker()
    maker.workload(maker.call(maker.endpoint(maker.node(servers=1), 3, timeout_us=6)))
    outcome = run(maker.plan(), [day([(0, 0), (0, 1), (0, 2)])], engine)
    assert table(outcome, "session status finished_us") == text("""
        session status finished_us
        0 OK 3
        1 OK 6
        2 TIMED_OUT 6
    """)


FAULTS = "fault_step fault_endpoint fault_result fault_limit"


def test_a_row_names_the_first_attempt_that_failed_in_the_call_that_failed(engine):
    maker = PlanMaker()
    limit = maker.limit("fixed_window", 0, 100)
    refuses = maker.endpoint(maker.node(), 3, limits=[limit])
    fails = maker.endpoint(maker.node(), 3, error_chance=1.0)
    well = maker.call(maker.endpoint(maker.node(), 3))
    failing = maker.call(route=maker.route(refuses, fails, next_on=[Result.REFUSED]))
    maker.workload(maker.chain(well, failing))
    outcome = run(maker.plan(), [day([(0, 0)])], engine)
    assert table(outcome, f"status {FAULTS}") == text(f"""
        status {FAULTS}
        VENDOR_ERROR {failing} {refuses} {int(Result.REFUSED)} {limit}
    """)


def test_a_request_that_went_well_in_the_end_has_no_fault_and_a_late_one_has(engine):
    maker = PlanMaker()
    fails = maker.endpoint(maker.node(), 3, error_chance=1.0)
    answers = maker.endpoint(maker.node(), 3)
    call = maker.call(route=maker.route(fails, answers, next_on=[Result.ERROR]))
    maker.workload(call, deadline_us=100)
    maker.workload(call, deadline_us=1)
    outcome = run(maker.plan(), [day([(0, 0, 0), (0, 1, 1)])], engine)
    assert table(outcome, f"status {FAULTS}") == text(f"""
        status {FAULTS}
        OK -1 -1 -1 -1
        LATE {call} {fails} {int(Result.ERROR)} -1
    """)


def test_a_failed_fork_has_the_fault_of_the_child_that_decides(engine):
    maker = PlanMaker()
    first = maker.call(maker.endpoint(maker.node(), 3, error_chance=1.0, error_time=9))
    second = maker.call(maker.endpoint(maker.node(), 3, error_chance=1.0, error_time=2))
    maker.workload(maker.fork(first, second))
    outcome = run(maker.plan(), [day([(0, 0)])], engine)
    assert table(outcome, "fault_step") == f"fault_step\n{first}"
