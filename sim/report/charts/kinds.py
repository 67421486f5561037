"""What is paid whatever the use, what is paid for answers, and what is paid for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sim.report import format as form
from sim.report import read
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import Summary

NAME = "spend_by_kind"
NEUTRAL_TITLE = "Fixed, useful and wasted spend"
LOOKS = {
    "fixed": ("fixed", canvas.PALETTE[4], None),
    "useful": ("usage, for answers", canvas.PALETTE[1], None),
    "wasted": ("usage, wasted", canvas.PALETTE[3], "///"),
}


def draw(summary: Summary) -> Drawing | None:
    """Return the chart, or None where there are no months."""
    rows = read.spend_kinds(summary)
    if not rows:
        return None
    runs, currency = read.replications(summary), read.currency(summary)
    sums = {kind: sum((row[kind] for _, row in rows), Decimal(0)) for kind in LOOKS}
    words = Words(
        canvas.finding(finding(sums), NEUTRAL_TITLE, runs),
        f"Mean of {runs} runs a month, {currency}.",
        "; ".join(f"{form.month(month)}: {_told(row, currency)}" for month, row in rows) + ".",
    )
    chart = Chart(NAME, words, half=True)
    _stack(chart, [row for _, row in rows])
    _marks(chart, rows, currency)
    axes = chart.axes
    axes.set_ylim(0, axes.get_ylim()[1] * 1.3)
    axes.legend(loc="upper left", frameon=False, fontsize=9, ncols=1, borderaxespad=0.2)
    canvas.months_axis(axes, [month for month, _ in rows])
    canvas.value_ticks(axes, "money", currency)
    return chart.drawing()


def _marks(chart: Chart, rows: Sequence[tuple[date, Mapping[str, Decimal]]], currency: str) -> None:
    for place, (month, row) in enumerate(rows):
        base = 0.0
        for kind, (name, *_) in LOOKS.items():
            words = f"{form.month(month)}, {name}: {form.money_unit(row[kind], currency)}"
            chart.mark(place, base + float(row[kind]) / 2, words)
            base += float(row[kind])


def _told(row: Mapping[str, Decimal], currency: str) -> str:
    return ", ".join(f"{LOOKS[kind][0]} {form.money(row[kind], currency)}" for kind in LOOKS)


def finding(sums: Mapping[str, Decimal]) -> str | None:
    """Return which part is larger; of means, which add up."""
    used = sums["useful"] + sums["wasted"]
    if sums["fixed"] == used:
        return None
    larger = "Fixed costs are" if sums["fixed"] > used else "Usage is"
    return f"{larger} the larger part of the mean spend"


def _stack(chart: Chart, rows: Sequence[Mapping[str, Decimal]]) -> None:
    base = [0.0] * len(rows)
    for kind, (name, color, hatch) in LOOKS.items():
        heights = [float(row[kind]) for row in rows]
        chart.axes.bar(
            range(len(rows)),
            heights,
            0.7,
            bottom=base,
            color=color,
            label=name,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.5,
        )
        base = [low + height for low, height in zip(base, heights, strict=True)]
