"""Routers by name: `breaker: litellm-router`, or `{from: portkey, opens_after: 5, stays_open: 30s}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.errors import PlaceError
from sim.vendors import registry
from sim.vendors.kinds import BreakerPreset


def expanded(raw: Any) -> Any:
    """A breaker written out; one that names no router stays as it is. PlaceError where there is no such router."""
    if isinstance(raw, str):
        return _rule(raw, ())
    if not isinstance(raw, Mapping) or "from" not in raw:
        return raw
    return {**_rule(raw["from"], ("from",)), **raw}


def refuse_alone(route: Mapping[str, Any]) -> None:
    """Raise PlaceError for a route with a single endpoint, of a router that never rests a lone one."""
    raw, order = route["breaker"], route.get("order")
    name = raw.get("from") if isinstance(raw, Mapping) else raw
    if name in registry.of_kind(BreakerPreset) and isinstance(order, list) and len(order) == 1:
        found = registry.asked(BreakerPreset, "router", name, "from")
        if not found.breaker.rests_alone:
            message = f"{name} never rests a lone deployment; leave the breaker out"
            raise PlaceError(message, ("breaker",), "no_effect")


def _rule(name: Any, place: tuple[str, ...]) -> dict[str, Any]:
    try:
        found = registry.asked(BreakerPreset, "router", name, "from")
    except PlaceError as error:
        raise PlaceError(str(error), place, error.code) from None
    return dict(found.breaker.breaker)
