"""The sheet `Lines`: quantity × unit price of every line of the bill and month, to filter and to add up."""

from __future__ import annotations

from decimal import Decimal

from sim.report import format as form
from sim.report.read import Summary
from sim.report.read_bill import BillLine, bill_by_month
from sim.report.workbook.book import Book, Cells, cell, span

NAME = "Lines"
HEADS = (
    ("month", 10),
    ("line", 34),
    ("what it is for", 14),
    ("provider", 16),
    ("model", 20),
    ("region", 10),
    ("basis", 8),
    ("worth", 8),
    ("quantity", 17),
    ("unit", 13),
    ("unit price", 14),
    ("cost", 15),
)
"""Titles of columns, and their widths."""
QUANTITY, PRICE, COST = 8, 10, 11


def fill(book: Book, summary: Summary) -> None:
    """Write the sheet."""
    cells, lines = Cells(book, NAME), bill_by_month(summary)
    cells.line("Quantity × unit price", "title")
    cells.line(summary["bill"]["rule"], "note")
    rows = [(form.month(month), line) for month, found in lines for line in found]
    first, last = cells.row + 2, cells.row + 1 + max(1, len(rows))
    cells.text(0, "Total of the rows that the filter shows", "bold")
    costs = span((first, COST), (last, COST))
    total = sum((line.cost for _, line in rows), Decimal(0))
    cells.formula(COST, f"=SUBTOTAL(9,{costs})", total, "money_total")
    cells.row += 1
    cells.heads([title for title, _ in HEADS], QUANTITY)
    cells.sheet.autofilter(cells.row - 1, 0, last, len(HEADS) - 1)
    cells.sheet.freeze_panes(cells.row, 2)
    for month, line in rows:
        _row(cells, month, line)
    for column, (_, width) in enumerate(HEADS):
        cells.sheet.set_column(column, column, width)


def _row(cells: Cells, month: str, line: BillLine) -> None:
    subject = line.subject
    mean = " (mean)" if line.price_is == "mean" else ""
    words = (month, line.id, line.token_kind or subject.kind, subject.provider, subject.model)
    for column, text in enumerate((*words, subject.region, line.basis, line.worth)):
        cells.text(column, text)
    cells.number(QUANTITY, line.quantity, "count")
    cells.text(QUANTITY + 1, f"{line.unit}{mean}", "unit")
    cells.number(PRICE, line.unit_price, "price")
    formula = f"={cell(cells.row, QUANTITY)}*{cell(cells.row, PRICE)}"
    cells.formula(COST, formula, line.cost, "money")
    cells.row += 1
