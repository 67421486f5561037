"""The optimum is the known one on three exact cases, and where no plan will do, that is said."""

from __future__ import annotations

import json

import jsonschema
import pytest
from cli.commands import simulate

from sim.errors import ScenarioError
from sim.scenario.choices import combinations
from sim.scenario.document import document_from_text, validate
from sim.scenario.scenario import Scenario
from sim.study.grid import set_text
from sim.study.optimize import Optimum, most_replications, optimize, rounds
from sim.study.points import Field, Point
from sim.summary.optimize import SCHEMA

HEAD = """
schema: genai-rollout/v1
name: A case with a known answer
horizon: {start: 2027-03-01, length: LENGTH}
"""
# Erlang C with 8 Erlangs: the 90th percentile of waits is 7.0 s of 10 servers, 3.0 s of 11, 0.8 s of 12.
ERLANG = (
    HEAD.replace("LENGTH", "1d")
    + """
targets: [{name: no long waits, station: desk, metric: wait.p90, window: horizon, at_most: 4.5s}]
workloads: {ask: {arrivals: {rate: 0.8/s}, pipeline: main}}
pipelines: {main: [{station: desk}]}
stations: {desk: {servers: 9, service: {law: exponential, mean: 10s}, cost: {per_server_hour: 1}}}
choices: [{name: servers, path: stations.desk.servers, values: [9, 10, 11, 12, 13]}]
"""
)
# A unit carries 1/s and costs 30 a day; a request beyond costs 0.001. The third is used for 12 hours (43.2 a day), the
# fourth for 4 (14.4): so three.
NEWSVENDOR = (
    HEAD.replace("LENGTH", "1d")
    + """
targets: [{name: it is there, workload: ask, metric: availability, window: horizon, at_least: 99%}]
workloads: {ask: {arrivals: {gaps: 1, steps: [{from: 0s, rate: 0.98/s}, {from: 12h, rate: 2.94/s}, {from: 20h, rate: 5.88/s}]}, input_tokens: 1, output_tokens: 1, pipeline: main}}
pipelines: {main: [{call: chat}]}
endpoints:
  reserved: {price: {input: 0, output: 0}, latency: {total: 1ms}, limits: [{limit: token_bucket, counts: requests, per_minute: 60, cap: 2}]}
  by_use: {price: {per_request: 0.001}, latency: {total: 1ms}}
routes: {chat: {order: [reserved, by_use], next_on: [429]}}
costs: {fixed: [{name: units, per_month: 930}]}
choices:
  - name: units
    ways:
"""
    + "".join(
        f"      '{units}': {{'endpoints.reserved.limits[0].per_minute': {60 * units}, costs.fixed.units.per_month: {930 * units}}}\n"
        for units in range(1, 7)
    )
)
# Each of n alike fails one time in ten: 99.5 % needs three.
REDUNDANCY = (
    HEAD.replace("LENGTH", "1d")
    + """
targets: [{name: it is there, workload: ask, metric: availability, window: horizon, at_least: 99.5%}]
workloads: {ask: {arrivals: {rate: 0.5/s}, input_tokens: 1, output_tokens: 1, pipeline: main}}
pipelines: {main: [{call: chat}]}
endpoints:
"""
    + "".join(
        f"  v{n}: {{price: {{input: 0, output: 0}}, latency: {{total: 1ms}}, errors: {{share: 10%, after: 1ms}}, client: {{retries: 0}}}}\n"
        for n in range(1, 5)
    )
    + """
routes: {chat: {order: [v1], next_on: [5xx]}}
costs: {fixed: [{name: vendors, per_month: 100}]}
choices:
  - name: vendors
    ways:
"""
    + "".join(
        f"      '{n}': {{routes.chat.order: [{', '.join(f'v{k}' for k in range(1, n + 1))}], costs.fixed.vendors.per_month: {100 * n}}}\n"
        for n in range(1, 5)
    )
)


def raced(text: str, replications: int = 16, *, halving: bool = False) -> Optimum:
    document = document_from_text(text)
    choices = validate(document, Scenario).choices
    plans = [
        (names, Point(document, tuple(set_text(path, value) for path, value in sets.items())))
        for names, sets in combinations(choices)
    ]
    return optimize(plans, Field(seed=5), replications, halving=halving)


