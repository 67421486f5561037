"""Why requests failed people: each bad request, by its first cause.

Where a failed attempt was heard, the cause is that attempt: the stage that made it, the endpoint, what became of it,
the limit that refused it, and an incident at that endpoint, if there was one while the request was under way. Where
none was heard (a request that was merely too slow, or was given up by the person), it is the stage in which the
request was longest, and the last one that it came to for all others.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.measure.layout import OVERDUE, Layout
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
NO_STRIKES: Integers = np.zeros((0, 4), np.int64)
"""No incident strikes anything; else (strikes, 4): incident, endpoint, start and end [us]."""


class Failure(NamedTuple):
    """Where and how requests failed; -1 stands for none."""

    phase: int
    workload: int
    ending: int
    """A status, or OVERDUE."""
    stage: int
    endpoint: int
    result: int
    """A `sim.plan.columns.Result`."""
    limit: int
    incident: int
    """Row of the scenario's incidents."""


Failures = Counter[Failure]


def failures_of(
    rows: Integers, places: Integers, layout: Layout, strikes: Integers = NO_STRIKES
) -> Failures:
    """A day's bad requests.

    Args:
        rows: as in `DayOutcome`.
        places: (rows, 2) the stage in which each was longest, and the last that it came to.
        layout: what its columns stand for.
        strikes: which incidents struck which endpoints, and when.
    """
    ending = _endings(rows, layout)
    bad = np.flatnonzero((rows[:, Row.DETACHED] < 0) & np.isin(ending, FAILED))
    rows, ending = rows[bad], ending[bad]
    unheard = np.where(np.isin(ending, TOO_SLOW), places[bad, 0], places[bad, 1])
    # Without a step, -1 takes the last entry, which stands for none.
    stages = np.array([*layout.stage_of_step, -1], np.int64)
    stage = np.where(rows[:, Row.FAULT_STEP] >= 0, stages[rows[:, Row.FAULT_STEP]], unheard)
    columns = [rows[:, Row.PHASE], rows[:, Row.WORKLOAD], ending, stage]
    columns += [rows[:, one] for one in (Row.FAULT_ENDPOINT, Row.FAULT_RESULT, Row.FAULT_LIMIT)]
    found = np.stack([*columns, _incidents(rows, strikes)], axis=1)
    kinds, counts = np.unique(found, axis=0, return_counts=True)
    pairs = zip(kinds.tolist(), counts.tolist(), strict=True)
    return Counter({Failure(*kind): count for kind, count in pairs})


def _endings(rows: Integers, layout: Layout) -> Integers:
    ending = rows[:, Row.STATUS].copy()
    age_us = rows[:, Row.FINISHED_US] - rows[:, Row.ARRIVED_US]
    due_us = np.array(layout.deadlines_us, np.int64)[rows[:, Row.WORKLOAD]]
    ending[(ending == Status.UNFINISHED) & (due_us >= 0) & (age_us > due_us)] = OVERDUE
    return ending


def _incidents(rows: Integers, strikes: Integers) -> Integers:
    """The first incident that struck each row's endpoint while the request was under way."""
    found = np.full(len(rows), -1, np.int64)
    if len(rows) == 0:
        return found
    first_us, last_us = rows[:, Row.ARRIVED_US].min(), rows[:, Row.FINISHED_US].max()
    for incident, endpoint, start_us, end_us in strikes.tolist():
        if start_us <= last_us and end_us > first_us:
            hit = (rows[:, Row.FAULT_ENDPOINT] == endpoint) & (found < 0)
            hit &= (rows[:, Row.ARRIVED_US] < end_us) & (rows[:, Row.FINISHED_US] >= start_us)
            found[hit] = incident
    return found
