"""Which requests of a log start a session, and how they follow each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.fit.clock import US
from sim.fit.log import MISSING, Log

SESSION_ENDS_AFTER_US = 2 * 3_600 * US
"""A request that comes later than this after the one before starts a new session, under the same id."""


def session_order(log: Log) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return rows in the order of (session, time), and which of them start a session."""
    sessions, times = log.integers("session"), log.time_us
    order = np.lexsort((times, sessions))
    same = np.diff(sessions[order]) == 0
    near = np.diff(times[order]) < SESSION_ENDS_AFTER_US
    starts = np.concatenate(([True], ~(same & near)))
    starts |= sessions[order] == MISSING
    return order, starts


def session_starts(log: Log) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the instants at which sessions start [us], and how many each stands for."""
    counts = log.columns["count"].astype(np.float64)
    if not log.has("session"):
        return log.time_us, counts
    order, starts = session_order(log)
    first = np.sort(order[starts])
    return log.time_us[first], counts[first]
