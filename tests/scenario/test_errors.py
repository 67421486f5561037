"""Every way to contradict oneself in a scenario has a sentence, at its place."""

from __future__ import annotations

import textwrap

import pytest
from small_scenarios import LEAST

from sim.errors import ScenarioError
from sim.scenario.document import document_from_text, validate
from sim.scenario.scenario import Scenario

PARTS = """
stations: {desk: {servers: 3, service: 1s}}
endpoints:
  chat:
    latency: {total: 1s}
    limits: [{limit: token_bucket, counts: tokens, per_minute: 60k}]
routes: {answer: {order: [chat]}}
pipelines: {main: [{station: desk}, {call: answer}]}
"""

WRONG = {
    # (old, new): the text of PARTS or of the head, and what stands there instead; or text that is added.
    "unknown station": (
        "{station: desk}",
        "{station: dsk}",
        "pipelines.main[0].station: there is no station 'dsk'; did you mean \"desk\"?",
    ),
    "unknown route": (
        "{call: answer}",
        "{call: anser}",
        "pipelines.main[1].call: there is no route or endpoint 'anser'; did you mean \"answer\"?",
    ),
    "unknown endpoint": (
        "order: [chat]",
        "order: [chat, chad]",
        "routes.answer.order[1]: there is no endpoint 'chad'; did you mean \"chat\"?",
    ),
    "endpoint twice": (
        "order: [chat]",
        "order: [chat, chat]",
        "routes.answer.order[1]: 'chat' stands twice in the order",
    ),
    "route without endpoint": (
        "order: [chat]",
        "order: []",
        "routes.answer.order: this needs at least 1 entry",
    ),
    "unknown pipeline": (
        "pipeline: main",
        "pipeline: mian",
        "workloads.ask.pipeline: there is no pipeline 'mian'; did you mean \"main\"?",
    ),
    "unknown population": (
        "arrivals: {rate: 1/s}",
        "population: adjusters, sessions_per_user_day: 3",
        "workloads.ask.population: there is no population 'adjusters'; there is no population at all",
    ),
    "unknown shared limit": (
        "limits: [{limit: token_bucket, counts: tokens, per_minute: 60k}]",
        "limits: [organisation]",
        "endpoints.chat.limits[0]: there is no limit 'organisation'",
    ),
    "unknown kind of limit": (
        "limit: token_bucket",
        "limit: token_buckte",
        "'token_buckte' is not a limit; did you mean \"token_bucket\"?",
    ),
    "bucket with two sizes": (
        "per_minute: 60k",
        "per_minute: 60k, holds: 10s, cap: 10",
        "give `holds` or `cap`, not both",
    ),
    "threshold without effect": (
        "limit: token_bucket, counts: tokens, per_minute: 60k",
        "limit: soft_threshold, per_minute: 60k",
        "endpoints.chat.limits[0].limit: say what happens beyond it: `refuses: 10%`, `slower: x 2`, or both",
    ),
    "a client's kind at a vendor": (
        "limit: token_bucket, counts: tokens, per_minute: 60k",
        "limit: adaptive",
        "endpoints.chat.limits[0]: adaptive is no limit of a vendor; write it at the `client`",
    ),
    "a limit that makes faster": (
        "limit: token_bucket, counts: tokens, per_minute: 60k",
        "limit: soft_threshold, per_minute: 60k, slower: x 0.5",
        "endpoints.chat.limits[0].slower: ",
    ),
    "slower quota that waits": (
        "limit: token_bucket, counts: tokens, per_minute: 60k",
        "limit: quota, allows: 60k, per: day, slower: x 2, when_full: wait",
        "endpoints.chat.limits[0].when_full: a quota that is `slower` beyond it holds nobody",
    ),
    "cold start of an endpoint on a station": (
        "latency: {total: 1s}",
        "station: desk\n    cold_start: {after: 10min, takes: 30s}",
        "endpoints.chat.cold_start: write it at the station that it runs on",
    ),
    "no kind of stage": (
        "{station: desk}",
        "{stage: look up, statoin: desk}",
        'a stage says what it does with one of delay, station, call, hit_rate, parallel, repeat; did you mean "station"?',
    ),
    "key of another stage": (
        "{station: desk}",
        "{station: desk, input_tokens: 5}",
        "pipelines.main[0].input_tokens: this key is not known here",
    ),
    "stage twice": (
        "{station: desk}",
        "{stage: a, station: desk}, {parallel: [{delay: 1s}, [{stage: a, delay: 1s}]]}",
        "pipelines.main[1].parallel[1][0].stage: the pipeline already has a stage 'a'",
    ),
    "one name for two things": (
        "routes: {answer: {order: [chat]}}",
        "routes: {answer: {order: [chat]}, desk: {order: [chat]}}",
        "routes.desk: 'desk' is already the name of one of the stations",
    ),
    "repeat without time": (
        "{station: desk}",
        "{repeat: {stages: [{delay: 1s, probability: 50%}], again: 20%}}",
        "no stage in here always takes time",
    ),
    "repeat for ever": (
        "{station: desk}",
        "{repeat: {stages: [{delay: 1s}], again: 100%}}",
        "is not less than 1",
    ),
    "repeat half a time": (
        "{station: desk}",
        "{repeat: {stages: [{delay: 1s}], times: 1.5}}",
        "a number of times is whole",
    ),
    "a region that no endpoint of a call is in": (
        "pipeline: main",
        "pipeline: main, residency: eu",
        "pipelines.main[1].call: 'ask' must stay in 'eu', and no endpoint here stands there (chat: none); "
        "add one with `region: eu`",
    ),
    "amount that never fits": (
        "input_tokens: 100",
        "input_tokens: 70k",
        "pipelines.main[1].call: even the smallest 'ask' (70,010) exceeds what the limit on tokens of ",
    ),
    "horizon backwards": (
        "length: 3d",
        "end: 2027-06-01",
        "horizon.end: the horizon is -30 days long",
    ),
    "horizon of hours": (
        "length: 3d",
        "length: 36h",
        "horizon.length: a horizon is whole days",
    ),
    "no servers": (
        "servers: 3,",
        "",
        "stations.desk: give `servers`, a number or unlimited, or a timetable of `staff`",
    ),
    "visit without service": (
        "servers: 3, service: 1s",
        "servers: 3",
        "pipelines.main[0].station: 'desk' needs a `service` time to be visited",
    ),
    "no latency": (
        "latency: {total: 1s}",
        "region: us",
        "endpoints.chat: give `latency`",
    ),
    "latency twice": (
        "{total: 1s}",
        "{total: 1s, first_token: 1s}",
        "endpoints.chat.latency: give `total`, or `first_token` with `tokens_per_second`",
    ),
    "model without provider": (
        "latency: {total: 1s}",
        "model: gpt-4.1\n    latency: {total: 1s}",
        "endpoints.chat.model: give the `provider` whose list price counts, or a `price`",
    ),
    "jitter": (
        "latency: {total: 1s}",
        "client: {backoff: {jitter: some}}\n    latency: {total: 1s}",
        'is not a jitter; write none, full or a range such as "0.75-1"',
    ),
    "back-off that overflows": (
        "latency: {total: 1s}",
        "client: {backoff: {at_most: 1000w, times: 1000}}\n    latency: {total: 1s}",
        "at_most × times is too large",
    ),
    "phases out of order": (
        "",
        "rollout: {phases: [{name: b, start: 2027-07-03}, {name: a, start: 2027-07-02}]}",
        "rollout.phases[1].start: phase 'a' does not start after 'b'",
    ),
    "phase outside": (
        "",
        "rollout: {phases: [{name: a, start: 2027-07-04}]}",
        "rollout.phases[0].start: this is outside the horizon",
    ),
    "phase with the same name": (
        "",
        "rollout: {phases: [{name: a, start: 2027-07-01}, {name: a, start: 2027-07-02}]}",
        'the name "a" is already taken',
    ),
    "phase with unknown people": (
        "",
        "rollout: {phases: [{name: a, start: 2027-07-01, users: {adjusters: 5}}]}",
        "there is no population 'adjusters'",
    ),
    "phase that changes nothing known": (
        "",
        "rollout: {phases: [{name: a, start: 2027-07-01, changes: {stations.dsk.servers: 5}}]}",
        'there is no stations.dsk; did you mean "desk"?',
    ),
    "phase that changes the horizon": (
        "",
        "rollout: {phases: [{name: a, start: 2027-07-01, changes: {horizon.end: 2028-01-01}}]}",
        "a phase can change only what is under pipelines, stations",
    ),
    "phase that changes demand": (
        "",
        "rollout: {phases: [{name: a, start: 2027-07-01, changes: {workloads.ask.arrivals: {rate: 2/s}}}]}",
        "a phase cannot change `arrivals`",
    ),
    "phase with a bad value": (
        "",
        "rollout: {phases: [{name: a, start: 2027-07-01, changes: {stations.desk.servers: many}}]}",
        "rollout.phases[0].changes[\"stations.desk.servers\"]: 'many' is not a count",
    ),
    "phase with a map where a count stands": (
        "",
        "rollout: {phases: [{name: a, start: 2027-07-01, changes: {stations.desk.servers: {low: 2, high: 9}}}]}",
        'rollout.phases[0].changes["stations.desk.servers"]: a map is not a count',
    ),
    "incident nowhere": (
        "",
        "incidents: [{endpoints: [chta], at: 1h, lasts: 1h, what: outage}]",
        "incidents[0].endpoints[0]: there is no endpoint 'chta'; did you mean \"chat\"?",
    ),
    "incident of nobody": (
        "",
        "incidents: [{at: 1h, lasts: 1h, what: outage}]",
        "say whom it hits: `endpoints` or `stations`",
    ),
    "incident without a time": (
        "",
        "incidents: [{endpoints: [chat], lasts: 1h, what: outage}]",
        "give one of: `at`, when it begins; a random gap, `every` or `up_for`",
    ),
    "incident after the end": (
        "",
        "incidents: [{endpoints: [chat], at: 2027-08-14T21:00, lasts: 1h, what: outage}]",
        "incidents[0].at: this is outside the horizon",
    ),
    "incident that does what": (
        "",
        "incidents: [{endpoints: [chat], at: 1h, lasts: 1h, what: outtage}]",
        'is not one of outage, "errors 30%", "slow x 2", "quota x 0.5"; did you mean "outage"?',
    ),
    "quota of a station": (
        "",
        "incidents: [{stations: [desk], at: 1h, lasts: 1h, what: quota x 0.5}]",
        "a quota needs endpoints with limits",
    ),
    "target of nothing": (
        "",
        "targets: [{name: fast, workload: asc, metric: latency.p95, at_most: 3s}]",
        "targets[0].workload: there is no workload 'asc'; did you mean \"ask\"?",
    ),
    "target without a metric": (
        "",
        "targets: [{name: fast, workload: ask, metric: speed, at_most: 3s}]",
        "'speed' is not a metric",
    ),
    "target in the wrong unit": (
        "",
        "targets: [{name: fast, workload: ask, metric: latency.p95, at_most: 3}]",
        "targets[0].at_most: a duration needs a unit",
    ),
    "target without a side": (
        "",
        "targets: [{name: fast, workload: ask, metric: latency.p95}]",
        "give `at_most` or `at_least`",
    ),
    "target that needs a workload": (
        "",
        "targets: [{name: fast, metric: latency.p95, at_most: 3s}]",
        "latency.p95 needs a workload",
    ),
    "price change of nothing": (
        "",
        "costs: {changes: [{at: 2027-07-02, endpoint: chad, price: x 2}]}",
        "costs.changes[0].endpoint: there is no endpoint 'chad'",
    ),
    "amount per what": (
        "",
        "costs: {per_usage: [{name: logs, per: GB, price: 1, grows: 6kB}]}",
        'write e.g. "6kB per request"',
    ),
}


