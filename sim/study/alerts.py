"""Burn-rate alerts on measures: how often the rules of an alert would begin to hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.measure import Measures
from sim.measure.reading import good_and_bad
from sim.targets import Target

Rule = tuple[float, int]
"""(rate at which the error budget burns, as a multiple of the sustainable one; over so many hours)."""
PAGES: tuple[Rule, ...] = ((14.4, 1), (6.0, 6))
TICKETS: tuple[Rule, ...] = ((1.0, 72),)


def alerts_of(target: Target, measures: Measures) -> tuple[int, int]:
    """(pages, tickets) that one replication would have raised for a target on availability; else (0, 0)."""
    if target.metric.name != "availability" or float(target.limit) >= 1:
        return 0, 0
    names = measures.layout.names.workloads
    workload = None if target.workload is None else names.index(target.workload)
    good, bad = good_and_bad(measures, workload, "hour")
    allowed = 1 - float(target.limit)
    return _begins(good, bad, allowed, PAGES), _begins(good, bad, allowed, TICKETS)


def _begins(
    good: NDArray[np.int64], bad: NDArray[np.int64], allowed: float, rules: tuple[Rule, ...]
) -> int:
    """How often any of the rules begins to hold, looking once an hour."""
    holds = np.zeros(len(bad), dtype=bool)
    for rate, hours in rules:
        failed, served = _over(bad, hours), _over(good + bad, hours)
        holds |= (served > 0) & (failed >= rate * allowed * served)
    return int(np.count_nonzero(holds & ~np.concatenate(([False], holds[:-1]))))


def _over(counts: NDArray[np.int64], hours: int) -> NDArray[np.int64]:
    """The sum of each hour and those before it, so many in all."""
    sums = np.concatenate(([0], np.cumsum(counts)))
    ends = np.arange(1, len(sums))
    over: NDArray[np.int64] = sums[ends] - sums[np.maximum(ends - hours, 0)]
    return over
