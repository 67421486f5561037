"""What `simulate compare` says of two plans: shared luck, whole waterfalls, the plain differences of their inputs."""

from __future__ import annotations

import json
from decimal import Decimal

import jsonschema
import numpy as np
import pytest
from cli.commands import ROOT, simulate
from rollout.test_gates import text as gated_text

from sim.scenario.differences import input_differences
from sim.scenario.document import document_from_text, load_document
from sim.study import run
from sim.study.comparison import Comparison
from sim.study.of_scenario import ScenarioSource
from sim.study.waterfall import STEPS, waterfall
from sim.summary import Origin
from sim.summary.comparison import SCHEMA, Compared, summarise_comparison
from sim.summary.reach import places_of

TEXT = """
schema: genai-rollout/v1
name: Two days
horizon: {start: 2027-07-01, length: 2d}
targets:
  - {name: answers are fast, workload: ask, metric: latency.p95, window: day, at_most: 9s}
  - {name: it is there, workload: ask, metric: availability, window: horizon, at_least: 99%}
workloads: {ask: {arrivals: {per_day: 600}, input_tokens: {low: 800, likely: 1200, high: 2000}, output_tokens: {median: 200, p95: 600}, deadline: 30s, pipeline: main}}
pipelines: {main: [{call: chat}]}
endpoints:
  model: {price: {input: 2.50, output: 10}, latency: {first_token: {median: 600ms, p95: 2s}, tokens_per_second: 60}, errors: {share: 2%, after: 1s}}
routes: {chat: {order: [model]}}
costs: {fixed: [{name: platform, per_month: 310}]}
"""
DEARER = ("endpoints.model.price.output=20", "costs.fixed.platform.per_month=620")


def compared(*sets: str, replications: int = 6) -> Comparison:
    documents = [document_from_text(TEXT), document_from_text(TEXT, sets=sets)]
    return Comparison(
        tuple(
            run(ScenarioSource(document), seed=4, replications=replications)
            for document in documents
        )
    )


@pytest.fixture(scope="module")
def dearer() -> Comparison:
    return compared(*DEARER)


REACH = places_of(ScenarioSource(document_from_text(TEXT)).scenario)


def row(comparison: Comparison, name: str, group: str = "total"):
    return next(row for row in comparison.rows() if (row.group, row.name) == (group, name))


def test_plans_share_their_people_and_their_luck(dearer):
    first, other = row(dearer, "requests answered in time").columns
    assert first == other
    assert row(dearer, "answers are fast", "target").difference(1).figure.values == (0.0,) * 6


def test_steps_of_the_waterfall_sum_to_the_difference_of_the_bills(dearer):
    first, other = (study.replications for study in dearer.studies)
    steps = waterfall(first, other, REACH).steps
    assert set(steps) == set(STEPS)
    for place, (a, b) in enumerate(zip(first, other, strict=True)):
        whole = sum((figure.values[place] for figure in steps.values()), Decimal(0))
        assert abs(whole - (b.bill.total() - a.bill.total())) < Decimal("1e-15")


def test_each_cause_of_a_dearer_plan_has_a_step_of_its_own(dearer):
    first, other = (study.replications for study in dearer.studies)
    steps = waterfall(first, other, REACH).steps
    assert set(steps["volume"].values) == {Decimal(0)}
    assert set(steps["per request"].values) == {Decimal(0)}
    assert float(steps["fixed"].mean()) == pytest.approx(20)  # two of 31 days, to twelve places
    outputs = [
        sum(
            line.cost
            for line in one.bill.lines
            if line.item == "output tokens" and line.worth == "useful"
        )
        for one in first
    ]
    assert [float(v) for v in steps["price"].values] == pytest.approx([float(v) for v in outputs])


def test_more_people_are_volume_and_longer_prompts_are_per_request():
    for change, cause in (
        ("workloads.ask.arrivals.per_day=900", "volume"),
        ("workloads.ask.input_tokens=9000", "per request"),
    ):
        comparison = compared(change, replications=3)
        steps = waterfall(*(study.replications for study in comparison.studies), REACH).steps
        sizes = {name: abs(float(figure.mean())) for name, figure in steps.items()}
        assert max(sizes, key=sizes.__getitem__) == cause


