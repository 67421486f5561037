"""Why requests failed people: each bad request, by the first cause that its row names.

A request that was too slow (late, overdue, or given up by the person) is laid to the stage in which it was longest;
any other to the stage with which it ended.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.measure.layout import OVERDUE
from sim.outcome import Row
from sim.plan.columns import Status

Integers = NDArray[np.int64]

TOO_SLOW = (int(Status.LATE), int(Status.GAVE_UP), OVERDUE)
FAILED = (
    *TOO_SLOW,
    int(Status.TIMED_OUT),
    int(Status.RATE_LIMITED),
    int(Status.VENDOR_ERROR),
    int(Status.SHED),
)


class Failure(NamedTuple):
    """Where and how requests failed."""

    phase: int
    workload: int
    ending: int
    """A status, or OVERDUE."""
    stage: int
    """-1: none."""


Failures = Counter[Failure]


def failures_of(rows: Integers, places: Integers, deadlines_us: Integers) -> Failures:
    """A day's bad requests.

    Args:
        rows: as in `DayOutcome`.
        places: (rows, 2) the stage in which each was longest, and the last that it came to.
        deadlines_us: of each workload; -1: none.
    """
    ending = rows[:, Row.STATUS].copy()
    age_us = rows[:, Row.FINISHED_US] - rows[:, Row.ARRIVED_US]
    due_us = deadlines_us[rows[:, Row.WORKLOAD]]
    ending[(ending == Status.UNFINISHED) & (due_us >= 0) & (age_us > due_us)] = OVERDUE
    bad = np.flatnonzero((rows[:, Row.DETACHED] < 0) & np.isin(ending, FAILED))
    stage = np.where(np.isin(ending[bad], TOO_SLOW), places[bad, 0], places[bad, 1])
    found = np.stack([rows[bad, Row.PHASE], rows[bad, Row.WORKLOAD], ending[bad], stage], axis=1)
    kinds, counts = np.unique(found, axis=0, return_counts=True)
    pairs = zip(kinds.tolist(), counts.tolist(), strict=True)
    return Counter({Failure(*kind): count for kind, count in pairs})
