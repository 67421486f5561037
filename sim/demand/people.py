"""Sessions of people: who is there, how many sessions each has that day, and when.

A session's luck is addressed by (workload, person, local day, number in the day). Nothing else
goes into it, so a person has the same sessions at the same instants in every scenario from the
moment at which that scenario has the person on board.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.demand.adoption import NEVER_US, Adoption, Step, onboarded_us, revoked_us
from sim.demand.calendar import Horizon, LocalDay, no_holidays
from sim.demand.curves import DayWork, Week, day_work
from sim.demand.peaks import PeakSpec, factor_of
from sim.demand.swings import DayToDay, Surge, SurgeLaw, surge_factors, surges

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Times = NDArray[np.int64]

N_LUCK = 64
"""Points of luck over which expected numbers average the adoption delay."""
STAY_STEP = 25
"""From one of them to the next, by so many points of the luck of staying."""


@dataclass(frozen=True)
class PopulationSpec:
    """People who share a calendar."""

    name: str
    timezone: str
    week: Week
    ladder: tuple[Step, ...]
    """Users over time; see `sim.demand.adoption`."""
    stream: str = ""
    """The name of its luck; its own name if empty."""
    is_holiday: Callable[[date], bool] = no_holidays
    adoption: Adoption = field(default_factory=Adoption)
    day_to_day: DayToDay = field(default_factory=DayToDay)
    surges: tuple[SurgeLaw, ...] = ()
    peaks: tuple[PeakSpec, ...] = ()


@dataclass(frozen=True)
class SessionsSpec:
    """A workload that people start."""

    name: str
    population: str
    sessions_per_user_day: float
    """Mean sessions of an active person on a full working day [n]."""
    stream: str = ""
    """The name of its luck; its own name if empty."""


class Population:
    """A population in one replication: its days, its weather, and when each person starts."""

    def __init__(self, spec: PopulationSpec, horizon: Horizon, seed: int, replication: int) -> None:
        stream = spec.stream or spec.name
        self.spec = spec
        self.days = horizon.days(spec.timezone)
        self.factors = spec.day_to_day.factors(
            len(self.days), draws.purpose(seed, replication, "day to day", stream)
        )
        self.surges: tuple[Surge, ...] = tuple(
            surge
            for law in spec.surges
            for surge in surges(
                law, horizon.end_us, draws.purpose(seed, replication, "surge", stream, law.name)
            )
        )
        self._adoption_key = draws.purpose(seed, replication, "adoption", stream)
        self._stay_key = draws.purpose(seed, replication, "stay", stream)
        self.onboard(spec.ladder)

    def onboard(self, ladder: Sequence[Step]) -> None:
        """Set who gets access when; what has already happened must stay as it was."""
        self.ladder = tuple(ladder)
        self._mean_active: tuple[Times, Times, float] | None = None
        n_people = max((step.users for step in ladder), default=0)
        everyone = np.arange(n_people, dtype=np.uint64)
        adoption = self.spec.adoption
        delays = adoption.delays_us(draws.uniforms(self._adoption_key, everyone))
        stays = adoption.stays_us(draws.uniforms(self._stay_key, everyone))
        self.active_from_us = np.minimum(onboarded_us(ladder, n_people) + delays, NEVER_US)
        self.active_until_us = np.minimum(self.active_from_us + stays, revoked_us(ladder, n_people))

    @property
    def n_people(self) -> int:
        """Most people that ever have access."""
        return len(self.active_from_us)

    def usual_work(self, day: LocalDay) -> DayWork:
        """Return a day's work by the calendar alone."""
        weights = self.spec.week.of_day(day, self.spec.is_holiday(day.date))
        return day_work(day, weights * factor_of(self.spec.peaks, day.date))

    def work(self, day: LocalDay) -> DayWork:
        """Return a day's work with the surges that touch it."""
        usual = self.usual_work(day)
        factors = surge_factors(self.surges, usual.edges_us)
        return day_work(day, np.diff(usual.cumulative) * factors)

    def mean_active_us(self) -> tuple[Times, Times, float]:
        """Return instants at which a share of a person becomes active, at which it leaves, and that share.

        Both are ascending and average over the luck of adoption: the expected number of active people
        at t is the number of the first up to t, less that of the second, times the share.
        """
        if self._mean_active is None:
            self._mean_active = self._make_mean_active()
        return self._mean_active

    def _make_mean_active(self) -> tuple[Times, Times, float]:
        adoption, n_people = self.spec.adoption, self.n_people
        even = (np.arange(N_LUCK) + 0.5) / N_LUCK
        delays = adoption.delays_us(even * adoption.ceiling)
        # Delays ascend; a step that shares no factor with their number spreads the stays over them.
        stays = adoption.stays_us(even[np.arange(N_LUCK) * STAY_STEP % N_LUCK])
        starts = np.minimum(onboarded_us(self.ladder, n_people)[:, None] + delays, NEVER_US)
        ends = np.minimum(starts + stays, revoked_us(self.ladder, n_people)[:, None])
        ends = np.sort(np.maximum(ends, starts), axis=None)
        return np.sort(starts, axis=None), ends, adoption.ceiling / N_LUCK


