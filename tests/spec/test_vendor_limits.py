"""How the limits of particular vendors count, hold and advise, one sentence a test."""

from plans import MINUTE_US, SECOND_US, PlanMaker, day, events, run, table, text

from sim.limits import NEVER
from sim.outcome import Event, Row
from sim.plan.columns import Advice, Endpoint, Limit, Result, Table

ONE = 1_000_000


def vendor(kind, *numbers, service=3, output_tokens=10, cap=-1, client=None, **options):
    """A vendor with one limit; each request has 100 tokens in and 10 out."""
    maker = PlanMaker()
    limit = maker.limit(kind, *numbers, **options)
    given = {"refusal_time": 2, **(client or {})}
    endpoint = maker.endpoint(maker.node(), service, limits=[limit], **given)
    route = maker.route(endpoint, max_output_tokens=cap)
    maker.workload(maker.call(route=route), output_tokens=output_tokens)
    return maker.plan()


def at(*times):
    return [day([(time_us, number) for number, time_us in enumerate(times)], 10 * 60 * MINUTE_US)]


def statuses(plan, engine, *times):
    outcome = run(plan, at(*times), engine)
    rows = table(outcome, "session status").splitlines()[1:]
    return [row.split()[1] for row in rows]


OK, NO = "OK", "RATE_LIMITED"


def test_a_ptu_worked_by_hand(engine):
    # 6,000 a minute drain 100 a second; full at 1,000. Each counts (100 - 0) + 8 × 10 = 180, reserves
    # 100 + 8 × 60 = 580. At 0 s: 0 -> 580, 580 -> 1,160, then over the brim: refused. Until 1.6 s it
    # drains to 1,000: passes at 1.6 s exactly. One 1 µs before is refused. At 1.6 s also both ends...
    plan = vendor(
        *("leaky_bucket", 1000, 6000),
        counts=[0, ONE, 0, 8 * ONE],
        reserves=[0, ONE, 0, 0, 8 * ONE],
        cap=60,
        service=60 * SECOND_US,
    )
    times = (0, 1, 2, 1_600_000 - 1, 1_600_000)
    assert statuses(plan, engine, *times) == [OK, OK, NO, NO, OK]


def test_a_ptu_takes_back_what_was_estimated_too_high(engine):
    # As above, but answers end after 1 s: 1,160 - 100 drained - 2 × (580 - 180) = 260: two more pass.
    plan = vendor(
        *("leaky_bucket", 1000, 6000),
        counts=[0, ONE, 0, 8 * ONE],
        reserves=[0, ONE, 0, 0, 8 * ONE],
        cap=60,
        service=SECOND_US,
    )
    times = (0, 0, SECOND_US, SECOND_US, SECOND_US)
    assert statuses(plan, engine, *times) == [OK, OK, OK, OK, NO]


def test_a_minute_counter_charges_what_it_refuses(engine):
    limit = {"counts": "input_tokens"}
    times = (0, 1, 2, MINUTE_US)
    assert statuses(vendor("minute_counter", 150, MINUTE_US, **limit), engine, *times) == [
        *(OK, NO, NO, OK)
    ]
    small_after = PlanMaker()
    row = small_after.limit("minute_counter", 150, MINUTE_US, counts="input_tokens")
    endpoint = small_after.endpoint(small_after.node(), 3, limits=[row])
    for tokens in (100, 50):
        small_after.workload(small_after.call(endpoint), input_tokens=tokens)
    outcome = run(small_after.plan(), [day([(0, 0, 0), (1, 1, 0), (2, 2, 1)])], engine)
    assert table(outcome, "session status") == text("""
        session status
        0 OK
        1 RATE_LIMITED
        2 RATE_LIMITED
    """)


def test_a_sliding_window_has_no_edge_to_profit_from(engine):
    half = MINUTE_US // 2
    plan = vendor("sliding_window", 2, MINUTE_US)
    times = (half, half, MINUTE_US, half + MINUTE_US)
    assert statuses(plan, engine, *times) == [OK, OK, NO, OK]


def test_reservations_hold_room_until_they_are_settled(engine):
    plan = vendor(
        *("reserve_settle", 600, MINUTE_US),
        counts=[0, ONE, 0, 5 * ONE],
        reserves=[0, ONE, 0, 0, ONE],
        cap=300,
        service=10,
    )
    # Each reserves 100 + 300 = 400 and costs 100 + 5 × 10 = 150.
    assert statuses(plan, engine, 0, 1, 10, 11) == [OK, NO, OK, NO]


def test_a_settling_bucket_gets_back_what_was_not_written(engine):
    reserved = {"counts": "output_tokens", "cap": 60, "service": 10}
    assert statuses(vendor("token_bucket", 100, 1, 1, **reserved), engine, 0, 10, 20) == [OK] * 3
    assert statuses(vendor("token_bucket", 100, 1, 0, **reserved), engine, 0, 10, 20) == [
        OK,
        NO,
        NO,
    ]


def test_a_ramp_lets_a_minute_bring_half_more_than_the_busiest_of_the_stretch_before(engine):
    plan = vendor("ramp", 2, 500_000, 2 * MINUTE_US)
    second = 2 * MINUTE_US
    times = (0, 0, 0, second, second, second, second, 2 * second + MINUTE_US)
    assert statuses(plan, engine, *times) == [OK, OK, NO, OK, OK, OK, NO, OK]


