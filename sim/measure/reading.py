"""Answers from measures: percentiles, availability and waits by window of the calendar."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.measure.measures import BAD, GOOD, Measures
from sim.windows import Window

Times = Literal["latency", "first_token"]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def quantiles_us(
    measures: Measures, times: Times, workload: int, window: Window, quantile_ppm: int
) -> Floats:
    """A percentile of each window, of the requests that arrived in it [µs], of shape (windows,).

    NaN where nothing arrived; inf where so many had no answer that the percentile is one of them.
    """
    layout = measures.layout
    slot, _, of_workload = layout.cell_parts()
    group = layout.calendar.window_of_slot(window)[slot]
    group = np.where(of_workload == workload, group, -1)
    tally = measures.latency if times == "latency" else measures.first_token
    return tally.regrouped(group).quantiles_us(len(layout.calendar.names(window)), quantile_ppm)


def phase_quantiles_us(
    measures: Measures, times: Times, workload: int, quantile_ppm: int
) -> Floats:
    """A percentile of each phase of the rollout [µs], of shape (phases,)."""
    _, phase, of_workload = measures.layout.cell_parts()
    tally = measures.latency if times == "latency" else measures.first_token
    group = np.where(of_workload == workload, phase, -1)
    return tally.regrouped(group).quantiles_us(measures.layout.phases, quantile_ppm)


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


def wait_quantiles_us(measures: Measures, node: int, window: Window, quantile_ppm: int) -> Floats:
    """A percentile of the waits that ended at a node in each window [µs]; not by the hour."""
    layout = measures.layout
    nodes = len(layout.names.nodes)
    cell = np.arange(layout.days * nodes)
    group = np.where(cell % nodes == node, layout.calendar.window_of_day(window)[cell // nodes], -1)
    windows = len(layout.calendar.names(window))
    return measures.waits.regrouped(group).quantiles_us(windows, quantile_ppm)


def stage_quantiles_us(measures: Measures, window: Window, quantile_ppm: int) -> Floats:
    """A percentile of the time in each stage [µs], of shape (windows, stages)."""
    layout = measures.layout
    stages, windows = len(layout.names.stages), len(layout.calendar.names(window))
    cell = np.arange(layout.days * stages)
    group = layout.calendar.window_of_day(window)[cell // max(1, stages)] * stages + cell % max(
        1, stages
    )
    values = measures.stages.regrouped(group).quantiles_us(windows * stages, quantile_ppm)
    return values.reshape(windows, stages)
