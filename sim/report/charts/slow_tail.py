"""Of what slow requests are made: their mean time by stage, phase by phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.report import format as form
from sim.report import read
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import Summary
from sim.report.read_facts import Row, slow_requests

NAME = "slow_tail"
NEUTRAL_TITLE = "Of what slow requests are made"
PARTS_MAX = 6
REST = "all else"
PHASES_MAX = 8
WHOLE = "whole horizon"
NAME_POINTS = 80


def draw(summary: Summary) -> Drawing | None:
    """Return the chart of the first workload that had slow requests, or None without one."""
    rows = slow_requests(summary)
    if not rows:
        return None
    workload = rows[0]["workload"]
    rows = [row for row in rows if row["workload"] == workload][-PHASES_MAX:]
    names = _largest(rows[-1])
    words = Words(
        canvas.finding(finding(rows[-1]), NEUTRAL_TITLE, read.replications(summary)),
        f"{canvas.fitted(form.label(workload), canvas.NAME_POINTS)}: mean time of requests near its p95, by stage.",
        "; ".join(
            f"{name}: {form.duration(_parts(rows[-1], names)[name])}"
            for name in names
            if name != REST
        ),
    )
    chart = Chart(NAME, words, half=True)
    _stack(chart, rows, names)
    return chart.drawing()


def finding(whole: Row) -> str | None:
    """Return the stage that makes more than half of the mean, if one does."""
    top = max(whole["parts"], key=lambda part: part["mean_s"], default=None)
    if top is None or top["mean_s"] <= whole["mean_s"] / 2:
        return None
    return f"Most of a slow request's time is {canvas.fitted(form.label(top['stage']), canvas.NAME_POINTS)}"


def _largest(whole: Row) -> list[str]:
    parts = sorted(whole["parts"], key=lambda part: -part["mean_s"])
    return [part["stage"] for part in parts[: PARTS_MAX - 1]] + [REST]


def _parts(row: Row, names: Sequence[str]) -> Mapping[str, float]:
    found = dict.fromkeys(names, 0.0)
    for part in row["parts"]:
        found[part["stage"] if part["stage"] in found else REST] += part["mean_s"]
    return found


def _marks(
    chart: Chart, rows: Sequence[Row], name: str, base: Sequence[float], widths: Sequence[float]
) -> None:
    """Each part but for the rest, which the summary tells stage by stage."""
    if name == REST:
        return
    for place, (row, low, width) in enumerate(zip(rows, base, widths, strict=True)):
        when = row["phase"] or WHOLE
        words = f"{form.label(when, 24)}, {form.label(name, 36)}: {form.duration(width, 3)}"
        chart.mark(low + width / 2, place, words)


def _stack(chart: Chart, rows: Sequence[Row], names: Sequence[str]) -> None:
    axes, base = chart.axes, [0.0] * len(rows)
    parts = [_parts(row, names) for row in rows]
    for color, name in zip(canvas.PALETTE, names, strict=False):
        widths = [part[name] for part in parts]
        shown = canvas.fitted(name.split(".", 1)[-1], 110, 9)
        axes.barh(
            range(len(rows)),
            widths,
            0.62,
            left=base,
            color=color,
            edgecolor="white",
            linewidth=0.5,
            label=shown,
        )
        _marks(chart, rows, name, base, widths)
        base = [low + width for low, width in zip(base, widths, strict=True)]
    axes.set_ylim(len(rows) - 0.5, -1.4 - 0.34 * len(rows))
    phases = [canvas.fitted(row["phase"] or WHOLE, NAME_POINTS) for row in rows]
    axes.set_yticks(range(len(rows)), phases)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    ticks = [tick for tick in axes.get_xticks() if tick <= axes.get_xlim()[1]][:6]
    axes.set_xticks(ticks, form.ticks(ticks[::-1], "s")[::-1])
    axes.legend(loc="upper left", frameon=False, fontsize=8, ncols=2, borderaxespad=0.1)
