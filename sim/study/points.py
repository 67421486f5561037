"""Many variants of one scenario, each a point: played with the same luck, and little of each kept.

Points × replications are spread over all workers; what travels back is a few numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim import workers
from sim.scenario.document import Document
from sim.study.figures import Figure
from sim.study.kept import Kept, key_of
from sim.study.of_scenario import ScenarioSource
from sim.study.ready import compile_once
from sim.study.replication import Replication, replicate
from sim.targets import Value
from sim.units import US_PER_SECOND

if TYPE_CHECKING:
    from sim.study.source import Terms


@dataclass(frozen=True)
class Reading:
    """What is kept of one replication of a point."""

    number: int
    met: tuple[bool, ...]
    """By target."""
    values: tuple[Value | None, ...]
    """By target, in its unit; inf: no answer."""
    spend: Decimal
    p95_s: tuple[float, ...]
    """Latency over the horizon by workload [s]; inf: no answer."""
    good: int
    """Requests answered well and in time."""
    bad: int

    @property
    def availability(self) -> float | None:
        """Good / (good + bad), of all workloads."""
        return self.good / (self.good + self.bad) if self.good + self.bad else None

    @classmethod
    def of(cls, one: Replication) -> Reading:
        """Read a replication."""
        p95 = np.asarray(one.digest.horizon_us["latency.p95"][0]) / US_PER_SECOND
        return cls(
            number=one.number,
            met=tuple(evaluation.met for evaluation in one.evaluations),
            values=tuple(evaluation.value for evaluation in one.evaluations),
            spend=one.bill.total(),
            p95_s=tuple(p95.tolist()),
            good=int(one.digest.good.sum()),
            bad=int(one.digest.bad.sum()),
        )


Readings = tuple[Reading, ...]


@dataclass(frozen=True)
class Point:
    """A scenario with some values changed."""

    base: Document
    sets: tuple[str, ...]
    """Each `path=value`."""
    label: str = ""
    """What a table calls it."""

    @cached_property
    def source(self) -> ScenarioSource:
        """The source of its replications; ScenarioError where a value does not fit."""
        return ScenarioSource(self.base.with_sets(self.sets) if self.sets else self.base)

    def terms(self) -> Terms:
        """What it is held against."""
        return self.source.terms()


def play(point: Point, seed: int, numbers: Sequence[int]) -> Readings:
    """Run some replications of a point; a worker's task."""
    return tuple(Reading.of(replicate(point.source, seed, number)) for number in numbers)


@dataclass(frozen=True)
class Field:
    """How points are played: the seed, the workers, and where finished work is kept."""

    seed: int = 0
    jobs: int = 1
    scheduler: str | None = None
    kept: Kept | None = None
    heard: Callable[[int], None] | None = None
    """Told how many replications are done with each piece."""

    def play(self, points: Sequence[Point], numbers: range) -> list[Readings]:
        """The readings of each point, in the order of the points."""
        return self.play_tasks(points, _tasks(points, numbers, self.jobs))

    def play_tasks(self, points: Sequence[Point], tasks: Sequence[Task]) -> list[Readings]:
        """The readings of each point, in the order of the points, each with the replications of its own tasks."""
        found: dict[int, list[Reading]] = {place: [] for place in range(len(points))}
        for (place, _), readings in zip(tasks, self._pieces(points, tasks), strict=True):
            found[place] += readings
            if self.heard:
                self.heard(len(readings))
        return [tuple(found[place]) for place in range(len(points))]

    def _pieces(self, points: Sequence[Point], tasks: Sequence[Task]) -> Iterator[Readings]:
        """The readings of each task, recalled or new."""
        kept = self.kept
        if kept is None:
            yield from self._played(points, tasks)
            return
        keys = [
            key_of(points[place].base.tree, points[place].sets, self.seed, numbers)
            for place, numbers in tasks
        ]
        recalled = [kept.recall(key, tuple) for key in keys]
        missing = [task for task, one in zip(tasks, recalled, strict=True) if one is None]
        new = self._played(points, missing)
        for key, one in zip(keys, recalled, strict=True):
            piece: Readings = next(new) if one is None else one
            if one is None:
                kept.keep(key, piece)
            yield piece

    def _played(self, points: Sequence[Point], tasks: Sequence[Task]) -> Iterator[Readings]:
        calls = [(points[place], self.seed, numbers) for place, numbers in tasks]
        if self.scheduler is None and (self.jobs == 1 or len(calls) <= 1):
            return (play(*call) for call in calls)
        if self.scheduler is None:
            compile_once(calls[0][0].source.course(self.seed, 0).plan)
        return workers.each(self.jobs, play, calls, self.scheduler)


Task = tuple[int, tuple[int, ...]]
"""The place of a point, and the replications to play of it."""
TASKS_PER_WORKER = 4
"""At least so many tasks for each worker, so that they end together."""


def _tasks(points: Sequence[Point], numbers: range, jobs: int) -> list[Task]:
    """All replications of a point in one task, as it is read once; one by one where points are few."""
    whole = len(points) >= TASKS_PER_WORKER * jobs
    parts = [tuple(numbers)] if whole else [(number,) for number in numbers]
    return [(place, part) for place in range(len(points)) for part in parts]


@dataclass(frozen=True)
class Result:
    """A point and what it came to."""

    point: Point
    readings: Readings

    @cached_property
    def spend(self) -> Figure:
        """The whole bill."""
        return Figure.of("money", [one.spend for one in self.readings])

    @cached_property
    def availability(self) -> Figure:
        """Of all workloads."""
        return Figure.of("share", [one.availability for one in self.readings])

    def p95(self, workload: int) -> Figure:
        """Latency of a workload over the horizon."""
        return Figure.of("s", [one.p95_s[workload] for one in self.readings])

    def met(self, target: int) -> int:
        """In how many replications a target is met."""
        return sum(one.met[target] for one in self.readings)
