"""What happened on each day, in the same words for a log and for a simulated replication."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.bill import Consumption, Tariff, invoice
from sim.fit.clock import US
from sim.fit.log import MISSING, Log
from sim.outcome import Use
from sim.study import Replication

Floats = NDArray[np.float64]
REFUSED = 429
BUCKET_ROWS_MIN = 20
"""A day's percentile from fewer requests is no percentile."""


@dataclass(frozen=True)
class Measure:
    """Something that is compared by day."""

    name: str
    unit: str
    relative: bool = True
    """Whether an error is a share of what happened; else it is a difference."""


MEASURES = (
    Measure("requests", "n"),
    Measure("input tokens", "n"),
    Measure("output tokens", "n"),
    Measure("spend", "currency"),
    Measure("latency p50", "s"),
    Measure("latency p95", "s"),
    Measure("latency p99", "s"),
    Measure("availability", "1", relative=False),
    Measure("share of 429", "1", relative=False),
)
Table = dict[str, Floats]
"""By measure, a value for each day; NaN where it is not known. (days,)"""


def days_of_log(log: Log, edges_us: NDArray[np.int64], spend: Floats | None) -> Table:
    """Return what a log says of each day between edges."""
    parts = [log.between(int(a), int(b)) for a, b in itertools.pairwise(edges_us)]
    found = {
        "requests": _each(parts, lambda one: float(one.columns["count"].sum())),
        "input tokens": _each(parts, lambda one: _sum(one, "input")),
        "output tokens": _each(parts, lambda one: _sum(one, "output")),
        "availability": _each(parts, lambda one: _share(one, lambda s: (s < 400) & (s >= 0))),
        "share of 429": _each(parts, lambda one: _share(one, lambda s: s == REFUSED)),
        "spend": np.full(len(parts), np.nan) if spend is None else spend,
    }
    for name, share in (("p50", 50), ("p95", 95), ("p99", 99)):
        found[f"latency {name}"] = _each(parts, lambda one, q=share: _latency(one, q))  # type: ignore[misc]
    return found


def days_of_replication(one: Replication, tariff: Tariff) -> Table:
    """Return what a replication with a single workload says of each day."""
    usage, digest = one.consumption.usage.sum(axis=1), one.digest
    good, bad = digest.good[:, 0].astype(float), digest.bad[:, 0].astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "requests": digest.requests[:, 0].astype(float),
            "input tokens": usage[:, Use.INPUT].astype(float),
            "output tokens": usage[:, Use.OUTPUT].astype(float),
            "availability": good / (good + bad),
            "share of 429": usage[:, Use.REFUSED] / usage[:, Use.ATTEMPTS],
            "spend": spend_by_day(one.consumption, tariff),
            **{
                f"latency {name}": digest.day_us[f"latency.{name}"][:, 0] / US
                for name in ("p50", "p95", "p99")
            },
        }


def spend_by_day(consumption: Consumption, tariff: Tariff) -> Floats:
    """The cost of usage at the tariff's list prices, day by day; no fixed costs."""
    prices = Tariff(cards=tariff.cards)
    costs = []
    for day in range(len(consumption.usage)):
        usage = np.zeros_like(consumption.usage)
        usage[day] = consumption.usage[day]
        costs.append(float(invoice(replace(consumption, usage=usage), prices).total()))
    return np.array(costs)


def usage_of_log(
    log: Log, like: Consumption, edges_us: NDArray[np.int64], names: Sequence[str]
) -> Consumption | None:
    """A log's tokens as usage of the scenario's endpoints; None where it does not name them.

    Args:
        log: what happened.
        like: a replication's consumption, for its days and endpoints.
        edges_us: the days' midnights [us since 1970]; (days + 1,).
        names: what the scenario calls each endpoint of the log.
    """
    if not names or not set(names) <= set(like.endpoints):
        return None
    usage = np.zeros_like(like.usage)
    for code, name in enumerate(names):
        place = like.endpoints.index(name)
        mine = log.where(log.integers("endpoint") == code)
        for day, (a, b) in enumerate(itertools.pairwise(edges_us)):
            part = mine.between(int(a), int(b))
            answered = part.where(part.integers("status") < 400)
            usage[day, place, Use.ANSWERS] += len(answered)
            usage[day, place, Use.INPUT] += int(_whole(answered, "input"))
            usage[day, place, Use.CACHED] += int(_whole(answered, "cached"))
            usage[day, place, Use.OUTPUT] += int(_whole(answered, "output"))
    return replace(like, usage=usage)


def _each(parts: Sequence[Log], read: Callable[[Log], float]) -> Floats:
    return np.array([read(part) if len(part) else np.nan for part in parts])


def _whole(log: Log, column: str) -> int:
    values = log.integers(column)
    return int(values[values != MISSING].sum())


def _sum(log: Log, column: str) -> float:
    answered = log.where(log.integers("status") < 400)
    return float(_whole(answered, column)) if log.has(column) else np.nan


def _share(log: Log, hit: Callable[[NDArray[np.int64]], NDArray[np.bool_]]) -> float:
    return float(hit(log.integers("status")).mean()) if log.has("status") else np.nan


def _latency(log: Log, share: int) -> float:
    """A percentile over all requests; one that failed counts as slower than any answer."""
    lengths, status = log.integers("duration_us"), log.integers("status")
    known = lengths[lengths > 0]
    if len(known) < BUCKET_ROWS_MIN:
        return np.nan
    times = np.where(status[lengths > 0] >= 400, np.inf, known.astype(float))
    return float(np.quantile(times, share / 100, method="inverted_cdf")) / US
