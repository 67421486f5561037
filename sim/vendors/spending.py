"""A spend cap: money where it changes behaviour is a limit that reads a frozen rate card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sim.bill.catalogue import catalogue_prices
from sim.errors import FactError, PlaceError, QuantityError
from sim.units import money

PARTS = 1000
"""A cap is counted in thousandths of the currency."""


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
    return {
        "limit": "quota",
        "name": "spend",
        "per": "month",
        "counts": {name: _thousandths(price) for name, price in _prices(endpoint, on).items()},
        "allows": int(amount * PARTS),
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
        try:
            prices = catalogue_prices(str(endpoint["model"]), str(endpoint["provider"]), on)
        except FactError as error:
            raise PlaceError(str(error), ("model",), "no_price") from None
        fresh = prices.input_per_mtok
        cached = fresh if prices.cached_per_mtok is None else prices.cached_per_mtok
        tokens, each = (fresh, cached, prices.output_per_mtok), prices.per_request
    names = ("uncached_input", "cached_input", "output")
    by_token = {name: price / 1_000_000 for name, price in zip(names, tokens, strict=True)}
    return {"requests": each, **by_token}


def _thousandths(price: Decimal) -> float:
    return float(price * PARTS)
