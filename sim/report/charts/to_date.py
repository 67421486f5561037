"""Spend to date: the S-curve that tells whether the whole horizon holds."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import format as form
from sim.report import read
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import MonthFigure, Summary

NAME = "spend_to_date"
NEUTRAL_TITLE = "Spend to date"


def draw(summary: Summary) -> Drawing | None:
    """Return the chart, or None where there are no months."""
    months = read.months_to_date(summary)
    if not months:
        return None
    runs, currency = read.replications(summary), read.currency(summary)
    words = Words(
        canvas.finding(finding(months, currency), NEUTRAL_TITLE, runs),
        f"Cumulative, {currency}. Line: P50; band: {canvas.band_words(runs)}.",
        f"At the end: {form.money(months[-1].value.p50, currency)} at P50.",
    )
    chart = Chart(NAME, words, half=True)
    axes, places = chart.axes, range(len(months))
    canvas.band(axes, places, [one.value for one in months])
    names = [f"To the end of {form.month(one.month)}" for one in months]
    canvas.band_marks(chart, names, [one.value for one in months], "money", currency)
    limits = [canvas.number(one.limit) for one in months]
    axes.plot(places, limits, color=canvas.LIMIT, linewidth=1.4, linestyle="--")
    _ends(chart, months, currency)
    return chart.drawing()


def finding(months: Sequence[MonthFigure], currency: str) -> str | None:
    """Return what 9 of 10 replications agree on about the whole budget."""
    last = months[-1]
    low, high = form.decimal(last.value.p10), form.decimal(last.value.p90)
    if last.limit is None or low is None or high is None:
        return None
    amount = form.money(last.limit, currency)
    if low > last.limit:
        return f"Spend passes the whole {amount} budget in 9 of 10 runs"
    return (
        f"Spend stays within the whole {amount} budget in 9 of 10 runs"
        if high <= last.limit
        else None
    )


def _ends(chart: Chart, months: Sequence[MonthFigure], currency: str) -> None:
    """Label both lines at their ends, apart from each other."""
    axes, last = chart.axes, months[-1]
    axes.set_ylim(0, axes.get_ylim()[1])
    axes.set_xlim(-0.2, (len(months) - 1) * 1.34 + 0.4)
    middle = canvas.number(last.value.p50)
    ends = [(middle, f"P50 {form.money(last.value.p50, currency)}", canvas.PALETTE[0])]
    if last.limit is not None:
        ends.append((float(last.limit), f"budget {form.money(last.limit, currency)}", canvas.LIMIT))
    ends.sort()
    heights = canvas.spread_apart([end[0] for end in ends], axes.get_ylim()[1] * 0.08)
    for height, (_, text, color) in zip(heights, ends, strict=True):
        axes.annotate(
            text,
            (len(months) - 1, height),
            xytext=(6, 0),
            textcoords="offset points",
            color=color,
            fontsize=9,
            va="center",
            annotation_clip=False,
        )
    canvas.months_axis(axes, [one.month for one in months])
    canvas.value_ticks(axes, "money", currency)
