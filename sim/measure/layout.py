"""The shape of measures: which days, phases, workloads, stages, endpoints and nodes there are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from sim.measure.makeup import Branches, forks_of
from sim.outcome import HOURS
from sim.plan import Names, Plan
from sim.plan.columns import Status, Step, Workload
from sim.windows import Calendar

OVERDUE = len(Status)
"""A column of the counts beside the statuses: unfinished, and older than its deadline."""


@dataclass(frozen=True)
class Layout:
    """What the cells of measures stand for. A slot is day × 25 + hour since that day's midnight."""

    calendar: Calendar
    names: Names
    deadlines_us: tuple[int, ...]
    """Of each workload; -1: none."""
    forks: tuple[Branches, ...] = ()
    """Stages that run at once, inner forks first."""
    stage_of_step: tuple[int, ...] = ()
    """The stage to which each step of the plan belongs; -1: to none."""

    @classmethod
    def of(cls, plan: Plan, calendar: Calendar) -> Layout:
        """The layout of a plan's outcomes."""
        deadlines = tuple(plan.workloads[:, Workload.DEADLINE_US].tolist())
        stages = _stages_of_steps(plan)
        return cls(calendar, plan.names, deadlines, forks_of(plan), stages)

    def stretch(self, days: range) -> Layout:
        """The layout of some of its days."""
        dates = self.calendar.dates
        whole = Calendar(
            dates[days[0]], dates[days[-1]] + timedelta(days=1), self.calendar.timezone
        )
        return replace(self, calendar=whole)

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return self.calendar.day_count

    @property
    def slots(self) -> int:
        """Hour slots of the horizon, with those that a short day lacks."""
        return self.days * HOURS

    @property
    def phases(self) -> int:
        """Phases; one where the scenario names none."""
        return max(1, len(self.names.phases))

    @property
    def workloads(self) -> int:
        """Kinds of request."""
        return len(self.names.workloads)

    @property
    def cells(self) -> int:
        """Slots × phases × workloads, in this order: the cells of the latency histograms."""
        return self.slots * self.phases * self.workloads

    def cell_parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(slot, phase, workload) of each cell, of shape (cells,)."""
        cell = np.arange(self.cells, dtype=np.int64)
        rest, workload = np.divmod(cell, self.workloads)
        slot, phase = np.divmod(rest, self.phases)
        return slot, phase, workload


def _stages_of_steps(plan: Plan) -> tuple[int, ...]:
    """The stage of each step; what a stage forks (a call and its hedge) belongs to that stage."""
    stages: list[int] = plan.steps[:, Step.STAGE].tolist()
    for fork in plan.steps[plan.steps[:, Step.STAGE] >= 0]:
        first = fork[Step.FORK_FIRST]
        for child in plan.forks[first : first + fork[Step.FORK_COUNT]].tolist():
            step = child
            while step >= 0 and stages[step] < 0:
                stages[step] = int(fork[Step.STAGE])
                step = int(plan.steps[step, Step.NEXT])
    return tuple(stages)