def test_a_soft_threshold_refuses_beyond_it_by_chance_only(engine):
    certain, never = 1 << 52, 0
    assert statuses(vendor("soft_threshold", 1, 60, 0, certain), engine, 0, 0) == [OK, NO]
    assert statuses(vendor("soft_threshold", 1, 60, 0, never), engine, 0, 0) == [OK, OK]
    half = statuses(vendor("soft_threshold", 1, 60, 0, certain // 2), engine, *[0] * 400)
    assert 150 < half.count(NO) < 250


def latencies(plan, engine, *times):
    rows = run(plan, at(*times), engine).rows
    return (rows[:, Row.FINISHED_US] - rows[:, Row.ARRIVED_US]).tolist()


def test_beyond_a_soft_threshold_an_attempt_may_be_slower(engine):
    # A minute brings 60 tokens, the bucket holds 1: the second at once is beyond it, and takes nothing out.
    slower = vendor("soft_threshold", 1, 60, 0, 0, 3_000_000, service=4)
    assert latencies(slower, engine, 0, 0, SECOND_US, SECOND_US) == [4, 12, 4, 12]


def test_beyond_a_quota_all_pass_and_are_slower_until_its_reset(engine):
    plan = vendor("quota", 2, 100, 2_500_000, service=4)
    changes = [(100, Table.LIMITS, 0, Limit.PARAMETERS + 1, NEVER)]
    arrivals = [(0, 0), (1, 1), (2, 2), (99, 3), (100, 4)]
    outcome = run(plan, [day(arrivals, 1000, changes=changes)], engine)
    lasted = outcome.rows[:, Row.FINISHED_US] - outcome.rows[:, Row.ARRIVED_US]
    assert lasted.tolist() == [4, 4, 10, 10, 4]
    assert events(outcome, Event.SLOWED) == [(2, 2, 2_500_000), (99, 3, 2_500_000)]


def test_slow_limits_and_a_slow_endpoint_multiply_for_first_token_and_answer(engine):
    maker = PlanMaker()
    limits = [maker.limit("quota", 0, NEVER, slows) for slows in (2_000_000, 3_000_000)]
    given = {"speed": 1_000_000, "slow_ppm": 5_000_000, "limits": limits}
    call = maker.call(maker.endpoint(maker.node(), 7, **given), streams=1)
    maker.workload(call, output_tokens=10)
    outcome = run(maker.plan(), at(0), engine)
    assert table(outcome, "first_token_us finished_us").splitlines()[1] == "210 510"


def test_what_waits_for_a_limit_is_asked_when_it_starts_and_an_error_is_no_slower(engine):
    # One at a time. When the second starts, at 4, the first has used the threshold up; the third is an error.
    maker = PlanMaker()
    one = maker.limit("concurrency", 1, queues=1)
    soft = maker.limit("soft_threshold", 1, 1, 0, 0, 2_000_000, queues=1)
    endpoint = maker.endpoint(maker.node(), 4, limits=[one, soft], error_time=5)
    maker.workload(maker.call(endpoint))
    fails = [(10, Table.ENDPOINTS, endpoint, Endpoint.ERROR_CHANCE, 1 << 52)]
    outcome = run(maker.plan(), [day([(0, 0), (0, 1), (10, 2)], changes=fails)], engine)
    assert table(outcome, "session finished_us status") == text("""
        session finished_us status
        0 4 OK
        1 12 OK
        2 17 VENDOR_ERROR
    """)


def test_a_quota_starts_anew_when_the_calendar_says_so(engine):
    plan = vendor("quota", 1, 100)
    changes = [(100, Table.LIMITS, 0, Limit.PARAMETERS + 1, NEVER)]
    outcome = run(plan, [day([(0, 0), (99, 1), (100, 2), (101, 3)], 1000, changes=changes)], engine)
    assert table(outcome, "session status").split()[3::2] == [OK, NO, OK, NO]


def retried_after(engine, advice):
    """What a client waits that was told to come back in 1,999,999 µs."""
    client = {"retries": 1, "retry_on": [Result.REFUSED], "retry_after_cap_us": 10**12}
    plan = vendor("fixed_window", 1, 2 * SECOND_US, advice=advice, client=client)
    return int(table(run(plan, at(0, 1), engine), "session backoff_us").split()[-1])


def test_advice_comes_as_the_vendor_sends_it(engine):
    assert retried_after(engine, Advice.EXACT) == 1_999_999
    assert retried_after(engine, Advice.MILLISECONDS) == 2_000_000
    assert retried_after(engine, Advice.SECONDS) == 2_000_000
    assert retried_after(engine, Advice.NONE) == 1


def test_the_greater_of_input_and_cap_counts_where_a_vendor_says_so(engine):
    weights = {"reserves": [0, ONE, ONE, 0, ONE], "takes_greater": 1}
    assert statuses(vendor("concurrency", 200, cap=60, **weights), engine, 0, 0, 0) == [OK, OK, NO]
    assert statuses(vendor("concurrency", 160, cap=160, **weights), engine, 0, 0) == [OK, NO]


def test_a_part_of_a_unit_counts_as_one(engine):
    assert statuses(
        vendor("fixed_window", 3, MINUTE_US, counts=[1, 0, 0, 0]), engine, *[0] * 4
    ) == [*(OK, OK, OK, NO)]
