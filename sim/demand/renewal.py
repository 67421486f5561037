"""Arrivals that no person stands behind: a clock that runs at a given pace, and gaps on it.

Arrival k happens when the expected number of arrivals reaches the sum of the first k gaps, whose
mean is 1: a renewal process in operational time. Exponential gaps make it exactly Poisson, whatever
the pace does; gaps that are always 1 make it a metronome that never drifts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.demand.adoption import NEVER_US
from sim.demand.calendar import LocalDay
from sim.demand.curves import Week, day_work
from sim.demand.peaks import PeakSpec, factor_of
from sim.demand.quantiles import quantiles
from sim.demand.swings import DayToDay, RateSwings
from sim.scenario.tables import LawTable, TableKind, table_mean

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Times = NDArray[np.int64]

US_PER_SECOND = 1_000_000
N_CHUNK_MAX = 1 << 15
"""Arrivals made at a time: few enough to stay in a core's cache."""


@dataclass(frozen=True)
class Pace:
    """The expected number of arrivals over time: linear between edges, none after the last."""

    edges_us: Times
    """Ascending, from 0 [us]; (pieces + 1,)."""
    expected: Floats
    """Expected arrivals before each edge [n]; (pieces + 1,)."""
    per_second: Floats
    """Rate of each piece [1/s]; (pieces,)."""

    def times_us(self, positions: Floats) -> Times:
        """Return the first instant at which the expected number reaches each position."""
        piece = np.searchsorted(self.expected, positions, side="left") - 1
        beyond = piece >= len(self.per_second)
        piece = np.clip(piece, 0, len(self.per_second) - 1)
        rate = np.where(beyond, 1.0, self.per_second[piece])
        since = (positions - self.expected[piece]) * US_PER_SECOND / np.where(rate > 0, rate, 1.0)
        times = self.edges_us[piece] + np.rint(np.maximum(since, 0.0)).astype(np.int64)
        return np.where(beyond, NEVER_US, times)

    def before(self, time_us: int) -> float:
        """Return the expected number of arrivals before an instant [n]."""
        return float(np.interp(time_us, self.edges_us.astype(np.float64), self.expected))


def pace_of_steps(steps: Sequence[tuple[int, float]], end_us: int) -> Pace:
    """Return the pace of a ladder of (from [us], rate [1/s]); 0 before its first step."""
    kept = [step for step in sorted(steps) if step[0] < end_us]
    if not kept or kept[0][0] > 0:
        kept = [(0, 0.0), *kept]
    edges = np.array([start for start, _ in kept] + [end_us], np.int64)
    return _pace(edges, np.array([rate for _, rate in kept], np.float64))


def pace_of_days(days: Sequence[LocalDay], weights: Sequence[Floats], per_day: float) -> Pace:
    """Return the pace of a number of arrivals a full day, spread by the weights of real days."""
    edges, rates = [np.array([days[0].start_us])], []
    for day, of_day in zip(days, weights, strict=True):
        work = day_work(day, of_day)
        lengths_s = np.diff(work.edges_us) / US_PER_SECOND
        edges.append(work.edges_us[1:])
        rates.append(of_day * per_day / lengths_s)
    return _since_zero(np.concatenate(edges), np.concatenate(rates))


def week_pace(
    days: Sequence[LocalDay],
    week: Week,
    holidays: Sequence[bool],
    per_day: float,
    peaks: Sequence[PeakSpec] = (),
) -> Pace:
    """Return the pace of a week's shape over real days."""
    weights = [
        week.of_day(day, rest) * factor_of(peaks, day.date)
        for day, rest in zip(days, holidays, strict=True)
    ]
    return pace_of_days(days, weights, per_day)


def _since_zero(edges: Times, rates: Floats) -> Pace:
    """Cut off what lies before the horizon."""
    first = int(np.searchsorted(edges, 0, side="right")) - 1
    kept = np.maximum(edges[first:], 0)
    return _pace(kept, rates[first:])


