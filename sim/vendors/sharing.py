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
    for group, names in groups.items():
        if len(names) > 1:
            _one_for_all(tree, names, _label(group), faults)


def share_batches(tree: dict[str, Any], twins: Mapping[str, str], faults: list[Fault]) -> None:
    """The same for batch twins: a vendor's batch queue is for a model, or for all models together.

    Args:
        tree: the raw values, with the twins.
        twins: the twin's name by that of the endpoint which it is a twin of.
        faults: gets what does not go together.
    """
    groups: dict[Group, list[str]] = {}
    for name, twin in twins.items():
        endpoint = tree["endpoints"][name]
        vendor = _vendor(endpoint)
        if tree["endpoints"][twin].get("limits") and vendor and vendor.batch_queue:
            across = vendor.batch_queue.across_models
            pool = "" if across else _pool(vendor, str(endpoint.get("model")))
            group = (vendor.preset, pool, str(endpoint.get("organisation", "")))
            groups.setdefault(group, []).append(name)
    for group, names in groups.items():
        if len(names) > 1:
            _one_for_all(tree, names, _label(group), faults, twins)


def _vendor(raw: Any) -> Vendor | None:
    """The preset of an endpoint; None where it names none that is there."""
    if not isinstance(raw, Mapping) or "vendor" not in raw:
        return None
    try:
        return registry.asked(Vendor, "vendor", raw["vendor"], "vendor")
    except PlaceError:
        return None


def _group(raw: Any) -> Group | None:
    """Whose limits an endpoint has; None where they are its own."""
    vendor = _vendor(raw)
    if vendor is None or vendor.shared is None or "limits" in raw:
        return None
    model = str(raw.get("model"))
    return vendor.preset, _pool(vendor, model), str(raw.get("organisation", ""))


def _pool(vendor: Vendor, model: str) -> str:
    """The family whose models have one limit together; else the model itself."""
    pools = vendor.shared.pools if vendor.shared else ()
    return next((name for name in pools if model in vendor.families[name]), model)


def _label(group: Group) -> str:
    vendor, pool, organisation = group
    return " ".join(filter(None, (organisation, vendor, pool)))


def _one_for_all(
    tree: dict[str, Any],
    names: list[str],
    label: str,
    faults: list[Fault],
    twins: Mapping[str, str] | None = None,
) -> None:
    endpoints = tree["endpoints"]
    of = {name: twins[name] if twins else name for name in names}
    limits = endpoints[of[names[0]]]["limits"]
    shared = {f"{label} {limit['name']}": limit for limit in limits}
    tree["limits"] = {**(tree.get("limits") or {}), **shared}
    for name in names:
        if endpoints[of[name]]["limits"] != limits:
            message = (
                f"{name} and {names[0]} are of one organisation and share their limits, which differ; "
                "write the same `tier` and `quota`, or an `organisation` of its own"
            )
            faults.append((("endpoints", name), message, "shared"))
        endpoints[of[name]] = {**endpoints[of[name]], "limits": list(shared)}
