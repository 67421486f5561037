"""How a vendor's limits refuse and hold back, one sentence a test."""

from itertools import pairwise

from plans import MINUTE_US, SECOND_US, PlanMaker, day, events, run, table, text

from sim.outcome import Event, Use
from sim.plan.columns import Limit, Result, Table


def vendor(*limits, calls=1, servers=-1, service=3, **client):
    """A vendor with limits (kind, parameters, options)."""
    maker = PlanMaker()
    rows = [maker.limit(kind, *numbers, **options) for kind, numbers, options in limits]
    client.setdefault("refusal_time", 2)
    endpoint = maker.endpoint(maker.node(servers=servers), service, limits=rows, **client)
    maker.workload(maker.call(endpoint))
    return maker.plan()


REFUSING_BUCKET = ("token_bucket", (1, 60), {})
QUEUEING_BUCKET = ("token_bucket", (1, 60), {"queues": 1})


def at(*times):
    return [day([(time_us, number) for number, time_us in enumerate(times)])]


def test_a_call_at_the_exact_refill_instant_passes(engine):
    outcome = run(vendor(REFUSING_BUCKET), at(0, SECOND_US), engine)
    assert table(outcome, "session status") == "session status\n0 OK\n1 OK"


def test_a_call_one_us_before_the_refill_is_refused(engine):
    outcome = run(vendor(REFUSING_BUCKET), at(0, SECOND_US - 1), engine)
    assert table(outcome, "session status finished_us attempts refusals") == text(f"""
        session status finished_us attempts refusals
        0 OK 3 1 0
        1 RATE_LIMITED {SECOND_US + 1} 1 1
    """)
    assert events(outcome, Event.REFUSED) == [(SECOND_US - 1, 1, 0)]
    assert (outcome.used(0, Use.ATTEMPTS), outcome.used(0, Use.REFUSED)) == (2, 1)


def test_a_queueing_limit_lets_wait_to_the_exact_instant(engine):
    outcome = run(vendor(QUEUEING_BUCKET), at(0, 0, 0), engine)
    assert table(outcome, "session finished_us wait_us") == text(f"""
        session finished_us wait_us
        0 3 0
        1 {SECOND_US + 3} {SECOND_US}
        2 {2 * SECOND_US + 3} {2 * SECOND_US}
    """)


def test_of_two_refusing_limits_the_first_short_one_is_named_and_none_is_charged(engine):
    limits = [("token_bucket", (5, 60), {}), ("fixed_window", (1, 10), {})]
    outcome = run(vendor(*limits), at(0, 1, 2, 10), engine)
    assert table(outcome, "session status") == text("""
        session status
        0 OK
        1 RATE_LIMITED
        2 RATE_LIMITED
        3 OK
    """)
    assert {value for *_, value in events(outcome, Event.REFUSED)} == {1}


def test_a_window_opens_anew_at_its_edge(engine):
    outcome = run(vendor(("fixed_window", (1, 10), {})), at(9, 9, 10, 19, 20), engine)
    assert table(outcome, "session status") == text("""
        session status
        0 OK
        1 RATE_LIMITED
        2 OK
        3 RATE_LIMITED
        4 OK
    """)


def test_a_place_of_a_concurrency_limit_is_free_as_its_holder_ends(engine):
    outcome = run(vendor(("concurrency", (1,), {})), at(0, 2, 3), engine)
    assert table(outcome, "session status") == text("""
        session status
        0 OK
        1 RATE_LIMITED
        2 OK
    """)


def test_who_waits_for_a_concurrency_limit_starts_as_a_place_frees(engine):
    outcome = run(vendor(("concurrency", (1,), {"queues": 1})), at(0, 0, 0), engine)
    assert table(outcome, "session finished_us") == "session finished_us\n0 3\n1 6\n2 9"


