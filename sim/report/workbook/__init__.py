"""`costs.xlsx`: the bill as a workbook with native charts, formulas that are alive, and their values.

Formulas stand only where they are exact: quantity × price, sums, variances, budgets. Percentiles, latency
and availability are values, because only another run can change them. The same summary gives the same bytes.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from sim.report.format import label
from sim.report.workbook import about, assumptions, lines, monthly, overview, service, unit_costs
from sim.report.workbook.book import Book

if TYPE_CHECKING:
    from sim.report.read import Summary

SHEETS = (overview, monthly, lines, unit_costs, service, assumptions, about)
"""Modules with a `NAME` and a `fill(book, summary)`, in the order of the tabs."""


def to_bytes(summary: Summary) -> bytes:
    """Return the file's content."""
    import xlsxwriter

    out = io.BytesIO()
    raw = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    scenario = summary["scenario"]
    first = date.fromisoformat(str(scenario["horizon"]["start"])[:10])
    raw.set_properties(
        {
            "title": label(scenario["name"], 200),
            "subject": "A forecast by simulation",
            # The clock would change the bytes; the first day of the horizon does not.
            "created": datetime.combine(first, time(), UTC),
        }
    )
    raw.set_calc_mode("auto")
    book = Book(raw, str(scenario.get("currency", "USD")), str(scenario["sha256"])[:12])
    for sheet in SHEETS:
        book.add(sheet.NAME)
    for sheet in SHEETS:
        sheet.fill(book, summary)
    raw.close()
    return out.getvalue()
