"""The mathematics of each law: quantile functions in closed form, and exact means.

Every function returns a `LawTable`. Quantiles come from `scipy.special`; `scipy.stats`, which is
slow to import, is left to the tests, where it checks these formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from sim.scenario.tables import (
    Floats,
    LawTable,
    atoms_table,
    constant_table,
    continuous_table,
    inverse_survival,
)

TAIL = 1e-12
"""Discrete laws without a maximum keep atoms until less than this is left [probability]."""


def normal_quantile(u: float) -> float:
    """Return the standard normal quantile at u."""
    return NormalDist().inv_cdf(u)


def lognormal(mu: float, sigma: float) -> LawTable:
    """The law of exp(N(mu, sigma^2))."""
    from scipy.special import ndtri

    mean = math.exp(mu + sigma**2 / 2)
    return continuous_table(
        lambda u: np.exp(mu + sigma * ndtri(u)), lambda q: np.exp(mu - sigma * ndtri(q)), mean
    )


def uniform(low: float, high: float) -> LawTable:
    """The uniform law on [low, high]."""
    span = high - low
    if span == 0.0:
        return constant_table(low)
    return continuous_table(lambda u: low + span * u, lambda q: high - span * q, low + span / 2)


def triangular(low: float, likely: float, high: float) -> LawTable:
    """The triangular law; below the mode F(x) = (x - low)^2 / (span (likely - low))."""
    span = high - low
    if span == 0.0:
        return constant_table(low)
    left, right = likely - low, high - likely

    def ppf(u: Floats) -> Floats:
        up = low + np.sqrt(u * span * left)
        return np.where(u * span <= left, up, high - np.sqrt((1.0 - u) * span * right))

    def isf(q: Floats) -> Floats:
        down = high - np.sqrt(q * span * right)
        return np.where(q * span <= right, down, low + np.sqrt((1.0 - q) * span * left))

    return continuous_table(ppf, isf, (low + likely + high) / 3)


def gamma(shape: float, mean: float) -> LawTable:
    """The gamma law with this shape and mean; shape 1 is exponential."""
    from scipy.special import gammainccinv, gammaincinv

    scale = mean / shape
    return continuous_table(
        lambda u: scale * gammaincinv(shape, u), lambda q: scale * gammainccinv(shape, q), mean
    )


def weibull(shape: float, scale: float) -> LawTable:
    """The law with survival exp(-(x / scale)^shape)."""
    power = 1.0 / shape
    return continuous_table(
        lambda u: scale * (-np.log1p(-u)) ** power,
        lambda q: scale * (-np.log(q)) ** power,
        scale * math.gamma(1.0 + power),
    )


def lomax(shape: float, scale: float) -> LawTable:
    """The law with survival (1 + x / scale)^-shape."""
    return continuous_table(
        lambda u: scale * np.expm1(-np.log1p(-u) / shape),
        lambda q: scale * np.expm1(-np.log(q) / shape),
        scale / (shape - 1.0),
    )


def normal_from_zero(mean: float, sd: float) -> LawTable:
    """The normal law given that it is not negative."""
    from scipy.special import ndtr, ndtri

    below, above = ndtr(-mean / sd), ndtr(mean / sd)
    density = math.exp(-0.5 * (mean / sd) ** 2) / math.sqrt(2.0 * math.pi)
    return continuous_table(
        lambda u: np.maximum(mean + sd * ndtri(below + u * above), 0.0),
        lambda q: mean - sd * ndtri(q * above),
        mean + sd * density / float(above),
    )


def hyperexponential(mean: float, cv: float) -> LawTable:
    """Two exponentials with balanced means: p / rate_1 = (1 - p) / rate_2 = mean / 2."""
    squared = cv**2
    p = 0.5 * (1.0 + math.sqrt((squared - 1.0) / (squared + 1.0)))
    fast, slow = mean / (2.0 * p), mean / (2.0 * (1.0 - p))

    def survival(x: Floats) -> Floats:
        return p * np.exp(-x / fast) + (1.0 - p) * np.exp(-x / slow)

    def distribution(x: Floats) -> Floats:
        return -p * np.expm1(-x / fast) - (1.0 - p) * np.expm1(-x / slow)

    def ppf(u: Floats) -> Floats:
        return inverse_survival(lambda x: -distribution(x), -u, fast * 1e-9, slow * 40.0)

    def isf(q: Floats) -> Floats:
        return inverse_survival(survival, q, fast * 1e-9, slow * 40.0)

    return continuous_table(ppf, isf, mean)


def geometric(mean: float, largest: int | None) -> LawTable:
    """The law on 1, 2, 3, ... with P(k) in proportion to going^(k - 1), up to `largest`.

    `going` is chosen so that the mean is the one asked for, `largest` taken into account.
    """
    going = 1.0 - 1.0 / mean
    if going == 0.0:
        return constant_table(1.0)
    if largest is None:
        largest = max(2, math.ceil(math.log(TAIL) / math.log(going)))
        return atoms_table(_upto(largest), going ** (_upto(largest) - 1.0))
    k = _upto(largest)
    log_going = _solve(lambda x: _tilted_mean(k, x * (k - 1.0)), mean, -60.0, 1.0)
    return atoms_table(k, np.exp(log_going * (k - 1.0)))


def poisson(mean: float, largest: int | None) -> LawTable:
    """The Poisson law, up to `largest`, with the mean asked for."""
    from scipy.special import gammaln

    if largest is None:
        k = np.arange(0.0, math.ceil(mean + 9.0 * math.sqrt(mean) + 25.0) + 1.0)
        weights = np.exp(k * math.log(mean) - mean - gammaln(k + 1.0))
        kept = np.cumsum(weights[::-1])[::-1] >= TAIL
        return atoms_table(k[kept], weights[kept])
    k = np.arange(0.0, largest + 1.0)
    log_factorial = gammaln(k + 1.0)
    bottom, top = math.log(mean) - 1.0, math.log(largest) + 6.0
    log_rate = _solve(lambda x: _tilted_mean(k, k * x - log_factorial), mean, bottom, top)
    log_weights = k * log_rate - log_factorial
    return atoms_table(k, np.exp(log_weights - log_weights.max()))


def _upto(largest: int) -> Floats:
    return np.arange(1.0, largest + 1.0)


def _tilted_mean(k: Floats, log_weights: Floats) -> float:
    weights = np.exp(log_weights - log_weights.max())
    return float(np.dot(k, weights) / weights.sum())


def _solve(rising: Callable[[float], float], target: float, bottom: float, top: float) -> float:
    """Return x in [bottom, top] where a rising function meets the target, by bisection."""
    for _ in range(100):
        middle = 0.5 * (bottom + top)
        if rising(middle) < target:
            bottom = middle
        else:
            top = middle
    return 0.5 * (bottom + top)
