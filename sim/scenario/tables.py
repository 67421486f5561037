"""Laws as tables: the form in which both engines draw.

A table turns a uniform u in (0, 1) into a value. A continuous law is 1,025 knots on an even grid
of logit(u); discrete laws and data keep exact atoms; a mixture chooses a part and draws from it.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

N_KNOTS = 1025
LOGIT_MAX = 18.0
"""The grid spans logit(u) from -18 to 18, so u from 1.5e-8 to 1 - 1.5e-8."""
KNOTS_PER_LOGIT = (N_KNOTS - 1) / (2.0 * LOGIT_MAX)

Floats = NDArray[np.float64]
AnyFloats = NDArray[np.floating[Any]]


class TableKind(IntEnum):
    """How a table is read."""

    CONSTANT = 0
    CONTINUOUS = 1
    ATOMS = 2
    MIXTURE = 3


def frozen_floats(values: Sequence[float] | Floats) -> Floats:
    """Return a read-only float64 copy."""
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def _no_floats() -> Floats:
    return frozen_floats(())


@dataclass(frozen=True, slots=True, eq=False)
class LawTable:
    """One law, ready to draw from. Durations are in microseconds [us], counts in units [n]."""

    kind: TableKind
    mean: float
    """The law's mean, exact where a formula exists; may be infinite."""
    value: float = 0.0
    """CONSTANT: the value."""
    knots: Floats = field(default_factory=_no_floats)
    """CONTINUOUS: quantiles at u = 1/(1 + exp(-z)), z even on [-18, 18]; (1025,)."""
    values: Floats = field(default_factory=_no_floats)
    """ATOMS: the values, ascending; (n,)."""
    cumulative: Floats = field(default_factory=_no_floats)
    """ATOMS, MIXTURE: cumulative probabilities, the last exactly 1.0; (n,)."""
    parts: tuple[LawTable, ...] = ()
    """MIXTURE: one table a part."""


def constant_table(value: float) -> LawTable:
    """Return the table of one certain value."""
    return LawTable(TableKind.CONSTANT, mean=value, value=value)


def continuous_table(
    ppf: Callable[[Floats], AnyFloats], isf: Callable[[Floats], AnyFloats], mean: float
) -> LawTable:
    """Tabulate a continuous law.

    Args:
        ppf: quantile at u, called for u <= 1/2.
        isf: quantile at 1 - q, called for q < 1/2, so that the upper tail keeps its precision.
        mean: the law's exact mean.
    """
    z = np.linspace(-LOGIT_MAX, LOGIT_MAX, N_KNOTS)
    lower = z <= 0.0
    knots = np.empty(N_KNOTS)
    knots[lower] = ppf(1.0 / (1.0 + np.exp(-z[lower])))
    knots[~lower] = isf(1.0 / (1.0 + np.exp(z[~lower])))
    return LawTable(TableKind.CONTINUOUS, mean=mean, knots=frozen_floats(knots))


def atoms_table(values: Sequence[float] | Floats, weights: Sequence[float] | Floats) -> LawTable:
    """Return the table of a discrete law; weights need not sum to one, equal values merge."""
    distinct, place = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True)
    mass = np.zeros(len(distinct))
    np.add.at(mass, place, np.asarray(weights, dtype=np.float64))
    distinct, mass = distinct[mass > 0.0], mass[mass > 0.0] / math.fsum(mass)
    if len(distinct) == 1:
        return constant_table(float(distinct[0]))
    mean = math.fsum(distinct * mass)
    cumulative = _cumulative(mass)
    return LawTable(
        TableKind.ATOMS, mean=mean, values=frozen_floats(distinct), cumulative=cumulative
    )


def mixture_table(parts: Sequence[LawTable], weights: Sequence[float]) -> LawTable:
    """Return the table that draws from a part with the probability of its weight."""
    total = math.fsum(weights)
    kept = [(part, w / total) for part, w in zip(parts, weights, strict=True) if w > 0.0]
    if len(kept) == 1:
        return kept[0][0]
    mean = math.fsum(part.mean * w for part, w in kept)
    cumulative = _cumulative(np.array([w for _, w in kept]))
    tables = tuple(part for part, _ in kept)
    return LawTable(TableKind.MIXTURE, mean=mean, cumulative=cumulative, parts=tables)


def shifted(table: LawTable, plus: float) -> LawTable:
    """Return the table of the law plus a constant."""
    return _changed(table, lambda values: values + plus, table.mean + plus)


