"""Targets: what "good" means, and whether one replication met it.

A target looks at windows of the calendar. A replication meets it when every window with traffic does, or the
written share of them. Its *value* is the one number to hold against the limit: the worst window, or, with a
share, the window at which that share is just reached. So the target is met exactly when the value is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.bill import Bill
from sim.errors import UsageError
from sim.measure import Measures
from sim.measure.reading import good_and_bad, quantiles_us, slower_than, wait_quantiles_us
from sim.units import US_PER_SECOND
from sim.windows import Window

Bound = Literal["at_most", "at_least"]
Unit = Literal["s", "share", "money"]
Value = Decimal | float

KINDS: dict[str, tuple[Unit, tuple[Window, ...]]] = {
    "latency": ("s", ("hour", "day", "week", "month", "horizon")),
    "first_token": ("s", ("hour", "day", "week", "month", "horizon")),
    "wait": ("s", ("day", "week", "month", "horizon")),
    "availability": ("share", ("hour", "day", "week", "month", "horizon")),
    "spend": ("money", ("month", "horizon")),
    "spend_per_good_request": ("money", ("month", "horizon")),
}
"""The unit of each kind of metric, and the windows in which it is known."""
_SHARES: dict[str, Bound] = {
    "latency": "at_most",
    "first_token": "at_most",
    "availability": "at_least",
}
"""Metrics that hold a share of requests against a limit, and on which side."""
_METRIC = re.compile(r"(latency|first_token|wait)\.p(\d{1,2}(?:\.\d{1,2})?)")


@dataclass(frozen=True)
class Metric:
    """What a target looks at."""

    name: str
    """As written: `latency.p95`."""
    kind: str
    """A key of `KINDS`."""
    quantile_ppm: int = 0
    """950000 for p95; 0 where the metric is no percentile."""

    @property
    def unit(self) -> Unit:
        """The unit of its values and of the limit."""
        return KINDS[self.kind][0]

    @classmethod
    def parse(cls, name: str) -> Metric:
        """Read `latency.p95`, `first_token.p99.9`, `wait.p90`, `availability`, `spend`."""
        match = _METRIC.fullmatch(name)
        if match:
            ppm = int(Decimal(match[2]) * 10_000)
            if ppm > 0:
                return cls(name, match[1], ppm)
        elif name in KINDS and KINDS[name][0] != "s":
            return cls(name, name)
        known = (
            "latency.p95, first_token.p95, wait.p90, availability, spend, spend_per_good_request"
        )
        raise UsageError(f"{name!r} is not a metric; write e.g. {known}")


@dataclass(frozen=True)
class Target:
    """One target, as planned."""

    name: str
    metric: Metric
    window: Window
    bound: Bound
    limit: Decimal
    """In the metric's unit: seconds, a share from 0 to 1, or money."""
    workload: str | None = None
    """None: all workloads (availability and spend only)."""
    station: str | None = None
    """The node whose waits are meant."""
    share: Decimal = Decimal(1)
    """The share of windows with traffic that must meet the limit."""
    chance: float = 0.9
    """The chance with which a replication must meet the target."""
    owner: str = ""

    def __post_init__(self) -> None:
        known = KINDS[self.metric.kind][1]
        if self.window not in known:
            raise UsageError(
                f"target {self.name!r}: {self.metric.name} is not known by {self.window}; write {', '.join(known)}"
            )
        if self.metric.kind in ("latency", "first_token") and self.workload is None:
            raise UsageError(f"target {self.name!r}: {self.metric.name} needs a workload")
        if self.metric.kind == "wait" and self.station is None:
            raise UsageError(f"target {self.name!r}: {self.metric.name} needs a station")


@dataclass(frozen=True)
class Evaluation:
    """How one replication did on one target."""

    met: bool
    value: Value | None
    """To hold against the limit [metric's unit]; inf: no answer; None: no window had traffic."""
    worst_window: str | None
    worst_value: Value | None
    window_count: int
    """Windows with traffic."""
    met_count: int
    """Of these, how many met the limit."""


def evaluate(target: Target, measures: Measures, bill: Bill | None) -> Evaluation:
    """Hold one replication against one target; only money needs a bill."""
    values = READERS[target.metric.kind](target, measures, bill)
    names = measures.layout.calendar.names(target.window)
    known = [(value, name) for value, name in zip(values, names, strict=True) if value is not None]
    if not known:
        return Evaluation(
            met=True, value=None, worst_window=None, worst_value=None, window_count=0, met_count=0
        )
    # The worst comes last; of equals, the earliest.
    sign = 1 if target.bound == "at_most" else -1
    worst_value, worst_window = max(known, key=lambda pair: sign * pair[0])
    ordered = sorted((value for value, _ in known), reverse=target.bound == "at_least")
    needed = max(1, math.ceil(Fraction(target.share) * len(known)))
    met_count = sum(_meets(target, value) for value in ordered)
    value = ordered[needed - 1]
    return Evaluation(
        _meets(target, value), value, worst_window, worst_value, len(known), met_count
    )


