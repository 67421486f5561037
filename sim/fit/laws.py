"""Which law lengths follow: lognormal, two lognormals, or the data's own table, by likelihood on held-out rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from sim.fit.finding import Estimate, Floats, Plot, log_normal

BINS = 60
TABLE_EDGES = np.concatenate(
    (np.linspace(0.0, 0.9, 121), np.linspace(0.9, 0.99, 61)[1:], np.linspace(0.99, 1.0, 21)[1:])
)
"""Between which quantiles a value stands for those around it: finer where few requests cost most."""
ROWS_MAX = 400_000
"""Of more rows every k-th is taken: a law's error is then far below anything that matters."""
EM_STEPS = 60
GROUPS = 4_096
"""Of a usual spread of logarithms a group is less than a thousandth of the law's own."""
KS_POOR = 0.05


@dataclass(frozen=True)
class Chosen:
    """A law for a column of positive numbers."""

    name: str
    written: dict[str, Any]
    estimates: tuple[Estimate, ...]
    goodness: str
    poor: tuple[str, ...]
    plot: Plot


Write = Callable[[float], Any]


def choose_law(what: str, values: Floats, unit: str, write: Write, in_unit: float = 1.0) -> Chosen:
    """Return the law that tells held-out values best.

    Args:
        what: what the values are, for sentences.
        values: positive numbers, in the order of time; (n,).
        unit: what sentences call the unit.
        write: how a scenario writes a value.
        in_unit: values per unit shown.
    """
    values = values[:: max(1, len(values) // ROWS_MAX)]
    log = np.log(np.maximum(values, 0.5))
    learnt, held = _halves(log)
    bins = np.linspace(log.min() - 1e-9, log.max() + 1e-9, BINS + 1)
    scores = {
        "lognormal": _score(_lognormal_shares(bins, *_moments(learnt)), bins, held),
        "mixture": _score(_mixture_shares(bins, *_mixture(learnt)), bins, held),
        "empirical": _score(_table_shares(bins, learnt), bins, held),
    }
    # A simpler law is kept unless another is better by more than chance makes it.
    margin = 3.0 / len(held)
    name = "lognormal"
    for other in ("mixture", "empirical"):
        if scores[other] > scores[name] + margin:
            name = other
    written, shares = _written(name, values, log, bins, write)
    seen = np.histogram(log, bins)[0] / len(log)
    distance = float(np.abs(np.cumsum(seen) - np.cumsum(shares)).max())
    said = ", ".join(f"{law} {score:.3f}" for law, score in scores.items())
    poor = []
    if distance > KS_POOR:
        poor.append(f"the {name} law of {what} is off by up to {distance:.0%} of the requests")
    centres = np.exp((bins[1:] + bins[:-1]) / 2) / in_unit
    return Chosen(
        name,
        written,
        _estimates(what, values / in_unit, unit),
        f"{name} by held-out log likelihood per value ({said}); Kolmogorov distance {distance:.3f}",
        tuple(poor),
        Plot(centres, seen, shares, f"{what} [{unit}]", "share of requests", log_x=True),
    )


def _halves(log: Floats) -> tuple[Floats, Floats]:
    """Learn on every other stretch of fifty values, hold out those between."""
    odd = (np.arange(len(log)) // 50) % 2 == 1
    return (log[~odd], log[odd]) if odd.any() and len(log) >= 200 else (log[::2], log[1::2])


def _score(shares: Floats, bins: Floats, held: Floats) -> float:
    counts = np.histogram(held, bins)[0]
    return float((counts * np.log(np.maximum(shares, 1e-9))).sum() / max(counts.sum(), 1))


def _moments(log: Floats) -> tuple[float, float]:
    return float(log.mean()), max(float(log.std()), 1e-3)


def _lognormal_shares(bins: Floats, mu: float, sigma: float) -> Floats:
    return np.asarray(np.diff(ndtr((bins - mu) / sigma)))


def _table_shares(bins: Floats, log: Floats) -> Floats:
    counts = np.histogram(log, bins)[0] + 0.5
    return np.asarray(counts / counts.sum())


def _mixture(log: Floats) -> tuple[Floats, Floats, Floats]:
    """Two normal parts of the logarithms by expectation and maximisation, from the lower and upper half."""
    middle = float(np.median(log))
    parts = (log[log <= middle], log[log > middle])
    if min(len(part) for part in parts) < 2:
        parts = (log, log)
    mu = np.array([part.mean() for part in parts])
    sigma = np.array([max(part.std(), 0.02) for part in parts])
    weight = np.array([0.5, 0.5])
    log, times = _grouped(log)
    for _ in range(EM_STEPS):
        density = weight * np.exp(-(((log[:, None] - mu) / sigma) ** 2) / 2) / sigma
        part_of = density / np.maximum(density.sum(axis=1, keepdims=True), 1e-300)
        part_of *= times[:, None]
        total = np.maximum(part_of.sum(axis=0), 1e-9)
        weight = total / total.sum()
        mu = (part_of * log[:, None]).sum(axis=0) / total
        spread = (part_of * (log[:, None] - mu) ** 2).sum(axis=0) / total
        sigma = np.maximum(np.sqrt(spread), 0.02)
    return weight, mu, sigma


def _grouped(log: Floats) -> tuple[Floats, Floats]:
    """Many logarithms as the middles of narrow groups, and how many are in each."""
    if len(log) <= GROUPS:
        return log, np.ones(len(log))
    counts, edges = np.histogram(log, GROUPS)
    kept = counts > 0
    return ((edges[1:] + edges[:-1]) / 2)[kept], counts[kept].astype(np.float64)


def _mixture_shares(bins: Floats, weight: Floats, mu: Floats, sigma: Floats) -> Floats:
    return np.asarray(np.diff((weight * ndtr((bins[:, None] - mu) / sigma)).sum(axis=1)))


def _written(
    name: str, values: Floats, log: Floats, bins: Floats, write: Write
) -> tuple[dict[str, Any], Floats]:
    if name == "lognormal":
        mu, sigma = _moments(log)
        law: dict[str, Any] = {
            "law": "lognormal",
            "median": write(np.exp(mu)),
            "sigma": round(sigma, 4),
        }
        return law, _lognormal_shares(bins, mu, sigma)
    if name == "mixture":
        weight, mus, sigmas = _mixture(log)
        parts = [
            {
                "weight": round(float(w), 4),
                "of": {"law": "lognormal", "median": write(np.exp(m)), "sigma": round(float(s), 4)},
            }
            for w, m, s in zip(weight, mus, sigmas, strict=True)
        ]
        return {"law": "mixture", "parts": parts}, _mixture_shares(bins, weight, mus, sigmas)
    middles = (TABLE_EDGES[1:] + TABLE_EDGES[:-1]) / 2
    atoms, place = np.unique(
        np.quantile(values, middles, method="inverted_cdf"), return_inverse=True
    )
    weights = np.bincount(place, np.diff(TABLE_EDGES))
    table = {
        "law": "empirical",
        "values": [write(atom) for atom in atoms],
        "weights": [round(float(weight), 6) for weight in weights],
    }
    return table, np.histogram(np.log(np.maximum(atoms, 0.5)), bins, weights=weights)[0]


def _estimates(what: str, values: Floats, unit: str) -> tuple[Estimate, ...]:
    """The median and p95 by order statistics, and the log's moments."""
    mu, sigma = _moments(np.log(np.maximum(values, 0.5 if unit == "tokens" else 1e-9)))
    n = len(values)
    found = [
        log_normal(f"{what} geometric mean", float(np.exp(mu)), sigma / np.sqrt(n), unit),
        log_normal(f"{what} sigma of the logarithm", sigma, 1 / np.sqrt(2 * n), "1"),
    ]
    for share, name in ((0.5, "p50"), (0.95, "p95")):
        spread = 1.645 * np.sqrt(share * (1 - share) / n)
        ends = np.quantile(values, [max(share - spread, 0), share, min(share + spread, 1)])
        low, value, high = (float(end) for end in ends)
        found.append(Estimate(f"{what} {name}", value, low, high, unit))
    return tuple(found)
