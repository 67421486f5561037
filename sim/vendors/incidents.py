"""Incidents `from` a history as a planner would write them out. Each key that is written stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.vendors import registry
from sim.vendors.fill import filled
from sim.vendors.kinds import IncidentPreset


def history(raw: Mapping[str, Any]) -> IncidentPreset:
    """The history that an incident names; PlaceError where there is none."""
    return registry.asked(IncidentPreset, "history of incidents", raw["from"], "from")


def expanded(raw: Mapping[str, Any], unpublished: Mapping[str, Any]) -> dict[str, Any]:
    """An incident written out.

    Args:
        raw: as a planner wrote it, with a `from`.
        unpublished: what holds of the history's unpublished quantities.
    """
    preset = history(raw)
    likely = {name: one.range["likely"] for name, one in preset.unpublished.items()}
    found = {
        "lasts": preset.lasts.lasts,
        "what": filled(preset.what.what, {**likely, **unpublished}),
        "starts": {
            "timezone": preset.when.timezone,
            "hours": list(preset.when.hours),
            "weekdays": list(preset.when.weekdays),
        },
    }
    if "up_for" not in raw:
        found["every"] = preset.every.every
    return {**found, **raw}
