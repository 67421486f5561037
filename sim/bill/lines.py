"""The bill: lines whose costs are quantity × unit price, so that all parts foot to the last digit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sim.bill.money import product, total

Basis = Literal["fixed", "usage"]
Worth = Literal["useful", "wasted"]
TokenKind = Literal["input", "cache write", "cached input", "output"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one month."""

    month: str
    """`2027-07`."""
    subject: str
    """The endpoint, station or contract."""
    item: str
    """What of it: `output tokens`, `busy hours`, `month`."""
    basis: Basis
    worth: Worth
    """`wasted`: answers for nobody, the input of errors, and `filtered` input, which has lines of its own."""
    quantity: Decimal
    unit: str
    unit_price: Decimal
    token_kind: TokenKind | None = None
    """Of a line of tokens."""

    @property
    def cost(self) -> Decimal:
        """Quantity × unit price, exactly."""
        return product(self.quantity, self.unit_price)

    @property
    def name(self) -> str:
        """`gpt_standard output tokens`: the line's name over all months and prices."""
        return f"{self.subject} {self.item}" if self.item else self.subject


@dataclass(frozen=True)
class Bill:
    """All lines of a horizon, by month, then as the tariff names them."""

    lines: tuple[Line, ...]
    months: tuple[str, ...]
    """Every month of the horizon, with those that cost nothing."""

    def total(self, month: str | None = None, worth: Worth | None = None) -> Decimal:
        """The exact cost, of one month or of all, of useful or wasted work or of both."""
        return total(
            line.cost
            for line in self.lines
            if month in (None, line.month) and worth in (None, line.worth)
        )

    def by_month(self) -> dict[str, Decimal]:
        """The cost of each month."""
        return {month: Decimal(0) for month in self.months} | self._sums(lambda line: line.month)

    def by_name(self, month: str | None = None) -> dict[str, Decimal]:
        """The cost of each line's name, over all months or in one."""
        lines = (line for line in self.lines if month in (None, line.month))
        return self._sums(lambda line: line.name, lines)

    def _sums(
        self, key: Callable[[Line], str], lines: Iterable[Line] | None = None
    ) -> dict[str, Decimal]:
        parts: dict[str, list[Decimal]] = {}
        for line in self.lines if lines is None else lines:
            parts.setdefault(key(line), []).append(line.cost)
        return {name: total(costs) for name, costs in parts.items()}
