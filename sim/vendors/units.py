"""Reserved units: how many there may be, what they can do and what they cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from sim.errors import PlaceError, QuantityError
from sim.scenario.paths import did_you_mean
from sim.units import shown, whole_number
from sim.vendors.presets import UnitPrices, Vendor

STEP = re.compile(r"(\d+) step (\d+)")
TERMS: dict[str, tuple[str, int]] = {
    "hourly": ("hour", 0),
    "weekly": ("hour", 7),
    "monthly": ("month", 30),
    "quarterly": ("month", 90),
    "yearly": ("month", 365),
}
"""By commitment: what a price is for, and for how many days one is bound."""


def units_values(vendor: Vendor, model: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What templates of limits want to know about units."""
    if vendor.units is None:
        if "units" in raw:
            raise PlaceError(f"{vendor.preset} has no units; write a `quota`", ("units",))
        return {}
    facts = vendor.units.models[model]
    units = _units(vendor, model, raw)
    per_unit = facts["input_tokens_per_minute"]
    known = {"output_weighs": facts["output_weighs"]} if "output_weighs" in facts else {}
    return {"unit_tokens_per_minute": units * per_unit, **known}


def reserved_of(vendor: Vendor, model: str, raw: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What the units cost, as a planner would write it; nothing where there are none."""
    if vendor.units is None:
        return {}
    commitment = raw.get("commitment", "hourly")
    deployment = str(raw.get("deployment", vendor.default_deployment))
    prices = _prices_on(vendor, on).prices[deployment]
    if commitment not in prices:
        hint = did_you_mean(shown(commitment), prices)
        message = f"{deployment} units of {vendor.preset} have no price {shown(commitment)!r}{hint}"
        raise PlaceError(message, ("commitment",), "unknown_commitment")
    per, days = TERMS[commitment]
    reserved = {
        "units": _units(vendor, model, raw),
        "per_unit": str(prices[commitment]),
        "per": per,
        "bound_for": f"{days}d" if days else 0,
    }
    return {"reserved": reserved}


def _prices_on(vendor: Vendor, on: date) -> UnitPrices:
    held = [one for one in vendor.unit_prices if one.since <= on]
    return held[-1] if held else vendor.unit_prices[0]


def _units(vendor: Vendor, model: str, raw: Mapping[str, Any]) -> int:
    assert vendor.units is not None
    deployment = str(raw.get("deployment", vendor.default_deployment))
    steps = STEP.fullmatch(str(vendor.units.models[model].get(deployment, "")))
    if steps is None:
        message = f"{model!r} has no {deployment} units at {vendor.preset}"
        raise PlaceError(message, ("deployment",), "unknown_deployment")
    least, step = int(steps[1]), int(steps[2])
    if "units" not in raw:
        raise PlaceError(f"say how many `units`; at least {least}", (), "missing")
    try:
        units = int(float(whole_number(raw["units"])))
    except QuantityError as error:
        raise PlaceError(str(error), ("units",), error.code) from None
    most = vendor.units.at_most
    if most is not None and units > most:
        message = f"one deployment has at most {int(most):,} units; split it"
        raise PlaceError(message, ("units",), "units")
    right = max(least, -(-units // step) * step)
    if units != right:
        rule = f"at least {least}, in steps of {step}"
        message = f"{model} takes {deployment} units {rule}; not {units}: write {right}"
        raise PlaceError(message, ("units",), "units")
    return units
