"""Forks, detached jobs, laps, blocks, slow steps and first words, one sentence a test."""

from plans import END, PlanMaker, day, differences, events, run, story, table, text

from sim import draws
from sim.outcome import Event, Load, Row, Use
from sim.plan.columns import Draw, Endpoint, Result, Table


class Maker(PlanMaker):
    """Vendors that answer, or fail, after a while."""

    def vendor(self, service, **options):
        return self.endpoint(self.node(), service, **options)

    def answer(self, service, **options):
        return self.call(self.vendor(service), **options)

    def failure(self, after, **options):
        return self.call(self.vendor(1, error_chance=1.0, error_time=after), **options)


def once(maker, start, engine, **workload):
    maker.workload(start, **workload)
    return run(maker.plan(), [day([(0, 0)])], engine)


def test_a_fork_goes_on_when_its_last_child_has_ended(engine):
    maker = Maker()
    start = maker.chain(maker.fork(maker.delay(5), maker.delay(9)), maker.delay(1))
    assert table(once(maker, start, engine), "finished_us") == "finished_us\n10"


def test_a_fork_of_nothing_goes_on_at_once(engine):
    maker = Maker()
    assert table(once(maker, maker.fork(END), engine), "finished_us") == "finished_us\n0"
    maker = Maker()
    assert table(once(maker, maker.fork(), engine), "finished_us") == "finished_us\n0"


def test_a_fork_waits_for_all_even_if_one_fails_and_fails_as_the_first_that_stands(engine):
    maker = Maker()
    slow = maker.failure(9)
    quick = maker.call(maker.vendor(5, timeout_us=2))
    outcome = once(maker, maker.fork(quick, slow), engine)
    assert table(outcome, "status finished_us") == "status finished_us\nVENDOR_ERROR 9"


def test_an_optional_fork_is_passed_over_even_if_a_child_was_blocked(engine):
    maker = Maker()
    fork = maker.fork(maker.block(), maker.delay(4), optional=1)
    outcome = once(maker, maker.chain(fork, maker.delay(1)), engine)
    assert table(outcome, "status finished_us") == "status finished_us\nOK 5"


def test_a_child_that_is_blocked_blocks_the_request(engine):
    maker = Maker()
    outcome = once(maker, maker.fork(maker.block(), maker.delay(4)), engine)
    assert table(outcome, "status finished_us") == "status finished_us\nBLOCKED 4"


def test_a_block_ends_the_request(engine):
    maker = Maker()
    outcome = once(maker, maker.chain(maker.delay(2), maker.block()), engine)
    assert table(outcome, "status finished_us") == "status finished_us\nBLOCKED 2"


def test_an_optional_call_that_fails_is_passed_over(engine):
    maker = Maker()
    start = maker.chain(maker.failure(3, optional=1, stage=0), maker.answer(4, stage=1))
    outcome = once(maker, start, engine)
    assert (
        table(outcome, "status finished_us stage0 stage1")
        == "status finished_us stage0 stage1\nOK 7 3 4"
    )
    assert len(events(outcome, Event.FAILED)) == 1


def test_a_slow_step_is_gone_on_without(engine):
    maker = Maker()
    start = maker.chain(maker.answer(9, slower_us=4, stage=0), maker.delay(1))
    outcome = once(maker, start, engine)
    assert table(outcome, "status finished_us stage0") == "status finished_us stage0\nOK 5 4"
    assert (outcome.used(0, Use.WASTED), outcome.used(0, Use.TIMEOUTS)) == (1, 0)
    assert events(outcome, Event.SLOWER) == [(4, 0, -1)]


def test_a_step_that_ends_just_in_time_is_not_too_slow(engine):
    maker = Maker()
    outcome = once(maker, maker.answer(4, slower_us=4), engine)
    assert (outcome.used(0, Use.ANSWERS), events(outcome, Event.SLOWER)) == (1, [])


def test_a_slow_step_is_left_in_the_middle_of_a_back_off(engine):
    maker = Maker()
    vendor = maker.vendor(1, error_chance=1.0, retries=-1, retry_on=[Result.ERROR], backoff_us=10)
    outcome = once(maker, maker.call(vendor, slower_us=5), engine)
    assert table(outcome, "status finished_us attempts backoff_us") == text("""
        status finished_us attempts backoff_us
        OK 5 1 10
    """)


