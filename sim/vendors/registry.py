"""The presets by name: read from their files when they are asked for, and checked."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

from sim.errors import PlaceError
from sim.scenario.nodes import Node, compose, plain, source_of
from sim.scenario.paths import did_you_mean
from sim.vendors.kinds import KINDS, LatencyPreset
from sim.vendors.presets import Preset

FOLDER = Path(__file__).parent
SHOWN_AS = "sim/vendors"
"""Where planners find the files, whatever the machine."""
LATENCY = "models"

PresetType = TypeVar("PresetType", bound=Preset)


@cache
def names() -> tuple[str, ...]:
    """Every preset, by the alphabet."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def node(name: str) -> Node:
    """A preset's file as nodes, which know their lines."""
    path = FOLDER / f"{name}.yaml"
    return compose(source_of(f"{SHOWN_AS}/{path.name}", path.read_text(encoding="utf-8")))


@cache
def preset(name: str) -> Preset:
    """A preset that exists."""
    tree = plain(node(name))
    return KINDS[tree["kind"]].model_validate(tree)


def of_kind(kind: type[PresetType]) -> dict[str, PresetType]:
    """Every preset of a kind."""
    found = ((name, preset(name)) for name in names())
    return {name: one for name, one in found if isinstance(one, kind)}


def asked(kind: type[PresetType], what: str, name: object, key: str) -> PresetType:
    """The preset that a planner named; PlaceError at `key` with the nearest where there is none."""
    if isinstance(name, str) and name in names():
        found = preset(name)
        if isinstance(found, kind):
            return found
    known = of_kind(kind)
    hint = did_you_mean(str(name), known) or f"; known are {', '.join(known)}"
    raise PlaceError(f"there is no {what} preset {str(name)!r}{hint}", (key,), "unknown_preset")


def latency() -> LatencyPreset:
    """What is known about the latency of models."""
    found = preset(LATENCY)
    assert isinstance(found, LatencyPreset)
    return found
