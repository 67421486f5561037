"""Answers from measures: percentiles, availability and waits by window of the calendar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.measure.bins import STARTS_US, WIDTHS_US
from sim.measure.measures import BAD, GOOD, Measures, Times
from sim.measure.tally import Tally
from sim.windows import Window

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def quantiles_us(
    measures: Measures, times: Times, workload: int, window: Window, quantile_ppm: int
) -> Floats:
    """A percentile of each window, of the requests that arrived in it [µs], of shape (windows,).

    NaN where nothing arrived; inf where so many had no answer that the percentile is one of them.
    """
    return all_quantiles_us(measures, times, window, (quantile_ppm,))[0][:, workload]


def all_quantiles_us(
    measures: Measures, times: Times, window: Window, quantiles_ppm: Sequence[int]
) -> list[Floats]:
    """Some percentiles of each window and workload [µs], each of shape (windows, workloads)."""
    layout = measures.layout
    windows = len(layout.calendar.names(window))
    if window == "hour":
        slot, _, workload = layout.cell_parts()
        in_window = layout.calendar.window_of_slot(window)[slot]
        tally = measures.latency if times == "latency" else measures.first_token
    else:
        day, _, workload = _day_parts(measures)
        in_window = layout.calendar.window_of_day(window)[day]
        tally = measures.by_day(times)
    group = np.where(in_window < 0, -1, in_window * layout.workloads + workload)
    return _quantiles_of(tally.regrouped(group), windows, layout.workloads, quantiles_ppm)


def phase_quantiles_us(
    measures: Measures, times: Times, quantiles_ppm: Sequence[int]
) -> list[Floats]:
    """Some percentiles of each phase of the rollout and workload [µs], each (phases, workloads)."""
    layout = measures.layout
    _, phase, workload = _day_parts(measures)
    tally = measures.by_day(times).regrouped(phase * layout.workloads + workload)
    return _quantiles_of(tally, layout.phases, layout.workloads, quantiles_ppm)


def _quantiles_of(
    tally: Tally, rows: int, columns: int, quantiles_ppm: Sequence[int]
) -> list[Floats]:
    return [tally.quantiles_us(rows * columns, ppm).reshape(rows, columns) for ppm in quantiles_ppm]


def _day_parts(measures: Measures) -> tuple[Integers, Integers, Integers]:
    """(day, phase, workload) of each cell of `Measures.by_day`."""
    layout = measures.layout
    cell = np.arange(layout.days * layout.phases * layout.workloads)
    rest, workload = np.divmod(cell, layout.workloads)
    day, phase = np.divmod(rest, layout.phases)
    return day, phase, workload


def slower_than(
    measures: Measures, times: Times, workload: int, limit_us: float
) -> tuple[int, int]:
    """Requests of a workload over the horizon: all, and those slower than a limit or without an answer."""
    _, _, of_cell = _day_parts(measures)
    group = np.where(of_cell == workload, 0, -1)
    keys, counts = measures.by_day(times).regrouped(group).pairs()
    above = (STARTS_US[keys] + WIDTHS_US[keys] - limit_us) / WIDTHS_US[keys]
    share = np.where(np.isinf(STARTS_US[keys]), 1.0, np.clip(above, 0.0, 1.0))
    return int(counts.sum()), round(float((counts * share).sum()))


def good_and_bad(
    measures: Measures, workload: int | None, window: Window
) -> tuple[Integers, Integers]:
    """Good and bad requests of each window, each of shape (windows,); `None` means all workloads."""
    counts = measures.counts if workload is None else measures.counts[:, [workload]]
    by_slot = counts.sum(axis=1)
    good, bad = by_slot[:, list(GOOD)].sum(axis=1), by_slot[:, list(BAD)].sum(axis=1)
    return by_window(measures, good, window), by_window(measures, bad, window)


def by_window(measures: Measures, per_slot: Integers, window: Window) -> Integers:
    """Sums over the hour slots of each window."""
    calendar = measures.layout.calendar
    group = calendar.window_of_slot(window)
    sums = np.zeros(len(calendar.names(window)), dtype=np.int64)
    np.add.at(sums, group[group >= 0], per_slot[group >= 0])
    return sums


def wait_quantiles_us(measures: Measures, window: Window, quantile_ppm: int) -> Floats:
    """A percentile of the waits that ended in each window at each node [µs], (windows, nodes); not by hour."""
    layout = measures.layout
    nodes = len(layout.names.nodes)
    return _by_day_and_thing(measures, measures.waits, nodes, window, quantile_ppm)


def stage_quantiles_us(measures: Measures, window: Window, quantile_ppm: int) -> Floats:
    """A percentile of the time in each stage [µs], of shape (windows, stages)."""
    stages = len(measures.layout.names.stages)
    return _by_day_and_thing(measures, measures.stages, stages, window, quantile_ppm)


def _by_day_and_thing(
    measures: Measures, tally: Tally, things: int, window: Window, quantile_ppm: int
) -> Floats:
    calendar = measures.layout.calendar
    windows = len(calendar.names(window))
    day, thing = np.divmod(np.arange(measures.layout.days * things), max(1, things))
    group = calendar.window_of_day(window)[day] * things + thing
    return _quantiles_of(tally.regrouped(group), windows, things, (quantile_ppm,))[0]
