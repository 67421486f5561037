"""SDKs by name: `client: openai-python`, or `{sdk: openai-python, retries: 0}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.errors import PlaceError
from sim.vendors import registry
from sim.vendors.kinds import ClientPreset


def expanded(raw: Any) -> Any:
    """A client written out; one that names no SDK stays as it is. PlaceError where there is no such SDK."""
    if isinstance(raw, str):
        return _rule(raw, ())
    if not isinstance(raw, Mapping) or "sdk" not in raw:
        return raw
    return {**_rule(raw["sdk"], ("sdk",)), **raw}


def _rule(name: Any, place: tuple[str, ...]) -> dict[str, Any]:
    try:
        return dict(registry.asked(ClientPreset, "client", name, "sdk").client.client)
    except PlaceError as error:
        raise PlaceError(str(error), place, error.code) from None
