"""What would change the answer: how to ask, and what averages would have said."""

from __future__ import annotations

from sim.report import format as form
from sim.report import read
from sim.report.html.blocks import Block, Section, Table, Text
from sim.report.read import Summary


def section(summary: Summary) -> Section:
    """Return the section."""
    blocks: list[Block] = [
        Text(
            "This run varied no single input. simulate sensitivity says which unknown moves it most, simulate "
            "sweep which of many variants no other beats, and simulate compare sets plans side by side; each with "
            "the same people and the same luck, on a page of its own."
        )
    ]
    return Section("options", "What would change the answer", [*blocks, _averages(summary)])


def _averages(summary: Summary) -> Table:
    rows, currency = read.headlines(summary), read.currency(summary)
    shown = [
        form.measure_row(
            [row.value.p50, row.averages_say, row.value.p10, row.value.p90], row.unit, currency
        )
        for row in rows
    ]
    return Table(
        "What a spreadsheet of averages would have said",
        ("Figure", "Averages", "Simulated P50", "P10–P90"),
        [
            (row.name, cells[1], cells[0], form.between(cells[2], cells[3]))
            for row, cells in zip(rows, shown, strict=True)
        ],
        note="A spreadsheet knows no queue, quota, retry or outage.",
    )
