"""The charts, one file each; a row in `CHARTS` adds one."""

from __future__ import annotations

from collections.abc import Callable

from sim.report.charts import (
    actual_spend,
    availability,
    budget,
    drivers,
    fan,
    kinds,
    latency,
    queue,
    slow_tail,
    spend,
    stages,
    to_date,
    unit_cost,
)
from sim.report.charts.canvas import Drawing, style
from sim.report.read import Summary

CHARTS: dict[str, Callable[[Summary], Drawing | None]] = {
    "spend_by_month": spend.draw,
    actual_spend.NAME: actual_spend.draw,
    "latency_p95_by_day": latency.draw,
    "availability_by_day": availability.draw,
    to_date.NAME: to_date.draw,
    fan.NAME: fan.draw,
    unit_cost.NAME: unit_cost.draw,
    kinds.NAME: kinds.draw,
    budget.NAME: budget.draw,
    queue.NAME: queue.draw,
    stages.NAME: stages.draw,
    slow_tail.NAME: slow_tail.draw,
    **drivers.CHARTS,
}


def draw_one(name: str, summary: Summary) -> Drawing | None:
    """Return one chart, or None where it has nothing to show."""
    with style(name):
        return CHARTS[name](summary)


def draw_all(summary: Summary) -> list[Drawing]:
    """Return every chart that has something to show."""
    return [drawing for name in CHARTS if (drawing := draw_one(name, summary)) is not None]
