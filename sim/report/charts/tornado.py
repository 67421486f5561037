"""What one unknown alone does to a figure: its ends at the unknown's P10 and P90, the widest first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sim.report import format as form
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.sensitivity import moved

BARS_MAX = 10
PART = re.compile(r'\["([^"]*)"\]|([^.\[\]]+)')
NAME_LETTERS = 34
NAME_POINTS = 230
ROOM = 0.2
"""Labels stand on both sides, in this part of the width of the bars."""
LOW, HIGH = canvas.PALETTE[1], canvas.PALETTE[3]


def name_of(metric: Mapping[str, Any]) -> str:
    """Return the name of the chart of a metric."""
    workload = f"_{metric['workload']}" if metric["workload"] else ""
    safe = "".join(c if c.isascii() and c.isalnum() else "_" for c in f"{metric['name']}{workload}")
    return f"tornado_{safe}"


def short(path: str, letters_max: int) -> str:
    """Return the end of a path, which tells it from others; names with dots stand in brackets there."""
    parts = [quoted or plain for quoted, plain in PART.findall(path)]
    return form.label(".".join(parts[-2:]), letters_max)


def noun_of(metric: Mapping[str, Any]) -> str:
    """Return what a metric is called."""
    words = str(metric["name"]).replace("latency.p95", "p95 latency")
    return f"{words} of {form.label(metric['workload'], 24)}" if metric["workload"] else words


def draw(metric: Mapping[str, Any], runs: int, currency: str) -> Drawing | None:
    """Return the chart of a metric of `sensitivity.json`, or None where no unknown moves it."""
    rows = [
        one
        for one in moved(metric)[:BARS_MAX]
        if one["at_p10"] is not None and one["at_p90"] is not None
    ]
    if metric["measure_first"] is None or not rows:
        return None
    ends = [
        form.measure_row([one["at_p10"], one["at_p90"]], metric["unit"], currency, 3)
        for one in rows
    ]
    told = "; ".join(
        f"{form.label(one['path'], 60)}: {low} to {high}"
        for one, (low, high) in zip(rows, ends, strict=True)
    )
    with canvas.style(name_of(metric)):
        words = Words(
            finding(metric) or f"What moves {noun_of(metric)}",
            f"Mean of {runs} runs with one unknown at its P10 (ring) and at its P90 (dot), the others at "
            "their likeliest.",
            f"{told}.",
        )
        chart = Chart(name_of(metric), words)
        bars(chart, rows, ends)
        return chart.drawing()


def finding(metric: Mapping[str, Any]) -> str | None:
    """Return the unknown with the largest swing, where the interval of its difference leaves out zero."""
    first = metric["tornado"][0]
    ends = first["difference"]["mean_interval"]
    if ends is None or float(ends[0]) <= 0 <= float(ends[1]):
        return None
    what = short(str(first["path"]), NAME_LETTERS)
    title = f"{what} moves {metric['name'].replace('latency.', '')} most"
    return title if len(title) <= canvas.TITLE_LETTERS_MAX else None


def bars(chart: Chart, rows: Sequence[Mapping[str, Any]], ends: Sequence[Sequence[str]]) -> None:
    """Draw a bar for each unknown from its figure at P10 to that at P90, with both ends written."""
    axes = chart.axes
    for place, (one, texts) in enumerate(zip(rows, ends, strict=True)):
        low, high = float(one["at_p10"]), float(one["at_p90"])
        color = canvas.PALETTE[0] if one.get("clear", True) else canvas.QUIET
        axes.barh(place, high - low, 0.5, left=low, color=color, alpha=0.35)
        axes.plot([low], [place], "o", color=LOW, markerfacecolor="white", zorder=4)
        axes.plot([high], [place], "o", color=HIGH, zorder=4)
        sides = ("right", "left") if low <= high else ("left", "right")
        for x, text, side, part in zip((low, high), texts, sides, ("p10", "p90"), strict=True):
            chart.mark(x, place, f"{form.label(one['path'], 60)} at {one[part]}: {text}")
            axes.annotate(
                text,
                (x, place),
                xytext=(-8 if side == "right" else 8, 0),
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=9,
            )
    axes.set_ylim(len(rows) - 0.4, -0.6)
    values = [float(one[key]) for one in rows for key in ("at_p10", "at_p90")]
    room = (max(values) - min(values) or 1.0) * ROOM
    axes.set_xlim(min(values) - room, max(values) + room)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)
    axes.spines[["bottom", "left"]].set_visible(False)
    names = [
        f"{canvas.fitted(form.label(one['path'], 80), NAME_POINTS)}\n"
        f"{form.label(one['p10'], 12)} to {form.label(one['p90'], 12)}"
        for one in rows
    ]
    axes.set_yticks(range(len(rows)), names, fontsize=9)
