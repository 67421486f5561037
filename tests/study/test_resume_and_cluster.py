"""A killed study goes on where it was, and a cluster gives the bytes that local processes give."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.commands import simulate
from cli.conftest import README_SCENARIO

from sim.cli.running import Wish, Working, run_to_summary
from sim.errors import ResourceError
from sim.scenario.document import document_from_text, load_document
from sim.study import run
from sim.study.kept import Kept
from sim.study.of_scenario import ScenarioSource
from sim.summary import Origin, summarise, to_text

ORIGIN = Origin("Desk", "0.1.0")
SOURCE = ScenarioSource(document_from_text(README_SCENARIO))


def text_of(study) -> str:
    return to_text(summarise(study, ORIGIN, source=SOURCE))


@pytest.fixture(scope="module")
def whole() -> str:
    return text_of(run(SOURCE, seed=2, replications=6))


def test_what_was_finished_is_not_run_again_and_the_bytes_are_the_same(
    tmp_path, monkeypatch, whole
):
    kept = Kept(tmp_path / "kept")
    run(SOURCE, seed=2, replications=4, kept=kept)
    played = []
    module = sys.modules["sim.study.run"]
    real = module.replicate
    monkeypatch.setattr(module, "replicate", lambda *call: played.append(call[2]) or real(*call))
    assert text_of(run(SOURCE, seed=2, replications=6, kept=kept)) == whole
    assert played == [4, 5]


def test_half_a_piece_and_a_piece_of_another_scenario_are_as_good_as_none(tmp_path, whole):
    kept = Kept(tmp_path / "kept")
    run(SOURCE, seed=2, replications=2, kept=kept)
    first, *_ = sorted(kept.folder.iterdir())
    first.write_bytes(first.read_bytes()[:-7])
    other = document_from_text(README_SCENARIO.replace("per_day: 400", "per_day: 500"))
    run(ScenarioSource(other), seed=2, replications=2, kept=kept)
    run(SOURCE, seed=3, replications=2, kept=kept)
    assert text_of(run(SOURCE, seed=2, replications=6, kept=kept)) == whole


def test_a_killed_command_resumes_to_the_same_bytes(tmp_path):
    busy = README_SCENARIO.replace("per_day: 400", "per_day: 10k")
    (tmp_path / "desk.yaml").write_text(busy)
    words = ("desk.yaml", "--replications", "6", "--jobs", "1")
    process = subprocess.Popen([sys.executable, "-m", "sim.cli", *words], cwd=tmp_path)
    folder = tmp_path / "outputs" / ".simulate-kept-desk"
    deadline = time.monotonic() + 120
    while (
        len(list(folder.glob("*"))) < 2 and time.monotonic() < deadline and process.poll() is None
    ):
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert folder.exists()
    assert not (tmp_path / "outputs" / "desk").exists()
    done = simulate(*words, "--resume", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not folder.exists()
    document = load_document(str(tmp_path / "desk.yaml"))
    unbroken = run_to_summary(Wish(document, "desk.yaml", 0, 6, "compiled"), Working(jobs=1))
    resumed = (tmp_path / "outputs" / "desk" / "summary.json").read_text()
    assert resumed == to_text(unbroken)


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes_although_a_worker_is_killed_midway(whole):
    pytest.importorskip("distributed")
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("on_a_cluster.py")],
        input=README_SCENARIO,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == whole


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("sim.workers.CONNECT_SECONDS", 1)
    with pytest.raises(ResourceError, match="no Dask scheduler answers"):
        run(SOURCE, replications=2, scheduler="tcp://127.0.0.1:9")
