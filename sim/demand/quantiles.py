"""Draw whole arrays from a law's table: `sim.scenario.tables.ppf`, vectorised."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.scenario.tables import KNOTS_PER_LOGIT, LOGIT_MAX, N_KNOTS, LawTable, TableKind

Floats = NDArray[np.float64]
_TINY = 2.0**-53


def quantiles(table: LawTable, uniforms: Floats) -> Floats:
    """Return the law's value at each u in (0, 1), in the law's unit."""
    if table.kind == TableKind.CONSTANT:
        return np.full_like(uniforms, table.value)
    if table.kind == TableKind.CONTINUOUS:
        return _continuous(table.knots, uniforms)
    chosen = np.searchsorted(table.cumulative, uniforms, side="left")
    if table.kind == TableKind.ATOMS:
        return table.values[chosen]
    return _mixed(table, uniforms, chosen)


def _continuous(knots: Floats, uniforms: Floats) -> Floats:
    place = (np.log(uniforms / (1.0 - uniforms)) + LOGIT_MAX) * KNOTS_PER_LOGIT
    place = np.clip(place, 0.0, float(N_KNOTS - 1))
    knot = np.minimum(place.astype(np.int64), N_KNOTS - 2)
    part = place - knot
    return np.asarray(knots[knot] * (1.0 - part) + knots[knot + 1] * part)


def _mixed(table: LawTable, uniforms: Floats, chosen: NDArray[np.int64]) -> Floats:
    starts = np.concatenate(([0.0], table.cumulative[:-1]))
    rest = (uniforms - starts[chosen]) / (table.cumulative[chosen] - starts[chosen])
    rest = np.clip(rest, _TINY, 1.0 - _TINY)
    drawn = np.empty_like(uniforms)
    for index, part in enumerate(table.parts):
        here = chosen == index
        drawn[here] = quantiles(part, rest[here])
    return drawn
