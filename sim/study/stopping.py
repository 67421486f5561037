"""How many replications: a fixed number, or until every verdict is decided or its chance is known closely enough.

`auto` looks after 20 replications and after every 10 more, at most until 100. At each look the exact interval
for the chance of meeting a target has confidence 1 - 0.05 / 9, nine being the most looks there can be: so the
chance that any look decides wrongly stays below 5 % for each target (Bonferroni; looks at the same data are
alike, so it is less). Where a precision is asked for, it also stops when the interval of each undecided chance is
no wider. A scenario with so many requests that the next batch would pass `REQUESTS_MAX` in all is left as it
stands. The study tells which of these ended it (`Stopped`). The rule counts replications and requests, never
seconds: the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.study.statistics import LEVEL, chance_interval

FIRST_BATCH = 20
NEXT_BATCH = 10
REPLICATIONS_MAX = 100
REQUESTS_MAX = 60_000_000
"""`auto` starts no further batch beyond so many simulated requests: some minutes of a laptop's work."""
LOOKS_MAX = 1 + (REPLICATIONS_MAX - FIRST_BATCH) // NEXT_BATCH

Status = Literal["met", "missed", "close"]
"""`close`: so many replications cannot tell whether the chance is high enough."""
Stopped = Literal["asked", "decided", "precise", "replications", "requests", "interrupted"]
"""Why no more were run: as many as asked; verdicts decided; chances known closely enough; the most replications;
the budget of requests; an interrupt."""


@dataclass(frozen=True)
class Stopping:
    """When to stop, and the confidence of one look."""

    batches: tuple[int, ...]
    """How many replications are added before each look."""
    level: float
    requests_max: int | None = None
    """No further batch beyond so many requests; None: no such bound."""
    precision: float | None = None
    """An interval for a chance that is no wider is narrow enough; None: only a verdict is."""

    @classmethod
    def of(cls, replications: int | Literal["auto"], precision: float | None = None) -> Stopping:
        """A fixed number has one look at 95 %; `auto` up to nine."""
        if replications == "auto":
            batches = (FIRST_BATCH, *([NEXT_BATCH] * (LOOKS_MAX - 1)))
            return cls(batches, 1.0 - (1.0 - LEVEL) / LOOKS_MAX, REQUESTS_MAX, precision)
        assert precision is None, "a fixed number does not look"
        assert replications >= 1, "at least one replication"
        return cls((replications,), LEVEL)

    def ranges(self) -> Iterator[range]:
        """The numbers of the replications of each batch."""
        first = 0
        for count in self.batches:
            yield range(first, first + count)
            first += count

    def reason(self, chances: Sequence[Chance], replications: int, requests: int) -> Stopped | None:
        """Why to stop after so many replications and requests; None: go on."""
        if len(self.batches) == 1:
            return "asked"
        undecided = [one for one in chances if one.status == "close"]
        if not undecided:
            return "decided"
        width = max(one.high - one.low for one in undecided)
        if self.precision is not None and width <= self.precision:
            return "precise"
        if replications >= sum(self.batches):
            return "replications"
        return None if self.affords(requests, replications) else "requests"

    def affords(self, requests: int, replications: int) -> bool:
        """Whether another batch fits, when so many replications had so many requests."""
        if self.requests_max is None:
            return True
        return requests * (replications + NEXT_BATCH) <= self.requests_max * replications


@dataclass(frozen=True)
class Chance:
    """How often a target was met, and what that says."""

    met: int
    n: int
    low: float
    high: float
    status: Status

    @property
    def estimate(self) -> float:
        """The share of replications that met it."""
        return self.met / self.n


def judge(met: Sequence[bool], required: float, level: float = LEVEL) -> Chance:
    """Compare the chance of meeting a target with the required one."""
    low, high = chance_interval(sum(met), len(met), level)
    status: Status = "met" if low >= required else "missed" if high < required else "close"
    return Chance(sum(met), len(met), low, high, status)
