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
    values = {**likely, **unpublished}
    found = {
        "lasts": filled(preset.lasts.lasts, values),
        "what": filled(preset.what.what, values),
    }
    if "up_for" not in raw:
        found["every"] = filled(preset.every.every, values)
        found |= _starts(preset)
    return {**found, **raw}


def _starts(preset: IncidentPreset) -> dict[str, Any]:
    """The clock of their starts, where it is known."""
    when = preset.when
    if when is None:
        return {}
    starts = {"timezone": when.timezone, "hours": list(when.hours), "weekdays": list(when.weekdays)}
    return {"starts": starts}
