"""When a router leaves an endpoint alone, and when it tries it again, one sentence a test."""

import pytest
from plans import PlanMaker, day, events, run, table, text

from sim.outcome import Event, Use
from sim.plan.columns import Endpoint, Result, Table


def route(first=None, second=None, **breaker):
    """A vendor that fails after 2 µs, and where `second` is given a fallback that answers after 3 µs."""
    maker = PlanMaker()
    first = {"error_chance": 1.0, "error_time": 2} | (first or {})
    endpoints = [maker.endpoint(maker.node(), 3, **first)]
    if second is not None:
        endpoints.append(maker.endpoint(maker.node(), 3, **second))
    options = {"breaker_on": [Result.ERROR, Result.REFUSED], "stays_open_us": 100} | breaker
    row = maker.route(*endpoints, next_on=list(Result), **options)
    maker.workload(maker.call(route=row))
    return maker.plan()


def at(*times, changes=()):
    arrivals = [(time_us, number) for number, time_us in enumerate(times)]
    return [day(arrivals, changes=changes)]


def statuses(plan, engine, *times, changes=()):
    outcome = run(plan, at(*times, changes=changes), engine)
    return [row.split()[1] for row in table(outcome, "session status").splitlines()[1:]]


BAD, SHED, OK = "VENDOR_ERROR", "SHED", "OK"
HEALED = (50, Table.ENDPOINTS, 0, Endpoint.ERROR_CHANCE, 0)


def test_failures_in_a_row_open_a_breaker_and_calls_fail_at_once(engine):
    outcome = run(route(opens_after=2), at(0, 10, 20), engine)
    assert table(outcome, "session status finished_us attempts") == text("""
        session status finished_us attempts
        0 VENDOR_ERROR 2 1
        1 VENDOR_ERROR 12 1
        2 SHED 21 0
    """)
    assert events(outcome, Event.OPEN) == [(20, 2, -1)]
    assert outcome.used(0, Use.ATTEMPTS) == 2


def test_an_open_endpoint_is_passed_over_for_the_next(engine):
    outcome = run(route(opens_after=1, second={}), at(0, 10), engine)
    assert table(outcome, "session status finished_us attempts") == text("""
        session status finished_us attempts
        0 OK 5 2
        1 OK 14 1
    """)


def test_a_probe_that_does_well_closes_it(engine):
    plan = route(opens_after=1)
    times = (0, 101, 102, 103, 106, 107)
    assert statuses(plan, engine, *times, changes=[HEALED]) == [BAD, SHED, OK, SHED, OK, OK]


def test_a_probe_that_fails_opens_it_again(engine):
    assert statuses(route(opens_after=1), engine, 0, 102, 105, 203, 204) == [
        *(BAD, BAD, SHED, SHED, BAD)
    ]


def test_all_probes_must_do_well(engine):
    plan = route(opens_after=1, probes=2)
    # The first probe has done well at 105, the second does at 107.
    times = (0, 102, 104, 106, 108)
    assert statuses(plan, engine, *times, changes=[HEALED]) == [BAD, OK, OK, SHED, OK]


def test_without_probes_it_closes_at_once_when_its_time_is_over(engine):
    plan = route(opens_after=1, probes=0)
    times = (0, 101, 102, 103)
    assert statuses(plan, engine, *times, changes=[HEALED]) == [BAD, SHED, OK, OK]


def test_one_failure_of_a_kind_opens_it_and_others_need_their_share(engine):
    plan = route(opens_on=[Result.ERROR], share_ppm=500_000, at_least=5)
    assert statuses(plan, engine, 0, 10) == [BAD, SHED]
    others = route(opens_on=[Result.REFUSED], share_ppm=500_000, at_least=3)
    assert statuses(others, engine, 0, 10, 20, 30) == [BAD, BAD, BAD, SHED]


def test_a_share_of_failures_opens_it_once_there_are_enough(engine):
    plan = route(share_ppm=500_000, at_least=3, window_us=1000)
    assert statuses(plan, engine, 0, 10, 20, 30) == [BAD, BAD, BAD, SHED]
    assert statuses(plan, engine, 980, 990, 1010, 1020) == [BAD] * 4


def test_good_results_of_an_instant_count_as_the_earlier(engine):
    plan = route({"error_chance": 0.0}, opens_after=2)
    broken = [(1, Table.ENDPOINTS, 0, Endpoint.ERROR_CHANCE, 1 << 52)]
    # The answer of 0 comes at 3, with it the error of 1; that of 2, at 4, is the second in a row.
    assert statuses(plan, engine, 0, 1, 2, 4, changes=broken) == [OK, BAD, BAD, SHED]


def test_who_set_out_before_it_opened_is_not_heard(engine):
    # Errors come 30 later: that of 0 opens it at 30 until 130, and that of 20, heard at 50, does not stretch that.
    plan = route({"error_time": 30}, opens_after=1)
    assert statuses(plan, engine, 0, 20, 129, 130) == [BAD, BAD, SHED, BAD]


def test_a_breaker_may_stay_open_as_long_as_the_refusal_advised(engine):
    maker = PlanMaker()
    limit = maker.limit("fixed_window", 1, 1000)
    endpoint = maker.endpoint(maker.node(), 3, limits=[limit], refusal_time=2)
    row = maker.route(
        endpoint, breaker_on=[Result.REFUSED], opens_after=1, stays_open_us=10, heeds=1
    )
    maker.workload(maker.call(route=row))
    # Refused at 500 with 500 µs of advice, heard at 502: open until 1,002.
    assert statuses(maker.plan(), engine, 0, 500, 1001, 1002) == [OK, "RATE_LIMITED", SHED, OK]


def test_the_last_endpoint_may_be_tried_although_its_breaker_is_open(engine):
    assert statuses(route(opens_after=1, last_resort=1), engine, 0, 10, 20) == [BAD] * 3


def test_a_lost_probe_is_replaced_after_as_long_as_the_breaker_stays_open(engine):
    maker = PlanMaker()
    hangs = maker.endpoint(maker.node(), 10**6, error_chance=1.0, error_time=2)
    row = maker.route(hangs, breaker_on=[Result.ERROR], opens_after=1, stays_open_us=100)
    maker.workload(maker.call(route=row, slower_us=5))
    changes = [(50, Table.ENDPOINTS, 0, Endpoint.ERROR_CHANCE, 0)]
    outcome = run(maker.plan(), at(0, 102, 110, 201, 202, changes=changes), engine)
    assert [session for _, session, _ in events(outcome, Event.OPEN)] == [2, 3]


@pytest.mark.parametrize("retries", [0, 2])
def test_a_breaker_hears_only_what_the_client_makes_of_its_retries(engine, retries):
    first = {"retries": retries, "retry_on": [Result.ERROR], "backoff_us": 1}
    outcome = run(route(first, opens_after=2), at(0, 20, 40), engine)
    assert outcome.used(0, Use.ATTEMPTS) == 2 * (1 + retries)


def test_routes_may_share_a_breaker(engine):
    maker = PlanMaker()
    fails = maker.endpoint(maker.node(), 3, error_chance=1.0, error_time=2)
    options = {"breaker_on": [Result.ERROR], "opens_after": 2, "stays_open_us": 100}
    for breakers in ([0], [0], None):
        maker.workload(maker.call(route=maker.route(fails, breakers=breakers, **options)))
    arrivals = [(0, 0, 0), (10, 1, 1), (20, 2, 0), (20, 3, 1), (20, 4, 2)]
    outcome = run(maker.plan(), [day(arrivals)], engine)
    assert [session for _, session, _ in events(outcome, Event.OPEN)] == [2, 3]
