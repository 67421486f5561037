"""Burn-rate alerts on measures: when the rules of an alert would have held.

The rules are those of Google's SRE Workbook, chapter 5 (2018), with their short windows: a page while the error
budget burns 14.4 times as fast as is sustainable over an hour and over its last 5 minutes, or 6 times over six hours
and 30 minutes; a ticket while it burns at that rate over three days and six hours. A monitor looks every 5 minutes,
at requests that have ended.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measure import Measures
from sim.measure.ends import PULSE_US
from sim.targets import Target

PULSES_AN_HOUR = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """An alert holds while its error budget burns so fast over both windows."""

    burn_rate: float
    """As a multiple of the sustainable rate."""
    long: int
    """The window that must have seen it [5 min]."""
    short: int
    """The window in which it must still be so [5 min]."""


PAGES = (Rule(14.4, PULSES_AN_HOUR, 1), Rule(6.0, 6 * PULSES_AN_HOUR, 6))
TICKETS = (Rule(1.0, 72 * PULSES_AN_HOUR, 6 * PULSES_AN_HOUR),)


@dataclass(frozen=True, slots=True)
class Alerts:
    """What one replication would have raised for a target on availability; nothing for another target."""

    pages: tuple[tuple[int, int], ...] = ()
    """(begin, end) of each page since the start of the horizon [µs]."""
    tickets: int = 0

    def first_page_after(self, moment_us: int) -> int | None:
        """How long after a moment somebody is paged; 0 where a page is open then, None if nobody is [µs]."""
        waits = [max(0, begin - moment_us) for begin, end in self.pages if end > moment_us]
        return min(waits, default=None)


def alerts_of(target: Target, measures: Measures) -> Alerts:
    """The alerts of one replication."""
    if target.metric.name != "availability" or float(target.limit) >= 1:
        return Alerts()
    names = measures.layout.names.workloads
    chosen = list(range(len(names))) if target.workload is None else [names.index(target.workload)]
    good, bad = measures.ends[:, chosen].sum(axis=1).T
    allowed = 1 - float(target.limit)
    pages = spans(good, bad, allowed, PAGES)
    return Alerts(
        tuple((begin * PULSE_US, end * PULSE_US) for begin, end in pages),
        len(spans(good, bad, allowed, TICKETS)),
    )


def spans(
    good: NDArray[np.int64], bad: NDArray[np.int64], allowed: float, rules: tuple[Rule, ...]
) -> list[tuple[int, int]]:
    """(begin, end) of each stretch in which any of the rules holds, looking at the end of each 5 minutes.

    Args:
        good, bad: (pulses,) requests that ended in each 5 minutes.
        allowed: the share of requests that may fail.
        rules: any of which raises the alert.
    """
    holds = np.zeros(len(bad) + 2, dtype=bool)
    for rule in rules:
        burns = [_burns(good, bad, rule.burn_rate * allowed, w) for w in (rule.long, rule.short)]
        holds[1:-1] |= burns[0] & burns[1]
    edges = np.flatnonzero(holds[1:] != holds[:-1]) + 1
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]


def _burns(
    good: NDArray[np.int64], bad: NDArray[np.int64], share: float, window: int
) -> NDArray[np.bool_]:
    """Whether at least such a share failed of the requests of each window; never of none."""
    failed, served = _over(bad, window), _over(good + bad, window)
    burns: NDArray[np.bool_] = (served > 0) & (failed >= share * served)
    return burns


def _over(counts: NDArray[np.int64], window: int) -> NDArray[np.int64]:
    """The sum of each five minutes and those before it, so many in all."""
    sums = np.concatenate(([0], np.cumsum(counts)))
    ends = np.arange(1, len(sums))
    over: NDArray[np.int64] = sums[ends] - sums[np.maximum(ends - window, 0)]
    return over
