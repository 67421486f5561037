"""A run from file to files: what stands where, the same bytes, and what happens when it is disturbed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from cli.commands import simulate
from cli.conftest import README_SCENARIO

from sim.errors import ExitCode
from sim.summary import SCHEMA

QUICK = ("--replications", "2", "--jobs", "1", "--engine", "reference")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_run_writes_its_folder(finished):
    found = sorted(files(finished / "outputs" / "help_desk"))
    drawn = [name for name in found if name.startswith("charts/")]
    assert {"charts/spend_by_month.png", "charts/latency_p95_by_day.svg"} <= set(drawn)
    assert [name for name in found if name not in drawn] == [
        "costs.xlsx",
        "costs_focus.csv",
        "manifest.json",
        "report.html",
        "run.json",
        "summary.json",
        "timeline.csv",
    ]
    jsonschema.validate(summary_in(finished / "outputs" / "help_desk"), SCHEMA)


def summary_in(folder: Path):
    return json.loads((folder / "summary.json").read_text())


def test_the_report_opens_with_what_ran_and_the_verdict(finished):
    lines = (finished / "stdout.txt").read_text().splitlines()
    assert lines[0].startswith("simulate 0.1.0  A help desk assistant")
    assert "1 Mar 2027" in lines[1]
    assert "3 replications · seed 5" in lines[1]
    assert "TOO CLOSE" in lines[3]
    assert any(line.startswith("Wrote outputs/help_desk/") for line in lines)
    assert lines[-1].startswith("Next: simulate help_desk.yaml")


def test_the_same_run_elsewhere_and_with_more_workers_writes_the_same_bytes(finished, tmp_path):
    (tmp_path / "help_desk.yaml").write_text(README_SCENARIO)
    words = (
        "help_desk.yaml",
        "--replications",
        "3",
        "--seed",
        "5",
        "--jobs",
        "2",
        "--out",
        "there",
    )
    assert simulate(*words, cwd=tmp_path).returncode == 0
    assert files(tmp_path / "there") == files(finished / "outputs" / "help_desk")


def test_replay_gives_the_same_summary(finished):
    done = simulate("replay", "outputs/help_desk/run.json", "--jobs", "1", cwd=finished)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert done.stderr == "the same summary, to the byte\n"


def test_replay_of_a_folder_and_into_a_folder(finished, tmp_path):
    words = ("replay", "outputs/help_desk", "--jobs", "1", "--out", tmp_path / "again")
    assert simulate(*words, cwd=finished).returncode == ExitCode.DONE
    assert files(tmp_path / "again") == files(finished / "outputs" / "help_desk")


def test_replay_tells_when_the_summary_is_another(finished, tmp_path):
    record = json.loads((finished / "outputs" / "help_desk" / "run.json").read_text())
    record["seed"] = 6
    record["versions"]["numpy"] = "0.1"
    (tmp_path / "run.json").write_text(json.dumps(record))
    done = simulate("replay", tmp_path / "run.json", "--jobs", "1")
    assert done.returncode == ExitCode.BUG
    assert "numpy 0.1, now" in done.stderr
    assert "another than that of run.json" in done.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "simulate-run/1"}'])
def test_replay_of_something_else_is_bad_usage(tmp_path, content):
    (tmp_path / "run.json").write_text(content)
    done = simulate("replay", tmp_path / "run.json")
    assert done.returncode == ExitCode.USAGE
    assert len(done.stderr.splitlines()) == 1


def test_json_is_the_summary_and_nothing_else(scenario):
    done = simulate(scenario, *QUICK, "--json", cwd=scenario.parent)
    written = scenario.parent / "outputs" / "help_desk" / "summary.json"
    assert done.stdout == written.read_text()
    assert done.stderr == ""


def test_quiet_is_one_line(scenario):
    done = simulate(scenario, *QUICK, "-q", cwd=scenario.parent)
    assert len(done.stdout.splitlines()) == 1


def test_check_exits_with_99_when_a_target_is_missed(scenario):
    words = (
        scenario,
        "--replications",
        "6",
        "--jobs",
        "1",
        "--set",
        'targets["answers are fast"].at_most=1s',
    )
    words = (*words[:-1], "targets[0].at_most=1s")
    assert simulate(*words, cwd=scenario.parent).returncode == ExitCode.DONE
    done = simulate(*words, "--check", cwd=scenario.parent)
    assert done.returncode == ExitCode.TARGET_MISSED
    assert "FAIL" in done.stdout
    overrides = summary_in(scenario.parent / "outputs" / "help_desk")["scenario"]["overrides"]
    assert overrides == ["targets[0].at_most=1s"]


def test_a_bad_set_names_itself(scenario):
    done = simulate(scenario, *QUICK, "--set", "targets[0].at_most=-5s", cwd=scenario.parent)
    assert done.returncode == ExitCode.USAGE
    assert "--set targets[0].at_most=-5s" in done.stderr
    assert not (scenario.parent / "outputs").exists() or not any(
        (scenario.parent / "outputs").iterdir()
    )


@pytest.mark.parametrize(
    "words",
    [{"COLUMNS": "80"}, {"NO_COLOR": "1"}, {"PYTHONIOENCODING": "cp1252"}, {"TERM": "dumb"}],
)
def test_the_report_fits_where_it_goes(scenario, words):
    environment = {"PYTHONIOENCODING": "utf-8"} | words
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", scenario, *QUICK],
        cwd=scenario.parent,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    text = done.stdout.decode(environment["PYTHONIOENCODING"])
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= int(words.get("COLUMNS", "100"))


def test_a_folder_of_somebody_else_is_refused_before_the_run(scenario):
    (scenario.parent / "mine").mkdir()
    (scenario.parent / "mine" / "thesis.txt").write_text("x")
    done = simulate(scenario, *QUICK, "--out", "mine", cwd=scenario.parent)
    assert done.returncode == ExitCode.USAGE
    assert done.stderr.splitlines() == [
        "error: mine holds files that simulate did not write; give another --out or empty it"
    ]


@pytest.mark.parametrize("out", ["/proc/nowhere", "/dev/null/x", "x" * 300])
def test_a_place_that_cannot_be_written_is_exit_code_3(scenario, out):
    done = simulate(scenario, *QUICK, "--out", out, cwd=scenario.parent)
    assert done.returncode == ExitCode.RESOURCES
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_limit_on_file_sizes_leaves_the_former_results(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "run")
    before = files(tmp_path / "run" / "outputs")
    done = subprocess.run(
        f"ulimit -f 8; exec {sys.executable} -m sim.cli help_desk.yaml --replications 2 --jobs 1",
        shell=True,
        executable="/bin/bash",
        cwd=tmp_path / "run",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitCode.RESOURCES, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert files(tmp_path / "run" / "outputs") == before


def left_of(session: int) -> list[int]:
    """Processes that are still in a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        if rest.split()[3] == str(session) and rest.split()[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def delayed_s(process: int) -> float:
    """How long a process has stood in line for a processor, which others kept busy [s]."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9


def started(scenario: Path, jobs: int) -> subprocess.Popen:
    """A run that is too long to end by itself, in a session of its own."""
    words = (scenario, "--replications", "5000", "--jobs", str(jobs))
    return subprocess.Popen(
        [sys.executable, "-m", "sim.cli", *words],
        cwd=scenario.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen, within_s: float = 60) -> float:
    """Wait for a process; return how long it took, less what it stood in line for a processor [s]."""
    asked, before_s = time.monotonic(), delayed_s(process.pid)
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        assert time.monotonic() - asked < within_s
        time.sleep(0.01)
    return time.monotonic() - asked - (delayed_s(process.pid) - before_s)


def stopped(
    scenario: Path, seconds: float, how: signal.Signals, jobs: int
) -> tuple[int, float, str]:
    """Start a long run, stop it, and return its exit code, how long it took to end, and stderr."""
    process = started(scenario, jobs)
    time.sleep(seconds)
    assert process.poll() is None
    if how == signal.SIGINT:
        os.killpg(process.pid, how)
    else:
        process.send_signal(how)
    took_s = ended(process)
    _, told = process.communicate()
    assert gone(process.pid)
    return process.returncode, took_s, told


def gone(session: int) -> bool:
    """Whether nobody is left of a session, after a while."""
    until = time.monotonic() + 10
    while left_of(session) and time.monotonic() < until:
        time.sleep(0.05)
    return left_of(session) == []


def test_a_worker_that_is_killed_ends_the_run_in_one_line_and_leaves_no_folder(scenario):
    process = started(scenario, jobs=2)
    until = time.monotonic() + 60
    while len(left_of(process.pid)) < 3 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)  # in the midst of a replication
    workers = [each for each in left_of(process.pid) if each != process.pid]
    os.kill(workers[0], signal.SIGKILL)
    assert ended(process) < 5
    _, told = process.communicate()
    assert process.returncode == ExitCode.RESOURCES, told
    assert told.splitlines() == [
        "error: a worker process died, most likely for want of memory; try again with fewer --jobs"
    ]
    assert gone(process.pid)
    left = [path for path in scenario.parent.rglob("*") if path.is_file()]
    # What had finished is kept for --resume, whole pieces only.
    kept = [path for path in left if ".simulate-kept" in path.parent.parent.name + path.parent.name]
    assert not [path.name for path in kept if path.suffix == ".new"]
    assert [path.name for path in left if path not in kept] == [scenario.name]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("seconds", [0.7, 6.0])
def test_an_interrupted_run_leaves_the_former_results_or_a_partial_set(
    finished, tmp_path, how, jobs, seconds
):
    shutil.copytree(finished, tmp_path / "run")
    folder = tmp_path / "run" / "outputs" / "help_desk"
    before = files(folder)
    code, took_s, told = stopped(tmp_path / "run" / "help_desk.yaml", seconds, how, jobs)
    assert code == ExitCode.INTERRUPTED, told
    assert "Traceback" not in told
    assert took_s < 5, "a second, and the slow start of an import that was under way"
    after = files(folder)
    if after != before:
        assert summary_in(folder)["engine"]["complete"] is False
        assert sorted(after) == sorted(before)
    assert [path.name for path in (tmp_path / "run" / "outputs").iterdir()] == ["help_desk"]
