"""Logs in, a block for a scenario out: it validates, runs, finds the parameters again and tells no secrets."""

import json

import numpy as np
import pytest
from cli.commands import simulate
from fit.logs import DAY_S, lognormal, plain_csv, public, uniforms

from sim.fit.calibrate import calibrate
from sim.fit.fits import FITS
from sim.fit.read import Options
from sim.scenario.document import load_document, validate
from sim.scenario.scenario import Scenario

MONDAY_S = 1_777_852_800
"""2026-05-04T00:00 UTC."""
BASE = """
extends: fitted.yaml
schema: genai-rollout/v1
name: fitted
horizon: {start: 2026-05-04, length: 1d}
workloads: {requests: {pipeline: main}}
pipelines: {main: [{stage: answer, call: chat}]}
routes: {chat: {order: [gpt]}}
endpoints: {gpt: {price: {input: 1, output: 2}}}
"""
SECRETS = ("sk-live-4242", "ann.example@example.org", "my knee hurts since Tuesday", "ward-7")


def poisson_log(path, seed=1, days=15, per_day=600):
    n = days * per_day
    times = MONDAY_S + np.sort(uniforms(seed, "time", n)) * days * DAY_S
    first = lognormal(seed, "first", n, 0.7, 0.4)
    output = np.maximum(lognormal(seed, "output", n, 230, 0.8), 1).round().astype(int)
    return plain_csv(
        path,
        times,
        input=np.maximum(lognormal(seed, "input", n, 3000, 0.4), 1).round().astype(int),
        output=output,
        first_token=first,
        duration=first + output / 60,
        status=np.where(uniforms(seed, "status", n) < 0.02, 503, 200),
        endpoint=np.full(n, "gpt"),
    )


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fitted")
    found = calibrate((poisson_log(folder / "log.csv"),), Options(), "requests", {})
    (folder / "fitted.yaml").write_text(found.block)
    (folder / "plan.yaml").write_text(BASE)
    return folder, found


def test_a_block_is_a_scenario_that_others_extend(fitted):
    folder, _ = fitted
    scenario = validate(load_document(str(folder / "plan.yaml")), Scenario)
    workload = scenario.workloads["requests"]
    assert workload.arrivals.per_day == pytest.approx(600, rel=0.05)
    assert workload.input_tokens.law.table().kind is not None


def test_what_went_in_comes_out(fitted):
    _, found = fitted
    estimates = {one.name: one for each in found.findings for one in each.estimates}
    for name, truth in {
        "sessions a day": 600,
        "cv of gaps within the hour": 1.0,
        "input tokens geometric mean": 3000,
        "input tokens sigma of the logarithm": 0.4,
        "gpt first token geometric mean": 0.7,
        "gpt first token sigma of the logarithm": 0.4,
        "gpt errors": 0.02,
    }.items():
        one = estimates[name]
        width = one.high - one.low
        assert one.low - width / 2 <= truth <= one.high + width / 2, one.text()


def test_a_lognormal_is_written_as_one(fitted):
    _, found = fitted
    law = found.tree["workloads"]["requests"]["input_tokens"]
    assert law["law"] == "lognormal"


def test_every_finding_has_an_interval_that_holds_its_value(fitted):
    _, found = fitted
    for each in found.findings:
        assert each.estimates
        assert each.goodness
        for one in each.estimates:
            assert one.low <= one.value <= one.high


def test_every_fit_has_a_row_and_a_name():
    assert len(set(FITS.values())) == len(FITS)


def test_the_command_writes_a_block_and_a_report_that_runs(tmp_path):
    log = poisson_log(tmp_path / "log.csv", days=4)
    done = simulate("calibrate", log, "--out", str(tmp_path / "out"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out" / "fit_report.html").read_text()
    assert "<svg" in page
    assert "90% interval" in page
    (tmp_path / "out" / "plan.yaml").write_text(BASE)
    run = simulate("out/plan.yaml", "--replications", "1", "--jobs", "1", "--json", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["engine"]["replications"] == 1


INTO = """# my plan
schema: genai-rollout/v1
name: mine   # keep this
horizon: {start: 2026-05-04, length: 1d}
workloads:
  ask: {arrivals: {per_day: 10}, pipeline: main}  # and this
pipelines: {main: [{stage: wait, delay: 1s}]}
endpoints: {chat: {price: {input: 1, output: 1}, latency: {total: 1s}}}
"""


def into(tmp_path, *words):
    (tmp_path / "mine.yaml").write_text(INTO)
    log = poisson_log(tmp_path / "log.csv", days=4)
    return simulate("calibrate", log, "--into", "mine.yaml", "--out", "out", *words, cwd=tmp_path)


def test_into_keeps_comments_and_gives_a_valid_scenario(tmp_path):
    done = into(tmp_path, "--workload", "ask", "--endpoint", "gpt=chat")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "mine.yaml").read_text()
    assert "# my plan" in text
    assert "# keep this" in text
    scenario = validate(load_document(str(tmp_path / "mine.yaml")), Scenario)
    assert scenario.workloads["ask"].arrivals.per_day > 100
    assert scenario.endpoints["chat"].errors is not None


def test_into_changes_nothing_where_a_name_is_not_known(tmp_path):
    done = into(tmp_path, "--workload", "ask")
    assert done.returncode == 2
    assert "there is no 'gpt' under endpoints" in done.stderr
    assert (tmp_path / "mine.yaml").read_text() == INTO


def test_no_secret_of_a_log_comes_out(tmp_path):
    key, mail, prompt, ward = SECRETS
    spans = [
        {
            "span_id": f"{key}-{n}",
            "start_time": (MONDAY_S + n * 60) * 10**9,
            "end_time": (MONDAY_S + n * 60 + 2) * 10**9,
            "attributes": {
                "gen_ai.system": "x",
                "gen_ai.request.model": "gpt",
                "gen_ai.usage.input_tokens": 10 + n % 7,
                "gen_ai.usage.output_tokens": 5 + n % 11,
                "gen_ai.input.messages": prompt,
                "gen_ai.conversation.id": f"{ward}-{n // 3}",
                "user.id": mail,
                "authorization": key,
            },
        }
        for n in range(900)
    ]
    text = "\n".join([*map(json.dumps, spans), f"{{{prompt} {key}"])
    (tmp_path / "log.jsonl").write_text(text + "\n")
    done = simulate("calibrate", "log.jsonl", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    outputs = [done.stdout, done.stderr, *(p.read_text() for p in (tmp_path / "out").iterdir())]
    for secret in SECRETS:
        assert not any(secret in output for output in outputs)


def test_a_trace_of_an_hour_gives_one_rate_and_says_so():
    found = calibrate((public("traces/AzureLLMInferenceTrace_code.csv.gz"),), Options(), "code", {})
    arrivals = found.tree["workloads"]["code"]["arrivals"]
    assert arrivals["swings"]["cv"] > 1.5
    assert any("shorter than two days" in said for each in found.findings for said in each.poor)
