"""`simulate report` writes the same bytes as the run, and refuses what is not a run's folder."""

import shutil
from pathlib import Path

import pytest
from cli.commands import simulate
from cli.test_run import files


@pytest.fixture
def folder(finished, tmp_path) -> Path:
    shutil.copytree(finished / "outputs" / "help_desk", tmp_path / "results")
    return tmp_path / "results"


def test_every_face_comes_again_to_the_byte(folder):
    before = files(folder)
    for name in before:
        if name not in ("summary.json", "run.json", "manifest.json"):
            (folder / name).write_bytes(b"lost")
    done = simulate("report", folder)
    assert done.returncode == 0, done.stderr
    assert files(folder) == before


def test_actuals_are_kept_for_the_next_time(folder, tmp_path):
    (tmp_path / "spent.csv").write_text("month,amount\n2027-03,20.50\n")
    done = simulate("report", folder, "--actuals", tmp_path / "spent.csv")
    assert "Actual spend to date (USD)" in done.stdout
    again = files(folder)
    simulate("report", folder)
    assert files(folder) == again
    assert "charts/spend_actual_and_projected.svg" in again


def test_bad_actuals_are_named_and_nothing_is_written(folder, tmp_path):
    before = files(folder)
    (tmp_path / "spent.csv").write_text("month,amount\n2027-03,lots\n")
    done = simulate("report", folder, "--actuals", tmp_path / "spent.csv")
    assert done.returncode == 2
    assert "spent.csv:2:1: error[actuals]" in done.stderr
    assert files(folder) == before


def test_a_summary_that_was_changed_is_refused(folder):
    (folder / "summary.json").write_text((folder / "summary.json").read_text() + " ")
    done = simulate("report", folder)
    assert done.returncode == 2
    assert "is not the one that run.json belongs to" in done.stderr


def test_a_folder_of_no_run_is_one_line(tmp_path):
    done = simulate("report", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: there is no file")
