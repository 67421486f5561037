"""What every user meets first: help, faults in one line, exit codes."""

import re
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from cli.commands import ROOT, simulate
from cli.conftest import README_SCENARIO

from sim.cli import cli
from sim.cli.ending import _line_and_code
from sim.errors import ExitCode, FactError, ResourceError, ScenarioError, UsageError

READY = cli.list_commands(click.Context(cli))
HEAVY = (
    "numba",
    "matplotlib",
    "numpy",
    "pydantic",
    "scipy",
    "rich",
    "ruamel.yaml",
    "simpy",
    "joblib",
)


@pytest.mark.parametrize("words", [["--help"], ["-h"], [], *([verb, "--help"] for verb in READY)])
def test_help_answers_without_heavy_imports(words):
    code = f"""
import sys
from sim.cli import main
try:
    main({words!r})
finally:
    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "[]"
    assert "Usage: simulate" in done.stdout


@pytest.mark.parametrize("verb", READY)
def test_every_verb_shows_how_it_is_called(verb):
    from click.testing import CliRunner

    told = CliRunner().invoke(cli, [verb, "--help"], terminal_width=80).output
    assert [line for line in told.splitlines() if len(line) > 80] == []
    examples = re.findall(r"simulate +([\w/.]+)", told.partition("Example")[2])
    assert examples, f"simulate {verb} --help has no example"
    assert {word for word in examples if "/" not in word} <= {verb}


def seconds_of(code: str) -> float:
    def once() -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started

    return min(once() for _ in range(5))


def test_the_list_of_verbs_says_of_each_what_it_does_without_being_cut():
    from click.testing import CliRunner

    told = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    assert "..." not in told.split("Commands:")[1]


def test_help_takes_at_most_four_times_as_long_as_importing_click():
    helped = seconds_of(
        "from sim.cli import main\ntry:\n main(['--help'])\nexcept SystemExit:\n pass"
    )
    assert helped < 4 * seconds_of("import click")


def test_version():
    assert re.fullmatch(r"simulate \d+\.\d+\.\d+\S*\n", simulate("--version").stdout)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nonsense"], "No such command"),
        (["no/such/file.yaml"], "there is no file no/such/file.yaml"),
        (["validate", "missing.yaml"], "there is no file missing.yaml"),
        (["validate"], "Missing argument"),
        (["--replications", "0", "x.yaml"], "replications"),
        (["x.yaml", "--nonsense"], "nonsense"),
        (["/tmp"], "/tmp is a folder"),
        (["tests"], "tests is a folder"),
        (["x" * 5000 + ".yaml"], "cannot read"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(words, told):
    done = simulate(*words, cwd=ROOT)
    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_misspelt_file_is_told_its_likeliest_twin(scenario):
    done = simulate(scenario.with_name("help_dsk.yaml"))
    assert "did you mean" in done.stderr
    assert "help_desk.yaml" in done.stderr


def test_validate_says_nothing_is_wrong(scenario):
    done = simulate("validate", scenario)
    assert (done.returncode, done.stdout) == (0, "")
    assert "no faults" in done.stderr


def test_validate_shows_every_fault_with_its_place(scenario):
    broken = README_SCENARIO.replace("at_most: 12s", "at_most: 12").replace("per_day", "per_dya")
    scenario.write_text(broken)
    done = simulate("validate", scenario)
    assert done.returncode == ExitCode.USAGE
    assert "help_desk.yaml:6:" in done.stderr
    assert "per_day" in done.stderr
    assert "Input should" not in done.stderr


def test_schema_is_json_that_accepts_the_readmes_scenario():
    import json

    import jsonschema
    from ruamel.yaml import YAML

    schema = json.loads(simulate("schema").stdout)
    document = YAML(typ="safe", pure=True).load(README_SCENARIO)
    document["horizon"]["start"] = str(document["horizon"]["start"])
    jsonschema.validate(document, schema)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_below_stdout_is_one_line_and_exit_code_3():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sim.cli", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == ExitCode.RESOURCES
    assert done.stderr == "error: cannot write the report to stdout: No space left on device\n"


def test_a_reader_who_has_seen_enough_is_no_fault():
    done = subprocess.run(
        f"{sys.executable} -m sim.cli schema | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitCode.DONE
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("fault", "code", "line"),
    [
        (UsageError("give a\nfile"), 2, "error: give a file"),
        (ScenarioError([]), 2, ""),
        (FactError("no price"), 2, "error: no price"),
        (ResourceError("no room"), 3, "error: no room"),
        (MemoryError(), 3, "error: out of memory; try fewer --jobs"),
        (
            OSError(28, "No space left on device", "x.csv"),
            3,
            "error: x.csv: No space left on device",
        ),
        (KeyboardInterrupt(), 130, "interrupted"),
        (
            KeyError("surprise"),
            1,
            "error: a bug in simulate: KeyError: 'surprise' (--debug shows where)",
        ),
    ],
)
def test_every_fault_has_one_line_and_an_exit_code(fault, code, line):
    assert _line_and_code(fault) == (line, code)
