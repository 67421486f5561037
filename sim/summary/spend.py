"""Spend: the lines of the bill over the horizon and by month, and which of them are shown as one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sim.bill import Line, total
from sim.study import MonthRow, Study
from sim.summary.text import money, plain, spread

SHOWN_MAX = 6
"""Of more lines the dearest are shown one by one and the others as the last of so many, alike on every face."""
SHARE_PLACES = 6


def of(study: Study) -> dict[str, Any]:
    """Spend over the horizon: the total, what of it was wasted, each line, and the smaller ones as one."""
    count = len(study.replications)
    lines = _lines(study)
    costs = {name: total(line.cost for line in found) / count for name, found in lines.items()}
    smaller = _smaller(costs)
    whole = total(costs.values())
    return {
        "total": spread(study.spend, intervals=True),
        "wasted": spread(study.wasted),
        "items": [
            {**_item(name, found, count), "share": _share(costs[name], whole)}
            for name, found in lines.items()
        ],
        "smaller": {
            "lines": smaller,
            "mean": money(total(costs[name] for name in smaller)),
            "share": _share(total(costs[name] for name in smaller), whole),
        },
    }


def by_month(study: Study) -> list[dict[str, Any]]:
    """A row for each month of the horizon."""
    count = len(study.replications)
    lines = _lines(study)
    smaller = _smaller({n: total(one.cost for one in found) / count for n, found in lines.items()})
    return [_month(study, row, smaller) for row in study.months()]


def _lines(study: Study) -> dict[str, list[Line]]:
    """The lines of all replications, by name."""
    found: dict[str, list[Line]] = {}
    for one in study.replications:
        for line in one.bill.lines:
            found.setdefault(line.name, []).append(line)
    return found


def _smaller(costs: dict[str, Decimal]) -> list[str]:
    """The names of the lines that are shown as one, the dearest first."""
    dearest = sorted(costs, key=lambda name: (-costs[name], name))
    return dearest[SHOWN_MAX - 1 :] if len(dearest) > SHOWN_MAX else []


def _share(cost: Decimal, whole: Decimal) -> float:
    return round(float(cost / whole), SHARE_PLACES) if whole else 0.0


def _item(name: str, lines: Sequence[Line], count: int) -> dict[str, Any]:
    """A line of the bill over the horizon; its unit price is null where it had several."""
    prices = {line.unit_price for line in lines}
    wasted = total(line.cost for line in lines if line.worth == "wasted")
    return {
        "id": name,
        "name": name,
        "basis": lines[0].basis,
        "qty": money(total(line.quantity for line in lines) / count),
        "unit": lines[0].unit,
        "unit_price": plain(prices.pop()) if len(prices) == 1 else None,
        "mean": money(total(line.cost for line in lines) / count),
        "wasted_mean": money(wasted / count),
    }


def _month(study: Study, row: MonthRow, smaller: Sequence[str]) -> dict[str, Any]:
    budget = study.terms.budget_per_month
    return {
        "month": row.month,
        "items": [{"id": name, "mean": money(cost)} for name, cost in row.lines.items()],
        "smaller": money(total(row.lines.get(name, Decimal(0)) for name in smaller)),
        "total": spread(row.total),
        "budget": None if budget is None else money(budget),
        "requests": spread(row.requests),
        "latency_p95_s": {name: spread(figure) for name, figure in row.p95_s.items()},
        "availability": {name: spread(figure) for name, figure in row.availability.items()},
    }
