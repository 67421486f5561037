"""How many requests a session has, and how long a person thinks between them."""

from __future__ import annotations

import numpy as np

from sim.fit.finding import Finding, Plot, milliseconds, normal
from sim.fit.laws import choose_law
from sim.fit.log import MISSING, Log
from sim.fit.sessions import session_order

TURNS_MAX = 60
THOUGHTS_MIN = 100


def fit(log: Log) -> Finding | None:
    """Turns and think times; None where the log knows no sessions."""
    if not log.has("session"):
        return None
    order, starts = session_order(log)
    turns = np.diff(np.append(np.flatnonzero(starts), len(order)))
    times, lengths = log.time_us[order], log.integers("duration_us")[order]
    ended = times + np.where(lengths == MISSING, 0, lengths)
    thought = (times[1:] - ended[:-1])[~starts[1:]]
    mean, error = float(turns.mean()), float(turns.std() / np.sqrt(len(turns)))
    weights = np.bincount(np.minimum(turns, TURNS_MAX))
    values = np.flatnonzero(weights)
    law = {"values": values.tolist(), "weights": weights[values].tolist()}
    geometric = (1 / mean) * (1 - 1 / mean) ** (values - 1) if mean > 1 else (values == 1) * 1.0
    seen = weights[values] / len(turns)
    found = {"turns": law} if mean > 1 else {}
    poor = []
    if turns.max() > TURNS_MAX:
        poor.append(f"{int((turns > TURNS_MAX).sum())} sessions are longer than {TURNS_MAX} turns")
    if not log.has("duration_us"):
        poor.append("the log tells no durations: thinking is counted from request to request")
    estimates = [normal("turns of a session", mean, error, "n", 1.0)]
    if mean > 1 and len(thought) >= THOUGHTS_MIN:
        chosen = choose_law(
            "thinking", np.maximum(thought, 1e3).astype(np.float64) / 1e6, "s", seconds
        )
        found["think_time"] = chosen.written
        estimates += chosen.estimates
        poor += chosen.poor
    elif mean > 1:
        median = max(float(np.median(thought)), 1e3)
        found["think_time"] = {"values": [milliseconds(median)]}
        poor.append(f"{len(thought)} pauses are too few for a law: their median is taken")
    return Finding(
        "sessions",
        "turns as counted; a pause of two hours ends a session; thinking from an answer to the next request",
        tuple(estimates),
        f"largest difference from a geometric law {float(np.abs(seen - geometric).max()):.3f}, "
        "so the table itself is taken",
        tuple(poor),
        Plot(
            values.astype(np.float64),
            seen,
            geometric.astype(np.float64),
            "turns of a session (model: geometric)",
            "share of sessions",
        ),
        found,
    )


def seconds(value: float) -> str:
    """Seconds as a scenario writes a duration."""
    return milliseconds(value * 1e6)
