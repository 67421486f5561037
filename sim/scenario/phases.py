"""What a scenario is in each phase: the file's values with the changes of all phases so far."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import PlaceError, QuantityError
from sim.scenario.paths import NAME_KEYS, Path, did_you_mean, parse_path, path_text

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

CHANGEABLE = ("pipelines", "stations", "endpoints", "limits", "routes", "workloads")
"""The parts of a scenario that a phase may change."""

NOT_CHANGEABLE = {
    "workloads": ("population", "sessions_per_user_day", "arrivals", "stream"),
    "stations": ("failures", "cost", "stream"),
    "endpoints": ("price", "model", "station"),
}
"""Keys of those parts that stay as they are."""


class PhaseVariant(NamedTuple):
    """A phase and the scenario while it lasts."""

    name: str
    start_us: int
    scenario: Scenario


def changed(tree: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a raw tree with some paths set to new values; raises `PlaceError`."""
    result = copy.deepcopy(dict(tree))
    for text, value in changes.items():
        try:
            path = parse_path(text)
        except QuantityError as error:
            raise PlaceError(str(error), (text,), error.code) from None
        _refuse_unchangeable(path, text)
        _set(result, path, value, text)
    return result


def _refuse_unchangeable(path: Path, text: str) -> None:
    if path[0] not in CHANGEABLE:
        words = ", ".join(CHANGEABLE)
        hint = did_you_mean(str(path[0]), CHANGEABLE)
        message = f"a phase can change only what is under {words}{hint}"
        raise PlaceError(message, (text,), "phase_change")
    if len(path) > 2 and path[2] in NOT_CHANGEABLE.get(str(path[0]), ()):
        message = f"a phase cannot change `{path[2]}`"
        raise PlaceError(message, (text,), "phase_change")


def _set(tree: Any, path: Path, value: Any, text: str) -> None:
    parent = tree
    for depth, part in enumerate(path[:-1]):
        parent = _child(parent, part, path[: depth + 1], text)
    last = _place(parent, path[-1])
    if last is None and not isinstance(parent, dict):
        raise _nothing(parent, path, text)
    parent[path[-1] if last is None else last] = copy.deepcopy(value)


def _child(parent: Any, part: str | int, path: Path, text: str) -> Any:
    place = _place(parent, part)
    if place is None:
        raise _nothing(parent, path, text)
    return parent[place]


def _place(parent: Any, part: str | int) -> str | int | None:
    """Where a part of a path is in a map or a list; None where there is no such thing."""
    if isinstance(parent, dict):
        return part if part in parent else None
    if not isinstance(parent, list):
        return None
    if isinstance(part, int):
        return part if part < len(parent) else None
    return next((n for n, item in enumerate(parent) if _is_called(item, part)), None)


def _is_called(item: Any, name: str) -> bool:
    keys = (*NAME_KEYS, "limit", "counts")
    return isinstance(item, dict) and any(item.get(key) == name for key in keys)


def _nothing(parent: Any, path: Path, text: str) -> PlaceError:
    words: Sequence[str] = list(parent) if isinstance(parent, dict) else ()
    hint = did_you_mean(str(path[-1]), words)
    return PlaceError(f"there is no {path_text(path)}{hint}", (text,), "unknown_name")
