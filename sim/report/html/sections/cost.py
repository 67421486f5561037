"""Cost: how sure, on what, and what an answer costs."""

from __future__ import annotations

from decimal import Decimal

from sim.report import bill_words, read
from sim.report import format as form
from sim.report.html.blocks import Block, Charts, Section, Table, Text
from sim.report.read import Summary
from sim.report.terminal import period


def section(summary: Summary) -> Section | None:
    """Return the section, or None where nothing costs anything."""
    if not read.spend_lines(summary):
        return None
    known = ("spend_actual_and_projected",) if read.actuals(summary) else ()
    blocks: list[Block] = [
        *([Charts(known)] if known else []),
        Charts(("spend_actual_and_projected",)),
        Charts(("spend_to_date", "spend_fan", "spend_by_kind", "cost_per_good_request"), half=True),
        _months(summary),
        _bill(summary),
        Text(
            "Means add up over lines and months; percentiles do not, so P10 and P90 are those of the "
            "total. Wasted is what was paid for answers that nobody heard, and for errors."
        ),
    ]
    return Section("cost", "Cost", blocks)


def _months(summary: Summary) -> Table:
    currency, months = read.currency(summary), read.months(summary)
    lines = read.spend_lines(summary)
    rows = [
        [
            line.name,
            *(form.money_whole(month.lines.get(line.id, Decimal(0)), currency) for month in months),
        ]
        for line in lines
    ]
    rows += _spreads(summary)
    means = [form.money_whole(month.total.mean, currency) for month in months]
    return Table(
        f"Monthly spend by line, mean of runs ({currency})",
        ("Line", *(form.month(month.month) for month in months)),
        rows,
        foot=("Total, mean", *means),
        note="Each cell is rounded by itself, so a column may differ from its total by the rounding.",
        folds=True,
    )


def _spreads(summary: Summary) -> list[list[str]]:
    """Rows of the total's spread and of the budget, above the total."""
    currency, months = read.currency(summary), read.months(summary)
    rows = [
        [
            f"Total, {name}",
            *(form.money_whole(getattr(month.total, key), currency) for month in months),
        ]
        for key, name in (("p10", "P10"), ("p50", "P50"), ("p90", "P90"))
    ]
    if any(month.budget is not None for month in months):
        rows.append(["Budget", *(form.money_whole(month.budget, currency) for month in months)])
    return rows


def _bill(summary: Summary) -> Table:
    currency, lines = read.currency(summary), read.spend_lines(summary)
    total = form.decimal(summary["spend"]["total"]["mean"]) or Decimal(0)
    wasted = form.decimal(summary["spend"]["wasted"]["mean"]) or Decimal(0)
    costs = bill_words.footing([*(line.cost for line in lines), total], currency)
    whole = total >= bill_words.SMALL_TOTAL
    wastes = bill_words.footing([*(line.wasted for line in lines), wasted], currency, whole=whole)
    return Table(
        f"Quantity × unit price by line, {period(summary)}, mean of runs ({currency})",
        ("Line", "Basis", "Quantity", "Unit price", "Cost", "Of it wasted"),
        [
            (
                line.name,
                line.basis,
                bill_words.quantity(line),
                bill_words.unit_price(line, currency) or "several",
                cost,
                waste,
            )
            for line, cost, waste in zip(lines, costs, wastes, strict=False)
        ],
        left=2,
        foot=("Total", "", "", "", costs[-1], wastes[-1]),
    )
