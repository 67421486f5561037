"""Spend to date at the end of each month, beside the budget to date."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate
from typing import Any

from sim.bill import total
from sim.study import Figure, Study
from sim.study.of_scenario import ScenarioSource
from sim.study.replication import Replication
from sim.summary.shapes import MONEY_OR_NULL, SPREAD, TEXT, list_of, object_of
from sim.summary.text import money, spread

SCHEMA = list_of(object_of({"month": TEXT, "total": SPREAD, "budget": MONEY_OR_NULL}))


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each month of the horizon."""
    budget = study.terms.budget_per_month
    to_date = [_to_date(one) for one in study.replications]
    return [
        {
            "month": month.name,
            "total": spread(Figure.of("money", [sums[place] for sums in to_date])),
            "budget": None if budget is None else money(budget * (place + 1)),
        }
        for place, month in enumerate(study.terms.calendar.months)
    ]


def _to_date(one: Replication) -> list[Decimal]:
    return list(
        accumulate(one.bill.by_month().values(), lambda before, month: total([before, month]))
    )
