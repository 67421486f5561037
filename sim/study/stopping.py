"""How many replications: a fixed number, or until every target's verdict is decided.

`auto` looks after 20 replications and after every 10 more, at most until 100. At each look the exact interval
for the chance of meeting a target has confidence 1 - 0.05 / 9, nine being the most looks there can be: so the
chance that any look decides wrongly stays below 5 % for each target (Bonferroni; looks at the same data are
alike, so it is less). A scenario with so many requests that the next batch would pass `REQUESTS_MAX` in all is
left as it stands, undecided targets said to be so. The rule counts replications and requests, never seconds: the
same everywhere.
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


@dataclass(frozen=True)
class Stopping:
    """When to stop, and the confidence of one look."""

    batches: tuple[int, ...]
    """How many replications are added before each look."""
    level: float
    requests_max: int | None = None
    """No further batch beyond so many requests; None: no such bound."""

    @classmethod
    def of(cls, replications: int | Literal["auto"]) -> Stopping:
        """A fixed number has one look at 95 %; `auto` up to nine."""
        if replications == "auto":
            batches = (FIRST_BATCH, *([NEXT_BATCH] * (LOOKS_MAX - 1)))
            return cls(batches, 1.0 - (1.0 - LEVEL) / LOOKS_MAX, REQUESTS_MAX)
        assert replications >= 1, "at least one replication"
        return cls((replications,), LEVEL)

    def ranges(self) -> Iterator[range]:
        """The numbers of the replications of each batch."""
        first = 0
        for count in self.batches:
            yield range(first, first + count)
            first += count

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
