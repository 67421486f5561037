"""The sheet `Monthly`: lines × months, the budget, what has been spent, and a change of prices to try."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sim.report import format as form
from sim.report import read
from sim.report.read import MonthSpend, SpendLine, Summary
from sim.report.workbook.book import Book, Cells, cell, span

NAME = "Monthly"
PRICE_CHANGE = "price_change"
ZERO = Decimal(0)
HEAD_ROW = 4
LINES_ROW = HEAD_ROW + 1
ROWS_OF_A_PAGE = 60
NO_BUDGET = "no budget"


class Rows:
    """Where the rows of this sheet stand, for formulas and charts; all from 0."""

    def __init__(self, lines: int, months: int) -> None:
        self.first, self.last = LINES_ROW, LINES_ROW + lines - 1
        self.total = LINES_ROW + lines
        self.p10, self.p50, self.p90 = self.total + 1, self.total + 2, self.total + 3
        self.band, self.smaller = self.total + 4, self.total + 5
        self.changed, self.budget, self.left_over = (self.total + n for n in (7, 8, 9))
        self.actual, self.variance, self.outturn = (self.total + n for n in (11, 12, 13))
        self.cumulative, self.projected = self.total + 14, self.total + 15
        self.left, self.right = 2, 1 + months


def rows_of(summary: Summary) -> Rows:
    """Return where the rows stand."""
    return Rows(len(read.spend_lines(summary)), len(read.months(summary)))


def fill(book: Book, summary: Summary) -> None:
    """Write the sheet."""
    lines, months, rows = read.spend_lines(summary), read.months(summary), rows_of(summary)
    cells = Cells(book, NAME)
    cells.line("Spend by month", "title")
    cells.line(
        f"Means of {read.replications(summary)} replications, {book.currency}. Means add up; P10, P50 and P90 of "
        "the total do not, and only another run changes them.",
        "note",
    )
    cells.text(0, "Change of usage prices to try")
    cells.number(2, 0, "share_input")
    book.raw.define_name(PRICE_CHANGE, f"={NAME}!{cell(cells.row, 2, fixed=True)}")
    cells.row = HEAD_ROW
    cells.heads(["line", "basis", *(form.month(m.month) for m in months), "all months"], 2)
    for line in lines:
        _line(cells, line, months, rows)
    _totals(cells, months, rows)
    _smaller(cells, summary, months, rows)
    _what_if(cells, lines, months, rows)
    _actuals(cells, read.actuals(summary), months, rows)
    cells.sheet.set_column(0, 0, 34)
    cells.sheet.set_column(1, 1, 8)
    cells.sheet.set_column(2, rows.right + 1, 15)
    cells.sheet.freeze_panes(HEAD_ROW + 1, 2)
    if rows.projected < ROWS_OF_A_PAGE:
        cells.sheet.fit_to_pages(1, 1)


def _line(cells: Cells, line: SpendLine, months: Sequence[MonthSpend], rows: Rows) -> None:
    cells.text(0, line.name)
    cells.text(1, line.basis)
    amounts = [month.lines.get(line.id, ZERO) for month in months]
    for index, amount in enumerate(amounts):
        cells.number(rows.left + index, amount, "money")
    _across(cells, rows, sum(amounts, ZERO), "money")
    cells.row += 1


def _across(cells: Cells, rows: Rows, value: Decimal, look: str) -> None:
    where = span((cells.row, rows.left), (cells.row, rows.right))
    cells.formula(rows.right + 1, f"=SUM({where})", value, look)


def total_of(month: MonthSpend) -> Decimal:
    """Return a month's lines, added up."""
    return sum(month.lines.values(), ZERO)


def _totals(cells: Cells, months: Sequence[MonthSpend], rows: Rows) -> None:
    cells.row = rows.total
    cells.text(0, "Total, mean", "bold")
    for index, month in enumerate(months):
        column = rows.left + index
        where = span((rows.first, column), (rows.last, column))
        formula = f"=SUM({where})" if rows.last >= rows.first else "=0"
        cells.formula(column, formula, total_of(month), "money_total")
    _across(cells, rows, sum(map(total_of, months), ZERO), "money_total")
    for row, name in ((rows.p10, "p10"), (rows.p50, "p50"), (rows.p90, "p90")):
        cells.row = row
        cells.text(0, f"Total, {name.upper()}")
        for index, month in enumerate(months):
            cells.number(rows.left + index, getattr(month.total, name), "money")
    cells.row = rows.band
    cells.text(0, "P10 to P90", "note")
    for index, month in enumerate(months):
        low, high = form.decimal(month.total.p10), form.decimal(month.total.p90)
        column = rows.left + index
        width = (high or ZERO) - (low or ZERO)
        cells.formula(column, f"={cell(rows.p90, column)}-{cell(rows.p10, column)}", width, "money")


