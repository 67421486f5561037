"""Endpoints of one organisation share what the vendor gives the organisation: one limit, not one each.

Two endpoints of one model, perhaps for two SDKs, would else have the quota twice. `organisation` tells endpoints
apart that have accounts of their own. Some vendors give each deployment limits of its own, and yet count the month's
volume of the organisation.
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
            vendor = registry.asked(Vendor, "vendor", group[0], "vendor")
            own = {name: name for name in names}
            _one_for_all(tree, own, _label(group), faults, _shared_names(vendor))


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
            _one_for_all(tree, {name: twins[name] for name in names}, _label(group), faults)


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
    if vendor is None or "limits" in raw or _shared_names(vendor) == set():
        return None
    model = str(raw.get("model"))
    return vendor.preset, _pool(vendor, model), str(raw.get("organisation", ""))


def _shared_names(vendor: Vendor) -> set[str] | None:
    """The names of the limits that an organisation's endpoints share; None: all of them."""
    if vendor.shared is not None:
        return None
    return {str(rule.limit["name"]) for rule in vendor.limits if rule.shared}


def _pool(vendor: Vendor, model: str) -> str:
    """The family whose models have one limit together; else the model itself."""
    pools = vendor.shared.pools if vendor.shared else ()
    return next((name for name in pools if model in vendor.families[name]), model)


def _label(group: Group) -> str:
    vendor, pool, organisation = group
    return " ".join(filter(None, (organisation, vendor, pool)))


def _one_for_all(
    tree: dict[str, Any],
    of: Mapping[str, str],
    label: str,
    faults: list[Fault],
    wanted: set[str] | None = None,
) -> None:
    """Share the limits of endpoints.

    Args:
        tree: the raw values, written out; changed.
        of: the endpoint that has the limits, by the one that a planner wrote.
        label: what stands before their names.
        faults: gets what does not go together.
        wanted: the names of the limits that are shared; all unless given.
    """
    endpoints = tree["endpoints"]
    first = next(iter(of))
    limits, _ = _parted(endpoints[of[first]]["limits"], wanted)
    shared = {f"{label} {limit['name']}": limit for limit in limits}
    if not shared:
        return
    tree["limits"] = {**(tree.get("limits") or {}), **shared}
    for name in of:
        same, own = _parted(endpoints[of[name]]["limits"], wanted)
        if same != limits:
            message = (
                f"{name} and {first} are of one organisation and share their limits, which differ; "
                "write the same `tier` and `quota`, or an `organisation` of its own"
            )
            faults.append((("endpoints", name), message, "shared"))
        endpoints[of[name]] = {**endpoints[of[name]], "limits": [*own, *shared]}


def _parted(
    limits: list[dict[str, Any]], wanted: set[str] | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The limits that are shared, and the others."""
    shared = [limit for limit in limits if wanted is None or limit["name"] in wanted]
    return shared, [limit for limit in limits if limit not in shared]
