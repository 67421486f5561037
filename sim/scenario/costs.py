"""What is paid beside usage: fixed prices and the budget."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from sim.errors import PlaceError, QuantityError
from sim.scenario.spine import Spine
from sim.scenario.types import Day, Model, Money, Multiplier, Name, Share
from sim.units import BYTE_UNITS, byte_count, count, shown


@dataclass(frozen=True, slots=True)
class Amount:
    """So much per request: a size [B] or a number."""

    size: int | None = None
    number: float = 0.0


def _read_amount(value: object) -> Amount:
    if isinstance(value, Amount):
        return value
    text = value.strip() if isinstance(value, str) else shown(value)
    number = re.sub(r"\s+per\s+request$", "", text)
    if number == text:
        raise QuantityError(f'{shown(value)!r}: write e.g. "6kB per request"', "unit_missing")
    if number[-1:] == "B" and number[-2:-1].isalpha():
        return Amount(size=byte_count(number))
    return Amount(number=count(number))


PerRequest = Annotated[
    Amount,
    PlainValidator(_read_amount),
    WithJsonSchema({"type": "string", "pattern": "per +request$", "examples": ["6kB per request"]}),
]


class FixedCost(Model):
    """A price by the month, whatever the use; a gate that holds a phase does not put it off."""

    name: Name
    """What the bill calls it [text]."""
    per_month: Money
    """[currency / month]"""
    share: Share = 1.0
    """The part of it that this plan pays [share]."""
    since: Annotated[Day | None, Field(alias="from")] = None
    """The first day that is paid; the horizon's first, unless written [day]."""
    until: Day | None = None
    """The day after the last one that is paid [day]."""
    owner: Name | None = None
    """The team that pays it."""

    @model_validator(mode="after")
    def _in_order(self) -> FixedCost:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise PlaceError("until is after from", ("until",), "order")
        return self


class UsageCost(Model):
    """A cost that every request brings, such as its logs."""

    name: Name
    """What the bill calls it [text]."""
    per: Literal["request", "kB", "MB", "GB", "TB"]
    """The unit that is priced [word]."""
    price: Money
    """For one unit; for one unit and month where it `grows` [currency]."""
    uses: PerRequest | None = None
    """What a request uses of it once: "6kB per request" [per unit]."""
    grows: PerRequest | None = None
    """What a request leaves behind, paid again every month, instead of `uses` [per unit]."""

    @model_validator(mode="after")
    def _one_amount(self) -> UsageCost:
        if (self.uses is None) == (self.grows is None):
            raise PlaceError('give `uses` or `grows`, e.g. "6kB per request"', (), "either_or")
        if (self.amount.size is None) != (self.per == "request"):
            message = f"the amount is not in {self.per}s"
            raise PlaceError(message, ("uses" if self.uses else "grows",), "unit_wrong")
        return self

    @property
    def amount(self) -> Amount:
        """What a request brings."""
        amount = self.uses or self.grows
        assert amount is not None
        return amount

    def units_per_request(self) -> Decimal:
        """Units that a request brings [per]."""
        if self.amount.size is None:
            return Decimal(repr(self.amount.number))
        return Decimal(self.amount.size) / BYTE_UNITS[self.per]


class PriceChange(Model):
    """All prices of an endpoint, from a day on."""

    at: Day
    """The first day of the new prices [day]."""
    endpoint: Name
    """Whose prices [name]."""
    price: Multiplier
    """What they are multiplied by [x]."""
    chance: Share = 1.0
    """How likely it is to come [share]."""
    why: str | None = None
    """Why it may [text]."""


class BudgetLimit(Model):
    """What may be spent."""

    per_month: Money
    """[currency / month]"""


class Costs(Spine):
    """Costs beside those of endpoints and stations."""

    fixed: tuple[FixedCost, ...] = ()
    """Prices by the month [list]."""
    per_usage: tuple[UsageCost, ...] = ()
    """Costs that every request brings [list]."""
    changes: tuple[PriceChange, ...] = ()
    """Price changes of endpoints, sure or possible [list]."""
    budget: BudgetLimit | None = None
    """What may be spent."""
