"""Headroom agrees with theory, names who owns what breaks, and asks for the quota that the plan needs."""

from __future__ import annotations

import json
import math

import jsonschema
import pytest
from cli.commands import simulate
from cli.conftest import README_SCENARIO

from sim.scenario.document import document_from_text
from sim.study.headroom import Search, headroom, knobs_of, people_of
from sim.study.points import Field
from sim.summary.headroom import SCHEMA

SERVERS, RATE, CROSSING, SERVICE_S = 10, 8.0, 9.0, 5
BRIEF = README_SCENARIO.replace("length: 7d", "length: 1d")


def chance_to_wait(servers: int, load: float) -> float:
    """Erlang's C."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1.0 - (load / servers) * (1.0 - blocked))


def p95_of_sojourn(servers: int, load: float) -> float:
    """Of M/M/c with a mean service of 1 s, by bisection of its exact tail."""
    wait, spare = chance_to_wait(servers, load), servers - load

    def tail(t: float) -> float:
        slow = (spare * math.exp(-t) - math.exp(-spare * t)) / (spare - 1.0 + 1e-9)
        return (1.0 - wait) * math.exp(-t) + wait * slow

    low, high = 0.0, 100.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle) > 0.05 else (low, middle)
    return low


def queue(length: str) -> str:
    limit = p95_of_sojourn(SERVERS, CROSSING - 1e-6) * SERVICE_S
    return f"""
schema: genai-rollout/v1
name: M/M/10
horizon: {{start: 2027-03-01, length: {length}}}
targets:
  - {{name: fast, owner: the desk, workload: ask, metric: latency.p95, window: horizon, at_most: {limit:.6f}s, chance: 50%}}
  - {{name: there, owner: nobody, workload: ask, metric: availability, window: horizon, at_least: 50%}}
workloads: {{ask: {{arrivals: {{rate: {RATE / SERVICE_S}/s}}, pipeline: main}}}}
pipelines: {{main: [{{station: desk}}]}}
stations: {{desk: {{servers: {SERVERS}, service: {{law: exponential, mean: {SERVICE_S}s}}}}}}
"""


def found(length: str, replications: int):
    field = Field(seed=1, jobs=2)
    return headroom(Search(document_from_text(queue(length)), field, range(replications)))


METERED = """
schema: genai-rollout/v1
name: As many a minute as the vendor lets in
horizon: {start: 2027-03-01, length: 1d}
targets: [{name: it is there, owner: the vendor, workload: ask, metric: availability, window: horizon, at_least: 99.9%}]
workloads: {ask: {arrivals: {rate: 0.1/s, gaps: 1}, input_tokens: 1, output_tokens: 1, pipeline: main}}
pipelines: {main: [{call: chat}]}
endpoints:
  vendor: {price: {input: 0, output: 0}, latency: {total: 1ms}, client: {retries: 0}, limits: [{limit: token_bucket, counts: requests, per_minute: 12, cap: 2}]}
