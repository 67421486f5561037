"""A replication from file to days: what an engine needs, one local day after another.

journey = journey_of(document, seed=1, replication=0)
engine = start(journey.plan)
for day in journey.days:
    outcome = engine.advance(day.day)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.bill import PriceChange
from sim.demand import Demand
from sim.demand.build import demand_of
from sim.measure import Measures
from sim.plan import Changes, Day, Plan
from sim.plan.gates import GateHistory, Keeper, phase_of
from sim.plan.lower import Lowered, lower
from sim.plan.terms import drawn_price_changes
from sim.scenario.document import Document, load_document, validate
from sim.scenario.paths import Path
from sim.scenario.scenario import Scenario

UNKNOWN_ENTITY = 0
"""Each unknown is one draw of its own purpose."""


@dataclass(frozen=True)
class DayPlan:
    """One local day of the horizon, for the engine and for whoever folds its outcome."""

    day: Day
    """Who comes and what changes."""
    date: date
    """The local day."""
    month: str
    """Its calendar month, `2027-07`."""
    phase: int
    """Row of `plan.names.phases`: the phase that holds all day."""


@dataclass
class Journey:
    """One replication, ready to run; where it has gates, each day must be heard before the next is asked for."""

    scenario: Scenario
    """With this replication's unknowns drawn."""
    plan: Plan
    """The tables at the first instant."""
    lowered: Lowered
    """As planned."""
    seed: int
    replication: int
    _heard: Measures | None = field(default=None, init=False)
    _keeper: Keeper | None = field(default=None, init=False)

    @property
    def price_changes(self) -> tuple[PriceChange, ...]:
        """The price changes that come true in this replication."""
        return drawn_price_changes(self.scenario, self.seed, self.replication)

    @property
    def strikes(self) -> NDArray[np.int64]:
        """Which incidents strike which endpoints, and when: (strikes, 4) as in `sim.measure.failures`."""
        return np.array(self.lowered.composer.causes.strikes, np.int64).reshape(-1, 4)

    def hear(self, measures: Measures) -> None:
        """Learn what has happened so far: gates decide on it."""
        self._heard = measures

    def gates(self) -> GateHistory | None:
        """What gates have decided so far; None where the scenario has none."""
        return self._keeper.history if self._keeper and self._keeper.decides else None

    def demand(self) -> Demand:
        """A fresh source of the replication's arrivals."""
        scenario = self.scenario
        return demand_of(
            scenario.horizon.calendar(),
            scenario.populations,
            scenario.workloads,
            scenario.phases,
            self.seed,
            self.replication,
        )

    @property
    def days(self) -> Iterator[DayPlan]:
        """Every local day of the horizon, in order; 23 or 25 hours where the clock changes."""
        demand, lowered = self.demand(), self.lowered
        keeper = self._keeper = Keeper(self.scenario)
        for index, local in enumerate(demand.days):
            if keeper.decide(index, self._heard):
                demand.onboard(keeper.ladders())
                lowered = self.lowered.rescheduled(keeper.schedule())
            changes = _between(lowered.changes, local.start_us, local.until_us)
            day = Day(local.start_us, local.until_us, demand.day(index), changes)
            phase = phase_of(lowered.schedule, local.start_us)
            yield DayPlan(day, local.date, f"{local.date:%Y-%m}", phase)


def journey(scenario: Scenario, seed: int, replication: int) -> Journey:
    """A replication of a scenario whose unknowns are already drawn."""
    lowered = lower(scenario, seed, replication)
    return Journey(scenario, lowered.plan, lowered, seed, replication)


def journey_of(source: Document | str, seed: int, replication: int) -> Journey:
    """A replication of a scenario file: its unknowns are drawn, then it is lowered.

    Args:
        source: a loaded document, or a file's name.
        seed: the study's seed.
        replication: from 0.
    """
    document = load_document(source) if isinstance(source, str) else source
    scenario = validate(document, Scenario, unknowns(document, seed, replication))
    return journey(scenario, seed, replication)


def unknowns(document: Document, seed: int, replication: int) -> Callable[[Path], float]:
    """Where each unknown of a replication stands in its belief: u in (0, 1) by its path, as it is named.

    Names, not places in lists: a phase or a stage that is added before it changes nothing.
    """

    def choose(path: Path) -> float:
        key = draws.purpose(seed, replication, "unknown", document.named_path(path))
        return draws.uniform(key, UNKNOWN_ENTITY, 0)

    return choose


def _between(changes: Changes, start_us: int, until_us: int) -> Changes:
    first, last = np.searchsorted(changes.time_us, [start_us, until_us])
    columns = (changes.time_us, changes.table, changes.row, changes.column, changes.value)
    return Changes(*(column[first:last] for column in columns))
