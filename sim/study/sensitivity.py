"""Which unknown matters: each moved alone between its P10 and P90, and shares of the variance.

The tornado keeps the other unknowns at their likeliest, and the luck the same. Sobol's indices vary all of them at
once: first order by Saltelli's estimator (2010, table 2b), total by Jansen's (1999), rows by addressed draws.
The luck of a row is common to its three kinds of points, so that it is a part of the variance that no unknown explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.errors import UsageError
from sim.scenario.document import Document, document_from_tree
from sim.scenario.paths import path_text
from sim.scenario.unknown import KEYS, Unknown, resolve_at
from sim.study.comparison import minus
from sim.study.figures import Figure
from sim.study.points import Field, Point, Reading, Readings
from sim.targets import Value

LOW, HIGH = 0.1, 0.9
"""An unknown alone goes from its P10 to its P90."""
LEVEL = 0.9
RESAMPLES = 500
PURPOSE = "sensitivity"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Metric:
    """A number of each replication that may depend on the unknowns."""

    name: str
    unit: str
    workload: int = -1
    """The row of the workload; -1: of all."""

    def read(self, one: Reading) -> Value | None:
        """Its value in a replication."""
        if self.name == "spend":
            return one.spend
        return one.availability if self.name == "availability" else one.p95_s[self.workload]


@dataclass(frozen=True)
class Swing:
    """What moving one unknown alone does to a metric."""

    path: str
    low: str
    """What is set at its P10."""
    high: str
    at_low: Figure
    at_high: Figure
    difference: Figure
    """At P90 minus at P10, replication for replication."""


@dataclass(frozen=True)
class Indices:
    """Shares of a metric's variance, with 90 % intervals from resampled rows."""

    path: str
    first: float
    """What would go, on average, if this unknown were known."""
    first_interval: tuple[float, float]
    total: float
    """What would be left if all others were known."""
    total_interval: tuple[float, float]


def metrics_of(workloads: Sequence[str]) -> list[Metric]:
    """Spend, availability of all, and p95 of each workload."""
    times = [Metric("latency.p95", "s", place) for place in range(len(workloads))]
    return [Metric("spend", "money"), Metric("availability", "share"), *times]


@dataclass(frozen=True)
class Experiment:
    """A scenario at the likeliest of its unknowns, and the unknowns."""

    base: Document
    names: tuple[str, ...]
    """Their paths, by the names of things."""
    unknowns: tuple[Unknown, ...]

    @classmethod
    def of(cls, document: Document) -> Experiment:
        """UsageError where nothing is unknown."""
        unknowns = document.unknowns()
        if not unknowns:
            raise UsageError(
                "the scenario has no unknowns; write one as {low: 6, likely: 9, high: 13} where a number stands"
            )
        base = document_from_tree(resolve_at(document.tree, "likely"), document.file)
        return cls(base, tuple(document.named_path(one.path) for one in unknowns), unknowns)

    def point(self, beliefs: dict[int, float]) -> Point:
        """Some unknowns at their quantiles, by number; the others at their likeliest."""
        sets = []
        for n, u in beliefs.items():
            # An unknown whose three values are one: a field of whole numbers rounds it, as it does a drawn one.
            text = self.unknowns[n].text(self.unknowns[n].at(u))
            three = ", ".join(f"{key}: {text}" for key in KEYS)
            sets.append(f"{path_text(self.unknowns[n].path)}={{{three}}}")
        return Point(self.base, tuple(sets))


def tornado(
    experiment: Experiment, metrics: Sequence[Metric], field: Field, numbers: range
) -> list[list[Swing]]:
    """By metric: each unknown's swing, the largest first."""
    places = range(len(experiment.unknowns))
    points = [experiment.point({n: u}) for n in places for u in (LOW, HIGH)]
    played = field.play(points, numbers)
    found = []
    for metric in metrics:
        swings = [_swing(experiment, metric, n, played[2 * n], played[2 * n + 1]) for n in places]
        found.append(sorted(swings, key=lambda one: -abs(float(one.difference.mean() or 0))))
    return found


