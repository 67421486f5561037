"""The sheet `About`: what made this file, by which method, and what the words mean."""

from __future__ import annotations

from sim.report.read import Summary
from sim.report.workbook.book import Book, Cells

NAME = "About"
WORDS = (
    ("replication", "One play of the whole horizon, request by request, with luck of its own."),
    ("P10, P50, P90", "A tenth, half, nine tenths of the replications gave no more than this."),
    ("chance met", "The share of replications that met the target."),
    ("too close to call", "So few replications cannot tell this chance from the one asked for."),
    ("wasted", "Spend on work for which nobody got an answer."),
    ("usage, fixed", "What grows with requests; what is paid in any case."),
    ("blue on yellow", "A cell to change: totals, budgets and the outturn follow."),
)


def fill(book: Book, summary: Summary) -> None:
    """Write the sheet."""
    cells, engine, scenario = Cells(book, NAME), summary["engine"], summary["scenario"]
    cells.line("About this forecast", "title")
    cells.row += 1
    facts = (
        ("simulate", engine["version"]),
        ("summary", summary["schema"]),
        ("scenario", scenario["path"]),
        ("SHA-256 of the scenario", scenario["sha256"]),
        ("changed by --set", "; ".join(scenario["overrides"]) or "nothing"),
        ("seed", engine["seed"]),
        ("replications", engine["replications"]),
        ("complete", "yes" if engine["complete"] else "no: interrupted, PARTIAL"),
        ("months are those of", scenario["horizon"]["timezone"]),
        ("method", "Every request is simulated; what was used is counted and then priced."),
        ("it is", "A forecast, not an invoice."),
    )
    for name, words in (*facts, ("", ""), *WORDS):
        cells.text(0, name, "bold")
        cells.text(1, words)
        cells.row += 1
    cells.sheet.set_column(0, 0, 26)
    cells.sheet.set_column(1, 1, 90)
