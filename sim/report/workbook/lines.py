"""The sheet `Lines`: quantity × unit price by line of the bill, over the horizon."""

from __future__ import annotations

from decimal import Decimal

from sim.report import read
from sim.report.format import decimal
from sim.report.read import SpendLine, Summary
from sim.report.workbook.book import Book, Cells, cell, span

NAME = "Lines"
HALF_CENT = Decimal("0.005")
MILLION = Decimal(10) ** 6


def fill(book: Book, summary: Summary) -> None:
    """Write the sheet."""
    cells, lines = Cells(book, NAME), read.spend_lines(summary)
    cells.line("Quantity × unit price", "title")
    cells.line(
        "Means over the replications. Where a line has no unit price it had several, or its quantity is too "
        "coarse to give the cost to the cent; then the cost is a value.",
        "note",
    )
    cells.row += 1
    cells.heads(["line", "basis", "quantity", "unit", "unit price", "cost", "share"])
    first, last = cells.row, cells.row + len(lines) - 1
    costs = [_cost(line) for line in lines]
    total = sum(costs, Decimal(0))
    for line, cost in zip(lines, costs, strict=True):
        _row(cells, line, cost, last + 1, total)
    cells.text(0, "Total", "bold")
    formula = f"=SUM({span((first, 5), (last, 5))})" if lines else "=0"
    cells.formula(5, formula, total, "money_total")
    cells.sheet.set_column(0, 0, 34)
    cells.sheet.set_column(1, 6, 16)
    cells.sheet.freeze_panes(first, 1)


def _scaled(line: SpendLine) -> tuple[Decimal | None, Decimal | None, str]:
    """Quantity, price and unit as price lists have them: tokens by the million."""
    quantity, price = decimal(line.quantity), decimal(line.unit_price)
    if line.unit != "tokens":
        return quantity, price, line.unit
    return (
        None if quantity is None else quantity / MILLION,
        None if price is None else price * MILLION,
        "1M tokens",
    )


def _cost(line: SpendLine) -> Decimal:
    """Quantity × price, where that is the cost to the cent; else the cost."""
    quantity, price, _ = _scaled(line)
    if quantity is None or price is None or abs(quantity * price - line.cost) >= HALF_CENT:
        return line.cost
    return quantity * price


def _row(cells: Cells, line: SpendLine, cost: Decimal, total_row: int, total: Decimal) -> None:
    quantity, price, unit = _scaled(line)
    cells.text(0, line.name)
    cells.text(1, line.basis)
    cells.number(2, quantity, "count")
    cells.text(3, unit)
    if quantity is None or price is None or cost != quantity * price:
        cells.number(5, line.cost, "money")
    else:
        cells.number(4, price, "price")
        cells.formula(5, f"={cell(cells.row, 2)}*{cell(cells.row, 4)}", cost, "money")
    whole = cell(total_row, 5, fixed=True)
    share = cost / total if total else Decimal(0)
    cells.formula(6, f"=IF({whole}=0,0,{cell(cells.row, 5)}/{whole})", share, "share")
    cells.row += 1
