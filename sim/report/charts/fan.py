"""The month's total with its spread: how bad could a month get?"""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import format as form
from sim.report import read
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import MonthSpend, Summary

NAME = "spend_fan"
NEUTRAL_TITLE = "Monthly spend and its range"


def draw(summary: Summary) -> Drawing | None:
    """Return the chart, or None where there are no months."""
    months = read.months(summary)
    if not months:
        return None
    runs, currency = read.replications(summary), read.currency(summary)
    words = Words(
        canvas.finding(finding(months, currency), NEUTRAL_TITLE, runs),
        f"Total of the month, {currency}. Line: P50; band: {canvas.band_words(runs)}.",
        "; ".join(
            f"{form.month(m.month)}: {form.between(*form.money_row([m.total.p10, m.total.p90], currency))}"
            for m in months
        ),
    )
    chart = Chart(NAME, words, half=True)
    axes = chart.axes
    canvas.band(axes, range(len(months)), [month.total for month in months])
    names = [form.month(month.month) for month in months]
    canvas.band_marks(chart, names, [month.total for month in months], "money", currency)
    budgets = {month.budget for month in months}
    axes.set_ylim(
        0, max([axes.get_ylim()[1], *(float(b) * 1.05 for b in budgets if b is not None)])
    )
    axes.set_xlim(-0.4, len(months) - 0.6)
    if len(budgets) == 1 and (budget := budgets.pop()) is not None:
        canvas.limit_line(axes, float(budget), f"budget {form.money(budget, currency)} a month")
    canvas.months_axis(axes, [month.month for month in months])
    canvas.value_ticks(axes, "money", currency)
    return chart.drawing()


def finding(months: Sequence[MonthSpend], currency: str) -> str | None:
    """Return the range of the dearest month."""
    known = [m for m in months if form.decimal(m.total.mean) is not None]
    if not known:
        return None
    top = max(known, key=lambda m: form.decimal(m.total.mean) or 0)
    low, high = form.money_row([top.total.p10, top.total.p90], currency)
    return f"{form.month(top.month)}, the dearest, costs {form.between(low, high)} in 8 of 10 runs"
