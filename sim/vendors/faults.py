"""Faults in what presets wrote out, at the place in the file that named the preset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails

from sim.scenario.paths import path_text
from sim.scenario.spine import fault_at, kept_fault

_NOTHING = object()


Wrong = tuple[tuple[str | int, ...], str, str]


def faults_as_written(
    error: ValidationError | None, tree: Any, written: Any, wrong: Sequence[Wrong]
) -> ValidationError:
    """The same faults, each at a place that stands in the file.

    Args:
        error: of the values written out, if they have any.
        tree: the raw values.
        written: the raw values, written out.
        wrong: what was wrong with the names of presets: where, what, and the kind. What is below such a
            place has not been written out, so its other faults would be echoes.
    """
    faults = [fault_at(*one) for one in wrong]
    silent = {path[:2] for path, _, _ in wrong}
    for one in error.errors(include_url=False) if error is not None else ():
        if one["loc"][:2] not in silent or one["type"] == "unknown_key":
            faults.append(_fault(one, tree, written))
    return ValidationError.from_exception_data("Scenario", faults)


def _fault(fault: ErrorDetails, tree: Any, written: Any) -> InitErrorDetails:
    place = fault["loc"]
    for depth, part in enumerate(place):
        tree, written = _child(tree, part), _child(written, part)
        if tree is _NOTHING and written is not _NOTHING:
            said = str(fault.get("ctx", {}).get("error", fault["msg"]))
            message = f"with its presets, {path_text(_rest(place[depth:], written))}: {said}"
            return fault_at(place[:depth], message, "preset")
        if written is _NOTHING:
            break
    return kept_fault(fault)


def _rest(place: Sequence[str | int], written: Any) -> list[str | int]:
    """The keys of the rest of a location, without the branches of unions."""
    found = [place[0]]
    for part in place[1:]:
        child = _child(written, part)
        if child is not _NOTHING:
            found.append(part)
            written = child
    return found


def _child(tree: Any, part: str | int) -> Any:
    if isinstance(tree, Mapping):
        return tree.get(part, _NOTHING)
    if isinstance(tree, list | tuple) and isinstance(part, int) and part < len(tree):
        return tree[part]
    return _NOTHING
