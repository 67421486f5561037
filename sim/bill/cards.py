"""Rate cards: what an endpoint, a station or a contract costs, and from which local day on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sim.bill.money import product
from sim.bill.reserved import ReservedCost
from sim.errors import FactError


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of one endpoint in the scenario's currency."""

    input_per_mtok: Decimal
    """Per million input tokens that the vendor had not cached."""
    output_per_mtok: Decimal
    cached_per_mtok: Decimal | None = None
    """Per million cached input tokens; None: they cost as much as others."""
    write_per_mtok: Decimal | None = None
    """Per million input tokens that are written to the cache; None: they cost as much as others."""
    per_request: Decimal = Decimal(0)
    """Per attempt that is billed."""
    source: str = "scenario"
    """Where the numbers come from."""
    long_from_tokens: int | None = None
    """All tokens of an attempt with a longer prompt have the prices of `long`; None: there is no such band."""
    long: Prices | None = None
    """Prices of attempts with long prompts."""

    def times(self, factor: Decimal, why: str) -> Prices:
        """The same prices, multiplied."""
        cached = None if self.cached_per_mtok is None else product(self.cached_per_mtok, factor)
        write = None if self.write_per_mtok is None else product(self.write_per_mtok, factor)
        return replace(
            self,
            input_per_mtok=product(self.input_per_mtok, factor),
            output_per_mtok=product(self.output_per_mtok, factor),
            cached_per_mtok=cached,
            write_per_mtok=write,
            per_request=product(self.per_request, factor),
            long=None if self.long is None else self.long.times(factor, why),
            source=f"{self.source}; x {factor} ({why})" if why else f"{self.source}; x {factor}",
        )


@dataclass(frozen=True)
class RateCard:
    """What one endpoint charges, with effective dates, and for which kinds of attempt."""

    endpoint: str
    periods: tuple[tuple[date, Prices], ...]
    """(first local day, prices), ascending."""
    bills_wasted: bool = True
    """Answers that nobody waited for any more are billed."""
    bills_errors: bool = False
    """The input of attempts that ended in an error is billed."""
    bills_filtered: bool = True
    """The input of attempts that a content filter stopped is billed."""
    cache_hits: Decimal = Decimal(1)
    """Of the input that could be cached, the share that was; the rest was written to the cache."""

    def __post_init__(self) -> None:
        days = [day for day, _ in self.periods]
        assert days, f"{self.endpoint} has no prices"
        assert days == sorted(set(days)), (
            f"{self.endpoint}: two prices from one day, or out of order"
        )

    def on(self, day: date) -> Prices:
        """The prices of a local day; FactError where there are none yet."""
        place = bisect_right([first for first, _ in self.periods], day) - 1
        if place < 0:
            first = self.periods[0][0]
            raise FactError(f"{self.endpoint} has no price on {day}; its first one is of {first}")
        return self.periods[place][1]

    def changed(self, change: PriceChange) -> RateCard:
        """The card with all prices from a day on multiplied."""
        before = [(day, prices) for day, prices in self.periods if day < change.day]
        after = [(day, prices) for day, prices in self.periods if day > change.day]
        turned = [(change.day, self.on(change.day)), *after]
        return replace(
            self,
            periods=(
                *before,
                *((day, prices.times(change.factor, change.why)) for day, prices in turned),
            ),
        )


@dataclass(frozen=True, slots=True)
class PriceChange:
    """From `day` on, an endpoint's prices are `factor` times as high. Whether it comes true is drawn outside."""

    day: date
    endpoint: str
    factor: Decimal
    why: str = ""


@dataclass(frozen=True, slots=True)
class FixedCost:
    """A cost per month whatever happens; a part of a month costs its share of days."""

    name: str
    per_month: Decimal
    share: Decimal = Decimal(1)
    """The part of it that belongs here, or how many of it there are."""
    owner: str = ""
    subject: str = ""
    """The endpoint or station that it is for; empty: none."""
    since: date | None = None
    """The first local day that is paid; None: the horizon's."""
    until: date | None = None
    """The day after the last one that is paid; None: none is the last."""

    def is_paid(self, day: date) -> bool:
        """Whether a local day is paid."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )


@dataclass(frozen=True, slots=True)
class StationCost:
    """What a station (a node) costs."""

    station: str
    per_month: Decimal = Decimal(0)
    per_busy_hour: Decimal = Decimal(0)
    """Per hour of work in service."""
    per_server_hour: Decimal = Decimal(0)
    """Per hour that a server is present, busy or not."""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class UsageCost:
    """A cost per unit of something that every request brings, such as logs."""

    name: str
    unit: str
    price: Decimal
    """Per unit, or per unit and month where it accumulates."""
    per_request: Decimal
    """Units that a request brings."""
    accumulates: bool = False
    """What came stays and is paid again every month; the quantity is the mean stock of the month."""


@dataclass(frozen=True)
class Tariff:
    """All that costs, apart from how much of it is used."""

    cards: tuple[RateCard, ...] = ()
    fixed: tuple[FixedCost, ...] = ()
    stations: tuple[StationCost, ...] = ()
    usage: tuple[UsageCost, ...] = ()
    reserved: tuple[ReservedCost, ...] = ()

    def changed(self, changes: Iterable[PriceChange]) -> Tariff:
        """The tariff after price changes, which apply in order of day."""
        cards = {card.endpoint: card for card in self.cards}
        for change in sorted(changes, key=lambda change: (change.day, change.endpoint)):
            if change.endpoint not in cards:
                raise FactError(f"a price change names {change.endpoint}, which has no prices")
            cards[change.endpoint] = cards[change.endpoint].changed(change)
        return replace(self, cards=tuple(cards.values()))
