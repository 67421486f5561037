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
    """Return what 9 of 10 replications agree on: the day on which it is missed by most, or that none is."""
    limit = form.decimal(target.limit)
    assert limit is not None
    lows = [(form.decimal(day.values[METRIC].p10), day.day) for day in days if METRIC in day.values]
    highs = [form.decimal(day.values[METRIC].p90) for day in days if METRIC in day.values]
    text = form.duration(limit)
    over = [(low, day) for low, day in lows if low is not None and low > limit]
    if over:
        return f"On {form.day(max(over)[1])} p95 passes {text} in 9 of 10 runs"
    if all(high is not None and high <= limit for high in highs):
        return f"Each day's p95 keeps within {text} in 9 of 10 runs"
    return None


RIBBON = ribbon.Ribbon("latency_p95_by_day", METRIC, "p95 latency", "s", True, finding)
