"""Cases that start empty: many independent paths, and what is there at given hours."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from theory.courses import (
    DAY_US,
    HOUR_US,
    SECOND_US,
    Floats,
    Paths,
    all_arrivals,
    course_of,
    go,
    paths_of,
)
from theory.judging import REPLICATIONS

from sim.outcome import Row

Found = dict[str, Floats]


def _each(
    count: int, paths: Callable[[int, int], Paths], read: dict[str, Callable[[Paths], float]]
) -> Found:
    """Statistics of `count` paths in all, spread over the replications."""
    found: dict[str, list[float]] = {name: [] for name in read}
    for replication in range(REPLICATIONS):
        some = paths(-(-count // REPLICATIONS), replication)
        for name, statistic in read.items():
            found[name].append(float(statistic(some)))
    return {name: np.array(values) for name, values in found.items()}


def _present(at_us: int) -> Callable[[Paths], float]:
    return lambda paths: float(paths.present(at_us).mean())


def _share(at_us: int, least: int, most: float = math.inf) -> Callable[[Paths], float]:
    """How often there are from `least` to `most`."""

    def statistic(paths: Paths) -> float:
        present = paths.present(at_us)
        return float(((present >= least) & (present <= most)).mean())

    return statistic


def _queued(at_us: int, servers: int) -> Callable[[Paths], float]:
    return lambda paths: float(np.maximum(paths.present(at_us) - servers, 0).mean())


def q27(count: int) -> Found:
    """A queue that fills: 50 s from empty, then time to drain."""
    length_us = 50 * SECOND_US

    def paths(count: int, replication: int) -> Paths:
        return paths_of(
            "Q27",
            count,
            replication,
            length_us=length_us,
            taken_us=length_us,
            apart_us=10 * length_us,
        )

    read = {f"L@{s}": _present(s * SECOND_US) for s in (1, 10)}
    # The 50th second belongs to the next path: look at the last instant before.
    read |= {"L@50": _present(length_us - 1), "P0@10": _share(10 * SECOND_US, 0, 0)}
    return _each(count, paths, read)


def v01(count: int) -> Found:
    """A wave into unlimited servers, 30 hours from midnight; three laws of service."""
    laws = {
        "M": "{law: exponential, mean: 2h}",
        "D": "2h",
        "LN": "{law: lognormal, mean: 30min, cv: 1}",
    }
    found: Found = {}
    for law, written in laws.items():

        def paths(count: int, replication: int, written: str = written) -> Paths:
            return paths_of(
                "V01",
                count,
                replication,
                length_us=2 * DAY_US,
                taken_us=30 * HOUR_US,
                apart_us=2 * DAY_US,
                sets=(f"stations.desk.service={written}",),
                independent=True,
            )

        found |= _each(
            count if law == "LN" else count // 3,
            paths,
            {f"{law}@{h}": _present(h * HOUR_US - (h == 30)) for h in (6, 12, 18, 30)},
        )
    return found


def v04(count: int) -> Found:
    """A day's wave through overload, then a day to drain."""

    def paths(count: int, replication: int) -> Paths:
        return paths_of(
            "V04", count, replication, length_us=DAY_US, taken_us=DAY_US, apart_us=2 * DAY_US
        )

    hours = {h: h * HOUR_US - (h == 24) for h in (3, 6, 9, 12, 18, 24)}
    read = {f"Lq@{h}": _queued(at_us, 10) for h, at_us in hours.items()}
    read |= {f"Pw@{h}": _share(at_us, 10) for h, at_us in hours.items()}
    return _each(count, paths, read)


def v09(count: int) -> Found:
    """Two shifts a day, 36 hours from midnight, then time to drain."""

    def paths(count: int, replication: int) -> Paths:
        return paths_of(
            "V09",
            count,
            replication,
            length_us=36 * HOUR_US,
            taken_us=36 * HOUR_US,
            apart_us=3 * DAY_US,
        )

    read = {f"L@{h}": _present(h * HOUR_US - (h == 36)) for h in (8, 12, 18, 24, 32, 36)}
    return _each(count, paths, read)


PATHS: dict[str, tuple[Callable[[int], Found], int, int]] = {
    "Q27": (q27, 15_000, 80_000),
    "V01": (v01, 360, 15_000),
    "V04": (v04, 13_000, 80_000),
    "V09": (v09, 4_500, 73_000),
}
"""The measure, paths in the fast tier, paths in the slow tier."""


def wave(days: int) -> dict[str, float]:
    """V02: how far the peak of those present lags behind the peak of arrivals, and how much of it is left."""
    course = course_of("V02", days, 0)
    ran = go(course.plan, all_arrivals(course), course.lowered.changes, (days * DAY_US,))
    arrived, finished = ran.rows[:, Row.ARRIVED_US], ran.rows[:, Row.FINISHED_US]
    times = np.arange(DAY_US, days * DAY_US, 10 * 60 * SECOND_US)
    present = np.searchsorted(arrived, times, "right") - np.searchsorted(
        np.sort(finished), times, "right"
    )
    angle = 2 * math.pi * times / DAY_US
    base, sine, cosine = np.linalg.lstsq(
        np.column_stack([np.ones(len(times)), np.sin(angle), np.cos(angle)]), present, rcond=None
    )[0]
    lag_h = math.atan2(-cosine, sine) * 24 / (2 * math.pi)
    return {"lag_h": lag_h, "amplitude_ratio": math.hypot(sine, cosine) / base / 0.6}
