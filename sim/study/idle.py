"""What was paid for capacity that stood by: reserved units of a vendor, and servers of a station.

Units are as busy as the tokens that they served, weighted as their own limit weighs them, were of all that they could
have served in the hours for which they were paid.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np

from sim.bill import Bill, Consumption, ReservedCost, Tariff, total
from sim.bill.money import product, quantity_of
from sim.bill.reserved import ITEM as RESERVED_UNITS
from sim.limits import LIMITS, leaky_bucket, reserve_settle
from sim.outcome import Load, Use
from sim.plan import Plan
from sim.plan.columns import Endpoint, Limit
from sim.units import US_PER_MINUTE

SERVER_HOURS = "server hours"
"""A bill's word for the servers that stand there, busy or not."""
PPM = 1_000_000


def idle_of(consumption: Consumption, bill: Bill, tariff: Tariff, plan: Plan) -> Decimal:
    """The part of the bill that was paid for what nobody used."""
    stations = {cost.station for cost in tariff.stations}
    reserved = {cost.endpoint: cost for cost in tariff.reserved}
    parts = []
    for line in bill.lines:
        days = next(list(one.days) for one in consumption.calendar.months if one.name == line.month)
        if line.item == RESERVED_UNITS and line.subject in reserved:
            share = _idle_units(consumption, reserved[line.subject], plan, days)
        elif line.subject in stations and line.item in ("", SERVER_HOURS):
            share = _idle_servers(consumption, line.subject, days)
        else:
            continue
        parts.append(product(line.cost, quantity_of(share)))
    return total(parts)


def _idle_servers(consumption: Consumption, station: str, days: list[int]) -> Fraction:
    """The share of server time in which nothing was served; 0 where servers are without number."""
    if station not in consumption.nodes:
        return Fraction(0)
    load = consumption.load[days, consumption.nodes.index(station)].sum(axis=0).tolist()
    present, busy = load[Load.SERVER_US], load[Load.BUSY_US]
    return Fraction(max(0, present - busy), present) if present else Fraction(0)


def _idle_units(
    consumption: Consumption, cost: ReservedCost, plan: Plan, days: list[int]
) -> Fraction:
    """The share of what paid units could have served that they did not; 0 where no limit says what that is."""
    if cost.endpoint not in consumption.endpoints:
        return Fraction(1)
    endpoint = consumption.endpoints.index(cost.endpoint)
    paid = cost.paid(consumption.calendar.dates)
    found = limit_of_units(plan, endpoint)
    if found is None or not paid[0]:
        return Fraction(0)
    limit, per_minute = found
    lengths_us = np.diff(consumption.calendar.day_starts_us).tolist()
    unit_minutes = Fraction(sum(paid[day] * lengths_us[day] for day in days), US_PER_MINUTE)
    could = unit_minutes * per_minute / paid[0]
    served = Fraction(_served(consumption.usage[days, endpoint].sum(axis=0).tolist(), limit), PPM)
    return max(Fraction(0), 1 - served / could) if could else Fraction(0)


def limit_of_units(plan: Plan, endpoint: int) -> tuple[list[int], Fraction] | None:
    """The limit that stands for an endpoint's units, and what it lets through in a minute at the first instant."""
    columns = [Endpoint.LIMIT_FIRST, Endpoint.LIMIT_COUNT, Endpoint.OWN_LIMITS]
    first, count, own = plan.endpoints[endpoint, columns].tolist()
    for row in plan.endpoint_limits[first : first + count - own].tolist():
        limit = plan.limits[row].tolist()
        parameters = limit[Limit.PARAMETERS :]
        kind = LIMITS[limit[Limit.KIND]].name
        if kind == "leaky_bucket":
            return limit, Fraction(parameters[leaky_bucket.RATE])
        if kind == "reserve_settle":
            allowed, window_us = (
                parameters[reserve_settle.ALLOWED],
                parameters[reserve_settle.WINDOW_US],
            )
            return limit, Fraction(allowed * US_PER_MINUTE, window_us)
    return None


def _served(used: list[int], limit: list[int]) -> int:
    """What an endpoint served, as a limit counts it [ppm of its unit]."""
    requests = used[Use.ANSWERS] + used[Use.WASTED]
    cached = used[Use.CACHED] + used[Use.WASTED_CACHED]
    fresh = used[Use.INPUT] + used[Use.WASTED_INPUT] - cached
    written = used[Use.OUTPUT] + used[Use.WASTED_OUTPUT]
    return weighed((requests, fresh, cached, written), limit)


def weighed(counts: tuple[int, int, int, int], limit: list[int]) -> int:
    """Requests, uncached input, cached input and output tokens, as a limit counts them [ppm of its unit]."""
    weights = limit[Limit.COUNTS : Limit.COUNTS + 4]
    return sum(a * b for a, b in zip(counts, weights, strict=True))
