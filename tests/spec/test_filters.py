"""What a vendor's content filter stops: a 400 that ends as `blocked`, one sentence a test."""

from plans import PlanMaker, day, run, table, text

from sim.outcome import Use
from sim.plan.columns import Endpoint, Result

ONE = 1_000_000


def filtered(share=1.0, /, *, step=None, **more):
    """One endpoint whose filter stops a share of attempts after 7 µs; an answer would take 20."""
    maker = PlanMaker()
    endpoint = maker.endpoint(maker.node(), 20, filter_chance=share, filter_time=7, **more)
    maker.workload(maker.chain(maker.call(endpoint, **(step or {})), maker.delay(100)))
    return maker.plan()


def ended(plan, engine, *sessions):
    return run(plan, [day([(0, number) for number in sessions or (0,)])], engine)


def test_who_is_filtered_ends_as_blocked_when_the_filter_says_so(engine):
    outcome = ended(filtered(), engine)
    assert table(outcome, "status finished_us attempts fault_result") == text("""
        status finished_us attempts fault_result
        BLOCKED 7 1 -1
    """)


def test_no_client_tries_again_what_was_filtered_unless_it_retries_that_too(engine):
    retried = [Result.ERROR, Result.REFUSED, Result.TIMEOUT]
    once = ended(filtered(retries=2, retry_on=retried, backoff_us=5), engine)
    assert table(once, "status attempts").splitlines()[1] == "BLOCKED 1"
    thrice = ended(filtered(retries=2, retry_on=[Result.FILTERED], backoff_us=5), engine)
    assert table(thrice, "status attempts").splitlines()[1] == "BLOCKED 3"


def test_an_optional_step_that_was_filtered_is_passed_over(engine):
    outcome = ended(filtered(step={"optional": 1}), engine)
    assert table(outcome, "status finished_us").splitlines()[1] == "OK 107"


def test_a_router_goes_on_only_where_it_goes_on_with_what_was_filtered(engine):
    maker = PlanMaker()
    node = maker.node()
    first = maker.endpoint(node, 20, filter_chance=1.0, filter_time=7)
    second = maker.endpoint(node, 20)
    for results in ([Result.ERROR], [Result.FILTERED]):
        maker.workload(maker.call(route=maker.route(first, second, next_on=results)))
    outcome = run(maker.plan(), [day([(0, 0, 0), (0, 1, 1)])], engine)
    assert table(outcome, "status finished_us") == text("""
        status finished_us
        BLOCKED 7
        OK 27
    """)


def test_what_was_filtered_is_counted_apart_with_its_input_and_that_of_long_prompts(engine):
    plan = filtered(timeout_us=3)
    plan.endpoints[0, Endpoint.LONG_FROM] = 99
    outcome = ended(plan, engine)
    counted = {use: outcome.used(0, use) for use in Use if outcome.used(0, use)}
    assert counted == {
        Use.ATTEMPTS: 1,
        Use.TIMEOUTS: 1,
        Use.FILTERED: 1,
        Use.FILTERED_INPUT: 100,
        Use.FILTERED_LONG_INPUT: 100,
    }


def test_an_error_comes_before_the_filter_and_a_share_is_a_share(engine):
    both = ended(filtered(error_chance=1.0, error_time=3), engine)
    assert table(both, "status finished_us").splitlines()[1] == "VENDOR_ERROR 3"
    some = table(ended(filtered(0.25), engine, *range(400)), "status").split()[1:]
    assert 60 < some.count("BLOCKED") < 140


def test_a_limit_gets_back_the_answer_that_was_not_written(engine):
    maker = PlanMaker()
    # Each reserves 100 + 10; the first gives back 10, so that the second fits and the third does not.
    limit = maker.limit("reserve_settle", 210, 60 * ONE, counts="tokens")
    endpoint = maker.endpoint(maker.node(), 20, limits=[limit], filter_chance=1.0, filter_time=7)
    maker.workload(maker.call(endpoint))
    outcome = run(maker.plan(), [day([(0, 0), (8, 1), (16, 2)])], engine)
    assert table(outcome, "status").split()[1:] == ["BLOCKED", "BLOCKED", "RATE_LIMITED"]


def test_what_is_filtered_comes_no_slower_where_limits_slow(engine):
    maker = PlanMaker()
    limit = maker.limit("quota", 0, 100, 5 * ONE)
    given = {"limits": [limit], "filter_chance": 1.0, "filter_time": 7, "slow_ppm": 3 * ONE}
    maker.workload(maker.call(maker.endpoint(maker.node(), 20, **given)))
    assert table(ended(maker.plan(), engine), "finished_us").splitlines()[1] == "7"
