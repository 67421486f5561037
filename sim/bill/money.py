"""Exact money: Decimal arithmetic that raises rather than rounds."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction

PLACES = Decimal("1e-12")
"""Quantities that are no finite decimal (a third of a month, µs in hours) are rounded to this, before money."""
EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])


def product(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Quantity × unit price, without rounding."""
    return EXACT.multiply(quantity, unit_price)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum; 0 of nothing."""
    whole = Decimal(0)
    for amount in amounts:
        whole = EXACT.add(whole, amount)
    return whole


def quantity_of(number: Fraction | int) -> Decimal:
    """A quantity as a Decimal: exact where 12 decimal places suffice, else rounded to them."""
    exact = Fraction(number)
    scaled = exact / Fraction(PLACES)
    return EXACT.normalize(EXACT.multiply(Decimal(round(scaled)), PLACES))