def test_a_limit_shared_by_two_nodes_wakes_the_other_node(engine):
    maker = PlanMaker()
    limit = maker.limit("concurrency", 1, queues=1)
    for _ in range(2):
        maker.workload(maker.call(maker.endpoint(maker.node(), 5, limits=[limit])))
    outcome = run(maker.plan(), [day([(0, 0, 1), (1, 1, 0), (1, 2, 1)])], engine)
    assert table(outcome, "session finished_us") == "session finished_us\n0 5\n1 10\n2 15"


def test_who_is_held_back_holds_back_everyone_behind(engine):
    maker = PlanMaker()
    node = maker.node()
    limit = maker.limit("token_bucket", 1, 60, queues=1)
    maker.workload(maker.call(maker.endpoint(node, 3, limits=[limit])))
    maker.workload(maker.call(maker.endpoint(node, 3)))
    outcome = run(maker.plan(), [day([(0, 0, 0), (1, 1, 0), (2, 2, 1)])], engine)
    assert table(outcome, "session finished_us") == text(f"""
        session finished_us
        0 3
        1 {SECOND_US + 3}
        2 {SECOND_US + 3}
    """)


def test_what_never_fits_is_refused_without_advice(engine):
    limits = [("token_bucket", (50, 60), {"counts": "input_tokens", "queues": 1})]
    plan = vendor(*limits, retries=1, retry_on=[Result.REFUSED], retry_after_cap_us=10**12)
    outcome = run(plan, at(0), engine)
    assert table(outcome, "status attempts refusals backoff_us finished_us") == text("""
        status attempts refusals backoff_us finished_us
        RATE_LIMITED 2 2 1 5
    """)


def test_limits_reserve_the_cap_of_the_answer(engine):
    maker = PlanMaker()
    limit = maker.limit("token_bucket", 100, 60, counts="output_tokens")
    endpoint = maker.endpoint(maker.node(), 3, limits=[limit], refusal_time=1)
    route = maker.route(endpoint, max_output_tokens=60)
    maker.workload(maker.call(route=route), output_tokens=10)
    outcome = run(maker.plan(), at(0, 0), engine)
    assert table(outcome, "session status") == "session status\n0 OK\n1 RATE_LIMITED"
    assert outcome.used(0, Use.OUTPUT) == 10


def test_an_answer_is_cut_at_the_cap(engine):
    maker = PlanMaker()
    route = maker.route(maker.endpoint(maker.node(), 3), max_output_tokens=7)
    maker.workload(maker.call(route=route), output_tokens=10)
    assert run(maker.plan(), at(0), engine).used(0, Use.OUTPUT) == 7


def test_cached_tokens_spare_a_limit_that_counts_the_uncached(engine):
    maker = PlanMaker()
    limit = maker.limit("token_bucket", 100, 60, counts="uncached_input_tokens")
    endpoint = maker.endpoint(maker.node(), 3, limits=[limit], cached_ppm=1_000_000)
    maker.workload(maker.call(endpoint), input_tokens=100, cached_ppm=500_000)
    maker.workload(maker.call(endpoint, input_tokens=100), cached_ppm=500_000)
    both = run(maker.plan(), [day([(0, 0, 0), (0, 1, 0)])], engine)
    assert (both.used(0, Use.ANSWERS), both.used(0, Use.CACHED)) == (2, 100)
    own = run(maker.plan(), [day([(0, 0, 0), (0, 1, 1)])], engine)
    assert (own.used(0, Use.ANSWERS), own.used(0, Use.CACHED)) == (1, 50)


def test_who_is_full_gives_its_place_back_at_once(engine):
    maker = PlanMaker()
    limit = maker.limit("concurrency", 2)
    node = maker.node(servers=1, queue_limit=0)
    maker.workload(maker.call(maker.endpoint(node, 10, limits=[limit])))
    outcome = run(maker.plan(), at(0, 0, 1), engine)
    assert table(outcome, "session status") == "session status\n0 OK\n1 SHED\n2 SHED"


