"""The cells of a plan at an instant that an engine has passed, for who reads its trace afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.plan import Changes, Plan
from sim.plan.columns import Step, StepKind, Table


class Cells:
    """The plan's tables as time goes on; only forwards."""

    def __init__(self, plan: Plan, changes: Sequence[Changes]) -> None:
        self.plan = plan
        self.steps = plan.steps.copy()
        self.routes = plan.routes.copy()
        self.endpoints = plan.endpoints.copy()
        self.limits = plan.limits.copy()
        self.workloads = plan.workloads.copy()
        self._tables = {
            Table.STEPS: self.steps,
            Table.ROUTES: self.routes,
            Table.ENDPOINTS: self.endpoints,
            Table.LIMITS: self.limits,
            Table.WORKLOADS: self.workloads,
        }
        self._changes = _joined(changes)
        self._next = 0

    def until(self, time_us: int) -> None:
        """Let all changes before an instant happen: who joins at it, joins before its own changes."""
        rows = self._changes
        while self._next < len(rows) and rows[self._next][0] < time_us:
            _, table, row, column, value = rows[self._next]
            self._next += 1
            if table in self._tables:
                self._tables[Table(table)][row, column] = value

    def children(self, step: int) -> list[int]:
        """First steps of the branches that a step forks; none where it is no fork, or there is no step (-1)."""
        if step < 0 or self.steps[step, Step.KIND] != StepKind.FORK:
            return []
        first, many = self.steps[step, [Step.FORK_FIRST, Step.FORK_COUNT]].tolist()
        found: list[int] = self.plan.forks[first : first + many].tolist()
        return found


def _joined(changes: Sequence[Changes]) -> list[list[int]]:
    columns: list[NDArray[np.int64]] = [
        np.concatenate([getattr(each, name) for each in changes])
        for name in ("time_us", "table", "row", "column", "value")
    ]
    rows: list[list[int]] = np.stack(columns, axis=1).tolist()
    return rows
