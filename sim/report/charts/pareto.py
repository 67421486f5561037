"""Points of a sweep: what each costs and how slow it is, and which no other beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report import format as form
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words

NAME = "pareto"
BEATEN = "#8C8C8C"
NUMBERED_MAX = 12
"""Of more points that no other beats, none has its number beside it."""
APART = 0.035
"""Numbers nearer to each other than this part of the plot are left to the table."""


def ordered(sweep: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the points as people number them: the cheapest first."""
    return sorted(sweep["points"], key=lambda point: float(point["spend"]["mean"] or 0))


def draw(sweep: Mapping[str, Any]) -> Drawing | None:
    """Return the chart, or None where fewer than two points have an answer."""
    points = ordered(sweep)
    known = [
        (number, point)
        for number, point in enumerate(points, 1)
        if form.decimal(point["latency_p95"]["mean"]) is not None
    ]
    if len(known) < 2:
        return None
    best = [number for number, point in known if point["on_frontier"]]
    runs, currency = sweep["engine"]["replications"], sweep["currency"]
    left_out = (
        f" {len(points) - len(known)} without an answer are left out."
        if len(points) > len(known)
        else ""
    )
    with canvas.style(NAME):
        words = Words(
            _title(len(best), len(points)),
            f"Means of {runs} runs: spend of the horizon, {currency}, and p95 of "
            f"{form.label(sweep['workload'], 24)}. Numbers: see the table.{left_out}",
            "Points that no other beats: " + ", ".join(map(str, best)) + ".",
        )
        chart = Chart(NAME, words)
        _dots(chart, known, currency)
        return chart.drawing()


def _title(best: int, count: int) -> str:
    verb = "is" if best == 1 else "are"
    return f"{best} of {count} points {verb} beaten by no other"


def _dots(chart: Chart, known: Sequence[tuple[int, Mapping[str, Any]]], currency: str) -> None:
    axes = chart.axes
    for frontier, color, size in ((False, BEATEN, 26), (True, canvas.PALETTE[0], 46)):
        shown = [point for _, point in known if point["on_frontier"] is frontier]
        axes.scatter(
            [float(point["spend"]["mean"]) for point in shown],
            [float(point["latency_p95"]["mean"]) for point in shown],
            s=size,
            color=color,
            zorder=4,
            label="beaten by none" if frontier else "beaten by another",
        )
    for number, point in known:
        spend, p95 = point["spend"]["mean"], point["latency_p95"]["mean"]
        told = f"{form.money(spend, currency, canvas.EXACT_DIGITS)}, p95 {form.duration(p95, 3)}"
        chart.mark(float(spend), float(p95), f"{number}, {form.label(point['label'], 60)}: {told}")
    axes.margins(0.08, 0.14)
    axes.grid(visible=True, axis="both")
    axes.autoscale_view()
    axes.autoscale(enable=False)
    _numbers(chart, [(n, point) for n, point in known if point["on_frontier"]])
    canvas.value_ticks(axes, "s")
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    axes.set_xticks(ticks, form.ticks(ticks[::-1], "money", currency)[::-1])
    axes.set_xlim(low, high)
    axes.set_xlabel("mean spend", fontsize=9)
    axes.set_ylabel("p95", fontsize=9)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 0.99), ncols=2, frameon=False, fontsize=9)


def _numbers(chart: Chart, best: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    if len(best) > NUMBERED_MAX:
        return
    axes = chart.axes
    taken: list[tuple[float, float]] = []
    for number, point in best:
        place = (float(point["spend"]["mean"]), float(point["latency_p95"]["mean"]))
        x, y = axes.transLimits.transform(place)
        if any(abs(x - a) < APART and abs(y - b) < 2 * APART for a, b in taken):
            continue
        taken.append((x, y))
        axes.annotate(str(number), place, xytext=(6, 5), textcoords="offset points", fontsize=9)
