"""What the faces read in a summary: the dict of `summary.json`, as rows with names and types.

Faces look nowhere else, so that a change of the summary's shape is a change of this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sim.report.format import Number, decimal, label

Summary = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spread:
    """A number over the replications; `n/a` parts are None."""

    p10: Number | None
    p50: Number | None
    p90: Number | None
    mean: Number | None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target and how it came out."""

    name: str
    owner: str
    metric: str
    window: str
    workload: str
    at_most: bool
    limit: Number
    unit: str
    value: Spread
    chance_met: float | None
    required_chance: float | None
    status: str
    """`met`, `missed`, `close` (too close to call) or `unknown`."""
    worst: str
    """When and where it was worst, in words."""


@dataclass(frozen=True, slots=True)
class SpendLine:
    """One line of the bill over the horizon."""

    id: str
    name: str
    basis: str
    quantity: Number | None
    unit: str
    unit_price: Number | None
    cost: Decimal


@dataclass(frozen=True, slots=True)
class MonthSpend:
    """A month's spend: means by line's id, and the spread of the total."""

    month: date
    lines: Mapping[str, Decimal]
    total: Spread
    budget: Decimal | None


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the rollout and its first day."""

    name: str
    start: date


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of a workload."""

    day: date
    values: Mapping[str, Spread]
    """By metric, such as `latency.p95` [s] and `availability` [fraction]."""


def spread(raw: object) -> Spread:
    """Read `{p10, p50, p90, mean}`; what is missing is None."""
    found = raw if isinstance(raw, Mapping) else {}
    return Spread(*(found.get(key) for key in ("p10", "p50", "p90", "mean")))


def currency(summary: Summary) -> str:
    """Return the ISO code of all money in the summary."""
    return str(summary["scenario"].get("currency", "USD"))


def replications(summary: Summary) -> int:
    """Return how many replications the summary counts."""
    return int(summary["engine"]["replications"])


def targets(summary: Summary) -> list[TargetRow]:
    """Return the targets in the planner's order."""
    return [_target(raw) for raw in summary["targets"]]


def _target(raw: Mapping[str, Any]) -> TargetRow:
    return TargetRow(
        name=label(raw["name"]),
        owner=label(raw.get("owner") or ""),
        metric=str(raw["metric"]),
        window=str(raw.get("window") or ""),
        workload=label(raw.get("workload") or raw.get("station") or ""),
        at_most=raw["op"] == "<=",
        limit=raw["limit"]["value"],
        unit=str(raw["limit"]["unit"]),
        value=spread(raw),
        chance_met=raw.get("chance_met"),
        required_chance=raw.get("required_chance"),
        status=str(raw["status"]),
        worst=_worst(raw.get("worst")),
    )


def _worst(raw: object) -> str:
    if not isinstance(raw, Mapping):
        return ""
    return label(" ".join(str(part) for part in raw.values() if part), 40)


def spend_lines(summary: Summary) -> list[SpendLine]:
    """Return the lines of the bill, the dearest first."""
    lines = [_line(raw) for raw in summary["spend"]["items"]]
    return sorted(lines, key=lambda line: (-line.cost, line.name))


def _line(raw: Mapping[str, Any]) -> SpendLine:
    return SpendLine(
        id=str(raw["id"]),
        name=label(raw.get("name") or raw["id"], 48),
        basis=str(raw.get("basis") or ""),
        quantity=raw.get("qty"),
        unit=str(raw.get("unit") or ""),
        unit_price=raw.get("unit_price"),
        cost=decimal(raw["mean"]) or Decimal(0),
    )


def months(summary: Summary) -> list[MonthSpend]:
    """Return spend by calendar month."""
    return [
        MonthSpend(
            month=date.fromisoformat(f"{raw['month']}-01"),
            lines={str(i["id"]): decimal(i["mean"]) or Decimal(0) for i in raw["items"]},
            total=spread(raw["total"]),
            budget=decimal(raw.get("budget")),
        )
        for raw in summary["monthly"]
    ]


def phases(summary: Summary) -> list[Phase]:
    """Return the phases as planned, by their first day."""
    return [
        Phase(label(raw["name"], 24), date.fromisoformat(str(raw["start"])[:10]))
        for raw in summary["scenario"].get("phases", ())
    ]


def workloads_by_day(summary: Summary) -> dict[str, list[DayRow]]:
    """Return, by workload, its days."""
    found: dict[str, list[DayRow]] = {}
    for raw in summary.get("daily", ()):
        day = date.fromisoformat(raw["date"])
        for workload, values in raw["workloads"].items():
            row = DayRow(day, {name: spread(value) for name, value in values.items()})
            found.setdefault(str(workload), []).append(row)
    return found


def first_target(rows: Sequence[TargetRow], metric: str, workload: str) -> TargetRow | None:
    """Return the first target on a metric of a workload."""
    return next((r for r in rows if r.metric == metric and r.workload in (workload, "")), None)