def clamped(table: LawTable, at_least: float, at_most: float) -> LawTable:
    """Return the table of the law held between two limits; mass beyond them moves onto them."""
    return _changed(table, lambda values: np.clip(values, at_least, at_most), None)


def ppf(table: LawTable, u: float) -> float:
    """Return the value at u in (0, 1): the meaning of a draw, in plain Python."""
    if table.kind == TableKind.CONSTANT:
        return table.value
    if table.kind == TableKind.CONTINUOUS:
        place = (math.log(u / (1.0 - u)) + LOGIT_MAX) * KNOTS_PER_LOGIT
        place = min(max(place, 0.0), float(N_KNOTS - 1))
        knot = min(int(place), N_KNOTS - 2)
        part = place - knot
        return float(table.knots[knot] * (1.0 - part) + table.knots[knot + 1] * part)
    if table.kind == TableKind.ATOMS:
        return float(table.values[bisect.bisect_left(table.cumulative, u)])
    chosen = bisect.bisect_left(table.cumulative, u)
    start = float(table.cumulative[chosen - 1]) if chosen else 0.0
    rest = (u - start) / (float(table.cumulative[chosen]) - start)
    tiny = 2.0**-53
    return ppf(table.parts[chosen], min(max(rest, tiny), 1.0 - tiny))


def mean(table: LawTable) -> float:
    """Return the law's mean, in the unit of its values; the figure a spreadsheet would use."""
    return table.mean


def table_mean(table: LawTable) -> float:
    """Return the mean of what the table draws, integrated exactly over its knots.

    Between knots the value is linear in z = logit(u), so a cell contributes
    [f u] - slope [log(1 + e^z)].
    """
    if table.kind == TableKind.CONSTANT:
        return table.value
    if table.kind == TableKind.ATOMS:
        return math.fsum(table.values * np.diff(table.cumulative, prepend=0.0))
    if table.kind == TableKind.MIXTURE:
        weights = np.diff(table.cumulative, prepend=0.0)
        return math.fsum(w * table_mean(part) for w, part in zip(weights, table.parts, strict=True))
    return _knots_mean(table.knots)


def inverse_survival(
    survival: Callable[[Floats], Floats], q: Floats, low: float, high: float
) -> Floats:
    """Solve survival(x) = q for each q by bisection on log x, to full precision."""
    bottom, top = np.full_like(q, math.log(low)), np.full_like(q, math.log(high))
    for _ in range(64):
        middle = 0.5 * (bottom + top)
        above = survival(np.exp(middle)) > q
        bottom, top = np.where(above, middle, bottom), np.where(above, top, middle)
    return np.exp(0.5 * (bottom + top))


def _changed(
    table: LawTable, change: Callable[[Floats], Floats], new_mean: float | None
) -> LawTable:
    """Apply a non-decreasing change to every value of a table."""
    if table.kind == TableKind.CONSTANT:
        return constant_table(float(change(np.array([table.value]))[0]))
    if table.kind == TableKind.ATOMS:
        weights = np.diff(table.cumulative, prepend=0.0)
        return atoms_table(change(table.values), weights)
    if table.kind == TableKind.MIXTURE:
        weights = np.diff(table.cumulative, prepend=0.0)
        parts = [
            _changed(p, change, None if new_mean is None else p.mean + new_mean - table.mean)
            for p in table.parts
        ]
        return mixture_table(parts, [float(w) for w in weights])
    knots = frozen_floats(change(table.knots))
    if knots[0] == knots[-1]:
        return constant_table(float(knots[0]))
    if np.array_equal(knots, table.knots):
        return table
    mean_now = _knots_mean(knots) if new_mean is None else new_mean
    return LawTable(TableKind.CONTINUOUS, mean=mean_now, knots=knots)


def _knots_mean(knots: Floats) -> float:
    z = np.linspace(-LOGIT_MAX, LOGIT_MAX, N_KNOTS)
    u = 1.0 / (1.0 + np.exp(-z))
    softplus = np.logaddexp(0.0, z)
    slopes = np.diff(knots) * KNOTS_PER_LOGIT
    inside = knots[1:] * u[1:] - knots[:-1] * u[:-1] - slopes * np.diff(softplus)
    ends = (float(knots[0] * u[0]), float(knots[-1] * u[0]))
    return math.fsum((*inside, *ends))


def _cumulative(mass: Floats) -> Floats:
    cumulative = np.cumsum(mass)
    cumulative[-1] = 1.0
    return frozen_floats(np.minimum(cumulative, 1.0))
