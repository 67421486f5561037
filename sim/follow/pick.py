"""Which request is worth being told: users know no numbers of sessions, but they know what they fear."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.follow.play import Play
from sim.outcome import Row
from sim.plan.columns import Status
from sim.study.source import Source

Rows = NDArray[np.int64]
Better = Callable[[Rows], Rows]
"""By how much each of some rows is worth being told; -1: not at all."""

ANSWERED = (Status.OK, Status.LATE)
NOT_FAILED = (*ANSWERED, Status.BLOCKED, Status.UNFINISHED)
YEARS_US = 1 << 60
"""Longer than any horizon."""


def _took_us(rows: Rows) -> Rows:
    took: Rows = rows[:, Row.FINISHED_US] - rows[:, Row.ARRIVED_US]
    return took


def _slowest(rows: Rows) -> Rows:
    answered = np.isin(rows[:, Row.STATUS], ANSWERED)
    return np.where(answered, _took_us(rows), -1)


def _failed(rows: Rows) -> Rows:
    failed = ~np.isin(rows[:, Row.STATUS], NOT_FAILED)
    return np.where(failed, YEARS_US - rows[:, Row.ARRIVED_US], -1)


def _worst(rows: Rows) -> Rows:
    failed = ~np.isin(rows[:, Row.STATUS], NOT_FAILED)
    return np.where(failed, YEARS_US + _took_us(rows), _slowest(rows))


PICKS: dict[str, Better] = {"worst": _worst, "slowest": _slowest, "failed": _failed}
"""worst: of those without an answer the one that took longest, if there is none the slowest;
slowest: of those with an answer the one that took longest; failed: the first that got no answer."""


def pick(source: Source, play: Play, which: str) -> tuple[int, int]:
    """The (session, turn) of the request that a word means; UsageError where there is none."""
    worth = PICKS[which]
    best: tuple[int, int, int] | None = None
    for _, outcome in play.days(source, play.course(source)):
        rows = outcome.rows[outcome.rows[:, Row.DETACHED] < 0]
        worths = worth(rows)
        if not (worths >= 0).any():
            continue
        # Of equals, the least number: the order of the rows of a day is an engine's own.
        equals = rows[worths == worths.max()][:, [Row.SESSION, Row.TURN]].tolist()
        session, turn = min(equals)
        best = max(best or (-1, 0, 0), (int(worths.max()), -session, -turn))
    if best is None:
        raise UsageError(f"no request of replication {play.replication} is one of the {which}")
    return -best[1], -best[2]
