"""The sheet `Unit cost`: what an answered request costs, and fixed, useful and wasted spend by month."""

from __future__ import annotations

from decimal import Decimal

from sim.report import read
from sim.report.format import decimal
from sim.report.read import Summary
from sim.report.workbook.book import Book, Cells, cell, span

NAME = "Unit cost"
KINDS = ("fixed", "useful", "wasted")


def fill(book: Book, summary: Summary) -> None:
    """Write the sheet; of a summary without these groups it says so."""
    cells = Cells(book, NAME)
    cells.line("What an answer costs", "title")
    unit_costs, kinds = summary.get("unit_costs"), summary.get("spend_kinds")
    if not unit_costs or not kinds:
        cells.line("This summary tells no costs by answer.", "note")
        return
    cells.line("P10, P50, P90 and mean over replications are values.", "note")
    cells.row += 1
    money = f"{book.currency} each"
    heads = (f"{part}, {money}" for part in ("P10", "P50", "P90", "mean"))
    cells.heads(["month", "good requests, mean", *heads])
    for raw in unit_costs:
        cells.text(0, read.window_words(raw["month"]))
        cells.number(1, raw["good_requests"]["mean"], "number")
        for column, part in enumerate(("p10", "p50", "p90", "mean"), 2):
            cells.number(column, raw["per_good_request"][part], "price")
        cells.row += 1
    cells.row += 1
    cells.heads(["month", *KINDS, "total", "wasted share"])
    for raw in kinds:
        _kinds(cells, read.window_words(raw["month"]), [decimal(raw[kind]) for kind in KINDS])
    cells.sheet.set_column(0, 0, 22)
    cells.sheet.set_column(1, 6, 20)
    cells.sheet.freeze_panes(4, 1)


def _kinds(cells: Cells, month: str, parts: list[Decimal | None]) -> None:
    cells.text(0, month)
    for column, part in enumerate(parts, 1):
        cells.number(column, part, "money")
    whole = sum((part or Decimal(0) for part in parts), Decimal(0))
    cells.formula(4, f"=SUM({span((cells.row, 1), (cells.row, 3))})", whole, "money_total")
    share = (parts[2] or Decimal(0)) / whole if whole else Decimal(0)
    total, wasted = cell(cells.row, 4), cell(cells.row, 3)
    cells.formula(5, f"=IF({total}=0,0,{wasted}/{total})", share, "share")
    cells.row += 1
