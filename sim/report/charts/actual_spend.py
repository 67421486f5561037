"""Spend to date beside the projection: what was spent is solid, what is projected is lighter."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sim.report import format as form
from sim.report import read
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import Actuals, MonthSpend, Summary

NAME = "spend_actual_and_projected"
TITLE = "Actual spend, and projection for the rest"
COLUMN = 0.62
LIGHT_ALPHA = 0.35


def draw(summary: Summary) -> Drawing | None:
    """Return the chart, or None where nobody has said what was spent."""
    months, spent = read.months(summary), read.actuals(summary)
    if not spent or not months:
        return None
    chart = Chart(NAME, _words(summary, months, spent))
    _columns(chart, months, spent)
    _differences(chart, summary, months, spent)
    _scales(chart, summary, months, spent)
    return chart.drawing()


def projected(month: MonthSpend) -> Decimal:
    """Return the mean of a month, as the sum of its lines."""
    return sum(month.lines.values(), Decimal(0))


def _words(summary: Summary, months: Sequence[MonthSpend], spent: Actuals) -> Words:
    currency = read.currency(summary)
    told = ", ".join(
        f"{form.month(m.month)} {form.money(spent[m.month], currency)} spent, "
        f"{form.money(projected(m), currency)} projected"
        for m in months
        if m.month in spent
    )
    return Words(
        TITLE,
        f"{currency} a month. Solid: spent; lighter: projected mean, with the variance above.",
        f"Columns of spend a month: {told}.",
    )


def _columns(chart: Chart, months: Sequence[MonthSpend], spent: Actuals) -> None:
    color = canvas.PALETTE[0]
    known = [i for i, month in enumerate(months) if month.month in spent]
    means = [float(projected(month)) for month in months]
    chart.axes.bar(range(len(months)), means, COLUMN, color=color, alpha=LIGHT_ALPHA)
    heights = [float(spent[months[i].month]) for i in known]
    chart.axes.bar(known, heights, COLUMN * 0.6, color=color)


def _differences(
    chart: Chart, summary: Summary, months: Sequence[MonthSpend], spent: Actuals
) -> None:
    currency = read.currency(summary)
    for index, month in enumerate(months):
        if month.month not in spent:
            continue
        amount, mean = spent[month.month], projected(month)
        sign = "+" if amount > mean else ""
        chart.axes.annotate(
            f"{sign}{form.money(amount - mean, currency)}",
            (index, float(max(amount, mean, Decimal(0)))),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )


def _scales(chart: Chart, summary: Summary, months: Sequence[MonthSpend], spent: Actuals) -> None:
    axes, currency = chart.axes, read.currency(summary)
    budgets = [float(month.budget) for month in months if month.budget is not None]
    tops = [*budgets, *(float(projected(m)) for m in months), *map(float, spent.values())]
    axes.set_ylim(min(0.0, *map(float, spent.values())), max(*tops, 0.01) * 1.12)
    axes.set_xlim(-0.6, len(months) - 0.4)
    ticks = [tick for tick in axes.get_yticks() if tick <= axes.get_ylim()[1]]
    axes.set_yticks(ticks, form.ticks(ticks[::-1], "money", currency)[::-1])
    words = [canvas.month_words(month.month, index == 0) for index, month in enumerate(months)]
    axes.set_xticks(range(len(months)), words)
    axes.tick_params(axis="x", length=0)
    if budgets and len(set(budgets)) == 1:
        canvas.limit_line(axes, budgets[0], f"budget {form.money(budgets[0], currency)} a month")
