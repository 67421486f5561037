"""A bill as people read it: quantities, unit prices, and costs that add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sim.report import format as form
from sim.report.read import SpendLine

ONE = Decimal(1)
SMALL_TOTAL = 1_000
"""Below this a bill shows its cents."""


def footing(costs: Sequence[Decimal], currency: str, *, whole: bool = False) -> list[str]:
    """Return parts and their total, rounded so that they add up: the largest part takes the rest.

    Amounts have no cents where the total is large, or `whole` asks for it.
    """
    small = not whole and abs(costs[-1]) < SMALL_TOTAL
    show = form.money_unit if small else form.money_whole
    return [show(cost, currency) for cost in _added_up(costs, Decimal("0.01") if small else ONE)]


def fine_footing(costs: Sequence[Decimal], currency: str) -> list[str]:
    """Return parts and their total as `footing` does, of what a single request costs."""
    place = ONE.scaleb(-form.FINE_PLACES)
    return [form.money_fine(cost, currency) for cost in _added_up(costs, place)]


def _added_up(costs: Sequence[Decimal], place: Decimal) -> list[Decimal]:
    *parts, whole = [cost.quantize(place) for cost in costs]
    if parts:
        largest = max(range(len(parts)), key=lambda i: parts[i])
        parts[largest] += whole - sum(parts, Decimal(0))
    return [*parts, whole]


def quantity(line: SpendLine) -> str:
    """Return a line's quantity with its unit."""
    if line.quantity is None:
        return ""
    number = form.count(line.quantity)
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