TWO_KINDS = """
schema: genai-rollout/v1
name: Two kinds of requests
horizon: {start: 2027-07-01, length: 1d}
workloads:
  short: {arrivals: {at: 1h, count: 300}, input_tokens: 1000, output_tokens: 100, pipeline: main}
  long: {arrivals: {at: 1h, count: 100}, input_tokens: 9000, output_tokens: 100, pipeline: main}
  apart: {arrivals: {at: 1h, count: 100}, input_tokens: 5000, output_tokens: 100, pipeline: other}
pipelines: {main: [{call: model}], other: [{call: alone}]}
endpoints:
  model: {price: {input: 10, output: 20}, latency: {total: 1s}}
  alone: {price: {input: 10, output: 20}, latency: {total: 1s}}
"""


def steps_of(*sets: str) -> dict[str, float]:
    documents = [document_from_text(TWO_KINDS), document_from_text(TWO_KINDS, sets=sets)]
    plans = [run(ScenarioSource(document), seed=1, replications=1) for document in documents]
    reach = places_of(ScenarioSource(documents[0]).scenario)
    steps = waterfall(*(plan.replications for plan in plans), reach).steps
    return {name: float(figure.mean()) for name, figure in steps.items()}


def test_another_mix_of_workloads_is_a_step_of_its_own():
    """As many requests, but a hundred short ones have become long: 8,000 tokens each, at 10 a million."""
    steps = steps_of("workloads.short.arrivals.count=200", "workloads.long.arrivals.count=200")
    assert steps.pop("mix") == pytest.approx(100 * 8000 * 10 / 1e6)
    assert list(steps.values()) == pytest.approx([0] * len(steps), abs=1e-12)


def test_a_workload_that_grows_alone_is_volume_and_mix_and_its_lines_are_its_own():
    """A hundred more requests to an endpoint of their own cost 5.00 in and 0.20 out, and nothing else moves."""
    steps = steps_of("workloads.apart.arrivals.count=200")
    assert steps["volume"] + steps["mix"] == pytest.approx(100 * (5000 * 10 + 100 * 20) / 1e6)
    assert steps["volume"] == pytest.approx(0.2 * (1.7 * 10 + 0.05 * 20))
    assert steps["per request"] == pytest.approx(0, abs=1e-12)


def test_pairing_takes_the_shared_unknown_out_of_the_difference(dearer):
    difference = row(dearer, "spend").difference(1)
    low, high = difference.figure.mean_interval()
    unpaired_low, unpaired_high = difference.unpaired_interval
    assert high - low <= 0.5 * (unpaired_high - unpaired_low)
    assert difference.chance_worse == 1.0


PHASED = """
schema: genai-rollout/v1
name: Everybody in the end
horizon: {start: 2027-06-21, end: 2027-07-15}
populations: {staff: {active_hours: {mon-sun: office_9_to_5}, adoption: {curve: step, half_after: 1h}}}
workloads: {ask: {population: staff, sessions_per_user_day: {low: 1, likely: 3, high: 8}, input_tokens: 1000, output_tokens: 100, pipeline: main}}
pipelines: {main: [{call: chat}]}
endpoints: {model: {price: {input: 5, output: 10}, latency: {total: 1s}, errors: {share: 2%, after: 1s}, client: {retries: 0}}}
routes: {chat: {order: [model]}}
rollout: {phases: [{name: some, start: 2027-06-21, users: {staff: 5}}, {name: all, start: START, users: {staff: 40}}]}
"""


def test_in_a_month_with_the_same_people_the_pairs_differ_in_nothing_and_before_it_they_do():
    documents = [
        document_from_text(PHASED.replace("START", start)) for start in ("2027-06-28", "2027-06-22")
    ]
    studies = (run(ScenarioSource(document), seed=4, replications=5) for document in documents)
    comparison = Comparison(tuple(studies))
    months = {
        (row.name, row.month): row.difference(1)
        for row in comparison.rows()
        if row.group == "month" and row.name in ("spend", "availability")
    }
    for name in ("spend", "availability"):
        low, high = months[name, "2027-07"].figure.mean_interval()
        unpaired_low, unpaired_high = months[name, "2027-07"].unpaired_interval
        assert high - low <= 0.01 * (unpaired_high - unpaired_low)
        assert months[name, "2027-07"].width_ratio <= 0.01
    assert min(months["spend", "2027-06"].figure.values) > 0
    assert comparison.places_without_hold(1) == set(range(5))