def _pace(edges: Times, rates: Floats) -> Pace:
    # Neighbours of equal rate are one piece, so that a metronome's beat is one division.
    new = np.concatenate(([True], rates[1:] != rates[:-1]))
    starts, rates = edges[:-1][new], rates[new]
    edges = np.concatenate((starts, edges[-1:]))
    each = rates * np.diff(edges) / US_PER_SECOND
    return Pace(edges, np.concatenate(([0.0], np.cumsum(each))), rates)


@dataclass(frozen=True)
class DaySwings:
    """Days that run hot or cold, of arrivals that no person stands behind."""

    law: DayToDay
    starts_us: tuple[int, ...]
    """The first instant of each local day [us since the horizon's start]."""

    def on(self, pace: Pace, key: int) -> Pace:
        """Return a pace with each day's own factor."""
        factors = self.law.factors(len(self.starts_us), key)
        return _swung(pace, np.maximum(np.array(self.starts_us, np.int64), 0), factors)


def wandering(pace: Pace, law: RateSwings, key: int) -> Pace:
    """Return a pace whose rate wanders, from the horizon's start to its end."""
    starts = np.arange(0, pace.edges_us[-1], law.cell_us, dtype=np.int64)
    return _swung(pace, starts, law.factors(len(starts), key))


def _swung(pace: Pace, starts_us: Times, factors: Floats) -> Pace:
    """Return a pace times the factors that hold from each start on."""
    edges = np.union1d(pace.edges_us, starts_us)
    edges = edges[edges <= pace.edges_us[-1]]
    piece = np.searchsorted(pace.edges_us, edges[:-1], side="right") - 1
    cell = np.searchsorted(starts_us, edges[:-1], side="right") - 1
    return _pace(edges, pace.per_second[piece] * factors[cell])


@dataclass(frozen=True)
class RenewalSpec:
    """A workload whose requests come by themselves."""

    name: str
    pace: Pace
    gaps: LawTable | None = None
    """Law of the gaps; only its shape matters, the mean is made 1. None: exponential, exactly."""
    count: int | None = None
    """Most arrivals there will ever be."""
    stream: str = ""
    """The name of its luck; its own name if empty."""
    swings: DaySwings | None = None
    """Days that run hot or cold; None: every day at its mean."""
    wanders: RateSwings | None = None
    """How the rate wanders within the day; None: it does not."""


class RenewalArrivals:
    """One such workload in one replication; asked for one stretch after another."""

    def __init__(self, spec: RenewalSpec, seed: int, replication: int) -> None:
        stream = spec.stream or spec.name
        self.spec = spec
        self._pace = spec.pace
        if spec.swings is not None:
            key = draws.purpose(seed, replication, "days", stream)
            self._pace = spec.swings.on(spec.pace, key)
        if spec.wanders is not None:
            key = draws.purpose(seed, replication, "swings", stream)
            self._pace = wandering(self._pace, spec.wanders, key)
        self._gap_key = draws.purpose(seed, replication, "gaps", stream)
        self._session_key = _key(draws.purpose(seed, replication, "sessions", stream))
        self._mean_gap = table_mean(spec.gaps) if spec.gaps is not None else 1.0
        self._since_us = 0
        self._next = 0
        self._position = float(self._gaps(0, 1)[0])

    def window(self, start_us: int, until_us: int) -> tuple[Times, Keys]:
        """Return instants and keys of the arrivals of a stretch; stretches follow each other."""
        assert start_us == self._since_us, "stretches follow each other"
        self._since_us = until_us
        parts: list[tuple[Times, Keys]] = []
        while True:
            positions = self._positions(until_us)
            times = self._pace.times_us(positions)
            n_here = int(np.searchsorted(times, until_us, side="left"))
            if self.spec.count is not None:
                n_here = min(n_here, self.spec.count - self._next)
            # The last position is only looked at: the next stretch begins with it.
            taken = min(n_here, len(positions) - 1)
            numbers = np.arange(self._next, self._next + taken, dtype=np.uint64)
            parts.append((times[:taken], draws.children(self._session_key, numbers)))
            self._next += taken
            self._position = float(positions[taken])
            if taken < len(positions) - 1:
                break
        times_of, keys_of = zip(*parts, strict=True)
        return np.concatenate(times_of), np.concatenate(keys_of)

    def mean(self, start_us: int, until_us: int) -> float:
        """Return the expected arrivals of a stretch [n].

        Exact for exponential gaps; others differ by less than (cv^2 + 1) / 2 in all. `count` is
        taken as the number at which the mean stops.
        """
        most = math.inf if self.spec.count is None else float(self.spec.count)
        pace = self.spec.pace
        return min(pace.before(until_us), most) - min(pace.before(start_us), most)

    def _positions(self, until_us: int) -> Floats:
        """Return the next positions: enough for the stretch if possible, not too many."""
        expected = max(self._pace.before(until_us) - self._position, 0.0)
        n_wanted = min(int(expected + 4.0 * math.sqrt(expected)) + 2, N_CHUNK_MAX)
        gaps = self._gaps(self._next + 1, n_wanted)
        # One running sum, so that a sum does not depend on how it was cut into stretches.
        return np.cumsum(np.concatenate(([self._position], gaps)))

    def _gaps(self, first: int, n: int) -> Floats:
        gaps = self.spec.gaps
        if gaps is not None and gaps.kind == TableKind.CONSTANT:
            return np.ones(n)
        numbers = np.arange(first, first + n, dtype=np.uint64)
        uniforms = draws.uniforms(self._gap_key, numbers)
        if gaps is None:
            return np.asarray(-np.log(1.0 - uniforms))
        return quantiles(gaps, uniforms) / self._mean_gap


