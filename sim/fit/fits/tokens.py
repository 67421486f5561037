"""How long requests and answers are, whether one goes with the other, and who sends the most."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.fit.finding import Estimate, Finding, Floats, normal
from sim.fit.laws import choose_law
from sim.fit.log import MISSING, Log

ROWS_MIN = 20
HEAVY = 5
HEAVY_SHARE = 0.4
DEPENDENT = 0.2


def fit_input(log: Log) -> Finding | None:
    """The input of a request, its cached part and its dependence on turns is in its quantiles."""
    found = _lengths(log, "input", "input_tokens")
    if found is None:
        return None
    cached, whole = log.integers("cached"), log.integers("input")
    told = (cached != MISSING) & (whole != MISSING)
    if not told.any() or whole[told].sum() == 0:
        return found
    share = float(cached[told].sum() / whole[told].sum())
    error = float(
        (cached[told] - share * whole[told]).std() * np.sqrt(told.sum()) / whole[told].sum()
    )
    workload = {**found.workload, "cached_input": f"{min(share, 1.0):.2%}"}
    estimate = normal("cached input", share, error)
    return _with(found, workload, (estimate,), ())


def fit_output(log: Log) -> Finding | None:
    """The output of a request, and whether it goes with the input."""
    found = _lengths(log, "output", "output_tokens")
    if found is None or not log.has("input"):
        return found
    both = (log.integers("input") > 0) & (log.integers("output") > 0)
    step = max(1, int(both.sum()) // 200_000)
    x, y = (log.integers(name)[both][::step].astype(np.float64) for name in ("input", "output"))
    if len(x) < ROWS_MIN or x.std() == 0 or y.std() == 0:
        return found
    rank = float(np.corrcoef(_ranks(x), _ranks(y))[0, 1])
    estimate = normal("rank correlation of input and output", rank, 1 / np.sqrt(len(x)))
    said: tuple[str, ...] = ()
    if abs(rank) > DEPENDENT:
        said = (
            f"input and output go together (rank correlation {rank:.2f}); a workload draws them apart: "
            "kinds of requests may be better written as several workloads",
        )
    return _with(found, found.workload, (estimate,), said)


def fit_clients(log: Log) -> Finding | None:
    """Whether few clients send most; they have no names here, only a share."""
    if not log.has("client"):
        return None
    codes, place = np.unique(log.columns["client"], return_inverse=True)
    sent = np.sort(np.bincount(place, log.columns["count"].astype(np.float64)))[::-1]
    share = float(sent[:HEAVY].sum() / sent.sum())
    error = float(np.sqrt(share * (1 - share) / max(sent.sum(), 1)))
    poor: tuple[str, ...] = ()
    if share > HEAVY_SHARE and len(codes) > 2 * HEAVY:
        poor = (
            f"{HEAVY} of {len(codes)} clients send {share:.0%}: the mixture of all hides them; "
            "write a workload for the heaviest",
        )
    name = f"share of the {HEAVY} heaviest clients"
    return Finding(
        "clients",
        "requests by client; names are hashed while reading",
        (Estimate("clients", len(codes), len(codes), len(codes), "n"), normal(name, share, error)),
        "a count, no law",
        poor,
    )


def _lengths(log: Log, column: str, key: str) -> Finding | None:
    tokens = log.integers(column)
    answered = (log.integers("status") < 400) & (tokens > 0)
    values = tokens[answered].astype(np.float64)
    if len(values) < ROWS_MIN:
        return None
    chosen = choose_law(f"{column} tokens", values, "tokens", _whole)
    poor = list(chosen.poor)
    early, late = np.array_split(values, 2)
    for name, share in (("p50", 50), ("p95", 95)):
        before, after = np.percentile(early, share), np.percentile(late, share)
        if abs(after / before - 1) > 0.1:
            poor.append(
                f"{column} tokens are not steady: {name} goes from {before:.0f} in the first half to "
                f"{after:.0f} in the second"
            )
    return Finding(
        f"{column} tokens",
        "lognormal, two lognormals or the table itself, by likelihood on rows held out",
        chosen.estimates,
        chosen.goodness,
        tuple(poor),
        chosen.plot,
        {key: chosen.written},
    )


def _with(
    found: Finding, workload: Any, estimates: tuple[Estimate, ...], poor: tuple[str, ...]
) -> Finding:
    return Finding(
        found.name,
        found.method,
        (*found.estimates, *estimates),
        found.goodness,
        (*found.poor, *poor),
        found.plot,
        workload,
    )


def _ranks(values: Floats) -> Floats:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(np.float64)


def _whole(value: float) -> int:
    return max(round(float(value)), 1)
