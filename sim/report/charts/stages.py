"""Where the time goes: each stage's typical time, and what one request in twenty exceeds."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import format as form
from sim.report import read, read_service
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import Spread, Summary

NAME = "stage_times"
NEUTRAL_TITLE = "Time in each stage"
STAGES_MAX = 10
NAME_POINTS = 95
TIME_MARKS = (1e-4, 1e-3, 0.01, 0.1, 1, 10, 120, 1_200, 10_800, 108_000)
"""About ten times apart, and round in their units [s]."""


def draw(summary: Summary) -> Drawing | None:
    """Return the chart, or None where no stage took time."""
    rows = sorted(read_service.stage_times(summary), key=lambda row: -canvas.number(row[2].p50))
    if not rows:
        return None
    runs = read.replications(summary)
    words = Words(
        canvas.finding(finding(rows), NEUTRAL_TITLE, runs),
        f"Ring: median request; dot: p95; both P50 of {runs} runs. Log scale.",
        "; ".join(f"{n}: {form.duration(a.p50)} to {form.duration(b.p50)}" for n, a, b in rows),
    )
    chart = Chart(NAME, words, half=True)
    _dumbbells(chart, rows[:STAGES_MAX])
    return chart.drawing()


def finding(rows: Sequence[tuple[str, Spread, Spread]]) -> str | None:
    """Return the stage with the longest p95, where 9 of 10 replications set it apart from the next."""
    if len(rows) < 2:
        return None
    low, high = form.decimal(rows[0][2].p10), form.decimal(rows[1][2].p90)
    if low is None or high is None or low <= high:
        return None
    return f"{canvas.fitted(rows[0][0], canvas.NAME_POINTS)} has the longest p95 of all stages"


def _dumbbells(chart: Chart, rows: Sequence[tuple[str, Spread, Spread]]) -> None:
    axes, color = chart.axes, canvas.PALETTE[0]
    for place, (name, typical, slow) in enumerate(rows):
        ends = [canvas.number(typical.p50), canvas.number(slow.p50)]
        for end, word, text in zip(
            ends, ("median", "p95"), map(form.duration, (typical.p50, slow.p50)), strict=True
        ):
            chart.mark(end, place, f"{name}: {word} {text}")
        axes.plot(ends, [place, place], color=color, linewidth=1.6, zorder=2)
        axes.plot(ends[:1], [place], "o", color=color, markerfacecolor="white", zorder=3)
        axes.plot(ends[1:], [place], "o", color=color, zorder=3)
    axes.set_xscale("log")
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_yticks(
        range(len(rows)),
        [canvas.fitted(name.split(".", 1)[-1], NAME_POINTS) for name, _, _ in rows],
    )
    _time_ticks(chart)


def _time_ticks(chart: Chart) -> None:
    axes = chart.axes
    low, high = axes.get_xlim()
    marks = [mark for mark in TIME_MARKS if low <= mark <= high]
    axes.set_xticks(marks, [form.duration(mark, 1) for mark in marks])
    axes.set_xticks([], minor=True)
