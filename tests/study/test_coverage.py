"""Nominal 90 % intervals cover the known answers of models as often as they should: 400 repeats of 10 replications."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.scenario.document import document_from_text
from sim.study import Replication, replicate
from sim.study.of_scenario import ScenarioSource
from sim.study.statistics import mean_interval, student_quantile

REPEATS, REPLICATIONS, REQUESTS = 400, 10, 500
LEVEL, MEAN_S, SLOWER_S, ERRORS = 0.9, 2.0, 2.2, 0.1
P95_S = MEAN_S * math.log(20)
TEXT = f"""
schema: genai-rollout/v1
name: Known answers
horizon: {{start: 2027-03-01, length: 1d}}
workloads:
  ask: {{arrivals: {{at: 1h, count: {REQUESTS}}}, pipeline: main}}
  try: {{arrivals: {{at: 1h, count: {REQUESTS}}}, pipeline: other}}
pipelines: {{main: [{{delay: {{law: exponential, mean: {MEAN_S}s}}}}], other: [{{call: vendor}}]}}
endpoints: {{vendor: {{latency: {{total: 1ms}}, errors: {{share: {ERRORS:.0%}, after: 1ms}}, price: {{input: 0, output: 0}}, client: {{retries: 0}}}}}}
"""
TEXTBOOK_DEVIATION = {
    "mean": MEAN_S / math.sqrt(REQUESTS),
    "p95": math.sqrt(0.05 * 0.95 / REQUESTS) * MEAN_S / 0.05,
    "availability": math.sqrt(ERRORS * (1 - ERRORS) / REQUESTS),
    "paired difference": (SLOWER_S - MEAN_S) / math.sqrt(REQUESTS),
}
TRUTH = {
    "mean": MEAN_S,
    "p95": P95_S,
    "availability": 1 - ERRORS,
    "paired difference": SLOWER_S - MEAN_S,
}


def mean_s(one: Replication) -> float:
    return float(one.digest.sums[0, 0]) / REQUESTS / 1e6


def values_of(seed: int, number: int, plan: ScenarioSource, slower: ScenarioSource) -> dict:
    one, other = replicate(plan, seed, number), replicate(slower, seed, number)
    good, bad = one.digest.good[:, 1].sum(), one.digest.bad[:, 1].sum()
    return {
        "mean": mean_s(one),
        "p95": float(one.digest.horizon_us["latency.p95"][0, 0]) / 1e6,
        "availability": good / (good + bad),
        "paired difference": mean_s(other) - mean_s(one),
    }


@pytest.fixture(scope="module")
def intervals() -> dict[str, np.ndarray]:
    """(repeats, 2) ends by what they are intervals for; each repeat has a seed of its own."""
    plan = ScenarioSource(document_from_text(TEXT))
    slower = ScenarioSource(
        document_from_text(TEXT, sets=(f"pipelines.main[0].delay.mean={SLOWER_S}s",))
    )
    found: dict[str, list] = {name: [] for name in TRUTH}
    for seed in range(REPEATS):
        runs = [values_of(seed, number, plan, slower) for number in range(REPLICATIONS)]
        for name, ends in found.items():
            ends.append(mean_interval([run[name] for run in runs], LEVEL))
    return {name: np.array(ends) for name, ends in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRUTH)
def test_nominal_ninety_percent_intervals_cover_the_truth_and_are_not_wide(intervals, name):
    low, high = intervals[name].T
    covered = float(np.mean((low <= TRUTH[name]) & (TRUTH[name] <= high)))
    textbook = (
        2
        * student_quantile(0.5 + LEVEL / 2, REPLICATIONS - 1)
        * TEXTBOOK_DEVIATION[name]
        / math.sqrt(REPLICATIONS)
    )
    ratio = float(np.mean(high - low)) / textbook
    print(f"{name}: covered {covered:.3f}, width {ratio:.3f} of the textbook's")
    assert 0.85 <= covered <= 0.95
    assert ratio <= 1.3
