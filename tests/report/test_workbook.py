"""The workbook agrees with the summary, recalculates to what it says, and takes no name for a formula."""

import io
import re
import shutil
import subprocess
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from report import fake, hostile

from sim.report import read
from sim.report.read_bill import bill_by_month
from sim.report.workbook import SHEETS, monthly, to_bytes
from sim.report.workbook import lines as lines_sheet


def opened(content: bytes, *, values: bool = True):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def with_actuals():
    kinds = {"month": "2027-07", "fixed": "7530.02", "useful": "29000.25", "wasted": "970.50"}
    unit = {"month": "2027-07", "good_requests": fake.spread(1, 2, 3)}
    return {
        **fake.summary(),
        "actuals": [{"month": "2027-07", "amount": "40000.50"}],
        "spend_kinds": [kinds],
        "unit_costs": [{**unit, "per_good_request": fake.money(0.1, 0.2, 0.3)}],
    }


def row_named(sheet, name: str):
    return next(row for row in sheet.iter_rows(values_only=True) if row[0] == name)


def test_the_same_summary_gives_the_same_bytes():
    assert to_bytes(fake.summary()) == to_bytes(fake.summary())


def test_it_has_a_sheet_for_each_row_of_the_registry_and_native_charts():
    content = to_bytes(fake.summary())
    assert opened(content).sheetnames == [sheet.NAME for sheet in SHEETS]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert sum(name.startswith("xl/charts/chart") for name in parts.namelist()) == 3


def test_months_and_lines_are_those_of_the_summary_to_the_last_place():
    summary = fake.summary()
    sheet = opened(to_bytes(summary))["Monthly"]
    months = read.months(summary)
    for line in read.spend_lines(summary):
        row = row_named(sheet, line.name)
        assert row[2:-1] == tuple(float(month.lines[line.id]) for month in months)
    assert row_named(sheet, "Total, P90")[2:5] == tuple(float(m.total.p90) for m in months)


def test_parts_foot_on_every_sheet():
    summary = fake.summary()
    book = opened(to_bytes(summary))
    lines = len(read.spend_lines(summary))
    total = row_named(book["Monthly"], "Total, mean")
    rows = list(book["Monthly"].iter_rows(values_only=True))[5 : 5 + lines]
    for column in range(2, 6):
        assert sum(row[column] for row in rows) == pytest.approx(total[column], abs=1e-6)
    found = list(book["Lines"].iter_rows(min_row=5, values_only=True))
    shown = book["Lines"].cell(3, lines_sheet.COST + 1).value
    assert shown == pytest.approx(sum(row[lines_sheet.COST] for row in found), abs=1e-6)
    assert shown == pytest.approx(total[5], abs=1e-6)


def test_each_line_is_quantity_times_unit_price_as_a_formula_that_says_its_cost():
    summary = fake.summary()
    values, formulas_ = (opened(to_bytes(summary), values=v)["Lines"] for v in (True, False))
    lines = [line for _, found in bill_by_month(summary) for line in found]
    rows = list(values.iter_rows(min_row=5, values_only=True))
    assert [row[1] for row in rows] == [line.id for line in lines]
    for number, (row, line) in enumerate(zip(rows, lines, strict=True), 5):
        assert row[lines_sheet.COST] == pytest.approx(float(line.cost), rel=1e-15)
        assert row[lines_sheet.QUANTITY] == pytest.approx(float(line.quantity), rel=1e-15)
        assert row[lines_sheet.PRICE] == pytest.approx(float(line.unit_price), rel=1e-15)
        assert formulas_.cell(number, lines_sheet.COST + 1).value == f"=I{number}*K{number}"


def test_actuals_take_the_projections_place_and_leave_a_variance():
    summary = with_actuals()
    book = opened(to_bytes(summary))["Monthly"]
    first, second, _third = read.months(summary)
    spent = 40_000.50
    mean = float(monthly.total_of(first))
    assert row_named(book, "Actual, else projection")[2] == spent
    assert row_named(book, "Variance: actual less projection")[2] == pytest.approx(spent - mean)
    assert row_named(book, "Projection where nothing is known")[2] == 0
    assert row_named(book, "Actual, else projection")[3] == float(monthly.total_of(second))
    assert read.actuals(summary) == {date(2027, 7, 1): Decimal("40000.50")}


def test_where_no_budget_is_written_the_workbook_says_so_and_draws_none():
    summary = fake.summary()
    for month in summary["monthly"]:
        month["budget"] = None
    book = opened(to_bytes(summary))
    assert row_named(book["Monthly"], "Budget")[2:6] == (None, None, None, "no budget")
    assert row_named(book["Monthly"], "Left of the budget (−: over)")[2:6] == ("no budget",) * 4
    assert row_named(book["Summary"], "Months over budget (mean)")[1] == "no budget"
    with zipfile.ZipFile(io.BytesIO(to_bytes(summary))) as parts:
        assert not any(b">budget<" in parts.read(n) for n in parts.namelist() if "charts/" in n)


def test_each_sheet_repeats_its_heads_on_paper_and_is_one_page_wide():
    for sheet in opened(to_bytes(with_actuals()), values=False):
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.print_title_rows or sheet.title == "About"


@pytest.mark.parametrize("name", hostile.NAMES, ids=range(len(hostile.NAMES)))
def test_no_name_becomes_a_formula_or_a_link(name):
    plain, content = to_bytes(fake.summary()), to_bytes(hostile.summary(name))
    assert formulas(content) == formulas(plain)
    for sheet in opened(content, values=False):
        assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def formulas(content: bytes) -> int:
    book = opened(content, values=False)
    return sum(c.data_type == "f" for sheet in book for row in sheet.iter_rows() for c in row)


def test_libreoffice_computes_what_the_cells_say(tmp_path):
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (libreoffice-calc) is not installed")
    content = to_bytes(with_actuals())
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "costs.xlsx").write_bytes(without_values(content))
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    words = [program, home, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path)]
    done = subprocess.run(
        [*words, "in/costs.xlsx"], cwd=tmp_path, capture_output=True, timeout=120, check=False
    )
    assert (tmp_path / "costs.xlsx").exists(), done.stderr.decode()
    computed = openpyxl.load_workbook(tmp_path / "costs.xlsx", data_only=True)
    said, written = opened(content), opened(content, values=False)
    compared = 0
    for sheet in written:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            theirs = computed[sheet.title][cell.coordinate].value
            ours = said[sheet.title][cell.coordinate].value
            same = (theirs or 0) == pytest.approx(ours or 0, rel=1e-12, abs=1e-9)
            assert same, (sheet.title, cell.coordinate, cell.value, theirs, ours)
            compared += 1
    assert compared == formulas(content) > 50


def without_values(content: bytes) -> bytes:
    """The workbook with formulas alone, so that nothing can be taken over."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            new.writestr(name, part)
    return out.getvalue()
