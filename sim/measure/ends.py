"""Requests by the five minutes in which they ended: as finely as an alert looks, and when a monitor knows of them."""

from __future__ import annotations

import numpy as np

from sim.measure.tally import Integers
from sim.outcome import Row
from sim.plan.columns import Status
from sim.units import US_PER_MINUTE

PULSE_US = 5 * US_PER_MINUTE
"""The shortest window of an alert."""
BAD_ENDS = (
    *(Status.LATE, Status.GAVE_UP, Status.TIMED_OUT),
    *(Status.RATE_LIMITED, Status.VENDOR_ERROR, Status.SHED),
)


def pulses_of(horizon_us: int) -> int:
    """How many five minutes a horizon has."""
    return -(-horizon_us // PULSE_US)


def add_ends(rows: Integers, ends: Integers) -> None:
    """Add requests that ended to `ends` (pulses, workloads, 2), good ones first; no jobs, nothing under way."""
    pulses, workloads, _ = ends.shape
    status, pulse = rows[:, Row.STATUS], rows[:, Row.FINISHED_US] // PULSE_US
    bad = np.isin(status, BAD_ENDS)
    counted = (bad | (status == Status.OK)) & (rows[:, Row.DETACHED] < 0) & (pulse < pulses)
    cell = (pulse * workloads + rows[:, Row.WORKLOAD]) * 2 + bad
    ends += np.bincount(cell[counted], minlength=ends.size).reshape(ends.shape)
