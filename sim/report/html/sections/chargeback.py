"""Chargeback: the bill by workload and population."""

from __future__ import annotations

from decimal import Decimal

from sim.report import bill_words, read
from sim.report import format as form
from sim.report.html.blocks import Section, Table
from sim.report.read import Summary
from sim.report.read_facts import chargeback


def section(summary: Summary) -> Section | None:
    """Return the section, or None of a summary that has no chargeback."""
    found = chargeback(summary)
    if found is None:
        return None
    currency, rows = read.currency(summary), found["rows"]
    total = read.spend_total(summary)
    costs = bill_words.footing([*(Decimal(row["cost"]) for row in rows), total], currency)
    table = Table(
        f"Mean bill by workload and the people who send it ({currency})",
        ("Workload", "Population", "Good requests", "Each costs", "Share", "Cost"),
        [
            (
                form.label(row["workload"], 40),
                form.label(row["population"] or "none: it arrives by itself", 40),
                form.count(row["good_requests"]),
                form.money_unit(row["cost_per_good_request"], currency),
                form.share(row["share"]),
                cost,
            )
            for row, cost in zip(rows, costs, strict=False)
        ],
        left=2,
        foot=("Total", "", "", "", "", costs[-1]),
        note=f"How it is shared: {form.label(found['key'], 200)} A key to share by, not a measurement.",
    )
    return Section("chargeback", "Chargeback", [table])
