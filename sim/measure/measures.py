"""What is kept of the outcomes: counts, exact sums and sparse histograms, folded a day at a time.

A request counts in the hour in which it *arrived*; what endpoints and nodes did, in the hour in which they
did it. Percentiles are over all good and bad requests and those still under way (at their age); one that
ended without an answer is slower than any answer. What policy blocked is in neither. Prices are unknown here.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.engine.arithmetic import BIN_COUNT
from sim.measure.bins import BIN_OF_CODE, CODE_COUNT, SPAN
from sim.measure.ends import add_ends, pulses_of
from sim.measure.failures import NO_STRIKES, Failures, failures_of
from sim.measure.layout import OVERDUE, Layout
from sim.measure.makeup import BIN_COUNT as MAKEUP_BINS
from sim.measure.makeup import FIXED_PARTS, flat
from sim.measure.peaks import Peak, busiest, keep_busier
from sim.measure.tally import Integers, Tally
from sim.outcome import HOURS, Begun, DayOutcome, Load, Use
from sim.plan.columns import Status

Times = Literal["latency", "first_token"]
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


class Measures:
    """Counts, sums and histograms of one replication (or of several, once merged).

    Shapes: `counts_by_kind` (2, slots, workloads, endings), first of requests, then of detached jobs;
    `sums_by_kind` (days, phases, workloads, 2, sums); `stage_us` (days, stages), by the day of the end;
    `makeup` (phases, workloads, latency bins, parts) as in `sim.measure.makeup`; `failures` of requests by cause;
    `ends` (five minutes, workloads, good and bad) of requests by when they ended;
    `usage` (days, endpoints, 25, uses); `busiest_minute` as in `sim.measure.peaks`;
    `load` (days, nodes, 25, loads). Tallies: `latency` and
    `first_token` of requests, by the layout's cells; `stages` by day × stage; `waits` by day × node.
    """

    def __init__(self, layout: Layout, strikes: Integers = NO_STRIKES) -> None:
        """Begin with nothing.

        Args:
            layout: what the cells stand for.
            strikes: which incidents struck which endpoints, and when; as in `sim.measure.failures`.
        """
        names = layout.names
        self.strikes = strikes
        self.layout = layout
        self.counts_by_kind = _zeros(2, layout.slots, layout.workloads, ENDINGS)
        self.sums_by_kind = _zeros(layout.days, layout.phases, layout.workloads, 2, len(Sum))
        self.stage_us = _zeros(layout.days, len(names.stages))
        self.usage = _zeros(layout.days, len(names.endpoints), HOURS, len(Use))
        self.busiest_minute = _zeros(layout.days, len(names.endpoints), len(Peak), len(Begun) + 1)
        self.load = _zeros(layout.days, len(names.nodes), HOURS, len(Load))
        self.latency, self.first_token = Tally(), Tally()
        self.stages, self.waits = Tally(), Tally()
        parts = FIXED_PARTS + len(names.stages)
        self.makeup = _zeros(layout.phases, layout.workloads, MAKEUP_BINS, parts)
        self.failures = Failures()
        self.ends = _zeros(pulses_of(int(layout.calendar.day_starts_us[-1])), layout.workloads, 2)
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
        keep_busier(self.busiest_minute[day], busiest(outcome.minutes))
        self.load[day] += outcome.load
        _keep(self.waits, outcome.waits, day, np.arange(BIN_COUNT))
        self._fold_rows(np.ascontiguousarray(outcome.rows), day)

    def by_day(self, times: Times) -> Tally:
        """Latency or first token by day × phase × workload: all that windows from a day on need."""
        if times not in self._by_day:
            slot, phase, workload = self.layout.cell_parts()
            group = (slot // HOURS * self.layout.phases + phase) * self.layout.workloads + workload
            tally = self.latency if times == "latency" else self.first_token
            self._by_day[times] = tally.regrouped(group)
        return self._by_day[times]

    def stretch(self, days: range) -> Measures:
        """The measures of some days alone: of requests that came in them, and of what was done in them.

        What times are made of, why requests failed and when they ended is not kept by day, and stays empty.
        """
        part = Measures(self.layout.stretch(days))
        span = slice(days.start, days.stop)
        part.counts_by_kind += self.counts_by_kind[:, days.start * HOURS : days.stop * HOURS]
        part.sums_by_kind += self.sums_by_kind[span]
        part.stage_us += self.stage_us[span]
        part.usage += self.usage[span]
        part.busiest_minute += self.busiest_minute[span]
        part.load += self.load[span]
        a_day = self.layout.cells // self.layout.days
        names = self.layout.names
        part.latency = _of_days(self.latency, days, a_day)
        part.first_token = _of_days(self.first_token, days, a_day)
        part.stages = _of_days(self.stages, days, len(names.stages))
        part.waits = _of_days(self.waits, days, len(names.nodes))
        return part

    def merge(self, other: Measures) -> None:
        """Add the measures of other days, or of another replication of the same plan."""
        assert self.layout.names == other.layout.names, "measures of different plans"
        self._by_day.clear()
        self.counts_by_kind += other.counts_by_kind
        self.sums_by_kind += other.sums_by_kind
        self.stage_us += other.stage_us
        self.usage += other.usage
        keep_busier(self.busiest_minute, other.busiest_minute)
        self.load += other.load
        self.makeup += other.makeup
        self.failures += other.failures
        self.ends += other.ends
        self.latency.merge(other.latency)
        self.first_token.merge(other.first_token)
        self.stages.merge(other.stages)
        self.waits.merge(other.waits)

    def _fold_rows(self, rows: Integers, day: int) -> None:
        # Imported when there are rows: who only reads measures needs no Numba.
        from sim.measure.adding import Sums, add_rows, spread_all
        from sim.measure.composing import add_makeup

        layout = self.layout
        stages = _zeros(len(layout.names.stages), CODE_COUNT)
        sums = Sums(self.counts_by_kind, self.sums_by_kind, self.stage_us[day], stages)
        starts_us, deadlines_us = layout.calendar.day_starts_us, np.array(layout.deadlines_us)
        cells, codes = add_rows(rows, day, starts_us, deadlines_us, sums)
        add_ends(rows, self.ends)
        places = add_makeup(rows, codes[0], *flat(layout.forks), self.makeup)
        self.failures += failures_of(rows, places, layout, self.strikes)
        latency, first_token = spread_all(cells, codes, layout.cells)
        self.latency.add_counts(*latency)
        self.first_token.add_counts(*first_token)
        _keep(self.stages, stages, day, BIN_OF_CODE)


def _keep(tally: Tally, counts: Integers, day: int, bins: Integers) -> None:
    """Add a day's (things, places) counts, by day × thing; `bins` is the bin of each place."""
    flat = np.flatnonzero(counts)
    thing, place = np.divmod(flat, counts.shape[1])
    tally.add_counts((day * len(counts) + thing) * SPAN + bins[place], counts.reshape(-1)[flat])


def _of_days(tally: Tally, days: range, cells_a_day: int) -> Tally:
    """A tally's counts of some days, whose first becomes day 0."""
    keys, counts = tally.pairs()
    edges = np.array([days.start, days.stop]) * cells_a_day * SPAN
    first, last = np.searchsorted(keys, edges)
    part = Tally()
    part.add_counts(keys[first:last] - edges[0], counts[first:last])
    return part


def _zeros(*shape: int) -> NDArray[np.int64]:
    return np.zeros(shape, dtype=np.int64)
