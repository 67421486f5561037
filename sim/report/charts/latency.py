"""The daily p95 of the workload that people wait for."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import format as form
from sim.report.charts import ribbon
from sim.report.charts.canvas import Drawing
from sim.report.read import DayRow, Summary, TargetRow

METRIC = "latency.p95"


def draw(summary: Summary) -> Drawing | None:
    """Return the chart, or None where no day has a p95."""
    return ribbon.draw(summary, RIBBON)


def finding(days: Sequence[DayRow], target: TargetRow) -> str | None:
    """Return what 9 of 10 replications agree on, day by day."""
    limit = form.decimal(target.limit)
    assert limit is not None
    lows = [form.decimal(day.values[METRIC].p10) for day in days if METRIC in day.values]
    highs = [form.decimal(day.values[METRIC].p90) for day in days if METRIC in day.values]
    text = form.duration(limit)
    over = sum(low is not None and low > limit for low in lows)
    if over:
        return f"p95 passes {text} on {over} day{'s' if over > 1 else ''}, each in 9 of 10 runs"
    if all(high is not None and high <= limit for high in highs):
        return f"Each day's p95 keeps within {text} in 9 of 10 runs"
    return None


RIBBON = ribbon.Ribbon("latency_p95_by_day", METRIC, "p95 latency", "s", True, finding)
