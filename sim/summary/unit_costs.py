"""What an answer costs, month by month: the whole bill over the good requests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.study.replication import Replication
from sim.summary.shapes import SPREAD, TEXT, list_of, object_of
from sim.summary.text import spread
from sim.windows import Month

SCHEMA = list_of(object_of({"month": TEXT, "per_good_request": SPREAD, "good_requests": SPREAD}))


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each month of the horizon."""
    return [
        {
            "month": month.name,
            "per_good_request": spread(
                study.figure("money", lambda one, month=month: _cost(one, month))  # type: ignore[misc]
            ),
            "good_requests": spread(
                study.figure("requests", lambda one, month=month: _good(one, month))  # type: ignore[misc]
            ),
        }
        for month in study.terms.calendar.months
    ]


def _good(one: Replication, month: Month) -> int:
    return int(one.digest.good[list(month.days)].sum())


def _cost(one: Replication, month: Month) -> Decimal | None:
    good = _good(one, month)
    return one.bill.total(month.name) / good if good else None
