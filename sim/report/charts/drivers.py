"""With which unknown spend, p95 and availability moved, over the runs as they are."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sim.report import format as form
from sim.report import read
from sim.report.charts import canvas, tornado
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import Summary
from sim.report.read_facts import Row, drivers

BARS_MAX = 6
NAME_LETTERS = 34
NOUNS = {
    "spend": "Spend",
    "spend.highest_month": "The highest month's spend",
    "latency.p95": "p95 latency",
    "availability": "Availability",
}
"""What a title calls each figure."""
SHOWN = ("spend", "latency.p95", "availability")
"""The figures that have a chart; the others have their tables."""


def name_of(figure: str) -> str:
    """Return the name of the chart of a figure."""
    return f"drivers_of_{figure.replace('.', '_')}"


def draw_figure(figure: str) -> Callable[[Summary], Drawing | None]:
    """Return what draws a figure's chart, which is None where no unknown is told of it."""

    def draw(summary: Summary) -> Drawing | None:
        row = subject(summary, figure)
        return None if row is None or row["why_none"] else _drawn(summary, row)

    return draw


def subject(summary: Summary, figure: str) -> Row | None:
    """Return the figure of the workload that a target judges, or else of the first workload."""
    rows = [row for row in drivers(summary) if row["name"] == figure]
    judged = {target.workload for target in read.targets(summary) if target.metric == figure}
    return next((row for row in rows if row["workload"] in judged), rows[0] if rows else None)


def noun_of(row: Row) -> str:
    """Return what a figure is called, with its workload."""
    noun = NOUNS[str(row["name"])]
    return f"{noun} of {form.label(row['workload'], 30)}" if row["workload"] else noun


def finding(row: Row) -> str | None:
    """Return the unknown whose swing is clear, and whether it is surely wider than the next one's."""
    if not row["moves_most"]:
        return None
    name, noun = tornado.short(str(row["moves_most"]), NAME_LETTERS), NOUNS[str(row["name"])]
    others = [_ends(one)[1] for one in row["unknowns"][1:]]
    surely = _ends(row["unknowns"][0])[0] > max(others, default=Decimal(0))
    return f"{noun} moved most with {name}" if surely else f"{noun} moved with {name}"


def _ends(unknown: Row) -> tuple[Decimal, Decimal]:
    """The least and the largest size of a swing within its interval."""
    low, high = (form.decimal(end) or Decimal(0) for end in unknown["swing_interval"])
    sizes = sorted((abs(low), abs(high)))
    return (Decimal(0) if low <= 0 <= high else sizes[0]), sizes[1]


def _drawn(summary: Summary, row: Row) -> Drawing:
    currency, unknowns = read.currency(summary), row["unknowns"][:BARS_MAX]
    ends = [
        form.measure_row([one["at_p10"], one["at_p90"]], row["unit"], currency, 3)
        for one in unknowns
    ]
    told = "; ".join(
        f"{form.label(one['path'], 60)}: {low} to {high}"
        for one, (low, high) in zip(unknowns, ends, strict=True)
    )
    noun = noun_of(row)
    words = Words(
        canvas.finding(
            finding(row), f"{NOUNS[str(row['name'])]} and each unknown", int(row["runs"])
        ),
        f"{noun} at the P10 (ring) and P90 (dot) of an unknown, by a straight line over {row['runs']} runs. "
        "Grey: may be chance.",
        f"{told}.",
    )
    chart = Chart(name_of(str(row["name"])), words, height=1.4 + 0.5 * len(unknowns))
    tornado.bars(chart, unknowns, ends)
    return chart.drawing()


CHARTS: dict[str, Callable[[Summary], Drawing | None]] = {
    name_of(figure): draw_figure(figure) for figure in SHOWN
}
"""A chart for each of these figures."""
