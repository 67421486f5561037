"""A sparse histogram over integer keys that grows a day at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.measure.bins import SPAN, quantile_values_us

Integers = NDArray[np.int64]

DENSE = 4
"""Up to so many times as many possible keys as keys, an array of all is quicker than sorting."""


class Tally:
    """How often each key occurred; a key is cell × SPAN + bin.

    Keys come in batches (`add`); the batches are joined when somebody reads. Equal contents read the
    same in whatever order they came.
    """

    def __init__(self) -> None:
        self._keys: list[Integers] = []
        self._counts: list[Integers] = []

    def add(self, keys: Integers, rename: Callable[[Integers], Integers] | None = None) -> None:
        """Count raw keys; `rename`, which must keep their order, is applied to the distinct ones only."""
        if len(keys):
            distinct, counts = distinct_counts(keys)
            self.add_counts(distinct if rename is None else rename(distinct), counts)

    def add_counts(self, keys: Integers, counts: Integers) -> None:
        """Add to the counts of keys, which are distinct and ascending."""
        self._keys.append(keys)
        self._counts.append(counts)

    def merge(self, other: Tally) -> None:
        """Add another tally's counts."""
        self._keys.extend(other._keys)
        self._counts.extend(other._counts)

    def pairs(self) -> tuple[Integers, Integers]:
        """(keys ascending, counts); both of shape (pairs,)."""
        if len(self._keys) != 1:
            keys, counts = _joined(self._keys, self._counts)
            self._keys, self._counts = [keys], [counts]
        return self._keys[0], self._counts[0]

    def regrouped(self, group_of_cell: Integers) -> Tally:
        """The same counts by coarser groups: cell c goes to `group_of_cell[c]`, or away if that is -1."""
        keys, counts = self.pairs()
        cells = keys // SPAN
        # One look-up: cell × SPAN becomes group × SPAN, and what is below stays.
        coarse = keys + ((group_of_cell - np.arange(len(group_of_cell))) * SPAN)[cells]
        if (group_of_cell < 0).any():
            kept = np.flatnonzero(group_of_cell[cells] >= 0)
            coarse, counts = coarse[kept], counts[kept]
        tally = Tally()
        tally.add_counts(*_joined([coarse], [counts]))
        return tally

    def totals(self, cells: int) -> Integers:
        """How much was counted in each of the first `cells` cells."""
        keys, counts = self.pairs()
        totals = np.zeros(cells, dtype=np.int64)
        np.add.at(totals, keys // SPAN, counts)
        return totals

    def quantiles_us(self, cells: int, quantile_ppm: int) -> NDArray[np.float64]:
        """One quantile of each cell [µs]; inf where it has no answer, NaN where the cell is empty."""
        keys, counts = self.pairs()
        return quantile_values_us(
            keys % SPAN, counts, np.cumsum(counts), self.totals(cells), quantile_ppm
        )


def distinct_counts(keys: Integers) -> tuple[Integers, Integers]:
    """The distinct keys, ascending, and how often each occurs; sorts a copy."""
    ordered = np.sort(keys)
    firsts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(np.append(firsts, len(ordered)))
    return ordered[firsts], counts


def _joined(keys: list[Integers], counts: list[Integers]) -> tuple[Integers, Integers]:
    if not keys:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    flat, weights = np.concatenate(keys), np.concatenate(counts)
    if len(flat) == 0:
        return flat, weights
    if int(flat.max()) < DENSE * len(flat):
        return _summed(flat, weights)
    # Batches are sorted runs, which a stable sort merges without looking at every pair.
    order = np.argsort(flat, kind="stable")
    flat = flat[order]
    firsts = np.flatnonzero(np.concatenate(([True], flat[1:] != flat[:-1])))
    return flat[firsts], np.add.reduceat(weights[order], firsts)


def _summed(keys: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """Add up by key without sorting, where keys are dense; doubles are exact up to 2^53 requests."""
    sums = np.bincount(keys, weights=counts)
    distinct = np.flatnonzero(sums)
    return distinct, sums[distinct].astype(np.int64)
