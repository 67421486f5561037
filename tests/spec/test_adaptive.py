"""A client's bucket whose rate follows refusals and answers, as botocore's mode `adaptive`, one sentence a test."""

from plans import MINUTE_US, SECOND_US, PlanMaker, day, events, run, table, text

from sim.outcome import Event, Use

WHEN_US = 60 * MINUTE_US - 200 * SECOND_US
"""After most of an hour in which nothing was heard; then all is measured as next to nothing."""


def bedrock(allowed, window_us, service=20 * SECOND_US, **client):
    """A vendor that lets so many pass in a window, before whom the client's bucket stands."""
    maker = PlanMaker()
    limits = [maker.limit("fixed_window", allowed, window_us), maker.limit("adaptive", queues=1)]
    endpoint = maker.endpoint(maker.node(), service, limits=limits, refusal_time=2, **client)
    maker.workload(maker.call(endpoint))
    return maker.plan()


def at(*times):
    return [day([(WHEN_US + time_us, number) for number, time_us in enumerate(times)])]


def test_until_a_refusal_nobody_waits(engine):
    outcome = run(bedrock(100, 2 * SECOND_US), at(*[0] * 50, *[1] * 50), engine)
    assert outcome.waited(0) == {0: 100}
    assert outcome.used(0, Use.REFUSED) == 0


def test_after_one_there_is_one_attempt_in_two_seconds_where_little_comes_back(engine):
    minute = MINUTE_US
    outcome = run(bedrock(2, 2 * SECOND_US), at(0, 0, 0, minute, minute, minute), engine)
    assert table(outcome, "session status wait_us") == text(f"""
        session status wait_us
        0 OK 0
        1 OK 0
        2 RATE_LIMITED 0
        3 OK 0
        4 OK {2 * SECOND_US}
        5 OK {4 * SECOND_US}
    """)


def test_who_comes_after_the_refusal_waits_though_the_vendor_has_room(engine):
    # The bucket is full at the refusal and lets one pass; the second waits 2 s for the next half of one and a half.
    outcome = run(bedrock(1, 10), at(0, 1, 100, 101), engine)
    assert events(outcome, Event.REFUSED) == [(WHEN_US + 1, 1, 0)]
    assert table(outcome, "session wait_us") == text(f"""
        session wait_us
        0 0
        1 0
        2 0
        3 {2 * SECOND_US - 1}
    """)


def test_answers_let_its_rate_grow_to_twice_what_comes_back(engine):
    # Ten a second come back for a minute; one is refused at its end, and seven a second may be sent after that.
    tenth = SECOND_US // 10
    steady = [number * tenth for number in range(600)]
    crowd = [60 * SECOND_US] * 40
    outcome = run(bedrock(20, 2 * SECOND_US, service=1000), at(*steady, *crowd), engine)
    refused = events(outcome, Event.REFUSED)
    assert {time_us for time_us, *_ in refused} == {WHEN_US + 60 * SECOND_US}
    assert outcome.used(0, Use.REFUSED) == len(refused) == 20
