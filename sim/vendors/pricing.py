"""What an endpoint with a `vendor` costs: its own price, units, or list prices and what multiplies them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sim.bill.catalogue import catalogue_prices, price_context
from sim.errors import FactError, PlaceError
from sim.vendors import registry
from sim.vendors.presets import Vendor
from sim.vendors.units import reserved_of

Written = Mapping[str, Any]


def price_of(vendor: Vendor, model: str, raw: Written, on: date) -> dict[str, Any]:
    """What an endpoint's attempts and units cost on a day, as a planner would write it."""
    if "price" in raw:
        return reserved_of(vendor, model, raw, on)
    own = [one for one in vendor.prices if one.model == model]
    if own:
        return {"price": _latest(own, on).price}
    if vendor.units is not None:
        free = {"input": 0, "output": 0}
        return {"price": free, **reserved_of(vendor, model, raw, on)}
    found: dict[str, Any] = {} if "provider" in raw else {"provider": vendor.provider}
    return found | _price_of_processing(vendor, model, raw, on)


def _price_of_processing(vendor: Vendor, model: str, raw: Written, on: date) -> dict[str, Any]:
    """What the deployment and the way of processing make of list prices."""
    times = _deployment_times(vendor, model, raw)
    way = raw.get("processing")
    found: dict[str, Any] = {}
    fitting = [one for one in vendor.processing if one.processing == way]
    right = [one for one in fitting if not one.models or model in one.models]
    if right:
        times *= right[0].price_times
    elif way is not None:
        found["price_context"] = _context(model, raw.get("provider", vendor.provider), way, on)
    if times != 1.0 and "price_times" not in raw:
        found["price_times"] = f"x {times:g}"
    return found


def _deployment_times(vendor: Vendor, model: str, raw: Written) -> float:
    """What the deployment makes of list prices."""
    name = deployment_of(vendor, raw)
    if name is None:
        return 1.0
    deployment = vendor.deployments[name]
    return deployment.price_times if not deployment.models or model in deployment.models else 1.0


def batch_price(raw: Written, on: date) -> dict[str, Any]:
    """What the batch twin of an endpoint costs, beside the keys that it keeps."""
    if "price" in raw or "model" not in raw:
        return {}
    model = str(raw["model"])
    if "vendor" not in raw:
        return {"price_context": _context(model, raw.get("provider"), "batch", on)}
    vendor = registry.asked(Vendor, "vendor", raw["vendor"], "vendor")
    return _price_of_processing(vendor, model, {**raw, "processing": "batch"}, on)


def _context(model: str, provider: Any, way: str, on: date) -> dict[str, str]:
    """What the catalogue calls a way of processing; PlaceError where only that has no price."""
    context = dict(price_context(way))
    try:
        catalogue_prices(model, str(provider), on)
    except FactError:
        return context
    try:
        catalogue_prices(model, str(provider), on, tuple(context.items()))
    except FactError as error:
        raise PlaceError(str(error), ("processing",), "no_price") from None
    return context


def deployment_of(vendor: Vendor, raw: Written) -> str | None:
    """The deployment that an endpoint has."""
    return str(raw["deployment"]) if "deployment" in raw else vendor.default_deployment


def _latest(dated: list[Any], on: date) -> Any:
    """The last that held on a day, else the first that is known."""
    held = [one for one in dated if one.since <= on]
    return held[-1] if held else dated[0]
