"""What no vendor publishes, as unknowns of the scenario: `unpublished: {azure-ptu: {bucket_depth: ..}}`.

The ranges of the presets that a scenario uses stand in its resolved values, so that each replication draws its
own, `explain` shows them, and a planner who knows better writes a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sim.scenario.nodes import Node, Origin, nodes_of, plain
from sim.scenario.paths import did_you_mean
from sim.vendors import models, registry, searches
from sim.vendors.endpoints import rules_that_hold
from sim.vendors.fill import placeholders
from sim.vendors.kinds import IncidentPreset, LatencyPreset
from sim.vendors.presets import Preset, Unpublished, Vendor

SECTION = "unpublished"


def with_ranges(top: Node) -> Node:
    """A scenario's nodes with the ranges of the presets that it uses, below what it writes itself."""
    wanted = ranges_of(plain(top))
    if not wanted or not isinstance(top.value, dict):
        return top
    own = top.value.get(SECTION)
    written = own.value if own is not None and isinstance(own.value, dict) else {}
    sections: dict[str, Node] = dict(written)
    for name, unknowns in wanted.items():
        mine = sections.get(name)
        below = dict(mine.value) if mine is not None and isinstance(mine.value, dict) else {}
        added = {key: _node(name, key, one) for key, one in unknowns.items() if key not in below}
        if mine is None or isinstance(mine.value, dict):
            origin = Origin(registry.SHOWN_AS) if mine is None else mine.origin
            sections[name] = Node({**below, **added}, origin, origin)
    origin = Origin(registry.SHOWN_AS) if own is None else own.origin
    return replace(top, value={**top.value, SECTION: Node(sections, origin, origin)})


def ranges_of(tree: Mapping[str, Any]) -> dict[str, dict[str, Unpublished]]:
    """What a scenario leaves open, by preset or model."""
    found: dict[str, dict[str, Unpublished]] = {}
    for name, one in (*_of_endpoints(tree), *_of_stations(tree), *_of_incidents(tree)):
        if one:
            found.setdefault(name, {}).update(one)
    return found


def _of_endpoints(tree: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Unpublished]]]:
    for endpoint in _items(tree.get("endpoints")):
        vendor = _preset(endpoint.get("vendor"))
        if not isinstance(vendor, Vendor):
            continue
        used = (
            []
            if "limits" in endpoint
            else [rule.limit for rule in rules_that_hold(vendor, endpoint)]
        )
        used += [] if "errors" in endpoint else [vendor.errors]
        wanted = placeholders(used)
        model = str(endpoint.get("model"))
        yield (
            vendor.preset,
            {
                name: one
                for name, one in vendor.unpublished.items()
                if name in wanted and (not one.models or model in one.models)
            },
        )
        if "latency" not in endpoint and "station" not in endpoint:
            yield model, models.unknowns_of(model)


def _of_stations(tree: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Unpublished]]]:
    if any("search" in station for station in _items(tree.get("stations"))):
        yield searches.PRESET, searches.preset().unpublished


def _of_incidents(tree: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Unpublished]]]:
    for incident in _items(tree.get("incidents")):
        history = _preset(incident.get("from"))
        if isinstance(history, IncidentPreset):
            parts = {
                "what": history.what.what,
                "every": history.every.every,
                "lasts": history.lasts.lasts,
            }
            wanted = placeholders([part for key, part in parts.items() if key not in incident])
            yield history.preset, {k: v for k, v in history.unpublished.items() if k in wanted}


def _items(things: Any) -> list[Mapping[str, Any]]:
    values = things.values() if isinstance(things, Mapping) else things or ()
    return [item for item in values if isinstance(item, Mapping)]


def _preset(name: Any) -> Preset | None:
    known = isinstance(name, str) and name in registry.names()
    return registry.preset(name) if known else None


def _node(section: str, key: str, one: Unpublished) -> Node:
    """The range as a node whose line tells where it is from."""
    preset = registry.preset(section if section in registry.names() else registry.LATENCY)
    source = preset.sources[one.source]
    note = f"{one.note} ({source.title}, {source.read.isoformat()}; {source.evidence})"
    words = ", ".join(f"{name}: {value}" for name, value in one.range.items())
    line = _line_of(preset, section, key)
    text = f"{key}: {{{words}}}  # {note}"
    origin = Origin(f"{registry.SHOWN_AS}/{preset.preset}.yaml", line, 1, len(key), text)
    return nodes_of(dict(one.range), origin)


def _line_of(preset: Preset, section: str, key: str) -> int:
    """The line of a preset's file on which a range stands."""
    places: list[tuple[str | int, ...]] = [(SECTION, key), ("congestion", SECTION, key)]
    if key == models.SPEED:
        places = [("speed", "models", section)]
    if isinstance(preset, LatencyPreset):
        for number, answer in enumerate(preset.whole_answers):
            if section in answer.models:
                places = [("whole_answers", number, SECTION, key)]
    top = registry.node(preset.preset)
    for place in places:
        node = _below(top, place)
        if node is not None:
            return node.origin.line
    return top.origin.line


def _below(node: Node | None, place: tuple[str | int, ...]) -> Node | None:
    for part in place:
        inside = node.value if node is not None else None
        node = None
        if isinstance(inside, dict):
            node = inside.get(str(part))
        elif isinstance(inside, list) and isinstance(part, int):
            node = inside[part]
    return node


def faults_of_section(
    tree: Mapping[str, Any],
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """What a planner wrote under `unpublished` that no preset of the scenario leaves open."""
    section = tree.get(SECTION)
    if not isinstance(section, Mapping):
        return
    known = ranges_of(tree)
    for name, values in section.items():
        if name not in known:
            message = f"no preset {name!r} is used that leaves anything open"
            yield (SECTION, name), message + did_you_mean(str(name), known), "unknown_name"
            continue
        for key in values if isinstance(values, Mapping) else ():
            if key not in known[name]:
                message = f"{name} leaves no {key!r} open{did_you_mean(str(key), known[name])}"
                yield (SECTION, name, key), message, "unknown_key"
