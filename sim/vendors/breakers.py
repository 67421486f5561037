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


def _rule(name: Any, place: tuple[str, ...]) -> dict[str, Any]:
    try:
        found = registry.asked(BreakerPreset, "router", name, "from")
    except PlaceError as error:
        raise PlaceError(str(error), place, error.code) from None
    return dict(found.breaker.breaker)
