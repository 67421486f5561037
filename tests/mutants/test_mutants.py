"""Every fault of the list is noticed by the test that the list names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mutants.patches import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
FAILED = 1
"""pytest's exit code where tests ran and some failed."""


def copied(folder: Path) -> Path:
    """A copy of the package, with what its tests of the law need."""
    plain = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "sim", folder / "sim", ignore=plain)
    shutil.copytree(ROOT / "tests" / "spec", folder / "tests" / "spec", ignore=plain)
    shutil.copy(ROOT / "tests" / "plans.py", folder / "tests")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def tried(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run some tests below `tests/spec/` on the copy, without compiling anything."""
    words = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, *words, *(f"tests/spec/{test}" for test in tests)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def spoil(folder: Path, mutant: Mutant) -> None:
    """Change the lines, which must be there exactly once."""
    path = folder / "sim" / mutant.file
    text = path.read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1, f"{mutant.name}: the lines have changed; write them anew"
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


@pytest.mark.parametrize(
    "mutant",
    [
        pytest.param(each, id=each.name, marks=() if each.fast else pytest.mark.slow)
        for each in MUTANTS
    ],
)
def test_a_mutant_is_killed(mutant: Mutant, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    spoil(folder, mutant)
    done = tried(folder, mutant.killed_by)
    assert done.returncode == FAILED, f"it survived\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_without_a_mutant_all_these_tests_pass(tmp_path: Path) -> None:
    done = tried(copied(tmp_path), *sorted({mutant.killed_by for mutant in MUTANTS}))
    assert done.returncode == 0, done.stdout


def test_every_mutant_still_has_its_lines() -> None:
    missing = [
        mutant.name
        for mutant in MUTANTS
        if (ROOT / "sim" / mutant.file).read_text(encoding="utf-8").count(mutant.old) != 1
    ]
    assert not missing