def test_what_pairing_gains_is_told_by_month_and_apart_for_pairs_without_a_held_gate():
    """Of twelve replications some hold: other people are live then, and their pairs differ by more than a price."""
    usage = "  per_usage: [{name: logs, per: request, price: 1, uses: 1 per request}]\n"
    gated = gated_text("30s") + usage
    later = gated.replace("per_month: 3100", "per_month: 6200")
    documents = [document_from_text(gated), document_from_text(later)]
    sources = [ScenarioSource(document) for document in documents]
    comparison = Comparison(tuple(run(source, seed=1, replications=12) for source in sources))
    unheld = comparison.places_without_hold(1)
    holds = [sum(one.gates.holds) for one in comparison.studies[0].replications]
    assert unheld == {place for place, held in enumerate(holds) if not held}
    assert 0 < len(unheld) < 12
    origins = (Origin("a", "0"), Origin("b", "0"))
    reach = places_of(sources[0].scenario)
    summary = summarise_comparison(Compared(comparison, origins, (), reach))
    jsonschema.validate(summary, SCHEMA)
    rows = {(one["name"], one["month"]): one for one in summary["pairing"]}
    assert set(rows) == {("spend", "2027-07"), ("availability", "2027-07")}
    assert {one["pairs"] for one in rows.values()} == {12}
    assert {one["pairs_without_hold"] for one in rows.values()} == {len(unheld)}
    [spend] = [one for one in comparison.rows() if one.group == "month" and one.name == "spend"]
    paired, unpaired = (
        np.ptp(ends)
        for ends in (
            spend.difference(1).figure.mean_interval(),
            spend.difference(1).unpaired_interval,
        )
    )
    assert rows["spend", "2027-07"]["width_ratio"] == pytest.approx(paired / unpaired)
    assert rows["availability", "2027-07"]["width_ratio"] is None  # nothing ever fails


def test_a_plan_is_worse_where_more_is_worse_and_where_less_is_worse():
    slower = compared("endpoints.model.errors.share=60%", replications=3)
    assert row(slower, "it is there", "target").difference(1).worse == 3
    assert row(slower, "requests answered in time").difference(1).worse == 3


def test_what_differs_in_the_inputs_is_told_by_the_names_of_things():
    documents = [document_from_text(TEXT), document_from_text(TEXT, sets=DEARER)]
    assert [(one.path, one.values) for one in input_differences(documents)] == [
        ("endpoints.model.price.output", (10, 20)),
        ("costs.fixed.platform.per_month", (310, 620)),
    ]


def test_the_big_bang_is_the_phased_plan_with_one_phase():
    files = [str(ROOT / "scenarios" / f"claims_q3{tail}.yaml") for tail in ("", "_bigbang")]
    documents = [load_document(file) for file in files]
    phased, at_once = [ScenarioSource(document).scenario for document in documents]
    assert phased.phases[-1].name == "all"
    assert [phase.name for phase in at_once.phases] == ["all"]
    paths = {one.path for one in input_differences(documents)}
    # What follows no phase has no gate.
    assert all(path.startswith(("rollout.phases.", "rollout.gate")) for path in paths)


def test_a_map_over_named_things_must_name_one_that_is_there(tmp_path):
    (tmp_path / "base.yaml").write_text(TEXT)
    (tmp_path / "over.yaml").write_text("extends: base.yaml\ntargets: {answers are fats: null}\n")
    done = simulate("validate", tmp_path / "over.yaml")
    assert done.returncode == 2
    assert 'did you mean "answers are fast"' in done.stderr


def test_the_command_writes_one_folder_and_the_json_keeps_to_its_schema(tmp_path):
    (tmp_path / "a.yaml").write_text(TEXT)
    (tmp_path / "b.yaml").write_text("extends: a.yaml\nendpoints: {model: {price: {output: 20}}}\n")
    words = ("compare", "a.yaml", "b.yaml", "--replications", "3", "--jobs", "1")
    done = simulate(*words, cwd=tmp_path, COLUMNS="80")
    assert done.returncode == 0, done.stderr
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "Why the spend of B differs" in done.stdout
    written = (tmp_path / "outputs" / "a_vs_b" / "comparison.json").read_text()
    jsonschema.validate(json.loads(written), SCHEMA)
    assert simulate(*words, "--json", "--jobs", "2", cwd=tmp_path).stdout == written


def test_one_plan_is_nothing_to_compare(tmp_path):
    (tmp_path / "a.yaml").write_text(TEXT)
    done = simulate("compare", tmp_path / "a.yaml")
    assert done.returncode == 2
    assert "2 to 8 scenarios" in done.stderr
