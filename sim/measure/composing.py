"""Of what the time of requests is made, by how long they took: one more compiled loop over a day's rows.

A request's time is made of its stages, and of a rest that belongs to none. Of branches that run at once only the
slowest counts, since the request waited for the others at no cost; so the parts add up to the whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.measure.adding import compiled
from sim.measure.makeup import BIN_CODES, FIXED_PARTS
from sim.outcome import Row
from sim.plan.columns import Status

Integers = NDArray[np.int64]

WORKLOAD, PHASE, DETACHED = int(Row.WORKLOAD), int(Row.PHASE), int(Row.DETACHED)
ARRIVED, FINISHED, STATUS = int(Row.ARRIVED_US), int(Row.FINISHED_US), int(Row.STATUS)
WAIT, BACKOFF, STAGES = int(Row.WAIT_US), int(Row.BACKOFF_US), int(Row.STAGES)
PARTS = int(FIXED_PARTS)
BLOCKED = int(Status.BLOCKED)


@compiled
def add_makeup(
    rows: Integers, codes: Integers, branches: Integers, inside: Integers, makeup: Integers
) -> Integers:
    """Add a day's requests to what times are made of.

    Args:
        rows: as in `DayOutcome`.
        codes: (rows,) of their latency, as `add_rows` gives them.
        branches: (branches, 3) of a fork each: its fork, its first in `inside`, and how many; inner forks first.
        inside: stages of all branches.
        makeup: as in `Measures`.

    Returns:
        (rows, 2) the stage in which each was longest, and the last that it came to; -1 for none.
    """
    times = np.empty(makeup.shape[3] - PARTS, np.int64)
    places = np.full((len(rows), 2), -1, np.int64)
    for number in range(len(rows)):
        row = rows[number]
        if row[DETACHED] >= 0 or row[STATUS] == BLOCKED:
            continue
        for stage in range(len(times)):
            times[stage] = max(0, row[STAGES + stage])
            if row[STAGES + stage] >= 0:
                places[number, 1] = stage
        _keep_slowest(times, branches, inside)
        latency = row[FINISHED] - row[ARRIVED]
        wait = min(row[WAIT], latency)
        parts = makeup[row[PHASE], row[WORKLOAD], codes[number] // BIN_CODES]
        parts[0] += 1
        parts[1] += latency
        parts[2] += wait
        parts[3] += min(row[BACKOFF], latency - wait)
        longest = 0
        for stage in range(len(times)):
            parts[PARTS + stage] += times[stage]
            if times[stage] > longest:
                places[number, 0], longest = stage, times[stage]
    return places


@compiled
def _keep_slowest(times: Integers, branches: Integers, inside: Integers) -> None:
    """Leave of each fork only the stages of the branch that took longest; of equals, the first."""
    start = 0
    while start < len(branches):
        stop, slowest, longest = start, start, -1
        while stop < len(branches) and branches[stop, 0] == branches[start, 0]:
            taken = 0
            for place in range(branches[stop, 1], branches[stop, 1] + branches[stop, 2]):
                taken += times[inside[place]]
            if taken > longest:
                slowest, longest = stop, taken
            stop += 1
        for branch in range(start, stop):
            if branch != slowest:
                for place in range(branches[branch, 1], branches[branch, 1] + branches[branch, 2]):
                    times[inside[place]] = 0
        start = stop