routes: {chat: {order: [vendor]}}
"""


def test_evenly_spaced_requests_break_at_what_the_vendor_lets_in():
    result = headroom(Search(document_from_text(METERED), Field(), range(2)))
    # 12 a minute are let in, twice the 6 that are planned; one in a thousand may be refused.
    assert result.carries <= 2 / 0.999 < result.breaks_at
    assert result.breaks_at / result.carries <= 1.01
    assert [one.target.owner for one in result.broken] == ["the vendor"]


@pytest.mark.slow
def test_users_at_which_p95_crosses_the_target_agree_with_erlang_within_two_percent():
    result = found("1d", 4)
    middle = math.sqrt(result.carries * result.breaks_at) * RATE
    assert middle == pytest.approx(CROSSING, rel=0.02)
    assert [one.target.owner for one in result.broken] == ["the desk"]


@pytest.mark.slow
def test_a_longer_run_comes_closer_to_erlang():
    result = found("6d", 9)
    middle = math.sqrt(result.carries * result.breaks_at) * RATE
    assert middle == pytest.approx(CROSSING, rel=0.01)


def test_people_of_populations_and_phases_are_scaled_and_nothing_else():
    tree = {
        "populations": {"staff": {"users": {"low": 10, "likely": 20, "high": 40}}},
        "rollout": {"phases": [{"users": {"staff": 150}}, {"users": {"staff": "2k"}}]},
        "workloads": {"ask": {"arrivals": {"per_day": 400}}},
    }
    knobs = knobs_of(tree)
    assert [knob.scaled(1.5) for knob in knobs] == [
        "populations.staff.users={low: 15, likely: 30, high: 60}",
        "rollout.phases[0].users.staff=225",
        "rollout.phases[1].users.staff=3.0k",
    ]


def test_without_people_arrivals_are_scaled():
    knobs = knobs_of({"workloads": {"ask": {"arrivals": {"per_day": 400}}}})
    assert [knob.scaled(2.0) for knob in knobs] == ["workloads.ask.arrivals.per_day=800.0"]
    assert people_of(knobs) is None


def test_a_plan_that_nothing_breaks_and_one_that_is_always_broken_are_said_to_be():
    easy = document_from_text(BRIEF.replace("at_most: 12s", "at_most: 2h"))
    hard = document_from_text(BRIEF.replace("at_most: 12s", "at_most: 1ms"))
    loose = headroom(Search(easy, Field(), range(2)))
    assert (loose.carries, loose.breaks_at, loose.broken) == (64.0, None, ())
    tight = headroom(Search(hard, Field(), range(2)))
    assert tight.carries is None
    assert [one.target.name for one in tight.broken] == ["answers are fast"]


def test_the_quota_sheet_is_the_busiest_minute_with_its_margin(tmp_path):
    text = (
        BRIEF.replace("at_most: 12s", "at_most: 1ms")
        .replace("{per_day: 400}", "{rate: 2/s, gaps: 1}")
        .replace(
            "input_tokens: 1200, output_tokens: {median: 200, p95: 600}",
            "input_tokens: 1000, output_tokens: 200",
        )
    )
    (tmp_path / "desk.yaml").write_text(text)
    words = ("headroom", "desk.yaml", "--replications", "2", "--margin", "50", "--jobs", "1")
    done = simulate(*words, cwd=tmp_path, COLUMNS="80")
    assert done.returncode == 0, done.stderr
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    summary = json.loads((tmp_path / "outputs" / "desk_headroom" / "headroom.json").read_text())
    jsonschema.validate(summary, SCHEMA)
    [row] = summary["quota"]["rows"]
    assert row["requests_per_minute"] == pytest.approx(120 * 1.5, rel=0.02)
    assert row["tokens_per_minute"] == pytest.approx(120 * 1200 * 1.5, rel=0.02)
    assert row["requests_seen"]["p90"] * 1.5 <= row["requests_per_minute"]
    assert row["units"] is None
    assert (tmp_path / "outputs" / "desk_headroom" / "headroom.html").is_file()


BURST = """
schema: genai-rollout/v1
name: Forty at once
horizon: {start: 2027-03-13, length: 3d, timezone: America/Chicago}
targets: [{name: it is there, workload: ask, metric: availability, window: horizon, at_least: 1%}]
workloads:
  ask: {arrivals: {at: 37h, count: 40}, input_tokens: 1000, output_tokens: 100, pipeline: main}
  else: {arrivals: {per_day: 5}, pipeline: aside}
  few: {arrivals: {at: 10min, count: 3}, input_tokens: 1000, output_tokens: 100, pipeline: main}
pipelines: {main: [{call: model}], aside: [{delay: 1s}]}
endpoints:
  model: {latency: {total: 1s}, price: {input: 0, output: 0}, client: {retries: 0}, limits: [{limit: leaky_bucket, counts: tokens, drains_per_minute: 10000, holds: 100min}], reserved: {units: 4, per_unit: 1, per: hour}}
rollout:
  phases:
    - {name: first, start: 2027-03-13}
    - {name: second, start: 2027-03-14}
"""


def test_units_and_the_hour_on_the_wall_of_the_busiest_minute_are_told_by_phase(tmp_path):
    """4 units drain 10,000 tokens a minute: forty requests of 1,100 in one need 17.6, and a fifth more."""
    (tmp_path / "burst.yaml").write_text(BURST)
    words = ("headroom", "burst.yaml", "--replications", "2", "--json", "--jobs", "1")
    done = simulate(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = json.loads(done.stdout)["quota"]["rows"]
    assert (first["phase"], first["requests_per_minute"]) == ("first", math.ceil(3 * 1.2))
    assert (second["by"], second["requests_per_minute"]) == ("2027-03-14", 48)
    assert second["tokens_per_minute"] == math.ceil(44_000 * 1.2)
    assert (second["units_planned"], second["units"]) == (4, math.ceil(17.6 * 1.2))
    # 37 hours after midnight, of which one is lost at 2 o'clock.
    assert second["requests_seen"]["at"] == second["tokens_seen"]["at"] == "2027-03-14T14:00"
    assert second["requests_seen"]["mean_interval"] == [40.0, 40.0]
