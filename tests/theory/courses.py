"""Scenario texts taken through the engine: cut at any instants, or as many short paths in one run.

What is simulated is the case's own scenario. Only the stretches in which the engine is asked to go on are
chosen here, and, for paths, when a stretch of its demand begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
from analytic_scenarios import CASES, text_of
from numpy.typing import NDArray

from sim.engine import TRACE_NOTHING, EngineName, start
from sim.outcome import DayOutcome, Load, Row
from sim.plan import Arrivals, Changes, Plan
from sim.plan import Day as Stretch
from sim.plan.columns import Status
from sim.plan.journey import Journey, journey
from sim.scenario.document import document_from_text, validate
from sim.scenario.scenario import Scenario

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US
SEEDS = {case: 20270301 + number for number, case in enumerate(CASES)}
"""Each case has luck of its own, by its place: a new case comes last, so that none before it gets other luck."""
WARM_UP = 0.1

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Table = TypeVar("Table", Arrivals, Changes)


@lru_cache(maxsize=64)
def scenario_of(case: str, days: int, sets: tuple[str, ...] = ()) -> Scenario:
    """A case's scenario, read and checked once."""
    return validate(document_from_text(text_of(case, f"{days}d"), sets=sets), Scenario)


def course_of(case: str, days: int, replication: int, sets: tuple[str, ...] = ()) -> Journey:
    """A replication of a case."""
    return journey(scenario_of(case, days, sets), SEEDS[case], replication)


