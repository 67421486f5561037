"""A tiny scenario that runs in a second, and its results."""

import re
from pathlib import Path

import pytest
from cli.commands import ROOT, simulate

README_SCENARIO = re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]


@pytest.fixture
def scenario(tmp_path) -> Path:
    path = tmp_path / "help_desk.yaml"
    path.write_text(README_SCENARIO)
    return path


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Path:
    """The folder in which the README's scenario has run once."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "help_desk.yaml").write_text(README_SCENARIO)
    done = simulate(
        "help_desk.yaml", "--replications", "3", "--seed", "5", "--jobs", "1", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    (folder / "stdout.txt").write_text(done.stdout)
    return folder
