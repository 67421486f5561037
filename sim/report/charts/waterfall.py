"""From one plan's spend to another's, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sim.report import format as form
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.comparison import plan_letters, signed, spend_row

NEUTRAL_TITLE = "From one plan's spend to the other's"
MORE, LESS, WHOLE = canvas.LIMIT, canvas.PALETTE[1], canvas.PALETTE[4]
CAUSES = {
    "volume": "volume",
    "mix": "the mix of workloads",
    "per request": "use per request",
    "price": "prices",
    "reserved": "reserved units",
    "fixed": "fixed costs",
    "waste": "waste",
}
"""What a title calls each step."""
ROOM = 1.22
"""Labels need room above the highest column."""


def name_of(letter: str) -> str:
    """Return the name of the chart of a plan."""
    return f"waterfall_{letter}"


def draw(comparison: Mapping[str, Any], place: int) -> Drawing | None:
    """Return the chart of a plan beside the first, or None where one of them spends nothing."""
    letters, currency = plan_letters(comparison), comparison["currency"]
    row = spend_row(comparison)
    ends = [form.decimal(row["plans"][plan]["mean"]) for plan in (0, place)]
    found = next(one["steps"] for one in comparison["waterfalls"] if one["plan"] == place)
    steps = [(str(one["name"]), form.decimal(one["mean"]) or Decimal(0)) for one in found]
    if ends[0] is None or ends[1] is None or not any(ends):
        return None
    runs = int(comparison["engine"]["replications"])
    pair = (letters[0], letters[place])
    told = ", ".join(f"{name} {signed(change, 'money', currency)}" for name, change in steps)
    with canvas.style(name_of(letters[place])):
        words = Words(
            canvas.finding(
                finding(row["differences"][place - 1], steps, pair, currency), NEUTRAL_TITLE, runs
            ),
            f"Mean spend of the horizon over {runs} runs, {currency}, from {pair[0]} to {pair[1]}.",
            f"{form.money(ends[0], currency)}; {told}; {form.money(ends[1], currency)}.",
        )
        chart = Chart(name_of(letters[place]), words)
        _columns(chart, (ends[0], ends[1]), steps, pair, currency)
        return chart.drawing()


def finding(
    difference: Mapping[str, Any],
    steps: Sequence[tuple[str, Decimal]],
    pair: tuple[str, str],
    currency: str,
) -> str | None:
    """Return who costs more and the step that adds most to it, where the interval of the mean leaves out zero."""
    ends, mean = difference["mean_interval"], form.decimal(difference["mean"])
    if ends is None or mean is None or float(ends[0]) <= 0 <= float(ends[1]):
        return None
    name, _ = max(steps, key=lambda step: step[1] * (1 if mean > 0 else -1))
    word = "more" if mean > 0 else "less"
    return f"{pair[1]} costs {form.money(abs(mean), currency)} {word} than {pair[0]}, mostly by {CAUSES[name]}"


def _columns(
    chart: Chart,
    ends: tuple[Decimal, Decimal],
    steps: Sequence[tuple[str, Decimal]],
    pair: tuple[str, str],
    currency: str,
) -> None:
    axes, last = chart.axes, len(steps) + 1
    level, top = ends[0], max(ends)
    axes.bar([0, last], [float(end) for end in ends], 0.6, color=WHOLE)
    labels = [(0, ends[0], form.money(ends[0], currency))]
    for place, (_, change) in enumerate(steps, 1):
        color, hatch = (MORE, None) if change >= 0 else (LESS, "///")
        axes.bar(
            place, float(change), 0.6, bottom=float(level), color=color, hatch=hatch, ec="white"
        )
        axes.plot([place - 0.7, place + 0.3], [float(level)] * 2, color=canvas.QUIET, linewidth=0.8)
        labels.append((place, max(level, level + change), signed(change, "money", currency)))
        level += change
        top = max(top, level)
    labels.append((last, ends[1], form.money(ends[1], currency)))
    for place, height, text in labels:
        chart.mark(
            place,
            float(height),
            f"{(pair[0], *(name for name, _ in steps), pair[1])[place]}: {text}",
        )
        axes.annotate(
            text,
            (place, float(height)),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )
    axes.set_ylim(0, float(top) * ROOM)
    axes.set_xticks(range(last + 1), [pair[0], *(name for name, _ in steps), pair[1]])
    axes.tick_params(axis="x", length=0)
    canvas.value_ticks(axes, "money", currency)
