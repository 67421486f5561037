"""How many people a plan can carry before its first target breaks, and what to ask the vendors for.

People (or, where a scenario has none, arrivals) are multiplied by a factor, the same luck each time, until a target is
met in fewer replications than its chance asks; then the factor is bracketed by halving to within `PRECISION`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import UsageError
from sim.scenario.document import Document
from sim.scenario.paths import Path, path_text
from sim.scenario.unknown import KEYS, is_unknown
from sim.study.points import Field, Point, Readings
from sim.targets import Target
from sim.units import split_quantity

PRECISION = 1.01
"""The ratio of the smallest factor that breaks a target to the largest that does not."""
FACTOR_MAX = 64.0
FACTOR_MIN = 1.0 / 64.0


@dataclass(frozen=True)
class Knob:
    """A place that says how many people there are, or how much arrives."""

    path: Path
    value: Any
    whole: bool
    """Whether only whole numbers fit."""

    def scaled(self, factor: float) -> str:
        """The `path=value` of the value times a factor."""
        if is_unknown(self.value):
            parts = ", ".join(f"{key}: {self._times(self.value[key], factor)}" for key in KEYS)
            return f"{path_text(self.path)}={{{parts}}}"
        return f"{path_text(self.path)}={self._times(self.value, factor)}"

    def _times(self, value: Any, factor: float) -> str:
        prefix, number, unit = split_quantity(value)
        if self.whole and not unit:
            return str(max(1, round(float(number) * factor)))
        return f"{prefix}{float(number) * factor!r}{unit}"


def knobs_of(tree: Mapping[str, Any]) -> list[Knob]:
    """People of populations and phases; else the arrivals of workloads."""
    people = [*_population_knobs(tree), *_phase_knobs(tree)]
    found = people or list(_arrival_knobs(tree))
    if not found:
        raise UsageError(
            "the scenario has no users, per_day, rate or closed users, so there is nothing to scale"
        )
    return found


def _population_knobs(tree: Mapping[str, Any]) -> Iterator[Knob]:
    for name, population in (tree.get("populations") or {}).items():
        if (population or {}).get("users") is not None:
            yield Knob(("populations", name, "users"), population["users"], whole=True)


def _phase_knobs(tree: Mapping[str, Any]) -> Iterator[Knob]:
    for place, phase in enumerate((tree.get("rollout") or {}).get("phases") or []):
        for name, users in (phase.get("users") or {}).items():
            yield Knob(("rollout", "phases", place, "users", name), users, whole=True)


def _arrival_knobs(tree: Mapping[str, Any]) -> Iterator[Knob]:
    for name, workload in tree["workloads"].items():
        arrivals = workload.get("arrivals") or {}
        for key in ("per_day", "rate"):
            if key in arrivals:
                yield Knob(("workloads", name, "arrivals", key), arrivals[key], whole=False)
        if "closed" in arrivals:
            path: Path = ("workloads", name, "arrivals", "closed", "users")
            yield Knob(path, arrivals["closed"]["users"], whole=True)


def people_of(knobs: Sequence[Knob]) -> int | None:
    """The most people that the plan ever has; None where it counts no people."""
    most: dict[str | int, float] = {}
    for knob in knobs:
        if knob.path[0] == "workloads":
            continue
        name = knob.path[1] if knob.path[0] == "populations" else knob.path[-1]
        likely = knob.value["likely"] if is_unknown(knob.value) else knob.value
        most[name] = max(most.get(name, 0.0), float(split_quantity(likely)[1]))
    return round(sum(most.values())) if most else None


@dataclass(frozen=True)
class Broken:
    """A target that is not kept at a factor."""

    target: Target
    met: int
    n: int


@dataclass(frozen=True)
class Headroom:
    """What a plan carries."""

    carries: float | None
    """The largest factor tried at which every target is kept; None: none is."""
    breaks_at: float | None
    """The smallest factor tried at which one is not; None: nothing broke up to `FACTOR_MAX`."""
    broken: tuple[Broken, ...]
    """The targets that break there, the most clearly first."""
    tried: tuple[float, ...]
    """Every factor, in the order of trying."""


class Search:
    """Trials of factors, each played once."""

    def __init__(self, document: Document, field: Field, numbers: range) -> None:
        self._document = document
        self._field = field
        self._numbers = numbers
        self._knobs = knobs_of(document.tree)
        self._targets = Point(document, ()).terms().targets
        self.tried: dict[float, tuple[Broken, ...]] = {}
        if not self._targets:
            raise UsageError("the scenario has no targets, so nothing can break")

    def broken_at(self, factor: float) -> tuple[Broken, ...]:
        """The targets that are not kept at a factor."""
        if factor not in self.tried:
            sets = tuple(knob.scaled(factor) for knob in self._knobs)
            [readings] = self._field.play([Point(self._document, sets)], self._numbers)
            self.tried[factor] = _broken(self._targets, readings)
        return self.tried[factor]


def headroom(search: Search) -> Headroom:
    """Bracket the factor at which the first target breaks."""
    low, high = _bracket(search)
    while low is not None and high is not None and high / low > PRECISION:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if search.broken_at(middle) else (middle, high)
    broken = search.broken_at(high) if high is not None else ()
    return Headroom(low, high, broken, tuple(search.tried))


def _bracket(search: Search) -> tuple[float | None, float | None]:
    """A factor that keeps all targets and twice of it that does not; None where there is none."""
    factor = 1.0
    if search.broken_at(factor):
        while factor > FACTOR_MIN:
            factor /= 2.0
            if not search.broken_at(factor):
                return factor, factor * 2.0
        return None, factor
    while factor < FACTOR_MAX:
        factor *= 2.0
        if search.broken_at(factor):
            return factor / 2.0, factor
    return factor, None


def _broken(targets: Sequence[Target], readings: Readings) -> tuple[Broken, ...]:
    n = len(readings)
    met = [sum(one.met[place] for one in readings) for place in range(len(targets))]
    found = [
        Broken(target, count, n)
        for target, count in zip(targets, met, strict=True)
        if count < target.chance * n
    ]
    return tuple(sorted(found, key=lambda one: one.met / one.n - one.target.chance))
