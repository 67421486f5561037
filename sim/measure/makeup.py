"""What the time of slow requests is made of: which branches run at once, and the reading of what was added up."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.measure.bins import CODE_COUNT
from sim.plan import Plan
from sim.plan.columns import Step, StepKind

if TYPE_CHECKING:
    from sim.measure.measures import Measures

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Branches = tuple[tuple[int, ...], ...]
"""The stages of each branch of a fork."""

BIN_CODES = 16
"""Latency codes of one bin: eight bins an octave, each 9 % wide."""
BIN_COUNT = -(-CODE_COUNT // BIN_CODES)
AROUND_PPM = 20_000
"""So far on both sides of a percentile a request is still near it."""


class Part(IntEnum):
    """Columns of the makeup before those of the stages."""

    COUNT = 0
    LATENCY_US = 1
    WAIT_US = 2
    """In queues; waits of branches at once never count as more than the whole."""
    BACKOFF_US = 3
    """Between attempts."""


FIXED_PARTS = len(Part)


def forks_of(plan: Plan) -> tuple[Branches, ...]:
    """The stages that run at once, by fork and branch; a fork inside another comes before it."""
    rows = np.flatnonzero(plan.steps[:, Step.KIND] == StepKind.FORK).tolist()
    forks = dict.fromkeys(
        tuple(tuple(sorted(_stages(plan, child))) for child in _children(plan, row)) for row in rows
    )
    return tuple(sorted(forks, key=lambda branches: sum(len(one) for one in branches)))


def _children(plan: Plan, row: int) -> list[int]:
    first, count = plan.steps[row, [Step.FORK_FIRST, Step.FORK_COUNT]].tolist()
    return [int(child) for child in plan.forks[first : first + count]]


def _stages(plan: Plan, start: int) -> set[int]:
    """Stages of all steps that a branch can come to and that it waits for."""
    seen: set[int] = set()
    ahead = [start]
    while ahead:
        row = ahead.pop()
        if row < 0 or row in seen:
            continue
        seen.add(row)
        kind = plan.steps[row, Step.KIND]
        ahead.append(int(plan.steps[row, Step.NEXT]))
        if kind == StepKind.CHANCE:
            ahead.append(int(plan.steps[row, Step.ALT]))
        elif kind == StepKind.FORK:
            ahead += _children(plan, row)
    stages = {int(plan.steps[row, Step.STAGE]) for row in seen}
    return stages - {-1}


def flat(forks: tuple[Branches, ...]) -> tuple[Integers, Integers]:
    """Forks as arrays: (branches, 3) and the stages of all branches."""
    table: list[tuple[int, int, int]] = []
    inside: list[int] = []
    for number, branches in enumerate(forks):
        for stages in branches:
            table.append((number, len(inside), len(stages)))
            inside += stages
    return np.array(table, np.int64).reshape(-1, 3), np.array(inside, np.int64)


def around(measures: Measures, quantile_ppm: int) -> Floats:
    """Of what the time of requests near a percentile is made.

    Returns:
        (phases + 1, workloads, parts) sums over the requests between two ranks, the horizon last; a bin that only
        partly lies between them counts with that part. `Part.COUNT` is their number.
    """
    by_phase = measures.makeup
    whole = np.concatenate([by_phase, by_phase.sum(axis=0, keepdims=True)])
    counts = whole[..., Part.COUNT].astype(np.float64)
    ends = np.cumsum(counts, axis=2)
    totals = ends[..., -1:]
    low = totals * ((quantile_ppm - AROUND_PPM) / 1e6)
    high = totals * ((quantile_ppm + AROUND_PPM) / 1e6)
    inside = np.minimum(ends, high) - np.maximum(ends - counts, low)
    share = np.divide(np.maximum(inside, 0.0), counts, out=np.zeros_like(counts), where=counts > 0)
    sums: Floats = np.einsum("pwb,pwbk->pwk", share, whole.astype(np.float64))
    return sums
