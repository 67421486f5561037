"""The error budget, burning down."""

from __future__ import annotations

from sim.report import format as form
from sim.report import read, read_service
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import Summary
from sim.report.read_service import BurnDown

NAME = "error_budget"
NEUTRAL_TITLE = "What is left of the error budget"


def draw(summary: Summary) -> Drawing | None:
    """Return the chart of the first target on availability, or None without one."""
    found = read_service.burn_downs(summary)
    if not found or not any(form.decimal(value.p50) is not None for _, value in found[0].days):
        return None
    burn, runs = found[0], read.replications(summary)
    last = burn.days[-1][1]
    words = Words(
        canvas.finding(finding(burn), NEUTRAL_TITLE, runs),
        f"{canvas.fitted(burn.workload, canvas.NAME_POINTS)}, target {form.share(burn.limit)}; 0% is all it allows. "
        f"Line: P50; band: {canvas.band_words(runs)}.",
        f"At the end {form.share(last.p50)} is left at P50.",
    )
    chart = Chart(NAME, words, half=True)
    axes, spreads = chart.axes, [value for _, value in burn.days]
    canvas.band(axes, range(len(spreads)), spreads, canvas.PALETTE[1])
    names = [f"After {form.day(day)}" for day, _ in burn.days]
    canvas.band_marks(chart, names, spreads, "share")
    axes.set_xlim(0, max(1, len(spreads) - 1))
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -0.04), max(high, 1.04))
    axes.axhline(0, color=canvas.LIMIT, linewidth=1.4)
    canvas.value_ticks(axes, "share")
    canvas.month_ticks(axes, [day for day, _ in burn.days])
    return chart.drawing()


def finding(burn: BurnDown) -> str | None:
    """Return whether 9 of 10 replications end within the budget, or beyond it."""
    last = burn.days[-1][1]
    low, high = form.decimal(last.p10), form.decimal(last.p90)
    if low is None or high is None:
        return None
    if low >= 0:
        return "The error budget lasts in 9 of 10 runs"
    return "The error budget is used up in 9 of 10 runs" if high < 0 else None
