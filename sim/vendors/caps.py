"""Vendors that reserve the longest answer a model could write for a request without a cap: there must be one.

Without a cap a plan's limits see the true length, which would grant such a request far more than the vendor does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import PlaceError
from sim.vendors import registry
from sim.vendors.presets import Fact, Vendor

Fault = tuple[tuple[str | int, ...], str, str]


def faults_of_caps(tree: Mapping[str, Any]) -> Iterator[Fault]:
    """Routes, and endpoints that are called without one, of which a vendor wants to know `max_output_tokens`."""
    endpoints, routes = tree.get("endpoints"), tree.get("routes") or {}
    if not isinstance(endpoints, Mapping) or not isinstance(routes, Mapping):
        return
    needs = {name: fact for name, raw in endpoints.items() if (fact := _fact(raw)) is not None}
    for name, route in routes.items():
        if not isinstance(route, Mapping) or {"max_output_tokens", "batch_api"} & set(route):
            continue
        for one in route.get("order") or ():
            if one in needs:
                message = f"{one}: {needs[one].says}; write `max_output_tokens`"
                yield ("routes", name), message, "missing"
    for name in sorted({*_calls(tree.get("pipelines"))} & set(needs) - set(routes)):
        message = f"{needs[name].says}; call it by a route with `max_output_tokens`"
        yield ("endpoints", name), message, "missing"


def _fact(raw: Any) -> Fact | None:
    """That an endpoint's vendor wants a cap; None where it does not, or where its limits are written out."""
    if not isinstance(raw, Mapping) or "vendor" not in raw or "limits" in raw:
        return None
    try:
        vendor = registry.asked(Vendor, "vendor", raw["vendor"], "vendor")
    except PlaceError:
        return None
    return vendor.needs_output_cap


def _calls(value: Any) -> Iterator[str]:
    """Every name that a stage calls, wherever it stands."""
    if isinstance(value, Mapping):
        if isinstance(value.get("call"), str):
            yield value["call"]
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _calls(item)
