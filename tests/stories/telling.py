"""A story's scenario, run once, as rows by workload."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.engine import start
from sim.outcome import Row
from sim.plan import Plan
from sim.plan.columns import Status
from sim.plan.journey import journey
from sim.scenario.document import load_document, validate
from sim.scenario.scenario import Scenario

STORIES = Path(__file__).parents[2] / "scenarios" / "stories"
HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class Told:
    """What happened."""

    plan: Plan
    rows: NDArray[np.int64]
    usage: NDArray[np.int64]
    """(endpoints, uses) of the whole horizon."""

    def of(self, workload: str) -> NDArray[np.int64]:
        """The rows of one workload's requests."""
        number = self.plan.names.workloads.index(workload)
        mine = (self.rows[:, Row.WORKLOAD] == number) & (self.rows[:, Row.DETACHED] < 0)
        return self.rows[mine]

    def availability(self, workload: str) -> float:
        """Share of requests that were answered in time."""
        return float(np.mean(self.of(workload)[:, Row.STATUS] == Status.OK))

    def endpoint(self, name: str) -> NDArray[np.int64]:
        """What an endpoint did, by `Use`."""
        return self.usage[self.plan.names.endpoints.index(name)]


def told(story: str, sets: tuple[str, ...] = ()) -> Told:
    """Run a story's scenario once, on the compiled engine."""
    document = load_document(str(STORIES / f"{story}.yaml"), sets=sets)
    course = journey(validate(document, Scenario), 1, 0)
    engine = start(course.plan, "compiled")
    outcomes = [engine.advance(each.day) for each in course.days] + [engine.close()]
    rows = np.concatenate([outcome.rows for outcome in outcomes])
    usage = np.sum([outcome.usage.sum(axis=1) for outcome in outcomes], axis=0)
    return Told(course.plan, rows, usage)