class SessionsOfPeople:
    """The sessions of one workload of one population."""

    def __init__(
        self, spec: SessionsSpec, population: Population, seed: int, replication: int
    ) -> None:
        stream = spec.stream or spec.name
        self.spec = spec
        self.population = population
        self._count_key = draws.purpose(seed, replication, "sessions of a day", stream)
        self._time_key = draws.purpose(seed, replication, "time of a session", stream)
        self._session_key = np.array(
            [draws.purpose(seed, replication, "sessions", stream)], np.uint64
        )
        self._person_keys = np.zeros(0, np.uint64)

    def window(self, start_us: int, until_us: int) -> tuple[Times, Keys]:
        """Return instants and keys of the sessions of a stretch, by (local day, person, number)."""
        parts = [
            self._of_day(index, start_us, until_us)
            for index, day in enumerate(self.population.days)
            if day.start_us < until_us and day.until_us > start_us
        ]
        times, keys = zip(*parts, strict=True) if parts else ((), ())
        return (
            np.concatenate((np.zeros(0, np.int64), *times)),
            np.concatenate((np.zeros(0, np.uint64), *keys)),
        )

    def _of_day(self, index: int, start_us: int, until_us: int) -> tuple[Times, Keys]:
        """Return the part of a local day's sessions that lies in a stretch."""
        population = self.population
        day = population.days[index]
        active_from = population.active_from_us
        people = np.flatnonzero(active_from < min(until_us, day.until_us))
        work = population.work(day)
        mean = self.spec.sessions_per_user_day * work.total * float(population.factors[index])
        day_keys = self._day_keys(people, day)
        counts = poisson_counts(mean, draws.uniforms(self._count_key, day_keys))
        keys = self._keys(day_keys, counts)
        times = work.times_us(draws.uniforms(self._time_key, keys))
        since = np.maximum(active_from[people], start_us)
        until = np.minimum(population.active_until_us[people], until_us)
        here = (times >= np.repeat(since, counts)) & (times < np.repeat(until, counts))
        return (times, keys) if here.all() else (times[here], keys[here])

    def _day_keys(self, people: NDArray[np.int64], day: LocalDay) -> Keys:
        if len(self._person_keys) < self.population.n_people:
            everyone = np.arange(self.population.n_people, dtype=np.uint64)
            self._person_keys = draws.children(self._session_key, everyone)
        ordinal = np.array([day.date.toordinal()], np.uint64)
        return draws.children(self._person_keys[people], ordinal)

    def _keys(self, day_keys: Keys, counts: NDArray[np.int64]) -> Keys:
        """Return the key of each session: the child of its person's day by its number in it."""
        firsts = np.cumsum(counts) - counts
        numbers = np.arange(int(counts.sum())) - np.repeat(firsts, counts)
        return draws.children(np.repeat(day_keys, counts), numbers.astype(np.uint64))

    def mean(self, start_us: int, until_us: int) -> float:
        """Return the expected sessions of a stretch, over all luck; exact but for `N_LUCK`."""
        starts, ends, share = self.population.mean_active_us()
        total = 0.0
        for day in self.population.days:
            if day.start_us < until_us and day.until_us > start_us:
                work = self.population.usual_work(day)
                low, high = max(start_us, day.start_us), min(until_us, day.until_us)
                total += _worked(work, starts, low, high) - _worked(work, ends, low, high)
        surging = float(np.prod([law.mean_factor for law in self.population.spec.surges]))
        return total * share * self.spec.sessions_per_user_day * surging


def _worked(work: DayWork, since: Times, low: int, high: int) -> float:
    """Work of a stretch by all who are there from some instants on, ascending."""
    n_before, n_after = np.searchsorted(since, (low, high))
    done = work.before(np.array([low, high]))
    late = float(np.sum(done[1] - work.before(since[n_before:n_after])))
    return float(n_before * (done[1] - done[0])) + late


def poisson_counts(mean: float, uniforms: Floats) -> NDArray[np.int64]:
    """Return Poisson numbers by the inverse of their distribution: more mean, never fewer."""
    from scipy.special import pdtr

    # Twelve standard deviations and forty are beyond the last of the 52 bits of a uniform.
    n_max = int(mean + 12.0 * mean**0.5 + 40.0)
    cumulative = pdtr(np.arange(n_max), mean)
    return np.searchsorted(cumulative, uniforms, side="left").astype(np.int64)
