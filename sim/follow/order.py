"""The lines of a trace in one order, whichever engine wrote them.

Within an instant engines may go from branch to branch as they like. Here a branch comes after its children where it
waits for them, and before those that it has just begun; jobs of their own come last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from sim.outcome import Event, Line

Trace = Sequence[Sequence[int]]
LETS_GO = (Event.TIMEOUT, Event.SLOWER, Event.GAVE_UP)
"""With these a branch abandons its attempt."""


class Ordering:
    """The branches of one request, as far as their lines have been put in order."""

    def __init__(self, children: Callable[[int], list[int]]) -> None:
        """Make an ordering; `children` are the first steps of what a step forks."""
        self._children = children
        self._steps: dict[int, int] = {}
        self._left: dict[int, deque[Sequence[int]]] = {}

    def of(self, trace: Trace) -> Iterator[Sequence[int]]:
        """All lines, by time and then as this module says."""
        main = trace[0][Line.BRANCH]
        for _, lines in groupby(trace, key=lambda line: line[Line.TIME_US]):
            self._left = {}
            for line in lines:
                _put(self._left.setdefault(line[Line.BRANCH], deque()), line)
            yield from self._whole(main)
            for name in sorted(self._left):
                yield from self._whole(name)

    def _whole(self, name: int) -> Iterator[Sequence[int]]:
        """All that is left of a branch that has no parent, or of which nobody wants to know any more."""
        yield from self._awaited(name)
        while self._left.get(name):
            yield from self._next(name)

    def _awaited(self, name: int) -> Iterator[Sequence[int]]:
        """The children that a branch waits for, each until it ends or is begun anew."""
        for child in self._children(self._steps.get(name, -1)):
            yield from self._awaited(child)
            yield from self._rest(child)

    def _next(self, name: int) -> Iterator[Sequence[int]]:
        """A line, and what it begins."""
        line = self._left[name].popleft()
        yield line
        if line[Line.EVENT] != Event.STEP:
            return
        self._steps[name] = line[Line.WHERE]
        for child in self._children(line[Line.WHERE]):
            if self._left.get(child):
                yield from self._next(child)
                yield from self._rest(child)

    def _rest(self, name: int) -> Iterator[Sequence[int]]:
        """A branch until it ends or is begun anew."""
        while self._left.get(name) and not _is_birth(self._left[name][0]):
            yield from self._next(name)


def _put(lines: deque[Sequence[int]], line: Sequence[int]) -> None:
    """Add a line of a branch; why it let go of an attempt comes before that this left its queue."""
    held = []
    if line[Line.EVENT] in LETS_GO:
        while lines and lines[-1][Line.EVENT] == Event.LEFT:
            held.append(lines.pop())
    lines.extend([line, *reversed(held)])


def _is_birth(line: Sequence[int]) -> bool:
    """Whether a branch begins with a line: it is named by the step where it does."""
    return line[Line.EVENT] == Event.STEP and line[Line.WHERE] == line[Line.BRANCH]
