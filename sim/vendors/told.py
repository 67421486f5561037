"""What the presets of a scenario wrote out, beside what its file says: for whoever asks what a name stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario.paths import Path
from sim.scenario.unknown import resolve_at
from sim.vendors.expand import expanded

_NOTHING = object()


def written_out(tree: Mapping[str, Any], path: Path) -> list[tuple[Path, Any]]:
    """Each value at or below a path that stands in no file, with its own path; unknowns at their likeliest.

    Args:
        tree: the raw values of a scenario without faults.
        path: of an endpoint, a route or an incident, or below.
    """
    raw = resolve_at(tree, "likely")
    whole, _ = expanded(raw)
    found, written = whole, raw
    for part in path:
        found, written = _child(found, part), _child(written, part)
    return list(_new(found, written, path))


def _new(found: Any, written: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Values that one has and the other has not."""
    if found is _NOTHING:
        return
    if isinstance(found, Mapping) and found:
        for key, item in found.items():
            yield from _new(item, _child(written, key), (*path, str(key)))
    elif isinstance(found, list | tuple) and any(isinstance(x, Mapping | list) for x in found):
        for number, item in enumerate(found):
            yield from _new(item, _child(written, number), (*path, number))
    elif written is _NOTHING:
        yield path, found


def _child(tree: Any, part: str | int) -> Any:
    if isinstance(tree, Mapping):
        return tree.get(part, tree.get(str(part), _NOTHING))
    if isinstance(tree, list | tuple) and isinstance(part, int) and part < len(tree):
        return tree[part]
    return _NOTHING
