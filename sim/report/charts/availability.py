"""The daily availability of the workload that a target judges."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import format as form
from sim.report.charts import ribbon
from sim.report.charts.canvas import Drawing
from sim.report.read import DayRow, Summary, TargetRow

METRIC = "availability"


def draw(summary: Summary) -> Drawing | None:
    """Return the chart, or None where no day had a request."""
    return ribbon.draw(summary, RIBBON)


def finding(days: Sequence[DayRow], target: TargetRow) -> str | None:
    """Return what 9 of 10 replications agree on: the day on which it is missed by most, or that none is."""
    limit = form.decimal(target.limit)
    assert limit is not None
    lows = [form.decimal(day.values[METRIC].p10) for day in days if METRIC in day.values]
    highs = [
        (form.decimal(day.values[METRIC].p90), day.day) for day in days if METRIC in day.values
    ]
    text = form.share(limit)
    under = [(high, day) for high, day in highs if high is not None and high < limit]
    if under:
        return f"On {form.day(min(under)[1])} it falls below {text} in 9 of 10 runs"
    if all(low is not None and low >= limit for low in lows):
        return f"Each day reaches {text} in 9 of 10 runs"
    return None


RIBBON = ribbon.Ribbon("availability_by_day", METRIC, "Availability", "share", False, finding)
