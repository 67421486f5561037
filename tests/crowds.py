"""Small worlds of demand for tests, from a few keyword arguments, and what is asked of them."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.demand import Demand, Horizon
from sim.demand.build import demand_of, workload_spec
from sim.scenario.people import Population, WorkloadDemand

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
OFFICE = {"mon-fri": "office_9_to_5"}
FLAT = {"daily": "flat"}


def horizon(start: str = "2027-07-05", days: int = 7, timezone: str = "UTC") -> Horizon:
    """A horizon of so many days; 2027-07-05 is a Monday."""
    first = date.fromisoformat(start)
    return Horizon(first, first + timedelta(days=days), timezone)


def phase(start: str, users: int, ramp_us: int | None = None) -> Any:
    """A phase of the rollout of the one population, `staff`."""
    return SimpleNamespace(start=date.fromisoformat(start), users={"staff": users}, ramp=ramp_us)


def staff(
    when: Horizon,
    sessions: float = 8,
    phases: tuple[Any, ...] = (),
    seed: int = 1,
    replication: int = 0,
    **written: Any,
) -> Demand:
    """Demand of one population, `staff`, with one workload, `ask`."""
    population = Population.model_validate({"active_hours": OFFICE, **written})
    workload = WorkloadDemand.model_validate(
        {"population": "staff", "sessions_per_user_day": sessions}
    )
    parts = {"staff": population}, {"ask": workload}
    return demand_of(when, *parts, phases, seed, replication)


def plain(when: Horizon, seed: int = 1, replication: int = 0, **arrivals: Any) -> Demand:
    """Demand of one workload, `job`, that comes by itself."""
    workload = WorkloadDemand.model_validate({"arrivals": arrivals})
    return Demand(when, [], [workload_spec("job", workload, when)], seed, replication)


def times_us(demand: Demand) -> np.ndarray:
    """The instants of all sessions [us]."""
    return np.concatenate([demand.day(i).time_us for i in range(len(demand.days))])


def counts(demand: Demand) -> np.ndarray:
    """Sessions of each day."""
    return np.array([len(demand.day(i).time_us) for i in range(len(demand.days))])


def sessions(demand: Demand) -> dict[int, int]:
    """The instant [us] of each session, by its key."""
    found: dict[int, int] = {}
    for index in range(len(demand.days)):
        day = demand.day(index)
        found |= dict(zip(day.key.tolist(), day.time_us.tolist(), strict=True))
    return found
