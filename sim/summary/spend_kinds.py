"""Spend by month as fixed, useful and wasted: means, which add up to the mean of the month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sim.bill import Line, total
from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import MONEY, TEXT, list_of, object_of
from sim.summary.text import money

KINDS = ("fixed", "useful", "wasted")
SCHEMA = list_of(object_of({"month": TEXT, **dict.fromkeys(KINDS, MONEY)}))


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each month of the horizon."""
    count = len(study.replications)
    sums: dict[tuple[str, str], list[Decimal]] = {}
    for one in study.replications:
        for line in one.bill.lines:
            sums.setdefault((line.month, _kind(line)), []).append(line.cost)
    return [
        {
            "month": month.name,
            **{kind: money(total(sums.get((month.name, kind), [])) / count) for kind in KINDS},
        }
        for month in study.terms.calendar.months
    ]


def _kind(line: Line) -> str:
    """`fixed`, or of usage whether somebody got an answer for it."""
    return "fixed" if line.basis == "fixed" else line.worth