def test_who_leaves_the_queue_gives_its_place_back(engine):
    maker = PlanMaker()
    limit = maker.limit("concurrency", 2)
    node = maker.node(servers=1, patience=3)
    maker.workload(maker.call(maker.endpoint(node, 10, limits=[limit])))
    outcome = run(maker.plan(), at(0, 0, 2, 3), engine)
    assert table(outcome, "session status") == text("""
        session status
        0 OK
        1 GAVE_UP
        2 RATE_LIMITED
        3 GAVE_UP
    """)


def test_a_time_out_of_work_held_back_by_a_limit_starts_when_it_is_sent(engine):
    plan = vendor(QUEUEING_BUCKET, timeout_us=5)
    outcome = run(plan, at(0, 0), engine)
    assert table(outcome, "session status") == "session status\n0 OK\n1 OK"


def test_a_time_out_of_work_that_waits_for_a_server_starts_when_it_joins(engine):
    plan = vendor(QUEUEING_BUCKET, timeout_us=5, servers=4)
    outcome = run(plan, at(0, 0), engine)
    assert table(outcome, "session status finished_us") == text("""
        session status finished_us
        0 OK 3
        1 TIMED_OUT 5
    """)


def test_a_retuned_bucket_fills_at_the_new_rate(engine):
    half = SECOND_US // 2
    changes = [(half, Table.LIMITS, 0, Limit.PARAMETERS + 1, 120)]
    outcome = run(vendor(QUEUEING_BUCKET), [day([(0, 0), (0, 1)], changes=changes)], engine)
    assert table(outcome, "session finished_us") == text(f"""
        session finished_us
        0 3
        1 {half + half // 2 + 3}
    """)


def test_a_greater_limit_lets_in_who_waits_at_once(engine):
    plan = vendor(("concurrency", (1,), {"queues": 1}), service=100)
    changes = [(7, Table.LIMITS, 0, Limit.PARAMETERS, 2)]
    outcome = run(plan, [day([(0, 0), (0, 1), (0, 2)], changes=changes)], engine)
    assert table(outcome, "session finished_us") == "session finished_us\n0 100\n1 107\n2 200"


def test_a_bucket_holds_no_more_than_its_cap(engine):
    outcome = run(vendor(("token_bucket", (2, 60), {})), at(*[10 * SECOND_US] * 3), engine)
    assert outcome.used(0, Use.REFUSED) == 1


def test_a_long_idle_bucket_does_not_overflow(engine):
    limit = ("token_bucket", (40_000_000, 40_000_000), {"counts": "input_tokens"})
    edges = [day_number * 24 * 60 * MINUTE_US for day_number in range(6)]
    plan = vendor(limit)
    week = [day([(0, 0)], edges[1])]
    week += [day([], end, start) for start, end in pairwise(edges[1:-1])]
    week += [day([(edges[-2], 1)], edges[-1], edges[-2])]
    assert run(plan, week, engine).used(0, Use.ANSWERS) == 2


def test_who_stood_behind_one_that_was_turned_away_is_looked_at_in_the_same_instant(engine):
    maker = PlanMaker()
    limit = maker.limit("fixed_window", 10, 100, counts="output_tokens", queues=1)
    endpoint = maker.endpoint(maker.node(queue_limit=1), 3, limits=[limit])
    call = maker.call(endpoint)
    maker.workload(call, priority=1, output_tokens=5)
    maker.workload(call, priority=0, output_tokens=5)
    maker.workload(call, priority=0, output_tokens=10)
    arrivals = [(0, 0, 2), (1, 1, 0), (100, 2, 1), (100, 3, 2)]
    outcome = run(maker.plan(), [day(arrivals)], engine)
    assert table(outcome, "session status finished_us") == text("""
        session status finished_us
        0 OK 3
        1 OK 103
        2 OK 103
        3 SHED 101
    """)