def all_arrivals(course: Journey, until_us: int | None = None) -> Arrivals:
    """The demand of the whole horizon, or of its first days."""
    demand = course.demand()
    parts = [
        demand.day(index)
        for index, day in enumerate(demand.days)
        if until_us is None or day.start_us < until_us
    ]
    names = ("time_us", "number", "key", "workload")
    return Arrivals(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class Ran:
    """What came out: all rows in the order of arriving, and each stretch's counters of nodes."""

    rows: Integers
    load: Integers
    """(stretches, nodes, loads)."""
    trace: Integers
    arrived: Integers
    """(stretches,)"""
    ended: Integers
    in_flight: Integers


def go(
    plan: Plan,
    arrivals: Arrivals,
    changes: Changes,
    cuts_us: Sequence[int],
    trace: tuple[int, int] = TRACE_NOTHING,
    name: EngineName = "compiled",
) -> Ran:
    """Run from 0 through each cut to the last, where what is under way is handed out."""
    engine = start(plan, name, trace=trace)
    outcomes, load, counts = [], [], []
    for begin_us, end_us in pairwise((0, *cuts_us)):
        edges = [*range(begin_us, end_us, DAY_US), end_us]
        parts = [
            engine.advance(_stretch(arrivals, changes, since, until))
            for since, until in pairwise(edges)
        ]
        outcomes += parts
        load.append(sum(part.load.sum(axis=1) for part in parts))
        counts.append(
            (sum(p.arrived for p in parts), sum(p.ended for p in parts), parts[-1].in_flight)
        )
    outcomes.append(engine.close())
    return _ran(outcomes, load, np.array(counts, np.int64))


def _ran(outcomes: list[DayOutcome], load: list[Integers], counts: Integers) -> Ran:
    rows = np.concatenate([outcome.rows for outcome in outcomes])
    rows = rows[np.lexsort((rows[:, Row.SESSION], rows[:, Row.ARRIVED_US]))]
    trace = np.concatenate([outcome.trace for outcome in outcomes])
    return Ran(rows, np.array(load), trace, counts[:, 0], counts[:, 1], counts[:, 2])


def _stretch(arrivals: Arrivals, changes: Changes, since: int, until: int) -> Stretch:
    return Stretch(since, until, _part(arrivals, since, until), _part(changes, since, until))


def _part(table: Table, since: int, until: int) -> Table:
    first, last = np.searchsorted(table.time_us, [since, until])
    return replace(table, **{name: column[first:last] for name, column in vars(table).items()})


# In the long run.


@dataclass(frozen=True)
class Sample:
    """One replication without its warm-up: requests that arrived in a window, and its counters."""

    rows: Integers
    load: Integers
    """(nodes, loads) of the window."""
    window_us: int
    arrived: int
    """Sessions that started in the window."""

    def column(self, column: int) -> Integers:
        return self.rows[:, column]

    def status(self, status: Status) -> NDArray[np.bool_]:
        return self.rows[:, Row.STATUS] == status

    @cached_property
    def ok(self) -> NDArray[np.bool_]:
        return self.status(Status.OK)

    @cached_property
    def wait_s(self) -> Floats:
        return self.rows[:, Row.WAIT_US] / SECOND_US

    @cached_property
    def latency_s(self) -> Floats:
        return (self.rows[:, Row.FINISHED_US] - self.rows[:, Row.ARRIVED_US]) / SECOND_US

    def stage_s(self, stage: int) -> Floats:
        """Times in a stage of those who came there."""
        times = self.rows[:, Row.STAGES + stage]
        return times[times >= 0] / SECOND_US

    def mean_over_time(self, *loads: Load) -> float:
        """Time average of the sum of some integrals over all nodes."""
        return float(self.load[:, list(loads)].sum() / self.window_us)


def rate_of(case: str) -> float:
    """Requests a second that a case's text asks for."""
    rates = re.findall(r"rate: ([\d.]+)/([sh])", text_of(case))
    return sum(float(number) / (1 if unit == "s" else 3600) for number, unit in rates)


def steady(case: str, count: int, replication: int, sets: tuple[str, ...] = ()) -> Sample:
    """A replication of about `count` arrivals, the first tenth of which is dropped; it runs dry at the end."""
    rate = rate_of(case)
    days = int(1.1 * count / rate / 86400) + 1
    workloads = list(scenario_of(case, days, sets).workloads)
    each = () if len(workloads) > 1 else (f"workloads.{workloads[0]}.arrivals.count={count}",)
    course = course_of(case, days, replication, (*sets, *each))
    arrivals = all_arrivals(course)
    times = arrivals.time_us[:count]
    arrivals = _part(arrivals, 0, int(times[-1]) + 1)
    warm_us, end_us = int(times[int(len(times) * WARM_UP)]), int(times[-1]) + 1
    horizon_us = course.demand().days[-1].until_us
    ran = go(course.plan, arrivals, course.lowered.changes, (warm_us, end_us, horizon_us))
    inside = ran.rows[:, Row.ARRIVED_US] >= warm_us
    return Sample(ran.rows[inside], ran.load[1], end_us - warm_us, int(ran.arrived[1]))


def closed(case: str, count: int, replication: int) -> Sample:
    """A closed loop for as long as about `count` requests take at one a second; its first tenth is dropped."""
    warm_us, end_us = int(count * WARM_UP) * SECOND_US, count * SECOND_US
    course = course_of(case, count // 86400 + 1, replication)
    ran = go(course.plan, all_arrivals(course), course.lowered.changes, (warm_us, end_us))
    finished_us = ran.rows[:, Row.FINISHED_US]
    inside = (finished_us >= warm_us) & (ran.rows[:, Row.STATUS] == Status.OK)
    return Sample(ran.rows[inside], ran.load[1], end_us - warm_us, int(ran.arrived[1]))


# From an empty start.


@dataclass(frozen=True)
class Paths:
    """Many independent paths, each from an empty start: local times of every request."""

    count: int
    path: Integers
    """(requests,) whose path it is."""
    arrived_us: Integers
    finished_us: Integers

    def present(self, time_us: int) -> Integers:
        """How many are there at an instant, in each path."""
        here = (self.arrived_us <= time_us) & (time_us < self.finished_us)
        return np.bincount(self.path[here], minlength=self.count)


def paths_of(
    case: str,
    count: int,
    replication: int,
    *,
    length_us: int,
    taken_us: int,
    apart_us: int,
    sets: tuple[str, ...] = (),
    independent: bool = False,
) -> Paths:
    """Paths that follow each other in one run, far enough apart that each finds the system empty.

    Args:
        case, replication, sets: which scenario.
        count: how many paths.
        length_us: the demand of path k is that of [k, k + 1) × this.
        taken_us: how much of it comes.
        apart_us: path k begins at k × this; the plan's changes of the first are repeated in each.
        independent: requests never meet (unlimited servers), so that a path need not end before the next.
    """
    days = -(-count * length_us // DAY_US) + 1
    course = course_of(case, days, replication, sets)
    arrivals = all_arrivals(course)
    path, local_us = np.divmod(arrivals.time_us, length_us)
    kept = (local_us < taken_us) & (path < count)
    path, local_us = path[kept], local_us[kept]
    moved = Arrivals(
        path * apart_us + local_us,
        np.arange(len(path)),
        arrivals.key[kept],
        arrivals.workload[kept],
    )
    changes = repeated(_part(course.lowered.changes, 0, apart_us), count, apart_us)
    # A last day in which the last path ends.
    ran = go(course.plan, moved, changes, (count * apart_us + DAY_US,))
    begin_us = path * apart_us
    assert np.array_equal(ran.rows[:, Row.ARRIVED_US], moved.time_us)
    finished_us = ran.rows[:, Row.FINISHED_US] - begin_us
    assert independent or (finished_us < apart_us).all(), "a path ran into the next"
    return Paths(count, path, local_us, finished_us)


def repeated(changes: Changes, count: int, apart_us: int) -> Changes:
    """The same changes again and again."""
    times = (changes.time_us + apart_us * np.arange(count)[:, None]).reshape(-1)
    columns = (changes.table, changes.row, changes.column, changes.value)
    return Changes(times, *(np.tile(column, count) for column in columns))
