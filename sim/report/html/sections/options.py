"""What would change the answer: what moved with it, how to ask more, and what averages would have said."""

from __future__ import annotations

from sim.report import format as form
from sim.report import read
from sim.report.charts import drivers as charts
from sim.report.html.blocks import Block, Charts, Section, Table, Text
from sim.report.read import Summary
from sim.report.read_facts import Row, drivers


def section(summary: Summary) -> Section:
    """Return the section."""
    return Section(
        "options",
        "What would change the answer",
        [*_drivers(summary), Text(_more(summary)), _averages(summary)],
    )


def _drivers(summary: Summary) -> list[Block]:
    rows = drivers(summary)
    if not rows:
        return [Text("No input is written as a range, so none can be told to move anything.")]
    told = [row for row in rows if not row["why_none"]]
    untold = [
        f"{charts.noun_of(row)}: {form.label(row['why_none'], 100)}."
        for row in rows
        if row["why_none"]
    ]
    blocks: list[Block] = [Text(_how(told[0]))] if told else []
    if untold:
        blocks.append(Text(f"What these moved with is not told. {' '.join(untold)}"))
    blocks.append(Charts(tuple(charts.CHARTS)))
    return [*blocks, *(_unknowns(summary, row) for row in told)]


def _how(row: Row) -> str:
    level = form.share(row["interval_level"])
    return (
        f"Each of the {row['runs']} runs drew every unknown anew. A straight line through the runs tells with which "
        "unknown a figure moved, from that unknown's P10 to its P90. This is what went together in these runs, not a "
        f"test of one input at a time; the intervals of one figure hold all at once in {level} of such "
        "studies."
    )


def _unknowns(summary: Summary, row: Row) -> Table:
    """Each unknown of a figure: its range, the figure at its ends, and how sure the swing between them is."""
    level = form.share(row["interval_level"])
    return Table(
        f"{charts.noun_of(row)} and each unknown",
        ("Unknown", "P10 to P90", "At P10", "At P90", "Swing", f"{level} interval", "Explains"),
        [_unknown(summary, row["unit"], one) for one in row["unknowns"]],
        left=2,
        note="A swing whose interval holds zero may be chance. Explains: the share of the variance between runs that "
        "the line accounts for.",
        folds="closed",
    )


def _unknown(summary: Summary, unit: str, one: Row) -> tuple[str, ...]:
    numbers = [one["swing"], one["at_p10"], one["at_p90"], *one["swing_interval"]]
    swing, at_p10, at_p90, low, high = form.measure_row(numbers, unit, read.currency(summary), 3)
    return (
        form.label(one["path"], 80),
        f"{form.label(one['p10'], 20)} to {form.label(one['p90'], 20)}",
        at_p10,
        at_p90,
        swing,
        f"{low} to {high}",
        form.share(one["explained"]),
    )


def _more(summary: Summary) -> str:
    path = form.label(summary["scenario"]["path"] or "SCENARIO", 80)
    return (
        f"Other plans are not part of this run. simulate compare {path} OTHER draws the waterfall between two plans, "
        f"simulate sweep {path} which of many variants no other beats on cost and p95, and simulate sensitivity {path} "
        "moves one unknown at a time: each with the same people and the same luck, on a page of its own."
    )


def _averages(summary: Summary) -> Table:
    rows, currency = read.headlines(summary), read.currency(summary)
    shown = [
        form.measure_row(
            [row.value.p50, row.averages_say, row.value.p10, row.value.p90], row.unit, currency
        )
        for row in rows
    ]
    return Table(
        "What a spreadsheet of averages would have said",
        ("Figure", "Averages", "Simulated P50", form.range_name(read.replications(summary))),
        [
            (row.name, cells[1], cells[0], form.between(cells[2], cells[3]))
            for row, cells in zip(rows, shown, strict=True)
        ],
        note="A spreadsheet knows no queue, quota, retry or outage.",
    )
