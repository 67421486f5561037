"""The sheet `Summary`: the verdict, the targets and two charts on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.report import read
from sim.report.read import Summary
from sim.report.terminal import VERDICTS, period, target_cells
from sim.report.workbook import monthly
from sim.report.workbook.book import COLORS, Book, Cells, cell, span
from sim.report.workbook.monthly import HEAD_ROW, Rows

NAME = "Summary"
STATUS = {"met": "met", "missed": "missed", "close": "too close to call", "unknown": "unknown"}


def fill(book: Book, summary: Summary) -> None:
    """Write the sheet."""
    cells, rows = Cells(book, NAME), monthly.rows_of(summary)
    cells.line(summary["scenario"]["name"], "title")
    runs, seed = read.replications(summary), summary["engine"]["seed"]
    cells.line(f"{period(summary)} · {runs} replications · seed {seed} · {book.currency}", "note")
    cells.row += 1
    cells.line(VERDICTS[str(summary["verdict"]["status"])], "bold")
    cells.line(summary["verdict"]["sentence"])
    cells.row += 1
    _targets(cells, summary)
    cells.text(0, "Mean spend, all months", "bold")
    where = cell(rows.changed, rows.right + 1)
    months = read.months(summary)
    total = sum(map(monthly.total_of, months), monthly.ZERO)
    cells.formula(1, f"={monthly.NAME}!{where}", total, "money_total")
    cells.row += 1
    _over_budget(cells, months, rows)
    cells.row += 2
    if months and read.spend_lines(summary):
        _charts(book, cells, rows, summary)
    cells.sheet.set_column(0, 0, 44)
    cells.sheet.set_column(1, 6, 18)
    cells.sheet.fit_to_pages(1, 1)


def _over_budget(cells: Cells, months: Sequence[read.MonthSpend], rows: Rows) -> None:
    cells.text(0, "Months over budget (mean)")
    left = f"{monthly.NAME}!{span((rows.left_over, rows.left), (rows.left_over, rows.right))}"
    budgets = [(m, m.budget) for m in months if m.budget is not None]
    count = sum(monthly.total_of(month) > budget for month, budget in budgets)
    formula = f'=IF(COUNT({left})=0,"{monthly.NO_BUDGET}",COUNTIF({left},"<0"))'
    cells.formula(1, formula, count if budgets else monthly.NO_BUDGET, "number_or_words")


def _targets(cells: Cells, summary: Summary) -> None:
    cells.heads(["target", "limit", "P50", "P10–P90", "chance met", "status", "worst"], 7)
    currency, runs = read.currency(summary), read.replications(summary)
    for row in read.targets(summary):
        texts = (*target_cells(row, currency, runs), STATUS[row.status], row.worst)
        for column, words in enumerate(texts):
            cells.text(column, words)
        cells.row += 1
    cells.row += 1


def _charts(book: Book, cells: Cells, rows: Rows, summary: Summary) -> None:
    stack = _stack(book, rows, monthly.smaller_count(summary))
    cells.sheet.insert_chart(cells.row, 0, stack, stack.described)
    rolling = book.chart(
        "column",
        "Actual and projection",
        "Columns of what was spent, solid, and of what is projected, lighter; a line of the budget.",
        subtype="stacked",
    )
    rolling.add_series(_series(rows, rows.actual, name="actual", fill={"color": COLORS[0]}))
    rolling.add_series(_series(rows, rows.projected, name="projection", fill={"color": "#A9C3DB"}))
    if any(month.budget is not None for month in read.months(summary)):
        budget = book.raw.add_chart({"type": "line"})
        look = {"color": COLORS[5], "dash_type": "dash"}
        budget.add_series(_series(rows, rows.budget, name="budget", line=look))
        rolling.combine(budget)
    cells.sheet.insert_chart(cells.row, 2, rolling, {**rolling.described, "x_offset": 140})
    fan = _fan(book, rows)
    cells.sheet.insert_chart(cells.row + 17, 0, fan, fan.described)


def _stack(book: Book, rows: Rows, smaller: int) -> Any:
    """The lines that stand by themselves, the dearest at the bottom, and the smaller ones as one."""
    stack = book.chart(
        "column", "Spend by month", "Columns of mean spend by line and month.", subtype="stacked"
    )
    drawn = [*range(rows.first, rows.last + 1 - smaller), *([rows.smaller] if smaller else [])]
    for index, row in enumerate(drawn):
        name = {"name": f"{smaller} smaller lines"} if row == rows.smaller else {}
        look = {"fill": {"color": COLORS[index % len(COLORS)]}, "gap": 60}
        stack.add_series(_series(rows, row, **look, **name))
    return stack


def _fan(book: Book, rows: Rows) -> Any:
    fan = book.chart(
        "area",
        "Total: P10 to P90, and P50",
        "A band from the 10th to the 90th percentile of monthly spend, with a line at the median.",
        subtype="stacked",
    )
    fan.add_series(_series(rows, rows.p10, name=" ", fill={"none": True}))
    fan.add_series(_series(rows, rows.band, name="P10–P90", fill={"color": "#A9C3DB"}))
    middle = book.raw.add_chart({"type": "line"})
    middle.add_series(_series(rows, rows.p50, name="P50", line={"color": COLORS[0]}))
    fan.combine(middle)
    return fan


def _series(rows: Rows, row: int, **look: Any) -> dict[str, Any]:
    return {
        "name": [monthly.NAME, row, 0],
        "categories": [monthly.NAME, HEAD_ROW, rows.left, HEAD_ROW, rows.right],
        "values": [monthly.NAME, row, rows.left, row, rows.right],
        **look,
    }