def _swing(experiment: Experiment, metric: Metric, n: int, low: Readings, high: Readings) -> Swing:
    ends = [[metric.read(one) for one in readings] for readings in (low, high)]
    unknown = experiment.unknowns[n]
    return Swing(
        path=experiment.names[n],
        low=str(unknown.text(float(f"{unknown.at(LOW):.3g}"))),
        high=str(unknown.text(float(f"{unknown.at(HIGH):.3g}"))),
        at_low=Figure.of(metric.unit, ends[0]),
        at_high=Figure.of(metric.unit, ends[1]),
        difference=Figure.of(
            metric.unit,
            [minus(b, a) for a, b in zip(*ends, strict=True) if a is not None and b is not None],
        ),
    )


def sobol(
    experiment: Experiment, metrics: Sequence[Metric], field: Field, rows: int
) -> list[list[Indices] | None]:
    """By metric: each unknown's indices, the largest total first; None where a value is missing or all are equal.

    `rows` × (unknowns + 2) replications are played, each row with its own luck.
    """
    count = len(experiment.unknowns)
    a, b = _design(field.seed, rows, count)
    mixed = [np.where(np.arange(count) == n, b, a) for n in range(count)]
    points = [
        experiment.point(dict(enumerate(matrix[row].tolist())))
        for row in range(rows)
        for matrix in (a, b, *mixed)
    ]
    # One replication of each; the row's number is its luck.
    width = count + 2
    played = field.play_tasks(points, [(place, (place // width,)) for place in range(len(points))])
    readings = [[one for [one] in played[width * row : width * (row + 1)]] for row in range(rows)]
    return [_indices(experiment.names, metric, readings, field.seed) for metric in metrics]


def _design(seed: int, rows: int, count: int) -> tuple[Floats, Floats]:
    """Two independent matrices of u in (0, 1): (rows, unknowns)."""
    entities = np.arange(rows, dtype=np.uint64)[:, None]
    places = np.arange(2 * count, dtype=np.uint64)[None, :]
    both = draws.uniforms(draws.purpose(seed, 0, PURPOSE, "design"), entities, places)
    return both[:, :count], both[:, count:]


def _indices(
    names: Sequence[str], metric: Metric, readings: Sequence[Sequence[Reading]], seed: int
) -> list[Indices] | None:
    read = [[metric.read(one) for one in row] for row in readings]
    values = np.array([[np.nan if v is None else float(v) for v in row] for row in read]).T
    if not np.isfinite(values).all() or np.ptp(values[:2]) == 0.0:
        return None
    first, whole = sobol_indices(values[0], values[1], values[2:])
    rows = values.shape[1]
    key = draws.purpose(seed, 0, PURPOSE, "resample")
    entities = np.arange(RESAMPLES, dtype=np.uint64)[:, None]
    picks = (
        draws.uniforms(key, entities, np.arange(rows, dtype=np.uint64)[None, :]) * rows
    ).astype(np.int64)
    again = np.array([sobol_indices(values[0][p], values[1][p], values[2:][:, p]) for p in picks])
    low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    found = [
        Indices(
            name,
            float(first[n]),
            (float(low[0, n]), float(high[0, n])),
            float(whole[n]),
            (float(low[1, n]), float(high[1, n])),
        )
        for n, name in enumerate(names)
    ]
    return sorted(found, key=lambda one: -one.total)


def sobol_indices(a: Floats, b: Floats, mixed: Floats) -> tuple[Floats, Floats]:
    """First-order and total indices.

    Args:
        a, b: (rows,) values at two independent designs.
        mixed: (unknowns, rows) values at `a` with one unknown as in `b`.
    """
    middle = np.mean([a, b])
    variance = np.var(np.concatenate([a, b]))
    if variance == 0.0:
        return np.zeros(len(mixed)), np.zeros(len(mixed))
    first: Floats = np.mean((b - middle) * (mixed - a), axis=1) / variance
    whole: Floats = np.mean((a - mixed) ** 2, axis=1) / (2.0 * variance)
    return first, whole
