"""What is kept of the outcomes: counts, exact sums and sparse histograms, folded a day at a time.

A request counts in the hour in which it *arrived*; what endpoints and nodes did, in the hour in which they
did it. Percentiles are over all good and bad requests and those still under way (at their age); one that
ended without an answer is slower than any answer. What policy blocked is in neither. Prices are unknown here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.measure.bins import (
    BIN_OF_CODE,
    CODE_COUNT,
    CODE_NO_ANSWER,
    SPAN,
    codes_of,
)
from sim.measure.layout import Layout
from sim.measure.tally import Integers, Tally
from sim.outcome import HOURS, DayOutcome, Load, Row, Use
from sim.plan.columns import Status
from sim.units import US_PER_HOUR

Times = Literal["latency", "first_token"]
OVERDUE = len(Status)
"""A column of the counts beside the statuses: unfinished, and older than its deadline."""
ENDINGS = len(Status) + 1
GOOD = (int(Status.OK),)
BAD = (
    int(Status.LATE),
    int(Status.GAVE_UP),
    int(Status.TIMED_OUT),
    int(Status.RATE_LIMITED),
    int(Status.VENDOR_ERROR),
    int(Status.SHED),
    OVERDUE,
)
ANSWERED = np.isin(np.arange(ENDINGS), (Status.OK, Status.LATE, Status.UNFINISHED, OVERDUE))
"""Endings whose latency is a number: answers, and the ages of what is still under way."""


class Sum(IntEnum):
    """Columns of `Measures.sums`."""

    LATENCY_US = 0
    """From arriving to the end, however it ended."""
    FIRST_TOKEN_US = 1
    """From arriving to the first words, or to the end where there were none."""
    ATTEMPTS = 2
    REFUSALS = 3
    INPUT_TOKENS = 4
    OUTPUT_TOKENS = 5
    WAIT_US = 6
    BACKOFF_US = 7


PART_ROWS = 8192
_SUMMED = [
    Row.FINISHED_US,
    Row.FIRST_TOKEN_US,
    Row.ATTEMPTS,
    Row.REFUSALS,
    Row.INPUT_TOKENS,
    Row.OUTPUT_TOKENS,
    Row.WAIT_US,
    Row.BACKOFF_US,
]


class Measures:
    """Counts, sums and histograms of one replication (or of several, once merged).

    Shapes: `counts_by_kind` (2, slots, workloads, endings), first of requests, then of detached jobs;
    `sums_by_kind` (days, phases, workloads, 2, sums); `stage_us` (days, stages), by the day of the end;
    `usage` (days, endpoints, 25, uses); `load` (days, nodes, 25, loads). Tallies: `latency` and
    `first_token` of requests, by the layout's cells; `stages` by day × stage; `waits` by day × node.
    """

    def __init__(self, layout: Layout) -> None:
        names = layout.names
        self.layout = layout
        self.counts_by_kind = _zeros(2, layout.slots, layout.workloads, ENDINGS)
        self.sums_by_kind = _zeros(layout.days, layout.phases, layout.workloads, 2, len(Sum))
        self.stage_us = _zeros(layout.days, len(names.stages))
        self.usage = _zeros(layout.days, len(names.endpoints), HOURS, len(Use))
        self.load = _zeros(layout.days, len(names.nodes), HOURS, len(Load))
        self.latency, self.first_token = Tally(), Tally()
        self.stages, self.waits = Tally(), Tally()
        self._by_day: dict[str, Tally] = {}

    @property
    def counts(self) -> Integers:
        """Requests by (slot, workload, ending)."""
        requests: Integers = self.counts_by_kind[0]
        return requests

    @property
    def jobs(self) -> Integers:
        """Detached jobs by (slot, workload, ending)."""
        jobs: Integers = self.counts_by_kind[1]
        return jobs

    @property
    def sums(self) -> Integers:
        """Exact sums over requests by (day, phase, workload, `Sum`)."""
        requests: Integers = self.sums_by_kind[:, :, :, 0]
        return requests

    def fold(self, outcome: DayOutcome) -> None:
        """Add a day, or what `close` handed out. Rows of earlier arrivals go to the hour they belong to."""
        self._by_day.clear()
        day = self.layout.calendar.day_of(outcome.start_us)
        self.usage[day] += outcome.usage
        self.load[day] += outcome.load
        node, place = np.nonzero(outcome.waits)
        nodes = len(self.layout.names.nodes)
        self.waits.add_counts((day * nodes + node) * SPAN + place, outcome.waits[node, place])
        stages = _zeros(len(self.layout.names.stages), CODE_COUNT)
        keys = [self._fold_columns(part, day, stages) for part in _in_columns(outcome.rows)]
        if keys:
            self.latency.add(np.concatenate([key for key, _ in keys]), _bins_for_codes)
            self.first_token.add(np.concatenate([key for _, key in keys]), _bins_for_codes)
            self._keep_stages(stages, day)

    def by_day(self, times: Times) -> Tally:
        """Latency or first token by day × phase × workload: all that windows from a day on need."""
        if times not in self._by_day:
            slot, phase, workload = self.layout.cell_parts()
            group = (slot // HOURS * self.layout.phases + phase) * self.layout.workloads + workload
            tally = self.latency if times == "latency" else self.first_token
            self._by_day[times] = tally.regrouped(group)
        return self._by_day[times]

    def merge(self, other: Measures) -> None:
        """Add the measures of other days, or of another replication of the same plan."""
        assert self.layout.names == other.layout.names, "measures of different plans"
        self._by_day.clear()
        self.counts_by_kind += other.counts_by_kind
        self.sums_by_kind += other.sums_by_kind
        self.stage_us += other.stage_us
        self.usage += other.usage
        self.load += other.load
        self.latency.merge(other.latency)
        self.first_token.merge(other.first_token)
        self.stages.merge(other.stages)
        self.waits.merge(other.waits)

    def _fold_columns(
        self, columns: Integers, day: int, stages: Integers
    ) -> tuple[Integers, Integers]:
        """Count and sum a part of a day; return the keys of its latencies and first tokens."""
        layout = self.layout
        ending = self._endings(columns)
        job = (columns[Row.DETACHED] >= 0).astype(np.int64)
        slot = self._slots(columns[Row.ARRIVED_US], day)
        workload, phase = columns[Row.WORKLOAD], columns[Row.PHASE]
        place = ((job * layout.slots + slot) * layout.workloads + workload) * ENDINGS + ending
        np.add.at(self.counts_by_kind.reshape(-1), place, 1)
        columns[Row.FINISHED_US] -= columns[Row.ARRIVED_US]
        columns[Row.FIRST_TOKEN_US] -= columns[Row.ARRIVED_US]
        group = ((slot // HOURS * layout.phases + phase) * layout.workloads + workload) * 2 + job
        _add_sums(self.sums_by_kind.reshape(-1, len(Sum)), group, [columns[c] for c in _SUMMED])
        _count_codes(stages, columns[Row.STAGES :])
        self.stage_us[day] += np.maximum(columns[Row.STAGES :], 0).sum(axis=1)
        cell = (slot * layout.phases + phase) * layout.workloads + workload
        cell *= CODE_COUNT
        heard = np.flatnonzero((job == 0) & (ending != Status.BLOCKED))
        silent = np.flatnonzero(~ANSWERED[ending])
        latency, first_token = (
            codes_of(columns[Row.FINISHED_US]),
            codes_of(columns[Row.FIRST_TOKEN_US]),
        )
        latency[silent] = first_token[silent] = CODE_NO_ANSWER
        return (latency + cell)[heard], (first_token + cell)[heard]

    def _slots(self, arrived_us: Integers, day: int) -> Integers:
        starts_us = self.layout.calendar.day_starts_us
        slots: Integers = day * HOURS + (arrived_us - starts_us[day]) // US_PER_HOUR
        early = np.flatnonzero(arrived_us < starts_us[day])
        if len(early):
            before = np.searchsorted(starts_us, arrived_us[early], side="right") - 1
            slots[early] = before * HOURS + (arrived_us[early] - starts_us[before]) // US_PER_HOUR
        return slots

    def _endings(self, columns: Integers) -> Integers:
        """Each row's status, or OVERDUE."""
        ending: Integers = columns[Row.STATUS]
        under_way = np.flatnonzero(ending == Status.UNFINISHED)
        if len(under_way):
            deadline_us = np.array(self.layout.deadlines_us)[columns[Row.WORKLOAD, under_way]]
            age_us = columns[Row.FINISHED_US, under_way] - columns[Row.ARRIVED_US, under_way]
            ending[under_way[(deadline_us >= 0) & (age_us > deadline_us)]] = OVERDUE
        return ending

    def _keep_stages(self, spread: Integers, day: int) -> None:
        stage, code = np.nonzero(spread)
        keys = (day * len(spread) + stage) * SPAN + BIN_OF_CODE[code]
        self.stages.add_counts(keys, spread[stage, code])


