"""The sheet `Assumptions`: every input, its source, and where it was set."""

from __future__ import annotations

from sim.report.read import Summary
from sim.report.workbook.book import Book, Cells

NAME = "Assumptions"
WIDTHS = (46, 22, 44, 12, 18, 20, 20, 10, 10, 10)
COLUMNS = ("path", "value", "source", "date", "owner", "set_by", "replaces")


def fill(book: Book, summary: Summary) -> None:
    """Write the sheet; of a summary without assumptions it says so."""
    cells, rows = Cells(book, NAME), summary.get("assumptions") or ()
    cells.line("Every input of the scenario", "title")
    cells.line("To change one, change the scenario and run it again.", "note")
    cells.row += 1
    heads = ["what", "value", "source", "date", "owner", "set by", "in place of"]
    cells.heads([*heads, "low", "likely", "high"], len(heads))
    for raw in rows:
        for column, name in enumerate(COLUMNS):
            cells.text(column, raw.get(name) or "")
        for column, name in enumerate(("low", "likely", "high"), len(COLUMNS)):
            cells.text(column, (raw.get("range") or {}).get(name, ""), "right")
        cells.row += 1
    if not rows:
        cells.line("This summary tells no inputs.", "note")
    for column, width in enumerate(WIDTHS):
        cells.sheet.set_column(column, column, width)
    cells.sheet.freeze_panes(4, 1)
