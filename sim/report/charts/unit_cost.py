"""What a good request costs, month by month."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import format as form
from sim.report import read
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import MonthFigure, Summary

NAME = "cost_per_good_request"
NEUTRAL_TITLE = "Cost of a good request"


def draw(summary: Summary) -> Drawing | None:
    """Return the chart, or None where no month had a good request."""
    months = [one for one in read.unit_costs(summary) if form.decimal(one.value.p50) is not None]
    if not months:
        return None
    runs, currency = read.replications(summary), read.currency(summary)
    words = Words(
        canvas.finding(finding(months, currency), NEUTRAL_TITLE, runs),
        f"Whole bill over requests answered in time, {currency}. Line: P50; band: {canvas.band_words(runs)}.",
        "; ".join(f"{form.month(m.month)}: {form.money(m.value.p50, currency)}" for m in months),
    )
    chart = Chart(NAME, words, half=True)
    axes = chart.axes
    canvas.band(axes, range(len(months)), [one.value for one in months], canvas.PALETTE[2])
    names = [form.month(one.month) for one in months]
    canvas.band_marks(chart, names, [one.value for one in months], "money", currency)
    axes.set_ylim(0, axes.get_ylim()[1])
    axes.set_xlim(-0.4, len(months) - 0.6)
    canvas.months_axis(axes, [one.month for one in months])
    canvas.value_ticks(axes, "money", currency)
    return chart.drawing()


def finding(months: Sequence[MonthFigure], currency: str) -> str | None:
    """Return whether a good request gets cheaper or dearer, where the ranges of the ends are apart."""
    first, last = months[0].value, months[-1].value
    ends = [form.decimal(v) for v in (first.p10, first.p90, last.p10, last.p90)]
    if len(months) < 2 or any(end is None for end in ends):
        return None
    low, high, last_low, last_high = (end for end in ends if end is not None)
    before, after = form.money_row([first.p50, last.p50], currency)
    if last_high < low:
        return f"A good request gets cheaper: from {before} to {after}"
    return f"A good request gets dearer: from {before} to {after}" if last_low > high else None
