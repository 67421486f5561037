"""A replication, day by day, for whoever wants to see its rows or a request's trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.engine import TRACE_NOTHING, EngineName, start
from sim.measure import Layout, Measures
from sim.outcome import DayOutcome
from sim.plan import Changes
from sim.study.ready import compile_once
from sim.study.source import Course, Source


def heed_nothing(done: int) -> None:
    """Hear how many days are done and do nothing."""


@dataclass(frozen=True)
class Play:
    """Which replication is played, and by which engine."""

    seed: int = 0
    replication: int = 0
    engine: EngineName = "compiled"
    heard: Callable[[int], None] = heed_nothing
    """Told of the number of days that are done."""

    def course(self, source: Source) -> Course:
        """The replication, from its beginning."""
        return source.course(self.seed, self.replication)

    def days(
        self, source: Source, course: Course, trace: tuple[int, int] = TRACE_NOTHING
    ) -> Iterator[tuple[Changes, DayOutcome]]:
        """What changed and what happened, a day at a time, and in the end what is still under way."""
        # Gates hear what a study's gates hear: without it they would decide on nothing.
        measures = Measures(Layout.of(course.plan, source.terms().calendar))
        if self.engine == "compiled":
            compile_once(course.plan)
        running = start(course.plan, self.engine, trace=trace)
        changes = None
        for done, each in enumerate(course.days, start=1):
            outcome = running.advance(each.day)
            measures.fold(outcome)
            course.hear(measures)
            self.heard(done)
            changes = each.day.changes
            yield changes, outcome
        assert changes is not None, "a horizon has at least one day"
        yield none_of(changes), running.close()


def none_of(changes: Changes) -> Changes:
    """No change at all."""
    columns = (changes.time_us, changes.table, changes.row, changes.column, changes.value)
    return Changes(*(column[:0] for column in columns))