@dataclass(frozen=True)
class BurstSpec:
    """Sessions that start together, at instants known in advance."""

    name: str
    at_us: tuple[int, ...]
    count: int = 1
    """Sessions at each instant [n]."""
    stream: str = ""


class Burst:
    """One such workload in one replication."""

    def __init__(self, spec: BurstSpec, seed: int, replication: int) -> None:
        self.spec = spec
        self._times = np.repeat(np.array(sorted(spec.at_us), np.int64), spec.count)
        session_key = draws.purpose(seed, replication, "sessions", spec.stream or spec.name)
        numbers = np.arange(len(self._times), dtype=np.uint64)
        self._keys = draws.children(_key(session_key), numbers)

    def window(self, start_us: int, until_us: int) -> tuple[Times, Keys]:
        """Return instants and keys of the sessions of a stretch."""
        first, last = np.searchsorted(self._times, (start_us, until_us))
        return self._times[first:last], self._keys[first:last]

    def mean(self, start_us: int, until_us: int) -> float:
        """Return the number of sessions of a stretch [n]."""
        first, last = np.searchsorted(self._times, (start_us, until_us))
        return float(last - first)


@dataclass(frozen=True)
class ClosedSpec:
    """A fixed number of users, each of whom thinks, asks, waits, and thinks again."""

    name: str
    users: int
    think: LawTable
    """Law of the time before the first request, as of every later one [us]."""
    stream: str = ""


class ClosedUsers:
    """One such workload in one replication: a session a user, after a first thought."""

    def __init__(self, spec: ClosedSpec, seed: int, replication: int) -> None:
        self.spec = spec
        stream = spec.stream or spec.name
        session_key = draws.purpose(seed, replication, "sessions", stream)
        think_key = draws.purpose(seed, replication, "first thought", stream)
        keys = draws.children(_key(session_key), np.arange(spec.users, dtype=np.uint64))
        thoughts = np.rint(quantiles(spec.think, draws.uniforms(think_key, keys)))
        self._times, self._keys = np.maximum(thoughts.astype(np.int64), 1), keys

    def window(self, start_us: int, until_us: int) -> tuple[Times, Keys]:
        """Return instants and keys of the sessions that start in a stretch."""
        here = (self._times >= start_us) & (self._times < until_us)
        return self._times[here], self._keys[here]

    def mean(self, start_us: int, until_us: int) -> float:
        """Return the sessions of a stretch: all of them start on the first day [n]."""
        return float(self.spec.users) if start_us <= 0 < until_us else 0.0


def _key(purpose_key: int) -> Keys:
    return np.array([purpose_key], np.uint64)
