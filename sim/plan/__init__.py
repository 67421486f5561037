"""A scenario and one replication's unknowns, as integer tables that an engine can run.

`Plan` is what both engines read. It knows no YAML, no prices and no people: steps, routes, endpoints,
nodes, limits and workloads are rows; laws are pooled quantile tables; chance is a key per row. What
changes with time comes beside it, a day at a time, as `Day`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Table2D = NDArray[np.int64]


@dataclass(frozen=True)
class Laws:
    """The pool of laws: `kinds`, `starts`, `counts` of shape (laws,), and their flat `numbers`.

    CONSTANT: the value. CONTINUOUS: 1,025 quantiles on an even grid of logit(u) in [-18, 18].
    ATOMS: `counts` values, then as many cumulative probabilities. MIXTURE: `counts` cumulative weights,
    then as many rows of this pool.
    """

    kinds: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    numbers: NDArray[np.float64]


@dataclass(frozen=True)
class Names:
    """What the rows are called by the planner; engines never read it."""

    steps: tuple[str, ...]
    stages: tuple[str, ...]
    """`pipeline.stage`, in the order of the outcome's stage columns."""
    routes: tuple[str, ...]
    endpoints: tuple[str, ...]
    nodes: tuple[str, ...]
    limits: tuple[str, ...]
    workloads: tuple[str, ...]
    phases: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The tables. Columns are in `sim.plan.columns`; every table is int64 of shape (rows, columns)."""

    steps: Table2D
    forks: NDArray[np.int64]
    """First steps of the children of all FORK steps."""
    routes: Table2D
    route_endpoints: NDArray[np.int64]
    """Endpoints of all routes, in their order."""
    route_weights: NDArray[np.int64]
    """Weights of the endpoints of routes that choose by weight [ppm]."""
    route_breakers: NDArray[np.int64]
    """Numbers of the breakers of the places of all routes; routes that share one have the same parameters."""
    endpoints: Table2D
    endpoint_limits: NDArray[np.int64]
    """Limits of all endpoints."""
    nodes: Table2D
    limits: Table2D
    workloads: Table2D
    clock: Table2D
    laws: Laws
    step_keys: NDArray[np.uint64]
    """Chance of each step."""
    workload_keys: NDArray[np.uint64]
    """Chance of each workload's requests and sessions."""
    names: Names


@dataclass(frozen=True)
class Arrivals:
    """Sessions that start in a day, by (time, number).

    `time_us` (n,) ascending; `number` (n,) the session's number, ascending and never reused;
    `key` (n,) uint64, the session's chance, the same in every scenario in which this session exists;
    `workload` (n,).
    """

    time_us: NDArray[np.int64]
    number: NDArray[np.int64]
    key: NDArray[np.uint64]
    workload: NDArray[np.int64]


@dataclass(frozen=True)
class Changes:
    """Cells that get a new value, by time: `time_us`, `table`, `row`, `column`, `value`, each of shape (n,).

    No two changes at one instant name the same cell.
    """

    time_us: NDArray[np.int64]
    table: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.int64]


@dataclass(frozen=True)
class Day:
    """One stretch of simulated time, up to but not including `until_us`: who comes and what changes."""

    start_us: int
    until_us: int
    arrivals: Arrivals
    changes: Changes
