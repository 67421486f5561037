"""A metric by day, as the middle of the replications with a band: what latency and availability share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.report import format as form
from sim.report import read, read_service
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import DayRow, Spread, Summary, TargetRow

NOTHING = Spread(None, None, None, None)
LOOSE = 4
"""A limit so many times farther off than every value is told and not drawn."""


@dataclass(frozen=True, slots=True)
class Ribbon:
    """What makes one daily chart differ from another."""

    name: str
    metric: str
    noun: str
    unit: str
    from_zero: bool
    finding: Callable[[Sequence[DayRow], TargetRow], str | None]


def draw(summary: Summary, ribbon: Ribbon) -> Drawing | None:
    """Return the chart of the workload that a target judges, or else of the first; None without days."""
    found = _subject(summary, ribbon.metric)
    if found is None:
        return None
    workload, days, target = found
    runs = read.replications(summary)
    title = ribbon.finding(days, target) if target else None
    words = Words(
        canvas.finding(title, f"{ribbon.noun} by day", runs),
        f"{ribbon.noun} of {form.label(workload, 24)}, by day. Line: P50; band: {canvas.band_words(runs)}."
        + (
            " Triangle: an incident with a date."
            if read_service.announced_incidents(summary)
            else ""
        ),
        _description(days, ribbon, target),
    )
    chart = Chart(ribbon.name, words)
    limit = canvas.number(target.limit) if target else None
    _draw(chart, days, ribbon, limit)
    canvas.band_marks(
        chart,
        [form.day(day.day) for day in days],
        [day.values.get(ribbon.metric, NOTHING) for day in days],
        ribbon.unit,
    )
    if limit is not None:
        canvas.limit_line(chart.axes, limit, f"target {form.measure(limit, ribbon.unit)}")
    phases = read.phases(summary)
    places = [(phase.start - days[0].day).days for phase in phases]
    canvas.phase_lines(chart.axes, phases, places)
    _announced(chart, summary, days)
    return chart.drawing()


def _announced(chart: Chart, summary: Summary, days: Sequence[DayRow]) -> None:
    """Mark the days of incidents that are known beforehand."""
    places = [(on - days[0].day).days for _, on in read_service.announced_incidents(summary)]
    low, _ = chart.axes.get_ylim()
    for place in places:
        if 0 <= place < len(days):
            chart.axes.plot([place], [low], marker="^", color=canvas.LIMIT, clip_on=False, zorder=7)


def _subject(summary: Summary, metric: str) -> tuple[str, list[DayRow], TargetRow | None] | None:
    by_workload = read.workloads_by_day(summary)
    known = {
        name: days for name, days in by_workload.items() if any(_has(day, metric) for day in days)
    }
    targets = [t for t in read.targets(summary) if t.metric == metric and t.workload in known]
    if targets:
        return targets[0].workload, known[targets[0].workload], targets[0]
    return next(((name, days, None) for name, days in known.items()), None)


def _has(day: DayRow, metric: str) -> bool:
    return metric in day.values and form.decimal(day.values[metric].p50) is not None


def _draw(chart: Chart, days: Sequence[DayRow], ribbon: Ribbon, limit: float | None) -> None:
    axes = chart.axes
    rows = [day.values.get(ribbon.metric) for day in days]
    low, middle, high = (
        [canvas.number(getattr(row, part, None)) for row in rows] for part in ("p10", "p50", "p90")
    )
    color = canvas.PALETTE[0]
    places = range(len(days))
    axes.fill_between(places, low, high, color=color, alpha=canvas.BAND_ALPHA, linewidth=0)
    axes.plot(places, middle, color=color, linewidth=1.8, solid_joinstyle="round")
    axes.set_xlim(0, max(1, len(days) - 1))
    axes.margins(y=0.08)
    _scale(chart, ribbon, [v for v in (*low, *middle, *high) if math.isfinite(v)], limit)
    canvas.month_ticks(axes, [day.day for day in days])


def _scale(chart: Chart, ribbon: Ribbon, values: list[float], limit: float | None) -> None:
    """Let the axis reach the limit, unless the values would then be a line at its edge."""
    axes = chart.axes
    if ribbon.from_zero:
        top = max(values)
        seen = limit is not None and limit <= top * LOOSE
        axes.set_ylim(0, max(top * 1.15, limit * 1.08 if seen and limit else 0) or 1)
    else:
        floor = min(values)
        if limit is not None and 1 - limit <= (1 - floor) * LOOSE:
            floor = min(floor, limit)
        axes.set_ylim(max(0.0, floor - (1 - floor) * 0.15 - 1e-4), 1.0)
    axes.autoscale(False)
    _ticks(chart, ribbon)


def _ticks(chart: Chart, ribbon: Ribbon) -> None:
    low, high = chart.axes.get_ylim()
    ticks = [tick for tick in chart.axes.get_yticks() if low <= tick <= high]
    chart.axes.set_yticks(ticks, form.ticks(ticks[::-1], ribbon.unit)[::-1])


def _description(days: Sequence[DayRow], ribbon: Ribbon, target: TargetRow | None) -> str:
    middles = [
        (number, day.day)
        for day in days
        if _has(day, ribbon.metric)
        and (number := form.decimal(day.values[ribbon.metric].p50)) is not None
    ]
    (low, low_day), (high, high_day) = min(middles), max(middles)
    text = (
        f"The P50 runs from {form.measure(low, ribbon.unit)} on {form.day(low_day)} "
        f"to {form.measure(high, ribbon.unit)} on {form.day(high_day)}."
    )
    return f"{text} Target {form.measure(target.limit, ribbon.unit)}." if target else text
