"""From a (session, turn) to all that happened to it; only as many days are played as that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.bill import Line as BillLine
from sim.errors import UsageError
from sim.follow.attempts import Attempt
from sim.follow.cells import Cells
from sim.follow.moments import REQUEST, TURNED_AWAY, Moment, Reader
from sim.follow.play import Play
from sim.outcome import Event, Line, Row
from sim.plan import Changes, Names
from sim.study.source import Source
from sim.windows import Calendar

OVER = (Event.LEFT, Event.ENDED, *TURNED_AWAY)
"""Every attempt that joined has one of these in the end."""


@dataclass(frozen=True)
class Followed:
    """A request from its arrival to the end of the last thing that it began."""

    row: tuple[int, ...]
    """As in `sim.outcome.Row`."""
    moments: tuple[Moment, ...]
    attempts: tuple[Attempt, ...]
    names: Names
    steps: NDArray[np.int64]
    """`Plan.steps`, for what a step is; its numbers as they were in the end."""
    workload: tuple[int, ...]
    """As in `sim.plan.columns.Workload`, when the request ended."""
    calendar: Calendar
    currency: str

    @property
    def bill(self) -> tuple[BillLine, ...]:
        """What its attempts cost."""
        return tuple(line for attempt in self.attempts for line in attempt.bill)


def follow(source: Source, play: Play, session: int, turn: int) -> Followed:
    """Follow one request; UsageError where the replication has no such one."""
    course = play.course(source)
    trace: list[list[int]] = []
    rows: list[list[int]] = []
    changes: list[Changes] = []
    seen = _Seen()
    for changed, outcome in play.days(source, course, (session, turn)):
        changes.append(changed)
        trace += outcome.trace.tolist()
        seen.add(outcome.rows, session)
        mine = (outcome.rows[:, Row.SESSION] == session) & (outcome.rows[:, Row.TURN] == turn)
        rows += outcome.rows[mine].tolist()
        if trace and _is_over(trace):
            break
    if not trace:
        raise UsageError(_nobody(play, session, turn, seen))
    terms, cells = source.terms(), Cells(course.plan, changes)
    tariff = course.tariff.changed(course.price_changes)
    reader = Reader(cells, rows, tariff, terms.calendar)
    row = next(row for row in rows if row[Row.DETACHED] == REQUEST)
    return Followed(
        row=tuple(row),
        moments=tuple(reader.moments(trace)),
        attempts=tuple(reader.attempts),
        names=course.plan.names,
        steps=cells.steps,
        workload=tuple(cells.workloads[row[Row.WORKLOAD]].tolist()),
        calendar=terms.calendar,
        currency=terms.currency,
    )


@dataclass
class _Seen:
    """What the days have shown of sessions: for who asks for one that is not there."""

    last: int = -1
    """The greatest number of a session."""
    turns: int = 0
    """Turns of the session that was asked for."""

    def add(self, rows: NDArray[np.int64], session: int) -> None:
        if len(rows):
            self.last = max(self.last, int(rows[:, Row.SESSION].max()))
            mine = rows[rows[:, Row.SESSION] == session]
            self.turns = max(self.turns, int(mine[:, Row.TURN].max(initial=0)))


def _is_over(trace: Sequence[Sequence[int]]) -> bool:
    """Whether the request, its jobs and all its attempts have ended."""
    events = [line[Line.EVENT] for line in trace]
    ends = 1 + events.count(Event.DETACH)
    return events.count(Event.END) == ends and events.count(Event.JOIN) == sum(
        events.count(event) for event in OVER
    )


def _nobody(play: Play, session: int, turn: int, seen: _Seen) -> str:
    where = f"replication {play.replication} with seed {play.seed}"
    if seen.turns:
        return f"there is no request {session}.{turn}: session {session} has the turns 1 to {seen.turns} in {where}"
    if seen.last < 0:
        return f"there is no request {session}.{turn}: nobody comes in {where}"
    return f"there is no request {session}.{turn}: the sessions of {where} are 0 to {seen.last}"
