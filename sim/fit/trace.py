"""A trace's instants as the arrivals of a workload, in its own time or faster, by as many people or more.

Lengths are drawn from the workload's laws: of a trace only when requests come is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.demand import BurstSpec, Demand
from sim.demand.build import population_spec, workload_spec
from sim.errors import UsageError
from sim.fit.clock import EPOCH, MICROSECOND, US_PER_DAY, local_days, midnight_us
from sim.fit.log import Log
from sim.fit.sessions import session_starts
from sim.plan.journey import Journey, journey_of
from sim.plan.terms import tariff_of
from sim.scenario.document import Document, document_from_tree, validate
from sim.scenario.scenario import Scenario
from sim.study.of_scenario import ScenarioSource
from sim.study.source import Course

NEAR_US = 300_000_000
"""People who are added come within 5 minutes of one who was there, so that nobody comes in pairs [us]."""
REQUESTS_MAX = 5_000_000


@dataclass(frozen=True)
class Trace:
    """Arrivals of one workload."""

    workload: str
    times_us: NDArray[np.int64]
    """Ascending [us since the horizon's start]."""
    people: float = 1.0
    """By how many the people of the trace are multiplied [1]."""

    def times_of(self, seed: int, replication: int, end_us: int) -> tuple[int, ...]:
        """The arrivals of one replication, without those after the end of the horizon."""
        whole, rest = divmod(self.people, 1.0)
        parts = [self.times_us] if whole else []
        for copy in range(1, int(whole) + (rest > 0)):
            parts.append(self._moved(seed, replication, copy))
        if rest:
            key = draws.purpose(seed, replication, "trace share", self.workload)
            numbers = np.arange(len(self.times_us), dtype=np.uint64)
            chosen = draws.uniforms(key, numbers) < rest
            if whole:
                parts[-1] = parts[-1][chosen]
            else:
                parts = [self.times_us[chosen]]
        times = np.sort(np.concatenate(parts))
        return tuple(times[times < end_us].tolist())

    def _moved(self, seed: int, replication: int, copy: int) -> NDArray[np.int64]:
        key = draws.purpose(seed, replication, "trace copy", self.workload)
        numbers = np.arange(len(self.times_us), dtype=np.uint64)
        moves = (2.0 * draws.uniforms(key, numbers, copy) - 1.0) * NEAR_US
        return np.maximum(self.times_us + np.rint(moves).astype(np.int64), 0)


@dataclass
class TraceJourney(Journey):
    """A replication in which one workload arrives as a trace says."""

    trace: Trace | None = None

    def demand(self) -> Demand:
        """A fresh source of the replication's arrivals."""
        scenario, trace = self.scenario, self.trace
        assert trace is not None
        horizon = scenario.horizon.calendar()
        people = [
            population_spec(name, population, horizon, scenario.phases)
            for name, population in scenario.populations.items()
        ]
        times = trace.times_of(self.seed, self.replication, horizon.end_us)
        specs = [
            BurstSpec(name, times, 1, workload.stream or name)
            if name == trace.workload
            else workload_spec(name, workload, horizon)
            for name, workload in scenario.workloads.items()
        ]
        return Demand(horizon, people, specs, self.seed, self.replication)


@dataclass(frozen=True)
class TraceSource(ScenarioSource):
    """A scenario in which a trace stands instead of one workload's demand."""

    trace: Trace | None = None

    def course(self, seed: int, replication: int) -> Course:
        """A replication, with its unknowns drawn."""
        plain = journey_of(self.document, seed, replication)
        journey = TraceJourney(
            plain.scenario, plain.plan, plain.lowered, seed, replication, self.trace
        )
        return Course(
            plan=journey.plan,
            days=journey.days,
            tariff=tariff_of(journey.scenario),
            price_changes=journey.price_changes,
            hear=journey.hear,
            gates=journey.gates,
        )


@dataclass(frozen=True)
class Placed:
    """A trace laid into a scenario, and what must be said about it."""

    source: TraceSource
    notes: tuple[str, ...]


def place(
    document: Document, log: Log, workload: str | None, people: float, faster: float
) -> Placed:
    """Lay a trace into a scenario: its first day on the first day of the horizon with the same weekday.

    Args:
        document: the scenario.
        log: the trace.
        workload: whose arrivals it is; may be left out where there is one.
        people: by how many the people are multiplied.
        faster: by how much time between arrivals is divided.
    """
    scenario = validate(document, Scenario)
    name = _workload(scenario, workload)
    has_sessions = log.has("session") and scenario.workloads[name].turns is not None
    if (log.columns["count"] != 1).any():
        raise UsageError("this log has rates, no instants; a trace needs when each request came")
    times = session_starts(log)[0] if has_sessions else log.time_us
    if len(times) * people > REQUESTS_MAX:
        raise UsageError(f"{len(times) * people:,.0f} arrivals are more than {REQUESTS_MAX:,}")
    times, note = _on_horizon(scenario, times, faster)
    end_us = scenario.horizon.calendar().end_us
    beyond = int((times >= end_us).sum())
    if beyond == len(times):
        raise UsageError(
            "the whole trace lies after the horizon's end; give --set horizon.length=7d"
        )
    notes = [note]
    if beyond:
        notes.append(f"{beyond:,} arrivals lie after the horizon's end and are left out")
    if has_sessions:
        notes.append(f"sessions start as in the trace; their turns are drawn from {name}.turns")
    elif scenario.workloads[name].turns is not None:
        notes.append(f"every request of the trace is one of its own: {name}.turns is set aside")
    per_day = len(times) * people / max((end_us / US_PER_DAY), 1e-9)
    tree = with_arrivals(document.tree, name, {"per_day": per_day}, keeps_turns=has_sessions)
    source = TraceSource(document_from_tree(tree, document.file), trace=Trace(name, times, people))
    return Placed(source, tuple(notes))


def with_arrivals(
    tree: Mapping[str, Any], name: str, arrivals: Mapping[str, Any], *, keeps_turns: bool
) -> dict[str, Any]:
    """A scenario's tree in which a workload arrives by itself instead of from people."""
    dropped = {"population", "sessions_per_user_day", "arrivals"}
    if not keeps_turns:
        dropped |= {"turns", "think_time"}
    workload = {key: v for key, v in tree["workloads"][name].items() if key not in dropped}
    workloads = {**tree["workloads"], name: {**workload, "arrivals": dict(arrivals)}}
    return {**tree, "workloads": workloads}


def _workload(scenario: Scenario, name: str | None) -> str:
    names = list(scenario.workloads)
    if name is None and len(names) == 1:
        return names[0]
    if name not in names:
        said = "say whose arrivals it is with" if name is None else f"there is no {name!r}; give"
        raise UsageError(f"{said} --workload NAME, one of {', '.join(names)}")
    return name


def _on_horizon(
    scenario: Scenario, times: NDArray[np.int64], faster: float
) -> tuple[NDArray[np.int64], str]:
    zone = scenario.horizon.timezone
    days, midnights = local_days(zone, int(times[0]), int(times[-1]))
    ahead = (days[0].weekday() - scenario.horizon.start.weekday()) % 7
    first = scenario.horizon.start + timedelta(days=ahead)
    if first >= scenario.horizon.until:
        raise UsageError(
            f"the trace begins on a {days[0]:%A}, and the horizon has none; give --set horizon.length=7d"
        )
    shift = midnight_us(first, zone) - midnight_us(scenario.horizon.start, zone) - int(midnights[0])
    placed = times + shift
    placed = placed[0] + np.rint((placed - placed[0]) / faster).astype(np.int64)
    begins = f"{EPOCH + int(times[0]) * MICROSECOND:%Y-%m-%d}"
    return placed, f"the trace's first day ({begins}, {days[0]:%A}) is laid on {first}"
