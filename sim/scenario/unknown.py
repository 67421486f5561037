"""Unknowns: `{low: 55%, likely: 70%, high: 85%}` anywhere that a quantity may stand.

An unknown is not random in the world; it is what the planner does not know. It is drawn once per
replication, before the scenario is validated: `resolve` returns a copy of the raw tree in which
each unknown is an ordinary quantity, in the unit in which the planner wrote it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sim.errors import QuantityError
from sim.scenario.paths import Path
from sim.units import shown, split_quantity, unit_scale

KEYS = ("low", "likely", "high")


class Chosen(str):
    """The text of a quantity that was drawn from an unknown.

    Whole-number fields round it; written text with a fraction they refuse.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """One unknown quantity: a triangular belief between two limits."""

    path: Path
    low: float
    """In the unit `unit`, as are the next two."""
    likely: float
    high: float
    prefix: str
    """`x ` for a multiplier, else empty."""
    unit: str
    """The unit of the likely value as it was written: `%`, `ms`, `k`, or empty."""

    def at(self, u: float) -> float:
        """Return the quantile of the triangular law at u in [0, 1], in `unit`.

        With a = low, c = likely, b = high and F(c) = (c - a)/(b - a): below F(c) it is
        a + sqrt(u (b - a)(c - a)), above it b - sqrt((1 - u)(b - a)(b - c)).
        """
        span = self.high - self.low
        if span == 0.0:
            return self.low
        if u * span < self.likely - self.low:
            value = self.low + math.sqrt(u * span * (self.likely - self.low))
        else:
            value = self.high - math.sqrt((1.0 - u) * span * (self.high - self.likely))
        return min(max(value, self.low), self.high)

    def mean(self) -> float:
        """Return the mean of the triangular law, in `unit`."""
        return (self.low + self.likely + self.high) / 3.0

    def text(self, value: float) -> Chosen:
        """Return a value of this unknown as a planner would write it, at full precision."""
        short = value.is_integer() and abs(value) < 1e15
        return Chosen(f"{self.prefix}{int(value) if short else repr(value)}{self.unit}")


def is_unknown(value: object) -> bool:
    """Tell whether a raw value is a mapping with exactly the keys low, likely and high."""
    return isinstance(value, Mapping) and len(value) == 3 and all(key in value for key in KEYS)


def read_unknown(path: Path, raw: Mapping[str, Any]) -> Unknown:
    """Read one unknown.

    Raises `QuantityError` when a value is no quantity, when the three measure different things,
    or when they are not in order.
    """
    written = [split_quantity(raw[key]) for key in KEYS]
    prefix, _, unit = written[1]
    if len({(part[0], part[2]) for part in written}) == 1:
        values = [part[1] for part in written]
    else:
        values = _in_unit(written, prefix, unit)
    low, likely, high = (float(value) for value in values)
    if not low <= likely <= high:
        order = ", ".join(f"{key} {shown(raw[key])}" for key in KEYS)
        raise QuantityError(f"an unknown goes low <= likely <= high, not {order}", "unknown_order")
    return Unknown(path, low, likely, high, prefix, unit)


def find_unknowns(tree: object) -> tuple[Unknown, ...]:
    """Return every unknown of a raw tree, in the order of the file."""
    return tuple(read_unknown(path, raw) for path, raw in raw_unknowns(tree))


def raw_unknowns(tree: object, path: Path = ()) -> list[tuple[Path, Mapping[str, Any]]]:
    """Return the path and the raw mapping of every unknown, unread."""
    if is_unknown(tree):
        assert isinstance(tree, Mapping)
        return [(path, tree)]
    found: list[tuple[Path, Mapping[str, Any]]] = []
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            found += raw_unknowns(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            found += raw_unknowns(value, (*path, index))
    return found


def resolve(tree: object, choose: Callable[[Path], float]) -> Any:
    """Return a copy of a raw tree with each unknown replaced by the quantity at its u.

    Args:
        tree: the raw tree; it is not changed.
        choose: for the path of an unknown, its u in [0, 1].
    """
    return replace_unknowns(tree, lambda unknown: unknown.text(unknown.at(choose(unknown.path))))


def resolve_at(tree: object, key: str) -> Any:
    """Return a copy of a raw tree with each unknown at its `low`, `likely` or `high`."""
    assert key in KEYS
    return replace_unknowns(tree, lambda unknown: unknown.text(getattr(unknown, key)))


def replace_unknowns(tree: object, value_of: Callable[[Unknown], object], path: Path = ()) -> Any:
    """Return a copy of a raw tree with each unknown replaced by what `value_of` makes of it."""
    if is_unknown(tree):
        assert isinstance(tree, Mapping)
        return value_of(read_unknown(path, tree))
    if isinstance(tree, Mapping):
        return {k: replace_unknowns(v, value_of, (*path, k)) for k, v in tree.items()}
    if isinstance(tree, list):
        return [replace_unknowns(v, value_of, (*path, i)) for i, v in enumerate(tree)]
    return tree


def _in_unit(written: list[tuple[str, Decimal, str]], prefix: str, unit: str) -> list[Decimal]:
    """Return three quantities in the unit of the likely one; refuse what does not convert."""
    kind, scale = unit_scale(unit)
    values = []
    for other_prefix, number, other_unit in written:
        other_kind, other_scale = unit_scale(other_unit)
        if (other_prefix, other_kind) != (prefix, kind):
            message = "low, likely and high must be in units of the same kind"
            raise QuantityError(message, "unknown_units")
        values.append(number * other_scale / scale)
    return values
