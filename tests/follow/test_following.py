"""What happened to one request? Both engines tell the same, it is priced as the bill is, and nothing is left out."""

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from sim.errors import UsageError
from sim.follow import PICKS, Play, follow, pick
from sim.outcome import Event, Row
from sim.plan.columns import Result, Status
from sim.report.narration import SENTENCES, Told, narrate
from sim.report.narration.sentences import sentence
from sim.report.page import Screen
from sim.scenario.document import document_from_text
from sim.study.of_scenario import ScenarioSource
from sim.study.replication import replicate

SEED, REPLICATION = 3, 1
SCENARIO = """
schema: genai-rollout/v1
name: all that can happen
horizon: {start: 2027-07-02, length: 2d, timezone: Europe/Berlin}
workloads:
  ask:
    arrivals: {at: ["2027-07-02 10:00", "2027-07-02 10:01", "2027-07-02 23:59"], count: 20}
    turns: {law: geometric, mean: 1.6, max: 3}
    think_time: {median: 20s, p95: 60s}
    patience: {median: 40s, p95: 90s}
    input_tokens: {median: 3000, p95: 4500}
    output_tokens: {median: 300, p95: 800}
    cached_input: 40%
    deadline: 15s
    pipeline: main
pipelines:
  main:
    - {stage: redact, delay: {median: 60ms, p95: 140ms}}
    - {stage: cache, hit_rate: 20%, answers_in: 30ms}
    - parallel:
        - {stage: search, station: index, optional: true}
        - {stage: embed, call: embedding, input_tokens: 60}
    - {stage: rerank, station: ranker, unless_slower_than: 400ms, optional: true}
    - {stage: answer, call: chat}
    - {stage: guard, delay: 90ms, blocks: 10%}
    - {stage: review, station: people, probability: 30%, wait: false}
stations:
  index: {servers: 2, service: {median: 300ms, p95: 900ms}, queue_limit: 5, timeout: 3s}
  ranker: {servers: 4, service: {median: 200ms, p95: 900ms}, cold_start: {after: 2min, takes: {median: 3s, p95: 6s}}}
  people: {servers: 2, service: {median: 2min, p95: 6min}, cost: {per_busy_hour: 46}}
endpoints:
  first:
    price: {input: 2.5, cached_input: 0.5, output: 10}
    bills: {wasted: true, errors: true}
    caches_prompts: true
    latency: {first_token: {median: 700ms, p95: 6s}, tokens_per_second: 60}
    errors: {share: 15%, after: 300ms}
    content_filter: {share: 5%, after: 200ms}
    attempt_timeout: 8s
    client: {retries: 2, backoff: {first: 500ms}, retry_after: {heard_up_to: 60s}}
    limits: [{limit: token_bucket, counts: tokens, per_minute: 30k, advice: seconds}]
  second:
    price: {input: 3, output: 15, per_request: 0.001}
    bills: {wasted: false}
    latency: {first_token: {median: 900ms, p95: 3s}, tokens_per_second: 40}
    client: {retries: 1}
    limits: [{limit: concurrency, allows: 2, when_full: wait}, {limit: quota, allows: 3, per: day, slower: x 1.5}]
  embedder: {price: {input: 0.02, output: 0}, latency: {total: {median: 80ms, p95: 200ms}}}
routes:
  chat: {order: [first, second], max_output_tokens: 900}
  embedding: {order: [embedder]}
"""


@cache
def source():
    return ScenarioSource(document_from_text(SCENARIO))


def play(engine="compiled"):
    return Play(SEED, REPLICATION, engine)


@cache
def requests() -> tuple[tuple[int, int], ...]:
    found = []
    for _, outcome in play().days(source(), play().course(source())):
        rows = outcome.rows[outcome.rows[:, Row.DETACHED] < 0]
        found += map(tuple, rows[:, [Row.SESSION, Row.TURN]].tolist())
    return tuple(sorted(found))


@cache
def followed(engine="compiled"):
    return [follow(source(), play(engine), *request) for request in requests()]


def told(one, engine="told by either"):
    return Told(one, frozenset(source().scenario.stations), SEED, REPLICATION, engine)


def texts(engine):
    return [narrate(told(one), Screen(80)) for one in followed(engine)]


def test_the_scenario_has_nearly_all_that_can_happen():
    seen = {moment.event for one in followed() for moment in one.moments}
    assert set(Event) - seen <= {Event.RETURNED, Event.NO_BUDGET, Event.OPEN, Event.ENOUGH}


def test_both_engines_tell_the_same():
    assert texts("compiled") == texts("reference")


def test_what_a_content_filter_stops_is_a_400_that_costs_its_input_and_ends_as_blocked():
    told_once = [" ".join(text.split()) for text in texts("compiled")]
    stopped = [text for text in told_once if "400, the content filter said no" in text]
    assert stopped
    for text in stopped:
        assert re.search(
            r"first: 400, the content filter said no after 200 ms(, for nobody)?; \$", text
        )
    assert any("the request ends: blocked by policy" in text for text in stopped)
    assert any("that slows: all times are x 1.5" in text for text in told_once)


def test_every_request_costs_together_what_the_bill_says():
    bill = replicate(source(), SEED, REPLICATION).bill
    told_costs: dict[str, Decimal] = {}
    for one in followed():
        for line in one.bill:
            told_costs[line.name] = told_costs.get(line.name, Decimal(0)) + line.cost
    billed = bill.by_name()
    assert set(told_costs) == set(billed)
    for name, cost in billed.items():
        # Hours are rounded to 12 places, once for each attempt here and once in the bill.
        assert abs(told_costs[name] - cost) < (
            Decimal("1e-7") if "hours" in name else Decimal("1e-20")
        )


