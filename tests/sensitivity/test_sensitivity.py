"""Sensitivity knows what is known: analytic indices, SciPy's estimators, and the one unknown that moves a bill."""

from __future__ import annotations

import json
import math

import jsonschema
import numpy as np
import pytest
from cli.commands import simulate
from scipy import stats

from sim import draws
from sim.errors import UsageError
from sim.scenario.document import document_from_text
from sim.study.points import Field
from sim.study.sensitivity import Experiment, metrics_of, sobol, sobol_indices, tornado
from sim.summary.sensitivity import SCHEMA

TEXT = """
schema: genai-rollout/v1
name: Two unknowns
horizon: {start: 2027-07-01, length: 1d}
workloads: {ask: {arrivals: {per_day: 300}, input_tokens: {low: 900, likely: 1000, high: 1100}, output_tokens: 100, pipeline: main}}
pipelines: {main: [{call: chat}]}
endpoints: {model: {price: {input: {low: 1, likely: 4, high: 10}, output: 0}, latency: {total: 1s}}}
routes: {chat: {order: [model]}}
"""


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def test_indices_are_those_of_ishigami_and_of_scipy():
    rows = 4096
    u = draws.uniforms(7, np.arange(rows, dtype=np.uint64)[:, None], np.arange(6, dtype=np.uint64))
    x = (2 * u.T - 1) * math.pi
    a, b = x[:3], x[3:]
    mixed = np.array([np.where(np.arange(3)[:, None] == n, b, a) for n in range(3)])
    values = [ishigami(one) for one in (a, b)], np.array([ishigami(one) for one in mixed])
    first, whole = sobol_indices(*values[0], values[1])
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.06)
    assert whole == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.06)
    theirs = stats.sobol_indices(
        func={"f_A": values[0][0], "f_B": values[0][1], "f_AB": values[1]}, n=rows
    )
    assert first == pytest.approx(theirs.first_order, abs=1e-3)
    assert whole == pytest.approx(theirs.total_order, abs=1e-3)


def test_the_price_that_nobody_knows_moves_the_bill_most():
    experiment = Experiment.of(document_from_text(TEXT))
    metrics = metrics_of(["ask"])
    [swings, *_] = tornado(experiment, metrics, Field(), range(2))
    assert [one.path for one in swings] == [
        "endpoints.model.price.input",
        "workloads.ask.input_tokens",
    ]
    # A triangle of 1, 4 and 10 has its P10 at 2.64 and its P90 at 7.68; the bill is proportional to the price.
    ratio = float(swings[0].at_high.mean()) / float(swings[0].at_low.mean())
    assert ratio == pytest.approx(7.68 / 2.64, rel=0.01)


def test_shares_of_the_variance_have_intervals_around_them_and_do_not_depend_on_workers():
    experiment = Experiment.of(document_from_text(TEXT))
    metrics = metrics_of(["ask"])
    found = sobol(experiment, metrics, Field(seed=2), 48)
    assert found == sobol(experiment, metrics, Field(seed=2, jobs=2), 48)
    [price, tokens] = found[0]
    assert price.path == "endpoints.model.price.input"
    assert price.total > 0.7 > 0.2 > tokens.total
    low, high = price.first_interval
    assert low < price.first < high


def test_the_command_says_what_to_measure_first(tmp_path):
    (tmp_path / "two.yaml").write_text(TEXT)
    words = ("sensitivity", "two.yaml", "--sobol", "8", "--replications", "2", "--jobs", "1")
    done = simulate(*words, cwd=tmp_path, COLUMNS="80")
    assert done.returncode == 0, done.stderr
    assert "spend: measure endpoints.model.price.input first" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    written = json.loads(
        (tmp_path / "outputs" / "two_sensitivity" / "sensitivity.json").read_text()
    )
    jsonschema.validate(written, SCHEMA)


def test_a_scenario_without_unknowns_is_told_how_to_write_one():
    certain = TEXT.replace("{low: 1, likely: 4, high: 10}", "4").replace(
        "{low: 900, likely: 1000, high: 1100}", "1000"
    )
    with pytest.raises(UsageError, match="low: 6, likely: 9"):
        Experiment.of(document_from_text(certain))
