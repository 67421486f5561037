"""What many sessions share: days that run hot or cold together, a rate that wanders within the day, and surges.

All are made once per replication and addressed by their owner's name, so that every workload of a
population, and every scenario that is compared, meets the same days.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.demand.calendar import US_PER_DAY
from sim.demand.quantiles import quantiles
from sim.scenario.tables import LawTable, table_mean

Floats = NDArray[np.float64]

MONTH_DAYS = 365.25 / 12
"""The month of `per_month` [days]; calendar months differ by 10%, storms do not."""
LONGEST_SHARE = 1.0 - 1e-4
"""Surges that began before the horizon count unless they are longer than this quantile."""
N_SURGES_MAX = 100_000
CELLS_PER_SWING = 4
"""A rate that wanders is constant in a quarter of the time in which it forgets itself."""


@dataclass(frozen=True)
class DayToDay:
    """Lognormal factors of whole days, mean 1, whose logarithms are an AR(1) process."""

    cv: float = 0.0
    """Standard deviation / mean of the factors [1]."""
    autocorrelation: float = 0.0
    """Correlation of one day's normal score with the next day's [1]."""

    def factors(self, n_days: int, key: int) -> Floats:
        """Return a stationary path of factors; (n_days,)."""
        from scipy.special import ndtri

        if self.cv == 0.0:
            return np.ones(n_days)
        scores = ndtri(draws.uniforms(key, np.arange(n_days, dtype=np.uint64)))
        fresh = math.sqrt(1.0 - self.autocorrelation**2)
        for day in range(1, n_days):
            scores[day] = self.autocorrelation * scores[day - 1] + fresh * scores[day]
        sigma = math.sqrt(math.log1p(self.cv**2))
        return np.exp(sigma * scores - sigma**2 / 2)


@dataclass(frozen=True)
class RateSwings:
    """Lognormal factors of a rate, mean 1, whose logarithms forget themselves exponentially with time."""

    cv: float
    """Standard deviation / mean of the factor [1]."""
    lasts_us: int
    """When the correlation of the factor's logarithm has fallen to 1/e [us]."""

    @property
    def cell_us(self) -> int:
        """For how long a factor holds [us]."""
        return max(self.lasts_us // CELLS_PER_SWING, 1)

    def factors(self, n_cells: int, key: int) -> Floats:
        """Return a stationary path of factors, one for each cell since the horizon's start; (n_cells,)."""
        from scipy.signal import lfilter
        from scipy.special import ndtri

        kept = math.exp(-self.cell_us / self.lasts_us)
        scores = ndtri(draws.uniforms(key, np.arange(n_cells, dtype=np.uint64)))
        scores[1:] *= math.sqrt(1.0 - kept**2)
        sigma = math.sqrt(math.log1p(self.cv**2))
        path = lfilter([1.0], [1.0, -kept], scores)
        return np.asarray(np.exp(sigma * path - sigma**2 / 2))


@dataclass(frozen=True)
class SurgeLaw:
    """Surges of one kind: a Poisson process of starts, each with its own factor and length."""

    name: str
    per_month: float
    """Mean number of starts in 30.4375 days [n]."""
    multiplies: LawTable
    """Law of the factor [1]."""
    lasts: LawTable
    """Law of the length [us]."""

    @property
    def mean_factor(self) -> float:
        """Return the long-run mean of the product of the factors of all surges that are open.

        Open surges are Poisson with mean m = rate x E[length], so it is exp(m (E[factor] - 1)).
        """
        n_open = self.per_month * table_mean(self.lasts) / (MONTH_DAYS * US_PER_DAY)
        return math.exp(n_open * (table_mean(self.multiplies) - 1.0))


@dataclass(frozen=True)
class Surge:
    """One surge of one replication."""

    start_us: int
    """Its first instant [us since the horizon's start]; negative if it began before."""
    until_us: int
    """The first instant after it [us]."""
    factor: float
    """What it multiplies sessions by [1]."""
    name: str = ""
    """What the planner calls surges of this kind."""


def surges(law: SurgeLaw, end_us: int, key: int) -> tuple[Surge, ...]:
    """Return the surges that touch the horizon, from those that had begun before it.

    Surges are numbered away from the horizon's start, in both directions, so that another length
    of horizon or of surge changes the number of surges and moves none.
    """
    longest_us = float(quantiles(law.lasts, np.array([LONGEST_SHARE]))[0])
    later = _surges(law, float(end_us), draws.child(key, 0), +1)
    earlier = _surges(law, longest_us, draws.child(key, 1), -1)
    return tuple(surge for surge in earlier[::-1] + later if surge.until_us > 0)


def _surges(law: SurgeLaw, span_us: float, key: int, direction: int) -> list[Surge]:
    rate = law.per_month / (MONTH_DAYS * US_PER_DAY)
    found: list[Surge] = []
    at = 0.0
    while rate > 0.0:
        u = np.array([draws.uniform(key, len(found), number) for number in range(3)])
        at -= math.log(u[0]) / rate
        if at >= span_us or len(found) == N_SURGES_MAX:
            break
        length = float(quantiles(law.lasts, u[1:2])[0])
        factor = float(quantiles(law.multiplies, u[2:3])[0])
        start = round(direction * at)
        found.append(Surge(start, start + max(1, round(length)), factor, law.name))
    return found


def surge_factors(open_surges: Sequence[Surge], edges_us: NDArray[np.int64]) -> Floats:
    """Return the factor of each stretch between edges; surges that overlap multiply.

    A stretch that a surge covers in part gets that part of it.
    """
    factors = np.ones(len(edges_us) - 1)
    lengths = np.maximum(np.diff(edges_us), 1)
    for surge in open_surges:
        if surge.start_us < edges_us[-1] and surge.until_us > edges_us[0]:
            inside = np.diff(np.clip(edges_us, surge.start_us, surge.until_us))
            factors *= 1.0 + (surge.factor - 1.0) * (inside / lengths)
    return factors
