"""Monthly spend: means stacked by line, the spread on the total, and the budget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sim.report import format as form
from sim.report import read
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import MonthSpend, Summary

NAME = "spend_by_month"
NAME_POINTS = 125
NEUTRAL_TITLE = "Monthly spend by line"


def draw(summary: Summary) -> Drawing | None:
    """Return the chart, or None where nothing was spent."""
    months = read.months(summary)
    names = {line.id: line.name for line in read.spend_shown(summary)}
    if not months or not names:
        return None
    chart = Chart(NAME, _words(summary, months))
    middles = _stack(chart, months, names)
    _totals(chart, months)
    _marks(chart, summary, months, names)
    _scales(chart, summary, months)
    # How far apart labels must be is known once the axis has its height.
    _label(chart, middles, len(months))
    return chart.drawing()


def title(months: Sequence[MonthSpend], currency: str, runs: int) -> str:
    """Return what 9 of 10 replications agree on about the budget, or a neutral title."""
    return canvas.finding(_finding(months, currency), NEUTRAL_TITLE, runs)


def _finding(months: Sequence[MonthSpend], currency: str) -> str | None:
    budgets = {month.budget for month in months}
    if len(budgets) != 1 or None in budgets:
        return None
    budget = budgets.pop()
    assert budget is not None
    amount = form.money(budget, currency)
    lows = [form.decimal(month.total.p10) for month in months]
    highs = [form.decimal(month.total.p90) for month in months]
    over = [m for m, low in zip(months, lows, strict=True) if low is not None and low > budget]
    if over:
        return f"{form.month(over[0].month)} passes the {amount} budget in 9 of 10 runs"
    if all(high is not None and high <= budget for high in highs):
        return f"Each month stays within the {amount} budget in 9 of 10 runs"
    return None


def _words(summary: Summary, months: Sequence[MonthSpend]) -> Words:
    runs, currency = read.replications(summary), read.currency(summary)
    totals = ", ".join(
        f"{form.month(m.month)} {form.money(m.total.mean, currency)}" for m in months
    )
    return Words(
        title(months, currency, runs),
        f"Mean spend by line, {currency}. Whiskers: {canvas.band_words(runs)}, on the total.",
        f"Stacked columns of mean spend a month. Totals: {totals}.",
    )


def _stack(
    chart: Chart, months: Sequence[MonthSpend], names: dict[str, str]
) -> list[tuple[float, str, str]]:
    """Draw the columns; return (middle in the last one, name, colour) of each part."""
    base = [0.0] * len(months)
    middles = []
    for color, (line, name) in zip(canvas.PALETTE, names.items(), strict=False):
        heights = [float(month.cost_of(line)) for month in months]
        chart.axes.bar(
            range(len(months)),
            heights,
            0.72,
            bottom=base,
            color=color,
            edgecolor="white",
            linewidth=0.6,
        )
        middles.append((base[-1] + heights[-1] / 2, name, color))
        base = [low + height for low, height in zip(base, heights, strict=True)]
    return middles


def _label(chart: Chart, middles: list[tuple[float, str, str]], n_months: int) -> None:
    """Name the parts beside the last column, in the order of the stack."""
    top = chart.axes.get_ylim()[1]
    places = canvas.spread_apart([middle for middle, _, _ in middles], top * 0.055)
    for place, (_, name, color) in zip(places, middles, strict=True):
        at = (n_months - 0.58 + 0.02 * n_months, place)
        canvas.tinted_label(chart.axes, at, canvas.fitted(name, NAME_POINTS, 9), color)


def _totals(chart: Chart, months: Sequence[MonthSpend]) -> None:
    for index, month in enumerate(months):
        low, high = form.decimal(month.total.p10), form.decimal(month.total.p90)
        mean = form.decimal(month.total.mean)
        if low is None or high is None or mean is None:
            continue
        chart.axes.plot(
            [index, index],
            [float(low), float(high)],
            color=canvas.INK,
            linewidth=1.2,
            marker="_",
            markersize=9,
            zorder=5,
        )


def _marks(
    chart: Chart, summary: Summary, months: Sequence[MonthSpend], names: dict[str, str]
) -> None:
    currency, ends = read.currency(summary), form.range_name(read.replications(summary))
    for place, month in enumerate(months):
        base, when = 0.0, form.month(month.month)
        for line, name in names.items():
            cost = month.cost_of(line)
            middle = base + float(cost) / 2
            chart.mark(place, middle, f"{when}, {name}: mean {form.money_unit(cost, currency)}")
            base += float(cost)
        low, mean, high = (
            form.money_unit(getattr(month.total, part), currency) for part in ("p10", "mean", "p90")
        )
        words = f"{when}, total: mean {mean}, {ends} {form.between(low, high)}"
        chart.mark(place, canvas.number(month.total.p90), words)


def _scales(chart: Chart, summary: Summary, months: Sequence[MonthSpend]) -> None:
    axes, currency = chart.axes, read.currency(summary)
    budgets = [month.budget for month in months if month.budget is not None]
    tops = [float(v) for m in months if (v := form.decimal(m.total.p90)) is not None]
    axes.set_ylim(0, max([*tops, *map(float, budgets), *axes.get_ylim()[1:]]) * 1.06)
    axes.set_xlim(-0.5, len(months) - 0.4 + 0.22 * len(months))
    ticks = [tick for tick in axes.get_yticks() if tick <= axes.get_ylim()[1]]
    axes.set_yticks(ticks, form.ticks(ticks[::-1], "money", currency)[::-1])
    words = [canvas.month_words(month.month, index == 0) for index, month in enumerate(months)]
    axes.set_xticks(range(len(months)), words)
    axes.tick_params(axis="x", length=0)
    if budgets and len(set(budgets)) == 1:
        text = f"budget {form.money(budgets[0], currency)} a month"
        canvas.limit_line(axes, float(budgets[0]), text)
    phases = read.phases(summary)
    canvas.phase_lines(axes, phases, [_place(phase.start, months) for phase in phases])


def _place(start: date, months: Sequence[MonthSpend]) -> float:
    """Return where a day stands on an axis of months, whose columns are centred on whole numbers."""
    first = months[0].month
    whole = (start.year - first.year) * 12 + start.month - first.month
    return whole - 0.5 + (start.day - 1) / 31
