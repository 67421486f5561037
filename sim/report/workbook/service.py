"""The sheet `Service`: p95 latency and availability by month. All values: only another run changes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.report import read
from sim.report.read import Summary
from sim.report.workbook.book import COLORS, Book, Cells

NAME = "Service"
PARTS = ("p10", "p50", "p90")
HEAD_ROW = 3
FAR_APART = 50


def fill(book: Book, summary: Summary) -> None:
    """Write the sheet."""
    cells, months = Cells(book, NAME), summary["monthly"]
    cells.line("Latency and availability by month", "title")
    cells.line("An empty cell is a percentile that falls on requests without an answer.", "note")
    cells.row = HEAD_ROW
    titles = [f"p95 latency, {part.upper()}" for part in PARTS]
    titles += [f"availability, {part.upper()}" for part in PARTS]
    cells.heads(["workload", "month", *titles], 2, lines=2)
    workloads = list(dict.fromkeys(name for raw in months for name in raw["latency_p95_s"]))
    chart = book.chart("line", "p95 latency by month, median", "A line of p95 latency by workload.")
    for index, name in enumerate(workloads):
        chart.add_series(_series(cells.row, len(months), COLORS[index % len(COLORS)]))
        for raw in months:
            _row(cells, name, raw)
    cells.sheet.set_column(0, 0, 26)
    cells.sheet.set_column(1, 8, 15)
    cells.sheet.freeze_panes(HEAD_ROW + 1, 2)
    if workloads:
        chart.set_y_axis(_axis(book, months))
        cells.sheet.insert_chart(cells.row + 1, 0, chart, chart.described)


def _axis(book: Book, months: Sequence[Any]) -> dict[str, Any]:
    """In seconds; workloads that are far apart need steps of ten."""
    medians = [spread["p50"] for raw in months for spread in raw["latency_p95_s"].values()]
    known = [median for median in medians if median]
    far = bool(known) and max(known) > FAR_APART * min(known)
    steps = {"log_base": 10, "crossing": "min"} if far else {}
    return book.axis("#,##0.###", name="seconds, in steps of ten" if far else "seconds", **steps)


def _row(cells: Cells, workload: str, raw: Any) -> None:
    cells.text(0, workload)
    cells.text(1, read.window_words(raw["month"]))
    for column, part in enumerate(PARTS, 2):
        cells.number(column, raw["latency_p95_s"][workload].get(part), "seconds")
        share = raw["availability"].get(workload, {}).get(part)
        cells.number(column + len(PARTS), share, "share_fine")
    cells.row += 1


def _series(row: int, months: int, color: str) -> dict[str, Any]:
    last = row + months - 1
    return {
        "name": [NAME, row, 0],
        "categories": [NAME, row, 1, last, 1],
        "values": [NAME, row, 3, last, 3],
        "line": {"color": color},
        "marker": {"type": "circle"},
    }
