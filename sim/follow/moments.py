"""A trace, line by line, with the attempt that each line is about and the branch in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sim.bill import Tariff
from sim.follow.attempts import Attempt, begun, priced
from sim.follow.cells import Cells
from sim.follow.order import Ordering
from sim.outcome import Event, Line, Row
from sim.plan.columns import Result
from sim.windows import Calendar

TURNED_AWAY = {
    Event.REFUSED: Result.REFUSED,
    Event.FULL: Result.FULL,
    Event.NO_BUDGET: Result.NO_BUDGET,
    Event.OPEN: Result.OPEN,
}
"""Lines that tell that an attempt was turned away, and how it ended."""
REQUEST = -1
"""`Row.DETACHED` of a request's own row."""


@dataclass(frozen=True)
class Moment:
    """One line of the trace."""

    at_us: int
    depth: int
    """Forks around its branch."""
    job: bool
    """Whether it is of a detached job, that nobody waits for."""
    event: int
    """`sim.outcome.Event`."""
    where: int
    value: int
    attempt: Attempt | None
    """The attempt that it is about."""


@dataclass
class Branch:
    """A branch as far as the trace has told."""

    step: int
    depth: int
    root: int
    """`Row.DETACHED` of the row that it belongs to."""
    attempt: Attempt | None = None
    """The last one that it made."""


class Reader:
    """Reads the lines of one request in order.

    A line names no attempt. At one endpoint those of one branch start in the order in which they joined, and each
    ends when its start has said; so their lines can be told apart.
    """

    def __init__(
        self, cells: Cells, rows: Sequence[list[int]], tariff: Tariff, calendar: Calendar
    ) -> None:
        """Make a reader.

        Args:
            cells: the plan at the horizon's start.
            rows: of the request and of its detached jobs.
            tariff: with the replication's price changes.
            calendar: the horizon's days.
        """
        self.cells = cells
        self.attempts: list[Attempt] = []
        self._rows = {row[Row.DETACHED]: row for row in rows}
        self._tariff, self._calendar = tariff, calendar
        self._branches: dict[int, Branch] = {}
        self._jobs: set[int] = set()
        self._heeds: dict[int, Callable[[Branch, Sequence[int]], Attempt | None]] = {
            Event.JOIN: self._joins,
            Event.START: self._starts,
            Event.RETURNED: self._returns,
            Event.LEFT: self._leaves,
            Event.ENDED: self._ends,
            Event.TIMEOUT: self._is_given_up,
            Event.ADVICE: self._is_advised,
            **dict.fromkeys(TURNED_AWAY, self._is_turned_away),
        }

    def moments(self, lines: Sequence[Sequence[int]]) -> Iterator[Moment]:
        """Each line with what it is about, in an order that is no engine's own."""
        for line in Ordering(self.cells.children).of(lines):
            self.cells.until(line[Line.TIME_US])
            event, where = line[Line.EVENT], line[Line.WHERE]
            if event == Event.STEP:
                self._comes_to(line[Line.BRANCH], where)
            elif event == Event.DETACH:
                self._jobs.add(where)
            elif event in (Event.SLOWER, Event.GAVE_UP, Event.ENOUGH):
                self._abandon(line[Line.BRANCH])
            branch = self._branches.get(line[Line.BRANCH], Branch(where, 0, REQUEST))
            heed = self._heeds.get(event)
            attempt = heed(branch, line) if heed else None
            place = (line[Line.TIME_US], branch.depth, branch.root != REQUEST)
            yield Moment(*place, event, where, line[Line.VALUE], attempt)

    # What branches do.

    def _comes_to(self, name: int, step: int) -> None:
        if step == name:
            self._branches[name] = self._born(name)
        else:
            self._branches[name].step = step

    def _born(self, name: int) -> Branch:
        if name in self._jobs:
            return Branch(name, 0, name)
        for parent in self._branches.values():
            if name in self.cells.children(parent.step):
                return Branch(name, parent.depth + 1, parent.root)
        return Branch(name, 0, REQUEST)

    def _abandon(self, name: int) -> None:
        branch = self._branches.get(name)
        if branch is None:
            return
        if branch.attempt and branch.attempt.place != "over":
            branch.attempt.wanted = False
        for child in self.cells.children(branch.step):
            self._abandon(child)

    # What attempts do.

    def _joins(self, branch: Branch, line: Sequence[int]) -> Attempt:
        number = len(self.attempts) + 1
        branch.attempt = begun(self.cells, self._rows[branch.root], number, branch.step, line)
        self.attempts.append(branch.attempt)
        return branch.attempt

    def _starts(self, _: Branch, line: Sequence[int]) -> Attempt:
        attempt = self._at(line, "waiting")
        attempt.place, attempt.latest_start_us = "served", line[Line.TIME_US]
        attempt.ends_us = line[Line.TIME_US] + line[Line.VALUE]
        return attempt

    def _returns(self, _: Branch, line: Sequence[int]) -> Attempt:
        attempt = self._at(line, "served")
        attempt.place, attempt.queued_us = "waiting", line[Line.TIME_US]
        attempt.served_us += attempt.queued_us - attempt.latest_start_us
        return attempt

    def _ends(self, _: Branch, line: Sequence[int]) -> Attempt:
        attempt = self._at(line, "served", line[Line.TIME_US])
        attempt.place, attempt.result = "over", Result(line[Line.VALUE])
        attempt.served_us += line[Line.TIME_US] - attempt.latest_start_us
        day = self._calendar.dates[self._calendar.day_of(line[Line.TIME_US])]
        name = self.cells.plan.names.endpoints[attempt.endpoint]
        attempt.bill = priced(attempt, self._tariff, name, day)
        return attempt

    def _leaves(self, _: Branch, line: Sequence[int]) -> Attempt:
        attempt = self._at(line, "waiting")
        attempt.place, attempt.result = "over", Result.LEFT
        return attempt

    def _is_turned_away(self, branch: Branch, line: Sequence[int]) -> Attempt:
        attempt = branch.attempt
        if attempt is None or attempt.joined_us < line[Line.TIME_US]:
            attempt = self._at(line, "waiting")  # its client's queue held it until now
        attempt.place, attempt.result = "over", TURNED_AWAY[Event(line[Line.EVENT])]
        return attempt

    def _is_given_up(self, branch: Branch, _: Sequence[int]) -> Attempt | None:
        if branch.attempt and branch.attempt.place != "over":
            branch.attempt.wanted = False
        return branch.attempt

    def _is_advised(self, branch: Branch, line: Sequence[int]) -> Attempt | None:
        if branch.attempt:
            branch.attempt.advice_us = line[Line.VALUE]
        return branch.attempt

    def _at(self, line: Sequence[int], place: str, ends_us: int | None = None) -> Attempt:
        """The first attempt of a branch at an endpoint that is where a line says."""
        return next(
            each
            for each in self.attempts
            if (each.branch, each.endpoint, each.place)
            == (line[Line.BRANCH], line[Line.WHERE], place)
            and ends_us in (None, each.ends_us)
        )
