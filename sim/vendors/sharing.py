"""Endpoints of one organisation share what the vendor gives the organisation: one limit, not one each.

Two endpoints of one model, perhaps for two SDKs, would else have the quota twice. `organisation` tells endpoints
apart that have accounts of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.errors import PlaceError
from sim.vendors import registry
from sim.vendors.presets import Vendor

Fault = tuple[tuple[str | int, ...], str, str]
Group = tuple[str, str, str]


def share(tree: dict[str, Any], raw: Mapping[str, Any], faults: list[Fault]) -> None:
    """Turn the limits of endpoints that share them into limits of the scenario; `tree` is changed.

    Args:
        tree: the raw values, written out.
        raw: the endpoints as a planner wrote them.
        faults: gets what does not go together.
    """
    groups: dict[Group, list[str]] = {}
    for name, endpoint in raw.items():
        group = _group(endpoint)
        if group is not None and "limits" in tree["endpoints"][name]:
            groups.setdefault(group, []).append(name)
    for (vendor, model, organisation), names in groups.items():
        if len(names) > 1:
            label = " ".join(filter(None, (organisation, vendor, model)))
            _one_for_all(tree, names, label, faults)


def _group(raw: Any) -> Group | None:
    """Whose limits an endpoint has; None where they are its own."""
    if not isinstance(raw, Mapping) or "vendor" not in raw or "limits" in raw:
        return None
    try:
        vendor = registry.asked(Vendor, "vendor", raw["vendor"], "vendor")
    except PlaceError:
        return None
    if vendor.shared is None:
        return None
    return vendor.preset, str(raw.get("model")), str(raw.get("organisation", ""))


def _one_for_all(tree: dict[str, Any], names: list[str], label: str, faults: list[Fault]) -> None:
    endpoints = tree["endpoints"]
    limits = endpoints[names[0]]["limits"]
    shared = {f"{label} {limit['name']}": limit for limit in limits}
    tree["limits"] = {**(tree.get("limits") or {}), **shared}
    for name in names:
        if endpoints[name]["limits"] != limits:
            message = (
                f"{name} and {names[0]} are of one organisation and share their limits, which differ; "
                "write the same `tier` and `quota`, or an `organisation` of its own"
            )
            faults.append((("endpoints", name), message, "shared"))
        endpoints[name] = {**endpoints[name], "limits": list(shared)}
