"""What is kept of a replication's measures: small, plain arrays; the histograms stay behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measure import BAD, GOOD, Measures
from sim.measure.bins import SPAN
from sim.measure.measures import Times
from sim.measure.reading import (
    all_quantiles_us,
    phase_quantiles_us,
    stage_quantiles_us,
    wait_quantiles_us,
)
from sim.outcome import HOURS
from sim.windows import Window

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

KEPT: tuple[tuple[str, Times, int], ...] = (
    ("latency.p50", "latency", 500_000),
    ("latency.p95", "latency", 950_000),
    ("latency.p99", "latency", 990_000),
    ("first_token.p50", "first_token", 500_000),
    ("first_token.p95", "first_token", 950_000),
)
"""The percentiles that every summary has, beside those of the targets."""
WEEK_HOURS = 7 * 24


@dataclass(frozen=True)
class Digest:
    """Figures of one replication. Times are µs; NaN: no traffic; inf: no answer."""

    endings: Integers
    """(days, workloads, endings) requests, by the day of arrival."""
    sums: Integers
    """(workloads, `measure.Sum`) exact sums over requests."""
    day_us: dict[str, Floats]
    """By the names in `KEPT`: (days, workloads)."""
    month_us: dict[str, Floats]
    """(months, workloads)."""
    phase_us: dict[str, Floats]
    """(phases, workloads)."""
    horizon_us: dict[str, Floats]
    """(1, workloads)."""
    stage_us: dict[str, Floats]
    """Time in each stage over the horizon, by `p50` and `p95`: (stages,)."""
    wait_us: dict[str, Floats]
    """Waits at each node over the horizon, by `p50` and `p90`: (nodes,)."""
    load_by_hour_of_week: Integers
    """(nodes, 168, loads), hour 0 is Monday's midnight."""
    usage_by_hour_of_week: Integers
    """(endpoints, 168, uses)."""
    good_and_bad_by_hour: NDArray[np.int32]
    """(2, slots, workloads) good and bad requests, by the hour of arrival."""
    busiest_minute: Integers
    """The busiest minutes of each day at each endpoint, as in `sim.measure.peaks`."""
    phase_by_day: tuple[int, ...]
    """The phase of the first request of each day; -1 where none arrived."""

    @classmethod
    def of(cls, measures: Measures) -> Digest:
        """Read the figures off."""
        layout = measures.layout
        by_day = measures.counts.reshape(layout.days, HOURS, layout.workloads, -1).sum(axis=1)
        return cls(
            endings=by_day,
            sums=measures.sums.sum(axis=(0, 1)),
            day_us=_times(measures, "day"),
            month_us=_times(measures, "month"),
            phase_us=_phases(measures),
            horizon_us=_times(measures, "horizon"),
            stage_us={
                name: stage_quantiles_us(measures, "horizon", ppm)[0]
                for name, ppm in (("p50", 500_000), ("p95", 950_000))
            },
            wait_us={
                name: wait_quantiles_us(measures, "horizon", ppm)[0]
                for name, ppm in (("p50", 500_000), ("p90", 900_000))
            },
            load_by_hour_of_week=_by_hour_of_week(measures, measures.load),
            usage_by_hour_of_week=_by_hour_of_week(measures, measures.usage),
            good_and_bad_by_hour=np.stack(
                [measures.counts[:, :, list(ends)].sum(axis=2) for ends in (GOOD, BAD)]
            ).astype(np.int32),
            busiest_minute=measures.busiest_minute,
            phase_by_day=_phase_by_day(measures),
        )

    @property
    def good(self) -> Integers:
        """(days, workloads) good requests."""
        good: Integers = self.endings[:, :, list(GOOD)].sum(axis=2)
        return good

    @property
    def bad(self) -> Integers:
        """(days, workloads) bad requests."""
        bad: Integers = self.endings[:, :, list(BAD)].sum(axis=2)
        return bad

    @property
    def requests(self) -> Integers:
        """(days, workloads) requests that arrived."""
        requests: Integers = self.endings.sum(axis=2)
        return requests


def _times(measures: Measures, window: Window) -> dict[str, Floats]:
    return _kept(lambda times, ppms: all_quantiles_us(measures, times, window, ppms))


def _phases(measures: Measures) -> dict[str, Floats]:
    return _kept(lambda times, ppms: phase_quantiles_us(measures, times, ppms))


def _kept(read: Callable[[Times, list[int]], list[Floats]]) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for times in dict.fromkeys(times for _, times, _ in KEPT):
        asked = [(name, ppm) for name, of, ppm in KEPT if of == times]
        values = read(times, [ppm for _, ppm in asked])
        found.update(zip((name for name, _ in asked), values, strict=True))
    return found


def _by_hour_of_week(measures: Measures, counters: Integers) -> Integers:
    """(days, things, 25, columns) counters, summed to (things, 168, columns)."""
    days, things, hours_of_day, columns = counters.shape
    # Written out, because there may be no thing at all.
    flat = counters.transpose(0, 2, 1, 3).reshape(days * hours_of_day, things, columns)
    hours = measures.layout.calendar.hour_of_week_of_slot
    sums = np.zeros((WEEK_HOURS, *flat.shape[1:]), dtype=np.int64)
    np.add.at(sums, hours[hours >= 0], flat[hours >= 0])
    return sums.transpose(1, 0, 2).copy()


def _phase_by_day(measures: Measures) -> tuple[int, ...]:
    layout = measures.layout
    keys, _ = measures.by_day("latency").pairs()
    day, phase = np.divmod(np.unique(keys // SPAN)[::-1] // layout.workloads, layout.phases)
    phases = np.full(layout.days, -1, dtype=np.int64)
    phases[day] = phase
    return tuple(phases.tolist())