def test_a_slow_fork_abandons_its_children_before_they_could_go_on(engine):
    maker = Maker()
    child = maker.chain(maker.delay(9, slower_us=4), maker.answer(3))
    outcome = once(maker, maker.fork(child, slower_us=4), engine)
    assert table(outcome, "status finished_us") == "status finished_us\nOK 4"
    assert [line[0] for line in events(outcome, Event.SLOWER)] == [4]
    assert outcome.loaded(0, Load.JOINED) == 0


def test_a_slow_fork_leaves_its_childrens_attempts_to_nobody(engine):
    maker = Maker()
    child = maker.fork(maker.answer(9, stage=0))
    outcome = once(maker, maker.fork(child, slower_us=4), engine)
    assert outcome.used(0, Use.WASTED) == 1
    assert table(outcome, "finished_us stage0") == "finished_us stage0\n4 4"


def test_a_detached_job_holds_up_nobody_and_has_its_own_row(engine):
    maker = Maker()
    job = maker.answer(50, stage=1)
    start = maker.chain(maker.delay(2, stage=0), maker.detach(job), maker.delay(3, stage=0))
    outcome = once(maker, start, engine, deadline_us=20)
    assert table(
        outcome, "session turn detached arrived_us finished_us status stage0 stage1"
    ) == text(f"""
        session turn detached arrived_us finished_us status stage0 stage1
        0 1 -1 0 5 OK 5 -1
        0 1 {job} 2 52 OK -1 50
    """)
    assert (outcome.arrived.sum(), outcome.ended.sum()) == (1, 1)
    assert f"52 {job} END -1 0" in story(outcome)


def test_who_gives_up_leaves_detached_jobs_alone(engine):
    maker = Maker()
    job = maker.answer(50)
    start = maker.chain(maker.detach(job), maker.delay(30))
    outcome = once(maker, start, engine, patience=10)
    assert table(outcome, "detached status finished_us") == text(f"""
        detached status finished_us
        -1 GAVE_UP 10
        {job} OK 50
    """)


def test_a_job_that_fails_does_not_hurt_its_request(engine):
    maker = Maker()
    start = maker.chain(maker.detach(maker.failure(4)), maker.delay(9))
    outcome = once(maker, start, engine)
    assert table(outcome, "status finished_us") == "status finished_us\nOK 9\nVENDOR_ERROR 4"


def test_a_repeat_draws_anew_each_lap(engine):
    maker = Maker()
    first = maker.delay([1, 10, 100])
    again = maker.chance(0.9, alt=first, lap=1)
    outcome = once(maker, maker.chain(first, again), engine)
    laps = [int(line[6]) for line in outcome.trace if line[4] == Event.STEP and line[5] == first]
    assert laps == list(range(len(laps)))
    key = draws.child(int(day([(0, 0)]).arrivals.key[0]), 1)
    step_key = int(maker.plan().step_keys[first])
    us = [draws.uniform(draws.mix(step_key ^ Draw.DELAY), key, lap << 32) for lap in laps]
    assert outcome.rows[0, Row.FINISHED_US] == sum(
        next(value for value, edge in ((1, 1 / 3), (10, 2 / 3), (100, 1)) if u <= edge) for u in us
    )


def test_a_job_has_luck_of_its_own_whatever_lap_it_began_in(engine):
    """The second lap of the job that began in lap 0 and the first of the one that began in lap 1 are both lap 1."""
    maker = Maker()
    values = [1, 2, 4, 8, 16, 32]
    first = maker.delay(values)
    job = maker.chain(first, maker.chance(1.0, alt=first, lap=1))
    detach, wait = maker.detach(job), maker.delay(5)
    maker.workload(maker.chain(detach, wait, maker.chance(1.0, alt=detach, lap=1)))
    maker.stages = 0
    outcome = run(maker.plan(), [day([(0, 0)], until_us=40)], engine)
    key = draws.child(int(day([(0, 0)]).arrivals.key[0]), 1)
    purpose = draws.mix(int(maker.plan().step_keys[first]) ^ Draw.DELAY)
    expected = []
    for begun in range(8):
        own = draws.child(key, begun) if begun else key
        now, lap = 5 * begun, begun
        while now < 40:
            expected.append((now, lap))
            now += values[int(draws.uniform(purpose, own, lap << 32) * len(values))]
            lap += 1
    steps = [line.tolist() for line in outcome.trace if line[4] == Event.STEP]
    assert sorted((line[0], line[6]) for line in steps if line[5] == first) == sorted(expected)


