"""The compiled engine without compiling, and with every index checked, still agrees with the reference."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CODE = """
import sys
from hypothesis import HealthCheck, given, settings
from strategies import cases
from test_engines_agree import assert_agree

@settings(max_examples=int(sys.argv[1]), deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))
@given(cases())
def agree(case):
    assert_agree(case)

agree()
"""


def agrees(examples: int, **environment: str) -> None:
    """Try so many cases in a process with other settings of Numba."""
    paths = os.pathsep.join(map(str, (HERE.parents[1], HERE.parent, HERE)))
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(examples)],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_engines_agree_on_60_plans_without_compiling():
    agrees(60, NUMBA_DISABLE_JIT="1")


@pytest.mark.slow
def test_engines_agree_on_300_plans_with_every_index_checked():
    agrees(300, NUMBA_BOUNDSCHECK="1")
