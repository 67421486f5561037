"""What moves with a figure over a study's runs: SciPy's line, true swings inside the intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import jsonschema
import numpy as np
import pytest
from scipy import stats

from sim.scenario.document import document_from_text
from sim.study import run
from sim.study.drivers import RUNS_MIN, driver
from sim.study.of_scenario import ScenarioSource
from sim.summary import Origin, summarise
from sim.summary.drivers import SCHEMA

DAYS_IN_JULY = 31
WEIGHTS = (9, 5, 2, *[1] * 9)
"""Of each fixed cost that nobody knows [currency a day, over its whole range]."""
TEXT = """
schema: genai-rollout/v1
name: Known swings
horizon: {start: 2027-07-01, length: 1d}
workloads: {ask: {arrivals: {at: 1h, count: 40}, input_tokens: {mean: 1000, cv: 1}, output_tokens: 0, pipeline: main}}
pipelines: {main: [{call: model}]}
endpoints: {model: {owner: platform, price: {input: 100, output: 0}, latency: {total: 1s}}}
costs:
  fixed:
""" + "\n".join(
    f"    - {{name: cost {place}, per_month: {{low: 0, likely: {low * DAYS_IN_JULY / 4}, high: {low * DAYS_IN_JULY}}}}}"
    for place, low in enumerate(WEIGHTS)
)


def drivers(text: str, runs: int, seed: int = 1) -> list[dict]:
    source = ScenarioSource(document_from_text(text))
    return summarise(run(source, seed=seed, replications=runs), Origin("x", "0"), source=source)[
        "drivers"
    ]


def test_the_line_and_its_interval_are_scipys():
    rng = np.random.default_rng(3)
    x, noise = rng.uniform(2, 5, 15), rng.normal(0, 1, 15)
    y = 7 + 2 * x + noise
    found, theirs = driver(x.tolist(), (2.5, 4.5), y.tolist(), 1), stats.linregress(x, y)
    half = stats.t.ppf(0.975, 13) * theirs.stderr * 2
    assert found.swing == pytest.approx(2 * theirs.slope)
    assert found.swing_interval == pytest.approx((found.swing - half, found.swing + half))
    assert found.at_low == pytest.approx(theirs.intercept + 2.5 * theirs.slope)
    assert found.at_high - found.at_low == pytest.approx(found.swing)
    assert found.explained == pytest.approx(1 - (1 - theirs.rvalue**2) * 14 / 13)


def test_more_unknowns_ask_for_more_evidence():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 1, 20).tolist(), rng.normal(0, 1, 20).tolist()
    halves = [np.ptp(driver(x, (0, 1), y, count).swing_interval) for count in (1, 2, 20)]
    assert halves == sorted(halves)
    wider = stats.t.ppf(1 - 0.05 / 40, 18) / stats.t.ppf(0.975, 18)
    assert halves[2] / halves[0] == pytest.approx(wider)


def test_what_does_not_vary_moves_nothing():
    assert driver([1.0] * 10, (0, 1), [float(n) for n in range(10)], 1) is None
    assert driver([float(n) for n in range(10)], (0, 1), [1.0] * 10, 1) is None


def test_the_largest_unknown_cost_moves_the_spend_most():
    spend, highest, p95, availability = drivers(TEXT, 30)
    jsonschema.validate([spend, highest, p95, availability], SCHEMA)
    assert spend["moves_most"] == "costs.fixed.cost 0.per_month" == spend["unknowns"][0]["path"]
    first = spend["unknowns"][0]
    low, high = (float(end) for end in first["swing_interval"])
    assert low < float(first["swing"]) < high
    assert float(first["at_p90"]) - float(first["at_p10"]) == pytest.approx(
        float(first["swing"]), abs=1e-5
    )
    assert [one["name"] for one in (highest, p95, availability)] == [
        "spend.highest_month",
        "latency.p95",
        "availability",
    ]
    assert p95["unknowns"] == [] and p95["why_none"] == "it was the same in every run"


def test_few_runs_tell_nothing_and_say_so():
    for one in drivers(TEXT, RUNS_MIN - 1):
        assert (
            one["unknowns"] == [] and one["why_none"] == "9 runs are too few to tell; 10 or more do"
        )


def test_without_an_unknown_there_is_nothing_to_tell():
    assert drivers(TEXT.partition("costs:")[0], RUNS_MIN) == []


def test_an_owner_is_the_one_that_answers_for_the_input():
    text = TEXT.replace("input: 100", "input: {low: 1, likely: 100, high: 900}")
    [spend, *_] = drivers(text, RUNS_MIN)
    owners = {one["path"]: one["owner"] for one in spend["unknowns"]}
    assert owners["endpoints.model.price.input"] == "platform"
    assert owners["costs.fixed.cost 0.per_month"] is None


def shares_that_hold(runs: int, repeats: int, model, truth: Sequence[float]) -> float:
    """In how many made-up studies all intervals of a figure hold the true swings at once."""
    law = stats.triang(0.25)
    ends = tuple(law.ppf((0.1, 0.9)))
    held = 0
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        drawn = law.rvs(size=(runs, len(truth)), random_state=rng)
        figure = model(drawn, rng)
        lines = [driver(column.tolist(), ends, figure.tolist(), len(truth)) for column in drawn.T]
        held += all(
            low <= swing * (ends[1] - ends[0]) <= high
            for swing, (low, high) in zip(
                truth, (line.swing_interval for line in lines), strict=True
            )
        )
    return held / repeats


@pytest.mark.slow
@pytest.mark.parametrize(("runs", "unknowns"), [(RUNS_MIN, 5), (20, 5), (20, 25), (60, 25)])
def test_intervals_hold_at_once_also_with_more_unknowns_than_runs(runs, unknowns):
    slopes = [3.0, 1.5, 1.0, *[0.0] * (unknowns - 3)]
    share = shares_that_hold(
        runs, 2000, lambda x, rng: x @ slopes + rng.normal(0, 0.3, len(x)), slopes
    )
    print(f"{runs} runs, {unknowns} unknowns: all hold in {share:.3f}")
    assert 0.935 <= share <= 0.975


@pytest.mark.slow
def test_intervals_hold_the_best_line_where_unknowns_multiply():
    mean = 0.5 + stats.triang(0.25).mean()
    slopes = [mean**2] * 3 + [0.0] * 22
    share = shares_that_hold(
        20,
        2000,
        lambda x, rng: (
            np.prod(0.5 + x[:, :3], axis=1) * np.exp(rng.normal(0, 0.1, len(x))) / math.exp(0.005)
        ),
        slopes,
    )
    print(f"products: all hold in {share:.3f}")
    assert 0.935 <= share <= 0.975


@pytest.mark.slow
def test_true_swings_of_a_scenario_are_covered():
    source = ScenarioSource(document_from_text(TEXT))
    true = {
        source.document.named_path(one.path): (one.at(0.9) - one.at(0.1)) / DAYS_IN_JULY
        for one in source.document.unknowns()
    }
    held = 0
    for seed in range(200):
        [spend, *_] = drivers(TEXT, 20, seed)
        held += all(
            float(row["swing_interval"][0]) <= true[row["path"]] <= float(row["swing_interval"][1])
            for row in spend["unknowns"]
        )
    print(f"a scenario of {len(true)} unknowns, 20 runs: all hold in {held} of 200")
    assert stats.binomtest(held, 200, 0.95).pvalue > 0.001
