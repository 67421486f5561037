"""A bill as people read it: quantities, unit prices, and costs that add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from sim.report import format as form
from sim.report import read
from sim.report.read import SpendLine, Summary

SMALL_TOTAL = 1_000
"""Below this a bill shows its cents."""
UNIT, CENT = Decimal(1), Decimal("0.01")


def footing(costs: Sequence[Decimal], currency: str, *, whole: bool = False) -> list[str]:
    """Return parts and their total as shown, so that the parts add up to the total.

    Amounts have no cents where the total is large, or `whole` asks for it. Each is less than one step (a unit, or
    a cent) off, as the steps that are left go to the parts that lost most by being cut.
    """
    small = not whole and abs(costs[-1]) < SMALL_TOTAL
    show = form.money_unit if small else form.money_whole
    return [show(cost, currency) for cost in _cut(costs, CENT if small else UNIT)]


def actual_rows(summary: Summary) -> list[list[str]]:
    """Return (month, actual, projected, variance) of each month of which the spend is known, and their total.

    Differences are those of the amounts as shown.
    """
    spent, currency = read.actuals(summary), read.currency(summary)
    months = [row for row in read.months(summary) if row.month in spent]
    small = all(abs(spent[row.month]) < SMALL_TOTAL for row in months)
    step, show = (CENT, form.money_unit) if small else (UNIT, form.money_whole)
    pairs = [
        (spent[row.month].quantize(step), sum(row.lines.values(), Decimal(0)).quantize(step))
        for row in months
    ]
    names = [form.month(row.month) for row in months]
    if len(pairs) > 1:
        names.append("Total")
        none = Decimal(0)
        pairs.append((sum((a for a, _ in pairs), none), sum((mean for _, mean in pairs), none)))
    return [
        [name, show(a, currency), show(mean, currency), _signed(show(a - mean, currency), a - mean)]
        for name, (a, mean) in zip(names, pairs, strict=True)
    ]


def _signed(text: str, amount: Decimal) -> str:
    return f"+{text}" if amount > 0 else text


def fine_footing(costs: Sequence[Decimal], currency: str) -> list[str]:
    """Return parts and their total as `footing` does, of what a single request costs."""
    step = UNIT.scaleb(-form.FINE_PLACES)
    return [form.money_fine(cost, currency) for cost in _cut(costs, step)]


def _cut(costs: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """Parts and their total in whole steps (the largest-remainder method); rounded where the parts sum to another."""
    total, parts = costs[-1].quantize(step), costs[:-1]
    floors = [(part / step).to_integral_value(ROUND_FLOOR) * step for part in parts]
    left = int((total - sum(floors, Decimal(0))) / step)
    if not 0 <= left <= len(parts):
        return [cost.quantize(step) for cost in costs]
    places = sorted(range(len(parts)), key=lambda place: (floors[place] - parts[place], place))
    for place in places[:left]:
        floors[place] += step
    return [*floors, total]


def quantity(line: SpendLine, digits: int = 3) -> str:
    """Return a line's quantity with its unit."""
    if line.quantity is None:
        return ""
    number = form.count(line.quantity, digits)
    countable = line.unit.islower() and not line.unit.endswith("s") and number != "1"
    return f"{number} {line.unit}{'s' if countable else ''}".strip()


def unit_price(line: SpendLine, currency: str) -> str:
    """Return a line's price for one unit; empty where it had several."""
    price = form.decimal(line.unit_price)
    if price is None:
        return ""
    if line.unit == "tokens":
        return f"{form.money_unit(price * 10**6, currency)}/M"
    return f"{form.money_unit(price, currency)}/{line.unit.removesuffix('s')}"
