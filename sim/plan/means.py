"""Means of a scenario, as a spreadsheet of averages would take them: no luck, no queue, no limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand.build import demand_of
from sim.scenario.laws import Law
from sim.scenario.scenario import Scenario, Workload


@dataclass(frozen=True)
class WorkloadMeans:
    """The mean request of a workload."""

    name: str
    turns: float
    """Requests of a session [n]."""
    input_tokens: float
    """[tokens]"""
    output_tokens: float
    """[tokens]"""
    requests_per_day: NDArray[np.float64]
    """Expected requests on each day of the horizon [n]; (days,)."""


def means(scenario: Scenario) -> tuple[WorkloadMeans, ...]:
    """The mean request of each workload of a scenario whose unknowns are drawn, and how many come."""
    demand = demand_of(
        scenario.horizon.calendar(),
        scenario.populations,
        scenario.workloads,
        scenario.phases,
        seed=0,
        replication=0,
    )
    sessions = demand.mean_per_day()
    pairs = zip(scenario.workloads.items(), sessions, strict=True)
    return tuple(_of(name, workload, per_day) for (name, workload), per_day in pairs)


def _of(name: str, workload: Workload, sessions: NDArray[np.float64]) -> WorkloadMeans:
    turns = 1.0 if workload.turns is None else max(1.0, mean_of(workload.turns))
    return WorkloadMeans(
        name,
        turns,
        mean_of(workload.input_tokens.law) + growth(workload),
        mean_of(workload.output_tokens),
        sessions * turns,
    )


def growth(workload: Workload) -> float:
    """What later turns add to the mean input: per turn × E[turns (turns - 1) / 2] / E[turns] [tokens]."""
    per_turn = workload.input_tokens.grows_per_turn
    if workload.turns is None or per_turn == 0:
        return 0.0
    table = workload.turns.table()
    if not len(table.values):
        return per_turn * max(0.0, table.mean - 1.0) / 2.0
    masses = np.diff(table.cumulative, prepend=0.0)
    pairs = float(np.sum(masses * table.values * (table.values - 1.0) / 2.0))
    return per_turn * pairs / table.mean


def mean_of(law: Law) -> float:
    """The mean of a law, in its own unit."""
    return law.table().mean