def _in_columns(rows: NDArray[np.int64]) -> Iterator[Integers]:
    """The rows in parts that fit the processor's cache, each copied to (columns, rows of the part)."""
    for first in range(0, len(rows), PART_ROWS):
        yield np.ascontiguousarray(rows[first : first + PART_ROWS].T)


def _count_codes(spread: Integers, times_us: Integers) -> None:
    """Add to the (stages, codes) counts; -1, which means that a request never came there, is left out."""
    for stage, time_us in enumerate(times_us):
        counts = np.bincount(codes_of(time_us))
        # Code 0 holds both 0 and -1.
        counts[0] = np.count_nonzero(time_us == 0) if counts[0] else 0
        spread[stage, : len(counts)] += counts


def _add_sums(sums: Integers, group: Integers, columns: Sequence[Integers]) -> None:
    """Add whole numbers >= 0 to `sums[group]`, column by column.

    `bincount` adds in doubles, which are exact up to 2^53; larger sums are added one number at a time.
    """
    first = int(group.min())
    offset = group - first
    for column, numbers in enumerate(columns):
        if len(numbers) * int(numbers.max()) >= 1 << 53:
            np.add.at(sums[:, column], group, numbers)
            continue
        added = np.bincount(offset, weights=numbers).astype(np.int64)
        sums[first : first + len(added), column] += added


def _bins_for_codes(keys: Integers) -> Integers:
    """Rename keys: cell × CODE_COUNT + code becomes cell × SPAN + bin."""
    cell, code = np.divmod(keys, CODE_COUNT)
    return cell * SPAN + BIN_OF_CODE[code]


def _zeros(*shape: int) -> NDArray[np.int64]:
    return np.zeros(shape, dtype=np.int64)