def as_one(target: Target) -> Target:
    """The same target over a whole stretch of days at once; by hour or day it stays as it is."""
    if target.window in ("hour", "day"):
        return target
    return replace(target, window="horizon", share=Decimal(1))


def breaches(target: Target, measures: Measures) -> tuple[int, int, int] | None:
    """How many requests count, how many are on the wrong side of the limit, and how many may be.

    A percentile or an availability over one window is met exactly when no more than so many requests are on the
    wrong side. None for other targets. Within a histogram's bin requests are taken as evenly spread.
    """
    one_window = target.window == "horizon" and target.metric.kind in _SHARES
    if not one_window or target.bound != _SHARES[target.metric.kind]:
        return None
    if target.metric.kind == "availability":
        good, bad = (sum(counts) for counts in _good_and_bad(target, measures))
        count, kept = good + bad, Fraction(target.limit)
    else:
        count, bad = _slower(target, measures)
        kept = Fraction(target.metric.quantile_ppm, 1_000_000)
    return count, bad, count - max(1, math.ceil(kept * count)) if count else 0


def _slower(target: Target, measures: Measures) -> tuple[int, int]:
    """Requests in all, and those slower than the limit."""
    workload = _place(measures.layout.names.workloads, target.workload, target)
    times: Literal["latency", "first_token"] = (
        "latency" if target.metric.kind == "latency" else "first_token"
    )
    return slower_than(measures, times, workload, float(target.limit * US_PER_SECOND))


def _meets(target: Target, value: Value) -> bool:
    # A share of 199/200 and a limit of 0.995 are the same double, but not the same Decimal.
    limit: Value = target.limit if isinstance(value, Decimal) else float(target.limit)
    return value <= limit if target.bound == "at_most" else value >= limit


def _place(names: tuple[str, ...], name: str | None, target: Target) -> int:
    if name not in names:
        raise UsageError(
            f"target {target.name!r}: there is no {name!r}; there are {', '.join(names)}"
        )
    return names.index(name)


def _times(target: Target, measures: Measures, _bill: Bill | None) -> list[Value | None]:
    workload = _place(measures.layout.names.workloads, target.workload, target)
    times: Literal["latency", "first_token"] = (
        "latency" if target.metric.kind == "latency" else "first_token"
    )
    return _seconds(
        quantiles_us(measures, times, workload, target.window, target.metric.quantile_ppm)
    )


def _waits(target: Target, measures: Measures, _bill: Bill | None) -> list[Value | None]:
    node = _place(measures.layout.names.nodes, target.station, target)
    values_us = wait_quantiles_us(measures, target.window, target.metric.quantile_ppm)
    return _seconds(values_us[:, node])


def _seconds(values_us: NDArray[np.float64]) -> list[Value | None]:
    return [None if math.isnan(value) else value / US_PER_SECOND for value in values_us.tolist()]


def _availability(target: Target, measures: Measures, _bill: Bill | None) -> list[Value | None]:
    return [
        good / (good + bad) if good + bad else None
        for good, bad in zip(*_good_and_bad(target, measures), strict=True)
    ]


def _good_and_bad(target: Target, measures: Measures) -> tuple[list[int], list[int]]:
    names = measures.layout.names.workloads
    workload = None if target.workload is None else _place(names, target.workload, target)
    good, bad = good_and_bad(measures, workload, target.window)
    return good.tolist(), bad.tolist()


def _spend(target: Target, _measures: Measures, bill: Bill | None) -> list[Value | None]:
    assert bill is not None, "money needs a bill"
    return list(bill.by_month().values()) if target.window == "month" else [bill.total()]


def _spend_per_good(target: Target, measures: Measures, bill: Bill | None) -> list[Value | None]:
    good, bad = _good_and_bad(target, measures)
    spent = _spend(target, measures, bill)
    return [
        (cost / n_good if n_good else math.inf) if n_good + n_bad and cost is not None else None
        for cost, n_good, n_bad in zip(spent, good, bad, strict=True)
    ]


READERS: dict[str, Callable[[Target, Measures, Bill | None], list[Value | None]]] = {
    "latency": _times,
    "first_token": _times,
    "wait": _waits,
    "availability": _availability,
    "spend": _spend,
    "spend_per_good_request": _spend_per_good,
}
"""The value of each window, None where it had no traffic, by kind of metric."""
