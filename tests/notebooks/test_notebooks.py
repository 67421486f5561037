"""Notebooks run as they are, open as notebooks, and the names that they use give what they promise."""

import ast
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import jupytext
import pytest
from jupytext.cli import jupytext as jupytext_cli

import sim
from sim.errors import ScenarioError, UsageError
from sim.notebook import TABLES

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
WEEK = str(ROOT / "scenarios" / "claims_q3_week.yaml")


def run(path, folder):
    return subprocess.run(
        [sys.executable, path],
        **{"cwd": folder, "env": {**os.environ, "MPLBACKEND": "agg"}, "timeout": 300},
        **{"capture_output": True, "text": True, "check": False},
    )


@pytest.fixture(scope="module")
def result():
    return sim.run(sim.load(WEEK), replications=1)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom_where_jupyter_starts(path):
    done = run(path, ROOT / "notebooks")
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_as_cells_of_words_and_code(path):
    notebook = jupytext.read(path, fmt="py:percent")
    cells = notebook.cells
    assert notebook.metadata["jupytext"]["formats"] == "ipynb,py:percent"
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert {cell.cell_type for cell in cells} == {"markdown", "code"}
    for cell in cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)


def test_the_first_notebook_runs_from_the_root_too():
    assert run(ROOT / "notebooks" / "first_run.py", ROOT).returncode == 0


def test_a_notebook_is_paired_with_an_ipynb_that_git_ignores(tmp_path):
    text = tmp_path / "first_run.py"
    text.write_bytes((ROOT / "notebooks" / "first_run.py").read_bytes())
    jupytext_cli(["--quiet", "--sync", str(text)])
    pair = jupytext.read(tmp_path / "first_run.ipynb")
    assert [c.source for c in pair.cells] == [c.source for c in jupytext.read(text).cells]
    assert "*.ipynb" in (ROOT / ".gitignore").read_text().split()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_columns_of_equal_length(result, name):
    table = result.table(name)
    assert len({len(column) for column in table.values()}) == 1


def test_the_monthly_table_is_that_of_the_summary(result):
    assert result.table("monthly")["p50"] == [
        float(raw["total"]["p50"]) for raw in result.summary["monthly"]
    ]


def test_days_and_months_are_dates_and_matplotlib_draws_a_table_as_it_is(result):
    import matplotlib.dates
    from matplotlib.figure import Figure

    monthly, daily = result.table("monthly"), result.table("daily")
    assert monthly["month"] == [date(2027, 7, 1)]
    axes = Figure().subplots()
    axes.plot(daily["date"], daily["p50"])
    drawn = axes.lines[0].get_xdata(orig=False)
    assert drawn[0] == matplotlib.dates.date2num(daily["date"][0])


def test_the_bill_is_quantity_times_unit_price_and_foots(result):
    bill = result.table("bill")
    rows = zip(bill["quantity"], bill["unit_price"], bill["cost"], strict=True)
    assert all(abs(q * p - cost) <= 1e-9 * max(1.0, cost) for q, p, cost in rows)
    assert sum(bill["cost"]) == pytest.approx(sum(result.table("monthly")["mean"]), abs=1e-4)


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
