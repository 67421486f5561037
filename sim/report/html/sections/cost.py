"""Cost: how sure, on what, and what an answer costs."""

from __future__ import annotations

from decimal import Decimal

from sim.report import bill_words, read
from sim.report import format as form
from sim.report.html.blocks import Block, Charts, Section, Table, Text
from sim.report.read import Summary
from sim.report.read_bill import priced_lines
from sim.report.terminal import period

ZERO = Decimal(0)
QUANTITY_DIGITS = 6
"""So many that a reader who multiplies finds the cost."""


def section(summary: Summary) -> Section | None:
    """Return the section, or None where nothing costs anything."""
    if not read.spend_lines(summary):
        return None
    blocks: list[Block] = [
        Charts(("spend_actual_and_projected",)),
        Charts(("spend_to_date", "spend_fan", "spend_by_kind", "cost_per_good_request"), half=True),
        _months(summary),
        _bill(summary),
        Text("Wasted is what was paid for answers that nobody heard, and for errors."),
    ]
    return Section("cost", "Cost", blocks)


def _months(summary: Summary) -> Table:
    currency, months = read.currency(summary), read.months(summary)
    lines, columns = read.spend_shown(summary), []
    for month in months:
        costs = [month.cost_of(line.id) for line in lines]
        total = form.decimal(month.total.mean) or ZERO
        columns.append(bill_words.footing([*costs, total], currency, whole=True))
    rows = [[line.name, *(column[place] for column in columns)] for place, line in enumerate(lines)]
    means = [column[-1] for column in columns]
    return Table(
        f"Monthly spend by line, mean of runs ({currency})",
        ("Line", *(form.month(month.month) for month in months)),
        rows,
        foot=("Total, mean", *means),
        after=_spreads(summary),
        note="Means of lines add up to the mean total, as shown. Percentiles are those of the total; they add up "
        "neither over lines nor over months.",
        folds="open",
    )


def _spreads(summary: Summary) -> list[list[str]]:
    """Rows of the total's spread and of the budget, below the total."""
    currency, months = read.currency(summary), read.months(summary)
    low, high = form.range_ends(read.replications(summary))
    rows = [
        [
            f"Total, {name}",
            *(form.money_whole(getattr(month.total, key), currency) for month in months),
        ]
        for key, name in (("p10", low), ("p50", "P50"), ("p90", high))
    ]
    if any(month.budget is not None for month in months):
        rows.append(["Budget", *(form.money_whole(month.budget, currency) for month in months)])
    return rows


def _bill(summary: Summary) -> Table:
    currency, lines = read.currency(summary), priced_lines(summary)
    total = read.spend_total(summary)
    wasted = form.decimal(summary["spend"]["wasted"]["mean"]) or ZERO
    costs = bill_words.footing([*(line.cost for line, _ in lines), total], currency)
    whole = total >= bill_words.SMALL_TOTAL
    wastes = bill_words.footing(
        [*(line.wasted for line, _ in lines), wasted], currency, whole=whole
    )
    drawn = any(is_mean for _, is_mean in lines)
    return Table(
        f"Quantity × unit price by line, {period(summary)}, mean of runs ({currency})",
        ("Line", "Basis", "Quantity", "Unit price", "Cost", "Of it wasted"),
        [
            (
                line.name,
                line.basis,
                bill_words.quantity(line, QUANTITY_DIGITS),
                f"{'mean ' if is_mean else ''}{bill_words.unit_price(line, currency)}",
                cost,
                waste,
            )
            for (line, is_mean), cost, waste in zip(lines, costs, wastes, strict=False)
        ],
        left=2,
        foot=("Total", "", "", "", costs[-1], wastes[-1]),
        note="A mean price is that of a line whose price each run draws." if drawn else "",
    )
