"""From a scenario to what bills and verdicts need: the tariff, the targets, the price changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from sim import draws, targets
from sim.bill import (
    FixedCost,
    PriceChange,
    Prices,
    RateCard,
    ReservedCost,
    StationCost,
    Tariff,
    UsageCost,
    catalogue_card,
)
from sim.scenario.endpoints import Endpoint, LongPrice
from sim.scenario.endpoints import Price as WrittenPrice
from sim.scenario.scenario import Scenario
from sim.units import US_PER_DAY
from sim.windows import Calendar

NOTHING = Decimal(0)


def calendar_of(scenario: Scenario) -> Calendar:
    """The days, weeks and months of the horizon."""
    horizon = scenario.horizon
    return Calendar(horizon.start, horizon.until, horizon.timezone)


def targets_of(scenario: Scenario) -> tuple[targets.Target, ...]:
    """The targets as they are held against a replication."""
    return tuple(target.judged() for target in scenario.targets)


def tariff_of(scenario: Scenario) -> Tariff:
    """All that costs, before price changes that may come."""
    days = calendar_of(scenario).dates
    cards = [_card(name, endpoint, days) for name, endpoint in scenario.endpoints.items()]
    costs = (_fixed(scenario), _stations(scenario), _usage(scenario), _reserved(scenario))
    return Tariff(tuple(cards), *costs)


def drawn_price_changes(scenario: Scenario, seed: int, replication: int) -> tuple[PriceChange, ...]:
    """The price changes that come true in a replication."""
    found = []
    for change in scenario.costs.changes:
        names = ("price change", change.endpoint, change.at.isoformat())
        key = draws.purpose(seed, replication, *names)
        if draws.bits(key, 0, 0) < draws.threshold(change.chance):
            factor = Decimal(repr(change.price))
            found.append(PriceChange(change.at, change.endpoint, factor, change.why or ""))
    return tuple(found)


def _card(name: str, endpoint: Endpoint, days: tuple[date, ...]) -> RateCard:
    bills, hits = endpoint.bills, Decimal(repr(endpoint.cache_hits))
    if endpoint.price is None and endpoint.model is not None:
        assert endpoint.provider is not None
        return catalogue_card(
            name,
            endpoint.model,
            endpoint.provider,
            days,
            endpoint.price_context,
            times=Decimal(repr(endpoint.price_times)) if endpoint.price_times else None,
            bills_wasted=bills.wasted,
            bills_errors=bills.errors,
            bills_filtered=bills.filtered,
            cache_hits=hits,
        )
    prices = _prices(endpoint.price or WrittenPrice())
    since = days[0] - timedelta(days=1)
    return RateCard(
        name,
        ((since, prices),),
        bills_wasted=bills.wasted,
        bills_errors=bills.errors,
        bills_filtered=bills.filtered,
        cache_hits=hits,
    )


def _reserved(scenario: Scenario) -> tuple[ReservedCost, ...]:
    """Units as the phases plan them: a commitment knows of no gate."""
    found = []
    for name, endpoint in scenario.endpoints.items():
        bought = endpoint.reserved
        if bought is not None:
            days = round(bought.bound_for / US_PER_DAY)
            owner = endpoint.owner or ""
            periods = tuple(_units_by_day(scenario, name))
            found.append(ReservedCost(name, periods, bought.per_unit, bought.per, days, owner))
    return tuple(found)


def _units_by_day(scenario: Scenario, name: str) -> Iterator[tuple[date, int]]:
    starts = {phase.name: phase.start for phase in scenario.phases}
    for phase in scenario.phase_variants():
        bought = phase.scenario.endpoints[name].reserved
        yield starts.get(phase.name, scenario.horizon.start), bought.units if bought else 0


def _prices(price: WrittenPrice) -> Prices:
    return Prices(
        input_per_mtok=price.input or NOTHING,
        output_per_mtok=price.output or NOTHING,
        cached_per_mtok=price.cached_input,
        write_per_mtok=price.cache_write,
        per_request=price.per_request or NOTHING,
        long_from_tokens=None if price.long is None else price.long.above,
        long=None if price.long is None else _long_prices(price.long),
    )


def _long_prices(price: LongPrice) -> Prices:
    return Prices(
        input_per_mtok=price.input,
        output_per_mtok=price.output,
        cached_per_mtok=price.cached_input,
    )


def _fixed(scenario: Scenario) -> tuple[FixedCost, ...]:
    written = [
        FixedCost(
            cost.name,
            cost.per_month,
            Decimal(repr(cost.share)),
            cost.owner or "",
            since=cost.since,
            until=cost.until,
        )
        for cost in scenario.costs.fixed
    ]
    return tuple(written)


def _stations(scenario: Scenario) -> tuple[StationCost, ...]:
    return tuple(
        StationCost(
            name,
            station.cost.per_month or NOTHING,
            station.cost.per_busy_hour or NOTHING,
            station.cost.per_server_hour or NOTHING,
            station.owner or "",
        )
        for name, station in scenario.stations.items()
        if station.cost is not None
    )


def _usage(scenario: Scenario) -> tuple[UsageCost, ...]:
    return tuple(
        UsageCost(
            cost.name,
            cost.per,
            cost.price,
            cost.units_per_request(),
            accumulates=cost.grows is not None,
        )
        for cost in scenario.costs.per_usage
    )
