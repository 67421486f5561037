"""Intervals over replications, never over pooled requests: replications are independent, requests are not.

No SciPy here: the exact binomial and Student's t have short finite sums, which tests hold against SciPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

Ordered = TypeVar("Ordered")

LEVEL = 0.95
"""Confidence of every interval, unless it says otherwise."""
_STEPS = 200


def quantile(ordered: Sequence[Ordered], ppm: int) -> Ordered:
    """The value of rank ceil(n × q) of ascending values: one that was observed."""
    rank = max(1, -(-len(ordered) * ppm // 1_000_000))
    return ordered[rank - 1]


def chance_interval(met: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Clopper and Pearson's exact interval for a chance, from `met` of `n` replications."""
    tail = (1.0 - level) / 2.0
    low = 0.0 if met == 0 else _solve(lambda p: 1.0 - binomial_cdf(met - 1, n, p), tail)
    high = 1.0 if met == n else _solve(lambda p: -binomial_cdf(met, n, p), -tail)
    return low, high


def binomial_cdf(k: int, n: int, p: float) -> float:
    """P(at most k of n successes)."""
    if k >= n or p <= 0.0:
        return 1.0
    if p >= 1.0 or k < 0:
        return 0.0
    odds, rest = math.log(p), math.log1p(-p)
    ways = _log_choices(n)
    return math.fsum(math.exp(ways[i] + i * odds + (n - i) * rest) for i in range(k + 1))


@lru_cache(maxsize=16)
def _log_choices(n: int) -> tuple[float, ...]:
    """The logarithms of n over 0, 1, ..., n."""
    ways = [1]
    for i in range(n):
        ways.append(ways[-1] * (n - i) // (i + 1))
    return tuple(math.log(each) for each in ways)


def median_interval(
    ordered: Sequence[Ordered], level: float = LEVEL
) -> tuple[Ordered, Ordered] | None:
    """An interval for the median from two order statistics; None where there are too few values."""
    n, tail = len(ordered), (1.0 - level) / 2.0
    below = -1
    while below + 1 < n // 2 and binomial_cdf(below + 1, n, 0.5) <= tail:
        below += 1
    return None if below < 0 else (ordered[below], ordered[n - 1 - below])


def mean_interval(values: Sequence[float], level: float = LEVEL) -> tuple[float, float] | None:
    """Student's interval for a mean; None of fewer than two values, or where one is not finite."""
    n = len(values)
    if n < 2 or not all(math.isfinite(value) for value in values):
        return None
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    half = student_quantile(0.5 + level / 2.0, n - 1) * math.sqrt(variance / n)
    return mean - half, mean + half


def difference_interval(
    first: Sequence[float], other: Sequence[float], level: float = LEVEL
) -> tuple[float, float] | None:
    """Student's interval for other minus first, were the two samples of n values independent; 2n - 2 degrees."""
    n = len(first)
    assert len(other) == n, "as many of each"
    if n < 2 or not all(math.isfinite(value) for value in (*first, *other)):
        return None
    means = [math.fsum(values) / n for values in (first, other)]
    squares = [
        math.fsum((value - mean) ** 2 for value in values)
        for values, mean in zip((first, other), means, strict=True)
    ]
    half = student_quantile(0.5 + level / 2.0, 2 * n - 2) * math.sqrt(
        math.fsum(squares) / (n - 1) / n
    )
    middle = means[1] - means[0]
    return middle - half, middle + half


def student_quantile(q: float, freedom: int) -> float:
    """The quantile, above a half, of Student's t."""
    angle = _solve(lambda share: _student_within(share * math.pi / 2.0, freedom), 2.0 * q - 1.0)
    return math.tan(angle * math.pi / 2.0) * math.sqrt(freedom)


def _student_within(angle: float, freedom: int) -> float:
    """P(|T| <= tan(angle) × sqrt(freedom)), the finite sum of Abramowitz & Stegun 26.7.3 and 26.7.4."""
    sine, cosine = math.sin(angle), math.cos(angle)
    term, whole = (1.0, 1.0) if freedom % 2 == 0 else (cosine, cosine)
    for i in range(2 if freedom % 2 == 0 else 3, freedom, 2):
        term *= (i - 1) / i * cosine * cosine
        whole += term
    if freedom % 2 == 0:
        return sine * whole
    return (angle + (sine * whole if freedom > 1 else 0.0)) * 2.0 / math.pi


def _solve(rising: Callable[[float], float], wanted: float) -> float:
    """Where a rising function of [0, 1] reaches a value."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2.0
