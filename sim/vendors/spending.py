"""A spend cap: money where it changes behaviour is a limit that reads a frozen rate card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sim.bill.catalogue import catalogue_prices
from sim.errors import FactError, PlaceError, QuantityError
from sim.limits.fields import WEIGHT_MAX
from sim.units import money, multiplier

PARTS = (1_000_000, 100_000, 10_000, 1_000)
"""A cap is counted in millionths of the currency, or coarser where the dearest part would weigh too much: each
attempt is rounded up to a whole part, which at thousandths would make a cheap one many times dearer."""


def spend_limit(endpoint: Mapping[str, Any], cap: Any, on: date) -> dict[str, Any]:
    """The monthly cap of an endpoint as a limit that counts money.

    Args:
        endpoint: with its `price`, or its `model` and `provider`.
        cap: in a month [currency].
        on: the day whose prices count.
    """
    try:
        amount = money(cap)
    except QuantityError as error:
        raise PlaceError(f"{error}; or write none", ("spend_cap",), error.code) from None
    return {"limit": "quota", "name": "spend", "per": "month", **_counted(endpoint, amount, on)}


def spend_in_10min(endpoint: Mapping[str, Any], amount: Decimal, on: date) -> dict[str, Any]:
    """What may be spent in any ten minutes, as a limit that counts money."""
    name = "spend in 10 min"
    window = {"limit": "sliding_window", "name": name, "window": "10min"}
    return {**window, **_counted(endpoint, amount, on)}


def _counted(endpoint: Mapping[str, Any], amount: Decimal, on: date) -> dict[str, Any]:
    prices = _prices(endpoint, on)
    dearest = max(prices.values())
    parts = next((each for each in PARTS if dearest * each <= WEIGHT_MAX), PARTS[-1])
    return {
        "counts": {name: float(price * parts) for name, price in prices.items()},
        "allows": int(amount * parts),
        "advice": "none",
    }


def _prices(endpoint: Mapping[str, Any], on: date) -> dict[str, Decimal]:
    """Prices by part of an attempt [currency]."""
    written = endpoint.get("price")
    if isinstance(written, Mapping):
        named = {key: money(value) for key, value in written.items()}
        fresh = named.get("input", Decimal(0))
        tokens = (fresh, named.get("cached_input", fresh), named.get("output", Decimal(0)))
        each = named.get("per_request", Decimal(0))
    else:
        context = tuple(sorted(dict(endpoint.get("price_context") or {}).items()))
        try:
            prices = catalogue_prices(
                str(endpoint["model"]), str(endpoint["provider"]), on, context
            )
        except FactError as error:
            raise PlaceError(str(error), ("model",), "no_price") from None
        fresh = prices.input_per_mtok
        cached = fresh if prices.cached_per_mtok is None else prices.cached_per_mtok
        tokens, each = (fresh, cached, prices.output_per_mtok), prices.per_request
    names = ("uncached_input", "cached_input", "output")
    times = Decimal(repr(multiplier(endpoint.get("price_times", "x 1"))))
    by_token = {name: price * times / 1_000_000 for name, price in zip(names, tokens, strict=True)}
    return {"requests": each, **by_token}
