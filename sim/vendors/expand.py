"""A scenario's raw values with everything written out that names a preset.

It happens where a scenario is validated, after unknowns are drawn and in each phase anew; so a phase that
changes a quota changes the limits that follow from it. The plan and the engines know nothing of vendors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sim.errors import PlaceError, QuantityError
from sim.scenario import calendar
from sim.vendors import batch, breakers, clients, endpoints, incidents, searches, sharing
from sim.vendors.caps import faults_of_caps
from sim.vendors.unpublished import SECTION, faults_of_section

Path = tuple[str | int, ...]
Fault = tuple[Path, str, str]
"""Where, what, and the kind of fault."""
NO_DAY = date(2026, 11, 27)
"""The day whose facts count where the horizon has no readable start; that is a fault of its own."""


def expanded(tree: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """A copy of a raw tree, written out, and every fault on the way; what has a fault stays as it was."""
    result, faults = dict(tree), [*faults_of_section(tree), *faults_of_caps(tree)]
    on = _start(tree)

    def unpublished(name: str) -> Mapping[str, Any]:
        section = tree.get(SECTION)
        found = section.get(name) if isinstance(section, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def endpoint(raw: Mapping[str, Any]) -> dict[str, Any]:
        written = dict(raw)
        if "client" in raw:
            written["client"] = _below("client", clients.expanded, raw["client"])
        return endpoints.expanded(written, unpublished, on) if "vendor" in raw else written

    def station(raw: Mapping[str, Any]) -> dict[str, Any]:
        written = dict(raw)
        if "client" in raw:
            written["client"] = _below("client", clients.expanded, raw["client"])
        if "search" in raw:
            return searches.expanded(written, unpublished(searches.PRESET))
        return written

    def route(raw: Mapping[str, Any]) -> dict[str, Any]:
        if "breaker" not in raw:
            return dict(raw)
        breakers.refuse_alone(raw)
        return {**raw, "breaker": _below("breaker", breakers.expanded, raw["breaker"])}

    def incident(raw: Mapping[str, Any]) -> dict[str, Any]:
        if "from" not in raw:
            return dict(raw)
        return incidents.expanded(raw, unpublished(str(raw["from"])))

    rules = {"endpoints": endpoint, "stations": station, "routes": route, "incidents": incident}
    for key, rule in rules.items():
        if key in tree:
            result[key] = _each(tree[key], rule, (key,), faults)
    if isinstance(tree.get("endpoints"), Mapping):
        sharing.share(result, tree["endpoints"], faults)
    batch.add_twins(result, on, faults)
    return result, faults


def _each(
    things: Any,
    rule: Callable[[Mapping[str, Any]], dict[str, Any]],
    path: Path,
    faults: list[Fault],
) -> Any:
    """Every thing of a map or a list, written out."""
    if isinstance(things, Mapping):
        return {key: _one(item, rule, (*path, key), faults) for key, item in things.items()}
    if isinstance(things, list | tuple):
        return [_one(item, rule, (*path, n), faults) for n, item in enumerate(things)]
    return things


def _one(
    item: Any,
    rule: Callable[[Mapping[str, Any]], dict[str, Any]],
    path: Path,
    faults: list[Fault],
) -> Any:
    if not isinstance(item, Mapping):
        return item
    try:
        return rule(item)
    except PlaceError as error:
        faults.append(((*path, *error.place), str(error), error.code))
    return item


def _below(key: str, rule: Callable[[Any], Any], value: Any) -> Any:
    try:
        return rule(value)
    except PlaceError as error:
        raise PlaceError(str(error), (key, *error.place), error.code) from None


def _start(tree: Mapping[str, Any]) -> date:
    horizon = tree.get("horizon")
    try:
        return calendar.day(horizon["start"]) if isinstance(horizon, Mapping) else NO_DAY
    except (KeyError, QuantityError):
        return NO_DAY
