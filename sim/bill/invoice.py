"""Usage × tariff → bill. Usage is by local day, which is as fine as prices change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from sim.bill.cards import FixedCost, Prices, RateCard, StationCost, Tariff, UsageCost
from sim.bill.lines import Basis, Bill, Line, TokenKind, Worth
from sim.bill.money import quantity_of
from sim.bill.reserved import lines_of
from sim.errors import FactError
from sim.measure import Measures
from sim.outcome import Load, Use
from sim.units import US_PER_HOUR
from sim.windows import Calendar, Month

MTOK = 1_000_000


@dataclass(frozen=True)
class Consumption:
    """What was used, by local day: all that a bill needs, small enough to keep for another price."""

    calendar: Calendar
    endpoints: tuple[str, ...]
    usage: NDArray[np.int64]
    """(days, endpoints, uses) as in `sim.outcome.Use`."""
    nodes: tuple[str, ...]
    load: NDArray[np.int64]
    """(days, nodes, loads) as in `sim.outcome.Load`."""
    requests: NDArray[np.int64]
    """(days,) requests that arrived."""

    @classmethod
    def of(cls, measures: Measures) -> Consumption:
        """What measures have counted."""
        layout = measures.layout
        return cls(
            calendar=layout.calendar,
            endpoints=layout.names.endpoints,
            usage=measures.usage.sum(axis=2),
            nodes=layout.names.nodes,
            load=measures.load.sum(axis=2),
            requests=measures.counts.reshape(layout.days, -1).sum(axis=1),
        )


def invoice(consumption: Consumption, tariff: Tariff) -> Bill:
    """The bill of a horizon.

    Every endpoint that was used, and is not a station's own, needs a rate card; one without is an error.
    """
    _check_priced(consumption, tariff)
    lines: list[Line] = []
    for month in consumption.calendar.months:
        for card in tariff.cards:
            lines += _endpoint_lines(consumption, card, month)
        for station in tariff.stations:
            lines += _station_lines(consumption, station, month)
        for fixed in tariff.fixed:
            lines.append(_fixed_line(fixed, consumption.calendar, month))
        for reserved in tariff.reserved:
            lines += lines_of(reserved, consumption.calendar, month)
        for cost in tariff.usage:
            lines.append(_usage_line(consumption, cost, month))
    months = tuple(month.name for month in consumption.calendar.months)
    return Bill(tuple(line for line in lines if line.quantity), months)


def _check_priced(consumption: Consumption, tariff: Tariff) -> None:
    known = {card.endpoint for card in tariff.cards} | set(consumption.nodes)
    tokens = consumption.usage[:, :, [Use.INPUT, Use.OUTPUT, Use.WASTED_INPUT]].sum(axis=(0, 2))
    for endpoint, used in zip(consumption.endpoints, tokens.tolist(), strict=True):
        # A station's endpoint bears the station's name and is paid as the station is.
        if used and endpoint not in known:
            raise FactError(f"{endpoint} was used and has no price; write one, 0 if it is free")


def _endpoint_lines(consumption: Consumption, card: RateCard, month: Month) -> list[Line]:
    """Lines of one endpoint; a price that changes within the month makes lines of its own."""
    if card.endpoint not in consumption.endpoints:
        return []
    endpoint = consumption.endpoints.index(card.endpoint)
    dates = consumption.calendar.dates
    lines: list[Line] = []
    for prices, days in groupby(month.days, key=lambda day: card.on(dates[day])):
        used = consumption.usage[list(days), endpoint].sum(axis=0).tolist()
        lines += _priced(card, month.name, prices, used)
    return lines


def _priced(card: RateCard, month: str, prices: Prices, used: list[int]) -> Iterator[Line]:
    for worth, what, counted in _billed(card, used):
        below = counted.tokens if prices.long is None else counted.tokens - counted.long
        yield from _lines_of_band(card, month, what, prices, worth, below)
        if prices.long is not None:
            yield from _lines_of_band(card, month, f"{what}long ", prices.long, worth, counted.long)
        if prices.per_request:
            quantity = Decimal(counted.requests)
            price, item = prices.per_request, f"{what}requests"
            yield Line(month, card.endpoint, item, "usage", worth, quantity, "request", price)


def lines_on(card: RateCard, day: date, used: list[int]) -> Iterator[Line]:
    """What some use of an endpoint on one local day costs; `used` as in `sim.outcome.Use`."""
    return _priced(card, f"{day:%Y-%m}", card.on(day), used)


def busy_line(cost: StationCost, day: date, busy_us: int) -> Line:
    """What some time in service at a station costs."""
    hours = quantity_of(Fraction(busy_us, US_PER_HOUR))
    what = (f"{day:%Y-%m}", cost.station, "busy hours")
    return Line(*what, "usage", "useful", hours, "hour", cost.per_busy_hour)


def _lines_of_band(
    card: RateCard, month: str, band: str, prices: Prices, worth: Worth, tokens: Tokens
) -> Iterator[Line]:
    """Lines of one band of prompts' lengths."""
    cached = prices.input_per_mtok if prices.cached_per_mtok is None else prices.cached_per_mtok
    written = round(tokens.cached * (1 / Fraction(card.cache_hits) - 1))
    write = prices.input_per_mtok if prices.write_per_mtok is None else prices.write_per_mtok
    counted: tuple[tuple[TokenKind, int, Decimal], ...] = (
        ("input", tokens.whole - tokens.cached - written, prices.input_per_mtok),
        ("cache write", written, write),
        ("cached input", tokens.cached, cached),
        ("output", tokens.output, prices.output_per_mtok),
    )
    for kind, number, price in counted:
        quantity = quantity_of(Fraction(number, MTOK))
        what = (month, card.endpoint, f"{band}{kind} tokens")
        yield Line(*what, "usage", worth, quantity, "1M tokens", price, kind)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of some attempts."""

    whole: int
    """Input, cached ones included."""
    cached: int
    output: int

    def __sub__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.whole - other.whole, self.cached - other.cached, self.output - other.output
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """What a vendor bills."""

    requests: int
    tokens: Tokens
    long: Tokens
    """Of these, those of attempts with long prompts."""


def _tokens(used: list[int], first: int) -> Tokens:
    return Tokens(used[first], used[first + 1], used[first + 2])


def _billed(card: RateCard, used: list[int]) -> Iterator[tuple[Worth, str, Counted]]:
    """What the vendor bills of useful and of wasted work, and what stands before the names of its lines."""
    everything, long = _tokens(used, Use.INPUT), _tokens(used, Use.LONG_INPUT)
    yield "useful", "", Counted(used[Use.ANSWERS], everything, long)
    requests, everything, long = 0, Tokens(0, 0, 0), Tokens(0, 0, 0)
    if card.bills_wasted:
        requests = used[Use.WASTED]
        everything, long = _tokens(used, Use.WASTED_INPUT), _tokens(used, Use.WASTED_LONG_INPUT)
    if card.bills_errors:
        requests += used[Use.ERRORS]
        everything -= Tokens(-used[Use.ERROR_INPUT], 0, 0)
        long -= Tokens(-used[Use.ERROR_LONG_INPUT], 0, 0)
    yield "wasted", "", Counted(requests, everything, long)
    if card.bills_filtered:
        everything = Tokens(used[Use.FILTERED_INPUT], 0, 0)
        long = Tokens(used[Use.FILTERED_LONG_INPUT], 0, 0)
        yield "wasted", "filtered ", Counted(used[Use.FILTERED], everything, long)


def _station_lines(consumption: Consumption, cost: StationCost, month: Month) -> Iterator[Line]:
    if cost.per_month:
        yield _month_line(month, cost.station, month.day_count, Decimal(1), cost.per_month)
    if cost.station not in consumption.nodes:
        return
    node = consumption.nodes.index(cost.station)
    spent = consumption.load[list(month.days), node].sum(axis=0).tolist()
    for item, column, price in (
        ("busy hours", Load.BUSY_US, cost.per_busy_hour),
        ("server hours", Load.SERVER_US, cost.per_server_hour),
    ):
        if price:
            hours = quantity_of(Fraction(spent[column], US_PER_HOUR))
            yield Line(month.name, cost.station, item, "usage", "useful", hours, "hour", price)


def _fixed_line(cost: FixedCost, calendar: Calendar, month: Month) -> Line:
    days = sum(cost.is_paid(calendar.dates[day]) for day in month.days)
    return _month_line(month, cost.name, days, cost.share, cost.per_month)


def _month_line(month: Month, subject: str, days: int, share: Decimal, per_month: Decimal) -> Line:
    part = Fraction(days, month.full_day_count) * Fraction(share)
    basis: Basis = "fixed"
    return Line(month.name, subject, "", basis, "useful", quantity_of(part), "month", per_month)


def _usage_line(consumption: Consumption, cost: UsageCost, month: Month) -> Line:
    requests = consumption.requests
    if cost.accumulates:
        # Each day pays its part of the month for all that has come until its end.
        stock = np.cumsum(requests)[list(month.days)].sum()
        number = Fraction(int(stock), month.full_day_count)
    else:
        number = Fraction(int(requests[list(month.days)].sum()))
    quantity = quantity_of(number * Fraction(cost.per_request))
    unit = f"{cost.unit} month" if cost.accumulates else cost.unit
    return Line(month.name, cost.name, "", "usage", "useful", quantity, unit, cost.price)