def problems(old: str, new: str) -> str:
    text = LEAST + PARTS
    assert old in text
    text = text.replace(old, new, 1) if old else text + textwrap.dedent(new)
    with pytest.raises(ScenarioError) as caught:
        validate(document_from_text(text, "small.yaml"), Scenario)
    assert "Input should" not in str(caught.value)
    assert all(problem.line for problem in caught.value.problems), str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("case", WRONG)
def test_a_contradiction_is_named_at_its_place(case: str) -> None:
    old, new, sentence = WRONG[case]
    assert sentence in problems(old, new)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("order: [chat]", "order: [chat], residency: eu", "residency"),
    ],
)
def test_what_is_not_simulated_yet_says_so(old: str, new: str, key: str) -> None:
    assert f"`{key}` is not simulated yet" in problems(old, new)


def test_all_faults_come_at_once() -> None:
    text = (LEAST + PARTS).replace("{station: desk}", "{station: dsk}").replace("[chat]", "[chad]")
    with pytest.raises(ScenarioError) as caught:
        validate(document_from_text(text), Scenario)
    assert len(caught.value.problems) == 2


def test_future_keys_and_other_faults_of_one_map_come_together() -> None:
    text = problems("latency: {total: 1s}", "breaker: 3\n    spead: 5\n    latency: {total: 1}")
    assert "3 errors" in text
