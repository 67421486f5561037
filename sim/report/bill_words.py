"""A bill as people read it: quantities, unit prices, and costs that add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from sim.report import format as form
from sim.report.read import SpendLine

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