def test_attempts_waits_and_back_offs_are_those_of_the_row():
    for one in followed():
        retries = [m.value for m in one.moments if m.event == Event.RETRY]
        assert (
            sum(retries) >= one.row[Row.BACKOFF_US]
        )  # A detached job waits on an account of its own.
        if one.row[Row.STATUS] == Status.OK and not any(m.job for m in one.moments):
            assert len(one.attempts) == one.row[Row.ATTEMPTS]
            assert sum(retries) == one.row[Row.BACKOFF_US]
            refused = [a for a in one.attempts if a.result == Result.REFUSED]
            assert len(refused) == one.row[Row.REFUSALS]


def test_a_page_fits_80_columns_and_its_clock_is_the_scenarios():
    late = [text for text in texts("compiled") if "Saturday, 3 Jul 2027" in text]
    assert late, "who comes at 23:59 is followed over midnight"
    assert "23:59:00.000         0  a request of ask arrives" in late[0]
    assert all(len(line) <= 80 for text in texts("compiled") for line in text.splitlines())


def test_a_refusal_names_its_limit_and_its_advice():
    text = next(text for text in texts("compiled") if "429 from first" in text)
    assert "429 from first: its limit tokens refuses\n" in text
    assert "retry-after: " in text


QUEUED = """
schema: genai-rollout/v1
name: a client's queue
horizon: {start: 2027-07-02, length: 1d}
workloads: {ask: {arrivals: {at: 1h, count: 30}, pipeline: main}}
pipelines: {main: [{call: chat}]}
endpoints:
  chat:
    latency: {total: 1s}
    limits: [{limit: token_bucket, counts: requests, per_minute: 600, cap: 10}]
    client: {limits: [{limit: token_bucket, counts: requests, per_minute: 900, cap: 10}]}
"""


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_page_tells_how_long_a_clients_own_limit_held_a_request_back(engine):
    queued, clock = ScenarioSource(document_from_text(QUEUED)), Play(engine=engine)
    pages = {}
    for session in range(30):
        one = follow(queued, clock, session, 1)
        page = Told(one, frozenset(), 0, 0, engine, own_queues=frozenset({"chat"}))
        pages[session] = " ".join(narrate(page, Screen(80)).split())
    assert "sent to chat" not in pages[9]
    assert "reserves 1 of requests and 1 of client requests" in pages[10]
    # Sent 67 ms after ten at once, into a bucket that has refilled by 0.67.
    assert (
        "429 from chat, sent after 66.7 ms in its client's queue: its limit requests refuses"
        in pages[10]
    )
    assert "sent to chat after 133 ms in its client's queue" in pages[11]


@pytest.mark.parametrize("event", Event)
def test_every_event_has_a_sentence(event):
    assert event in SENTENCES


def test_an_event_that_is_not_known_is_told_as_it_stands():
    one = followed()[0]
    strange = replace(one.moments[0], event=999, where=7, value=8)
    assert sentence(told(one), strange) == "event 999 (where 7, value 8)"


@pytest.mark.parametrize("word", PICKS)
def test_a_word_picks_what_it_says_in_both_engines(word):
    rows = {(one.row[Row.SESSION], one.row[Row.TURN]): one.row for one in followed()}
    chosen = pick(source(), play(), word)
    assert chosen == pick(source(), play("reference"), word)
    took = {request: row[Row.FINISHED_US] - row[Row.ARRIVED_US] for request, row in rows.items()}
    answered = {r for r, row in rows.items() if row[Row.STATUS] in (Status.OK, Status.LATE)}
    blocked = {r for r, row in rows.items() if row[Row.STATUS] == Status.BLOCKED}
    failed = set(rows) - answered - blocked
    if word == "failed":
        assert chosen == min(failed, key=lambda r: (rows[r][Row.ARRIVED_US], r))
    else:
        among = answered if word == "slowest" else failed
        assert chosen == min(among, key=lambda r: (-took[r], r))


def test_only_the_days_that_are_needed_are_played():
    days = []
    follow(source(), Play(SEED, REPLICATION, heard=days.append), 0, 1)
    assert days == [1]


@pytest.mark.parametrize(
    ("session", "turn", "words"),
    [(0, 9, "session 0 has the turns 1 to"), (10**9, 1, "are 0 to 59")],
)
def test_a_request_that_is_not_there_is_told_with_those_that_are(session, turn, words):
    with pytest.raises(UsageError, match=words):
        follow(source(), play(), session, turn)


HEDGED = """
schema: genai-rollout/v1
name: a fork that has enough
horizon: {start: 2027-07-02, length: 1d, timezone: UTC}
workloads:
  ask: {arrivals: {at: ["2027-07-02 10:00"]}, input_tokens: 100, output_tokens: 10, pipeline: main}
pipelines:
  main:
    - {stage: answer, call: chat}
    - {stage: look up, parallel: [{stage: index, delay: 1s}, {stage: archive, delay: 3s}], needs: 1}
endpoints:
  slow: {latency: {total: 9s}, price: {per_request: 0.002}}
  quick: {latency: {total: 1s}, price: {per_request: 0.001}}
routes: {chat: {order: [slow, quick], hedge: {after: 2s}}}
"""


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_fork_that_has_enough_is_told_with_the_answer_that_counted(engine):
    hedged = ScenarioSource(document_from_text(HEDGED))
    one = follow(hedged, play(engine), 0, 1)
    story = narrate(Told(one, frozenset(), SEED, REPLICATION, engine), Screen(80))
    lines = [line.strip() for line in story.splitlines() if "goes on without the others" in line]
    assert len(lines) == 2
    assert lines[0].startswith("10:00:03"), lines
    assert lines[1].startswith("10:00:04"), lines
    assert {moment.event for moment in one.moments} >= {Event.ENOUGH}