def test_jobs_of_two_laps_that_join_in_one_lap_with_one_attempt_stand_in_an_order(engine):
    """At 4 the job of lap 0 begins its lap 1, and that of lap 1 tries again: each its second attempt."""
    maker = Maker()
    vendor = maker.vendor(4, retries=-1, retry_on=[Result.ERROR], backoff_us=1)
    call = maker.call(vendor)
    job = maker.chain(call, maker.chance(1.0, alt=call, lap=1))
    detach, wait = maker.detach(job), maker.delay(2)
    maker.workload(maker.chain(detach, wait, maker.chance(1.0, alt=detach, lap=1)))
    failing = [(1, draws.threshold(1.0)), (3, 0)]
    changes = [
        (us, Table.ENDPOINTS, vendor, Endpoint.ERROR_CHANCE, chance) for us, chance in failing
    ]
    outcomes = [
        run(maker.plan(), [day([(0, 0)], changes=changes, until_us=5)], engine, scramble=scramble)
        for scramble in (0, 1, 2)
    ]
    assert [us for us, *_ in events(outcomes[0], Event.JOIN)].count(4) == 3
    assert not differences(outcomes[0], outcomes[1])
    assert not differences(outcomes[0], outcomes[2])


def test_a_chance_of_all_always_goes_there_and_of_none_never(engine):
    maker = Maker()
    there = maker.delay(7)
    start = maker.chain(maker.chance(0.0, alt=there), maker.chance(1.0, alt=there), maker.delay(1))
    assert table(once(maker, start, engine), "finished_us") == "finished_us\n7"


def test_first_words_come_with_the_first_token_of_a_streamed_answer(engine):
    maker = Maker()
    vendor = maker.vendor(5, speed=1_000_000)
    start = maker.chain(maker.delay(2), maker.call(vendor, streams=1), maker.delay(3))
    outcome = once(maker, start, engine, output_tokens=20)
    assert table(outcome, "first_token_us finished_us endpoint") == text("""
        first_token_us finished_us endpoint
        7 30 0
    """)


def test_first_words_wait_for_a_step_that_holds_them(engine):
    maker = Maker()
    start = maker.chain(maker.answer(5, streams=1), maker.delay(3, holds=1), maker.delay(4))
    assert table(once(maker, start, engine), "first_token_us") == "first_token_us\n8"


def test_first_words_wait_for_a_holding_step_that_fails_or_is_too_slow(engine):
    maker = Maker()
    failing = maker.failure(3, holds=1, optional=1)
    slow = maker.delay(9, holds=1, slower_us=2)
    start = maker.chain(maker.answer(5, streams=1), failing, slow, maker.delay(4))
    assert table(once(maker, start, engine), "first_token_us finished_us") == text("""
        first_token_us finished_us
        10 14
    """)


def test_a_fork_takes_the_latest_first_words_of_its_children(engine):
    maker = Maker()
    fork = maker.fork(maker.answer(5, streams=1), maker.answer(3, streams=1), maker.delay(9))
    outcome = once(maker, maker.chain(fork, maker.delay(1)), engine)
    assert table(outcome, "first_token_us endpoint") == "first_token_us endpoint\n5 1"


def test_without_first_words_they_come_with_the_end(engine):
    maker = Maker()
    outcome = once(maker, maker.answer(5), engine)
    assert table(outcome, "first_token_us endpoint") == "first_token_us endpoint\n5 -1"


def test_a_request_that_fails_has_its_first_words_at_its_end(engine):
    maker = Maker()
    start = maker.chain(maker.answer(5, streams=1), maker.failure(3))
    outcome = once(maker, start, engine)
    assert table(outcome, "first_token_us endpoint") == "first_token_us endpoint\n8 0"


def test_steps_at_one_node_start_in_order_of_branch(engine):
    maker = Maker()
    endpoint = maker.endpoint(maker.node(servers=1), 3)
    fork = maker.fork(maker.call(endpoint), maker.call(endpoint))
    outcome = once(maker, fork, engine)
    starts = [line[3] for line in outcome.trace.tolist() if line[4] == Event.START]
    assert starts == [1, 2]