@pytest.mark.parametrize("halving", [False, True])
@pytest.mark.parametrize(("text", "known"), [(ERLANG, "11"), (NEWSVENDOR, "3"), (REDUNDANCY, "3")])
def test_the_known_optimum_is_found(text, known, halving):
    optimum = raced(text, halving=halving)
    assert optimum.best is not None
    assert optimum.best.choices == (known,)
    assert optimum.chance_right > 0.9


def test_the_target_that_costs_money_binds_and_has_its_price():
    optimum = raced(REDUNDANCY)
    assert optimum.binding == "it is there"
    # Two vendors more than one, for one of the month's 31 days, each looked at as often as the other.
    assert float(optimum.prices["it is there"]) == pytest.approx(200 / 31)


def test_a_choice_that_costs_nothing_makes_plans_as_good_and_the_choice_no_less_right():
    """A name that nobody uses: each plan has a twin, and to pick either is right."""
    idle = "  - {name: quota, path: 'endpoints.v4.errors.share', values: [10%, 11%]}\n"
    alone, twins = raced(REDUNDANCY), raced(REDUNDANCY + idle)
    assert twins.best.choices == ("3", "10%")
    assert [one.choices for one in twins.as_good] == [("3", "11%")]
    assert twins.chance_right == alone.chance_right > 0.9


def test_where_two_targets_ask_for_the_same_neither_binds_alone_and_the_tightest_is_told(tmp_path):
    again = "{name: still there, workload: ask, metric: availability, window: horizon, at_least: 99.4%, chance: 50%}"
    text = REDUNDANCY.replace("at_least: 99.5%}]", f"at_least: 99.5%}}, {again}]")
    optimum = raced(text)
    assert (optimum.binding, optimum.tightest) == (None, "it is there")
    assert optimum.best.choices == ("3",)
    (tmp_path / "case.yaml").write_text(text)
    done = simulate("optimize", "case.yaml", "--replications", "4", cwd=tmp_path)
    said = " ".join(done.stdout.split())
    assert "No target alone makes the plan dearer" in said
    assert "Nearest to its limit is: it is there, met in 4 of 4, 90% asked." in said
    assert "With fresh luck, 4 replications of seed 1, it keeps every target." in said


def test_halving_says_beforehand_how_much_it_will_play():
    assert list(rounds(64, 12, halving=True)) == [(2, 64), (4, 32), (8, 16), (12, 8)]
    assert most_replications(64, 12, halving=True) == 128 + 64 + 64 + 32
    assert most_replications(64, 12, halving=False) == 64 * 12


def test_plans_that_surely_lose_are_played_less_than_the_best():
    optimum = raced(REDUNDANCY, 32)
    counts = {one.choices[0]: len(one.readings) for one in optimum.candidates}
    # One vendor alone is the cheapest without the target, so its price rests on as many replications.
    assert (counts["3"], counts["1"]) == (32, 32)
    assert counts["2"] == counts["4"] == 2


def test_halving_plays_the_worse_half_no_further():
    optimum = raced(ERLANG, 8, halving=True)
    counts = {one.choices[0]: len(one.readings) for one in optimum.candidates}
    assert counts["11"] == 8
    assert sum(count == 2 for count in counts.values()) >= 1


def test_where_no_plan_will_do_the_nearest_is_told(tmp_path):
    (tmp_path / "case.yaml").write_text(REDUNDANCY.replace("99.5%", "99.9999%"))
    words = ("optimize", "case.yaml", "--replications", "4", "--jobs", "1")
    done = simulate(*words, cwd=tmp_path, COLUMNS="80")
    assert done.returncode == 0, done.stderr
    assert "No plan among the choices keeps every target" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    summary = json.loads((tmp_path / "outputs" / "case_optimum" / "optimum.json").read_text())
    jsonschema.validate(summary, SCHEMA)
    assert not summary["feasible"]


def test_a_choice_is_values_of_a_path_or_ways():
    with pytest.raises(ScenarioError, match="a path and its values, or ways"):
        validate(
            document_from_text(ERLANG.replace("values: [9, 10, 11, 12, 13]", "values: null")),
            Scenario,
        )


def test_a_scenario_without_choices_is_told_how_to_write_them(tmp_path):
    (tmp_path / "case.yaml").write_text(ERLANG[: ERLANG.index("choices:")])
    done = simulate("optimize", tmp_path / "case.yaml")
    assert done.returncode == 2
    assert "has no choices; write e.g." in done.stderr
