"""Timelines: what a cell of the plan holds when, composed from its phases and everything that happens.

base    |--- 12 -----------------|--- 20 ------------
causes        [ x 0.5 ]     [ x 0.5 ]
cell    |--12-|---6----|-12-|-6--|10|------ 20 ------
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeVar

from sim import draws
from sim.engine.arithmetic import whole

Value = TypeVar("Value")
Moments = list[tuple[int, int]]
"""(from when [us], value), ascending; the first at 0."""

CHANCES = float(1 << draws.UNIFORM_BITS)


@dataclass(frozen=True, slots=True)
class Span:
    """A cause that holds from `start_us` until just before `end_us`."""

    start_us: int
    end_us: int
    value: float


Combine = Callable[[int, Sequence[float]], int]


def compose(base: Moments, spans: Iterable[Span], combine: Combine, end_us: int) -> Moments:
    """What a cell holds over time; a new entry only where it differs from the last.

    Args:
        base: what it holds while nothing happens.
        spans: what happens.
        combine: the value, from the base and the causes that hold at once.
        end_us: what begins then or later does not matter [us].
    """
    real = [span for span in spans if span.start_us < min(span.end_us, end_us) and span.end_us > 0]
    begins = sorted(range(len(real)), key=lambda n: real[n].start_us)
    ends = sorted(range(len(real)), key=lambda n: real[n].end_us)
    marks = {0, *(t for t, _ in base), *(max(0, s.start_us) for s in real)}
    marks |= {span.end_us for span in real}
    held: dict[int, float] = {}
    found: Moments = []
    value, b, i, j = base[0][1], 0, 0, 0
    for now in sorted(mark for mark in marks if mark < end_us):
        while b < len(base) and base[b][0] <= now:
            value, b = base[b][1], b + 1
        while i < len(begins) and real[begins[i]].start_us <= now:
            held[begins[i]] = real[begins[i]].value
            i += 1
        while j < len(ends) and real[ends[j]].end_us <= now:
            held.pop(ends[j], None)
            j += 1
        cell = combine(value, list(held.values())) if held else value
        if not found or found[-1][1] != cell:
            found.append((now, cell))
    return found


DOWN = -1.0
"""The cause of a station that stands still; every other cause of its servers is people."""


def servers(base: int, causes: Sequence[float]) -> int:
    """Servers present: those there always, and the people of each shift; none while it is down."""
    if DOWN in causes:
        return 0
    return base if base < 0 else base + int(sum(causes))


def preempts(base: int, causes: Sequence[float]) -> int:
    """A station that stands still gives its work back to the queue, whatever a shift's end does."""
    return 1 if causes else base


def errors(base: int, causes: Sequence[float]) -> int:
    """The threshold of an error, everyday errors and incidents being independent."""
    fine = (1.0 - base / CHANCES) * prod(1.0 - share for share in causes)
    return draws.threshold(1.0 - fine)


def product(base: int, causes: Sequence[float]) -> int:
    """The base times every cause."""
    return whole(base * prod(causes))