def _smaller(cells: Cells, summary: Summary, months: Sequence[MonthSpend], rows: Rows) -> None:
    """The lines that a chart shows as one: the last of the sheet, as it is in the order of their costs."""
    count = smaller_count(summary)
    if not count:
        return
    cells.row = rows.smaller
    cells.text(0, f"The {count} smaller lines together", "note")
    ids = [line.id for line in read.spend_lines(summary)[-count:]]
    for index, month in enumerate(months):
        column = rows.left + index
        where = span((rows.last - count + 1, column), (rows.last, column))
        cost = sum((month.lines.get(one, ZERO) for one in ids), ZERO)
        cells.formula(column, f"=SUM({where})", cost, "money")


def smaller_count(summary: Summary) -> int:
    """Return how many lines a chart shows as one."""
    return len(read.spend_lines(summary)) - sum(
        line.id != read.SMALLER for line in read.spend_shown(summary)
    )


def _what_if(
    cells: Cells, lines: Sequence[SpendLine], months: Sequence[MonthSpend], rows: Rows
) -> None:
    cells.row = rows.changed
    cells.text(0, "Total with the change of prices", "bold")
    basis = span((rows.first, 1), (max(rows.first, rows.last), 1), fixed_columns=True)
    for index, month in enumerate(months):
        column = rows.left + index
        usage = span((rows.first, column), (max(rows.first, rows.last), column))
        formula = f'={cell(rows.total, column)}+SUMIF({basis},"usage",{usage})*{PRICE_CHANGE}'
        formula = formula if lines else f"={cell(rows.total, column)}"
        cells.formula(column, formula, total_of(month), "money_total")
    _across(cells, rows, sum(map(total_of, months), ZERO), "money_total")
    cells.row = rows.budget
    cells.text(0, "Budget")
    for index, month in enumerate(months):
        cells.number(rows.left + index, month.budget, "money_input")
    budgets = [m.budget for m in months if m.budget is not None]
    _across_budgets(cells, rows, rows.budget, sum(budgets, ZERO) if budgets else NO_BUDGET)
    cells.row = rows.left_over
    cells.text(0, "Left of the budget (−: over)")
    for index, month in enumerate(months):
        column = rows.left + index
        value = NO_BUDGET if month.budget is None else month.budget - total_of(month)
        changed, budget = cell(rows.changed, column), cell(rows.budget, column)
        formula = f'=IF(ISNUMBER({budget}),{budget}-{changed},"{NO_BUDGET}")'
        cells.formula(column, formula, value, "money_or_words")
    known = [m.budget - total_of(m) for m in months if m.budget is not None]
    _across_budgets(cells, rows, rows.left_over, sum(known, ZERO) if known else NO_BUDGET)


def _across_budgets(cells: Cells, rows: Rows, row: int, value: Decimal | str) -> None:
    where = span((row, rows.left), (row, rows.right))
    formula = f'=IF(COUNT({where})=0,"{NO_BUDGET}",SUM({where}))'
    cells.formula(rows.right + 1, formula, value, "money_or_words")


def _actuals(
    cells: Cells,
    actuals: read.Actuals,
    months: Sequence[MonthSpend],
    rows: Rows,
) -> None:
    running = ZERO
    titles = {
        rows.actual: "Actual (write it here as invoices come)",
        rows.variance: "Variance: actual less projection",
        rows.outturn: "Actual, else projection",
        rows.cumulative: "… added up",
        rows.projected: "Projection where nothing is known",
    }
    for row, title in titles.items():
        cells.row = row
        cells.text(0, title, "bold" if row == rows.outturn else "text")
    for index, month in enumerate(months):
        column, spent, mean = rows.left + index, actuals.get(month.month), total_of(month)
        taken = mean if spent is None else spent
        running += taken
        actual, changed = cell(rows.actual, column), cell(rows.changed, column)
        cells.row = rows.actual
        cells.number(column, spent, "money_input")
        cells.row = rows.variance
        difference = "" if spent is None else spent - mean
        formula = f'=IF(ISNUMBER({actual}),{actual}-{changed},"")'
        cells.formula(column, formula, difference, "variance")
        cells.row = rows.outturn
        cells.formula(column, f"=IF(ISNUMBER({actual}),{actual},{changed})", taken, "money_total")
        cells.row = rows.cumulative
        first = cell(rows.outturn, rows.left, fixed=True)
        cells.formula(column, f"=SUM({first}:{cell(rows.outturn, column)})", running, "money")
        cells.row = rows.projected
        left = mean if spent is None else ZERO
        cells.formula(column, f"=IF(ISNUMBER({actual}),0,{changed})", left, "money")
    cells.row = rows.outturn
    _across(cells, rows, running, "money_total")
    cells.row = rows.actual
    _across(cells, rows, sum((actuals.get(m.month, ZERO) for m in months), ZERO), "money")
    cells.row = rows.variance
    spent_less = sum((actuals[m.month] - total_of(m) for m in months if m.month in actuals), ZERO)
    _across(cells, rows, spent_less, "variance")
