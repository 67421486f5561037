"""Last month as a test: what was held out is not learnt from, errors have signs, and a right model is right."""

from datetime import date

import numpy as np
import pytest
from cli.commands import simulate
from fit.logs import DAY_S, lognormal, plain_csv, uniforms

from sim.errors import UsageError
from sim.fit.backtest import Row, backtest, split
from sim.fit.days import MEASURES
from sim.fit.read import Options, read_log
from sim.scenario.document import document_from_text

MONDAY_S = 1_777_852_800
"""2026-05-04T00:00 UTC."""
N_DAYS = 10
PER_DAY = 900
PLAN = """
schema: genai-rollout/v1
name: backtested
horizon: {start: 2027-06-30, length: 7d}
workloads: {ask: {arrivals: {per_day: 10}, pipeline: main}}
pipelines: {main: [{stage: answer, call: chat}]}
routes: {chat: {order: [gpt]}}
endpoints: {gpt: {price: {input: 1, output: 2}, latency: {total: 1s}, client: {retries: 0}}}
"""


def log_of(path, late_days_are=1.0):
    n = N_DAYS * PER_DAY
    times = np.sort(uniforms(1, "time", n)) * N_DAYS
    late = times >= 7
    kept = uniforms(1, "kept", n) < np.where(late, late_days_are, 1.0)
    output = np.maximum(lognormal(1, "output", n, 200, 0.6), 8).round().astype(int)
    first = lognormal(1, "first", n, 0.7, 0.3)
    columns = {
        "input": np.maximum(lognormal(1, "input", n, 2000, 0.5), 1).round().astype(int),
        "output": output,
        "first_token": first,
        "duration": first + output / lognormal(1, "speed", n, 60, 0.2),
        "status": np.where(uniforms(1, "status", n) < 0.01, 503, 200),
        "endpoint": np.full(n, "gpt"),
    }
    chosen = {name: column[kept] for name, column in columns.items()}
    return plain_csv(path, MONDAY_S + times[kept] * DAY_S, **chosen)


def judged(tmp_path, late_days_are=1.0):
    file = log_of(tmp_path / "log.csv", late_days_are)
    return backtest(
        document_from_text(PLAN),
        read_log((file,), Options()),
        (file,),
        "ask",
        {},
        share=0.7,
        replications=10,
        seed=1,
        jobs=1,
    )


def mean_error(found, name):
    measure = next(one for one in MEASURES if one.name == name)
    rows = found.of(measure)
    assert len(rows) == 3
    return float(np.mean([row.error(row.p50) for row in rows]))


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    return judged(tmp_path_factory.mktemp("steady"))


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("requests", 0.08),
        ("input tokens", 0.08),
        ("output tokens", 0.08),
        ("spend", 0.08),
        ("latency p50", 0.06),
        ("latency p95", 0.10),
        ("availability", 0.01),
        ("share of 429", 0.001),
    ],
)
def test_steady_days_are_foretold(steady, name, most):
    # 900 requests a day: a day's count has a standard error of 3.3 %, the mean of three days 1.9 %.
    assert abs(mean_error(steady, name)) < most


def test_a_fall_in_demand_is_an_error_with_its_sign(tmp_path, steady):
    fallen = judged(tmp_path, late_days_are=0.5)
    assert mean_error(fallen, "requests") > 0.8
    assert fallen.coverage < steady.coverage
    rows = [row for row in fallen.rows if row.measure.name == "requests"]
    assert not any(row.inside for row in rows)
    assert any("worst bucket" in said for said in fallen.trust)


def test_fitted_values_are_drawn_from_their_intervals(steady):
    drawn = next(note for note in steady.notes if "drawn in each replication" in note)
    for name in ("sessions a day", "input tokens geometric mean", "gpt speed", "gpt errors"):
        assert name in drawn


def test_the_baselines_stand_beside_it(steady):
    row = next(row for row in steady.rows if row.measure.name == "requests")
    assert row.constant == pytest.approx(PER_DAY, rel=0.05)
    assert row.last_week == pytest.approx(PER_DAY, rel=0.15)


def test_no_day_is_both_learnt_and_held_out(tmp_path):
    parts = split(read_log((log_of(tmp_path / "log.csv"),), Options()), 0.7)
    assert parts.learnt.time_us.max() < parts.held.time_us.min()
    assert parts.held_days[0][0] == date(2026, 5, 11)
    assert len(parts.held_days[0]) == 3


def test_a_log_of_one_day_is_refused(tmp_path):
    file = plain_csv(tmp_path / "log.csv", MONDAY_S + np.arange(1000.0))
    with pytest.raises(UsageError, match="needs at least 2"):
        split(read_log((file,), Options()), 0.7)


def test_an_error_of_nothing_is_none():
    row = Row(date(2026, 5, 11), MEASURES[0], 0.0, 0.0, 0.0, 0.0, np.nan, np.nan)
    assert row.inside
    assert row.error(0.0) == 0.0


def test_the_command_prints_errors_coverage_and_trust(tmp_path):
    (tmp_path / "plan.yaml").write_text(PLAN)
    log_of(tmp_path / "log.csv")
    words = ("backtest", "plan.yaml", "log.csv", "--workload", "ask", "--replications", "10")
    done = simulate(*words, "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Inside P10-P90" in done.stdout
    assert "validated on 3 days" in done.stdout
    assert (tmp_path / "out" / "backtest.csv").read_text().count("\n") > 20
