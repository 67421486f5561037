"""Notebooks run as they are, open as notebooks, and the names that they use give what they promise."""

import ast
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

import sim
from sim.errors import ScenarioError, UsageError
from sim.notebook import TABLES

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
WEEK = str(ROOT / "scenarios" / "claims_q3_week.yaml")


@pytest.fixture(scope="module")
def result():
    return sim.run(sim.load(WEEK), replications=1)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path):
    done = subprocess.run(
        [sys.executable, path], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_as_cells_of_words_and_code(path):
    cells = jupytext.read(path, fmt="py:percent").cells
    assert {cell.cell_type for cell in cells} == {"markdown", "code"}
    for cell in cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_columns_of_equal_length(result, name):
    table = result.table(name)
    assert len({len(column) for column in table.values()}) == 1


def test_the_monthly_table_is_that_of_the_summary(result):
    assert result.table("monthly")["p50"] == [
        float(raw["total"]["p50"]) for raw in result.summary["monthly"]
    ]


def test_a_table_that_is_not_there_is_told_with_those_that_are(result):
    with pytest.raises(UsageError, match="monthly_lines"):
        result.table("yearly")


def test_with_sets_changes_a_copy():
    scenario = sim.load(WEEK)
    assert scenario.with_sets("currency=EUR").scenario.currency == "EUR"
    assert scenario.scenario.currency == "USD"


def test_a_bad_value_is_told_with_its_place():
    with pytest.raises(ScenarioError, match="currency"):
        sim.load(WEEK, sets=["currency=dollars"])


def test_the_package_has_only_the_names_that_it_says():
    assert set(sim.__all__) == {"load", "run", "Loaded", "Result"}
    with pytest.raises(AttributeError, match="nonsense"):
        _ = sim.nonsense
