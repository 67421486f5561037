"""The benchmarks run; their figures are for `python -m tests.benchmarks`."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_benchmarks_run_in_a_tiny_mode():
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--tiny"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sum(line.startswith("| (") for line in done.stdout.splitlines()) == 12
