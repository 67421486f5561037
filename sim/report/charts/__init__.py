"""The charts, one file each; a row in `CHARTS` adds one."""

from __future__ import annotations

from collections.abc import Callable

from sim.report.charts import availability, latency, spend
from sim.report.charts.canvas import Drawing, style
from sim.report.read import Summary

CHARTS: dict[str, Callable[[Summary], Drawing | None]] = {
    "spend_by_month": spend.draw,
    "latency_p95_by_day": latency.draw,
    "availability_by_day": availability.draw,
}


def draw_one(name: str, summary: Summary) -> Drawing | None:
    """Return one chart, or None where it has nothing to show."""
    with style(name):
        return CHARTS[name](summary)


def draw_all(summary: Summary) -> list[Drawing]:
    """Return every chart that has something to show."""
    return [drawing for name in CHARTS if (drawing := draw_one(name, summary)) is not None]
