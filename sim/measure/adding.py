"""The two loops over a day's rows, compiled: they add whole numbers, so that their order cannot matter.

A row is read once, where NumPy would pass over it for each column. Its own module, since Numba is asked for
here and in the compiled engine only; compiled once a machine, in two seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from sim import outcome
from sim.cache import folder_for
from sim.engine import arithmetic
from sim.measure import bins
from sim.measure.bins import BIN_OF_CODE, CODE_COUNT, CODE_NO_ANSWER, CODE_SHIFT, CODE_ZERO, SPAN
from sim.measure.layout import OVERDUE
from sim.outcome import HOURS, Row
from sim.plan import columns
from sim.plan.columns import Status
from sim.units import US_PER_HOUR

Integers = NDArray[np.int64]

_njit: Any = numba.njit
SOURCES = (sys.modules[__name__], arithmetic, bins, columns, outcome)
"""The modules whose numbers are compiled in."""
SESSION_COLUMNS = int(Row.STAGES)
ARRIVED, FINISHED, FIRST_TOKEN = int(Row.ARRIVED_US), int(Row.FINISHED_US), int(Row.FIRST_TOKEN_US)
WORKLOAD, PHASE, DETACHED = int(Row.WORKLOAD), int(Row.PHASE), int(Row.DETACHED)
STATUS, ATTEMPTS, REFUSALS = int(Row.STATUS), int(Row.ATTEMPTS), int(Row.REFUSALS)
INPUT, OUTPUT = int(Row.INPUT_TOKENS), int(Row.OUTPUT_TOKENS)
WAIT, BACKOFF = int(Row.WAIT_US), int(Row.BACKOFF_US)
OK, LATE = int(Status.OK), int(Status.LATE)
UNFINISHED, BLOCKED = int(Status.UNFINISHED), int(Status.BLOCKED)


class Sums(NamedTuple):
    """What a day's rows are added to; shapes as in `Measures`."""

    counts_by_kind: Integers
    sums_by_kind: Integers
    stage_us: Integers
    """(stages,) of the day."""
    stages: Integers
    """(stages, codes) of the day."""


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile and keep the machine code, without moving the folder of other kernels."""
    files = [Path(str(module.__file__)) for module in SOURCES]
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder_for(files, numba.__version__, str(config.BOUNDSCHECK)))
    try:
        machine_code: Callable[..., Any] = _njit(cache=True)(function)
    finally:
        config.CACHE_DIR = before
    return machine_code


@_njit
def _code(value_us: int) -> Any:
    """One of `sim.measure.bins.codes_of`."""
    if value_us <= 0:
        return 0
    code = (np.float64(value_us).view(np.int64) >> CODE_SHIFT) - CODE_ZERO
    return min(code, CODE_NO_ANSWER - 1)


@_njit
def _ending(status: int, age_us: int, deadline_us: int) -> int:
    """A row's status, or OVERDUE."""
    return OVERDUE if status == UNFINISHED and 0 <= deadline_us < age_us else status


@compiled
def add_rows(
    rows: Integers, day: int, starts_us: Integers, deadlines_us: Integers, sums: Sums
) -> tuple[Integers, Integers]:
    """Count and sum a day's rows.

    Returns:
        (rows,) each row's cell of the layout, -1 where it is in no percentile; (2, rows) codes of its
        latency and its first token.
    """
    counts, groups, stage_us, stages = sums
    workloads, phases = counts.shape[2], groups.shape[1]
    cells = np.empty(len(rows), np.int64)
    codes = np.empty((2, len(rows)), np.int64)
    for number in range(len(rows)):
        row = rows[number]
        workload, arrived_us = row[WORKLOAD], row[ARRIVED]
        came = day
        while came > 0 and arrived_us < starts_us[came]:
            came -= 1
        slot = came * HOURS + (arrived_us - starts_us[came]) // US_PER_HOUR
        latency_us, first_us = row[FINISHED] - arrived_us, row[FIRST_TOKEN] - arrived_us
        ending = _ending(row[STATUS], latency_us, deadlines_us[workload])
        job = 1 if row[DETACHED] >= 0 else 0
        counts[job, slot, workload, ending] += 1
        group = groups[slot // HOURS, row[PHASE], workload, job]
        group[0] += latency_us
        group[1] += first_us
        group[2] += row[ATTEMPTS]
        group[3] += row[REFUSALS]
        group[4] += row[INPUT]
        group[5] += row[OUTPUT]
        group[6] += row[WAIT]
        group[7] += row[BACKOFF]
        for stage in range(len(stage_us)):
            time_us = row[SESSION_COLUMNS + stage]
            if time_us >= 0:
                stage_us[stage] += time_us
                stages[stage, _code(time_us)] += 1
        heard = job == 0 and ending != BLOCKED
        cells[number] = (slot * phases + row[PHASE]) * workloads + workload if heard else -1
        answered = ending == OK or ending == LATE or ending == UNFINISHED or ending == OVERDUE
        codes[0, number] = _code(latency_us) if answered else CODE_NO_ANSWER
        codes[1, number] = _code(first_us) if answered else CODE_NO_ANSWER
    return cells, codes


@compiled
def spread(
    cells: Integers, codes: Integers, place_of_cell: Integers, used: Integers, bin_of_code: Integers
) -> tuple[Integers, Integers]:
    """Count the codes in each cell.

    Args:
        cells, codes: (rows,) of `add_rows`.
        place_of_cell: (cells of the layout,) where a cell stands in `used`.
        used: the cells that occur, ascending.
        bin_of_code: `BIN_OF_CODE`.

    Returns:
        Keys cell × SPAN + bin, ascending, and how often each occurs.
    """
    counts = np.zeros((len(used), CODE_COUNT), np.int32)
    least, most = np.full(len(used), CODE_COUNT), np.full(len(used), -1)
    pairs = 0
    for number in range(len(cells)):
        if cells[number] >= 0:
            place, code = place_of_cell[cells[number]], codes[number]
            pairs += counts[place, code] == 0
            counts[place, code] += 1
            least[place], most[place] = min(least[place], code), max(most[place], code)
    keys, times = np.empty(pairs, np.int64), np.empty(pairs, np.int64)
    pair = 0
    for place in range(len(used)):
        for code in range(least[place], most[place] + 1):
            if counts[place, code]:
                keys[pair] = used[place] * SPAN + bin_of_code[code]
                times[pair] = counts[place, code]
                pair += 1
    return keys, times


def spread_all(
    cells: Integers, codes: Integers, cell_count: int
) -> list[tuple[Integers, Integers]]:
    """Keys and counts of each row of codes."""
    some = np.zeros(cell_count + 1, dtype=bool)
    some[cells] = True  # -1 is the last, which is no cell
    used = np.flatnonzero(some[:-1])
    place_of_cell = np.cumsum(some) - 1
    return [spread(cells, each, place_of_cell, used, BIN_OF_CODE) for each in codes]
