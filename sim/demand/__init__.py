"""People and calendars in, the sessions of each day out.

`Demand` is the whole of it: made once per replication, asked for one local day of the horizon after
another. What a planner writes becomes a `Demand` in `sim.demand.build`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.demand.adoption import Adoption, Step
from sim.demand.calendar import Horizon, LocalDay
from sim.demand.people import Population, PopulationSpec, SessionsOfPeople, SessionsSpec
from sim.demand.renewal import (
    Burst,
    BurstSpec,
    ClosedSpec,
    ClosedUsers,
    RenewalArrivals,
    RenewalSpec,
)
from sim.plan import Arrivals

__all__ = [
    "Adoption",
    "BurstSpec",
    "ClosedSpec",
    "Demand",
    "Horizon",
    "LocalDay",
    "PopulationSpec",
    "RenewalSpec",
    "SessionsSpec",
    "Step",
    "WorkloadSpec",
]

WorkloadSpec = SessionsSpec | RenewalSpec | BurstSpec | ClosedSpec


class Source(Protocol):
    """The sessions of one workload."""

    def window(self, start_us: int, until_us: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Return instants [us] and keys of the sessions that start in a stretch."""
        ...

    def mean(self, start_us: int, until_us: int) -> float:
        """Return the expected number of sessions of a stretch, over all luck [n]."""
        ...


class Demand:
    """Everything that arrives in one replication."""

    def __init__(
        self,
        horizon: Horizon,
        populations: Sequence[PopulationSpec],
        workloads: Sequence[WorkloadSpec],
        seed: int,
        replication: int,
    ) -> None:
        """Make what lasts for the whole replication.

        Args:
            horizon: the simulated time and its days.
            populations: people; each is named by at least one workload.
            workloads: in the order of the plan's workloads.
            seed: the study's seed.
            replication: from 0.
        """
        self.days = horizon.days()
        """The horizon's local days, one `Day` of the plan each."""
        self.populations = {
            spec.name: Population(spec, horizon, seed, replication) for spec in populations
        }
        self._sources = [self._source(spec, seed, replication) for spec in workloads]
        self._next_day = 0
        self._next_number = 0

    def day(self, index: int) -> Arrivals:
        """Return the sessions that start on a day of the horizon; days are asked for in order."""
        assert index == self._next_day, "days are asked for in order"
        day = self.days[index]
        parts = [source.window(day.start_us, day.until_us) for source in self._sources]
        arrivals = _in_order(parts, self._next_number)
        self._next_day += 1
        self._next_number += len(arrivals.number)
        return arrivals

    def onboard(self, ladders: Mapping[str, Sequence[Step]]) -> None:
        """Change the rest of the rollout, as a gate does between two days.

        Args:
            ladders: by population, the whole ladder; what lies before the next day must not change.
        """
        for name, ladder in ladders.items():
            self.populations[name].onboard(ladder)

    def mean_per_day(self) -> NDArray[np.float64]:
        """Return the expected sessions of each workload on each day; (workloads, days).

        Computed from the parameters: expected adoption, no luck, surges and hot days at their mean.
        """
        return np.array(
            [
                [source.mean(day.start_us, day.until_us) for day in self.days]
                for source in self._sources
            ]
        ).reshape(len(self._sources), len(self.days))

    def _source(self, spec: WorkloadSpec, seed: int, replication: int) -> Source:
        if isinstance(spec, SessionsSpec):
            population = self.populations[spec.population]
            return SessionsOfPeople(spec, population, seed, replication)
        if isinstance(spec, RenewalSpec):
            return RenewalArrivals(spec, seed, replication)
        if isinstance(spec, BurstSpec):
            return Burst(spec, seed, replication)
        return ClosedUsers(spec, seed, replication)


def _in_order(
    parts: Sequence[tuple[NDArray[np.int64], NDArray[np.uint64]]], first: int
) -> Arrivals:
    """Merge the workloads' sessions by (time, workload, and each source's own order)."""
    times = np.concatenate([np.zeros(0, np.int64), *(part[0] for part in parts)])
    keys = np.concatenate([np.zeros(0, np.uint64), *(part[1] for part in parts)])
    workloads = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    numbers = np.arange(first, first + len(times), dtype=np.int64)
    if (times[1:] >= times[:-1]).all():
        return Arrivals(times, numbers, keys, workloads)
    order = _stable_order(times)
    return Arrivals(times[order], numbers, keys[order], workloads[order])


def _stable_order(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Like `argsort(kind="stable")`; sorting numbers that hold their place is several times quicker."""
    since = times - times.min()
    place_bits = len(times).bit_length()
    if int(since.max()).bit_length() + place_bits > 62:
        return np.argsort(times, kind="stable")
    keyed: NDArray[np.int64] = (since << place_bits) | np.arange(len(times))
    keyed.sort()
    keyed &= (1 << place_bits) - 1
    return keyed
