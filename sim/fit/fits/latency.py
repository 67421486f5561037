"""How fast endpoints answer: the first token as a body with spikes, then the speed of writing; or the whole.

A first token's dependence on the prompt's length is told in words: no part of a scenario uses it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.fit.finding import Estimate, Finding, Floats, normal, rounded
from sim.fit.fits.turns import seconds
from sim.fit.laws import Chosen, choose_law
from sim.fit.log import MISSING, Log

ROWS_MIN = 50
SPEED_TOKENS_MIN = 8
"""Shorter answers tell no speed: one chunk may hold them."""
PROMPT_TERM = 0.1
"""Part of the first token's median that a prompt of the usual length must explain to be told."""


def fit(log: Log) -> Finding | None:
    """Latency of each endpoint that the log names."""
    endpoints: dict[str, dict[str, Any]] = {}
    estimates: list[Estimate] = []
    poor: list[str] = []
    good, plot = [], None
    for code, name in enumerate(log.endpoints):
        mine = log.where((log.columns["endpoint"] == code) & (log.integers("status") < 400))
        found = _of_endpoint(name, mine)
        if found is None:
            continue
        latency, chosen, more, said = found
        endpoints[name] = {"latency": latency}
        estimates += [*chosen.estimates, *more]
        poor += [*chosen.poor, *said]
        good.append(f"{name}: {chosen.goodness}")
        plot = plot or chosen.plot
    if not endpoints:
        return None
    return Finding(
        "latency",
        "of answered requests, by endpoint",
        tuple(estimates),
        "; ".join(good),
        tuple(poor),
        plot,
        endpoints=endpoints,
    )


def _of_endpoint(
    name: str, log: Log
) -> tuple[dict[str, Any], Chosen, list[Estimate], list[str]] | None:
    first, whole = log.integers("first_token_us"), log.integers("duration_us")
    output = log.integers("output")
    streamed = (first > 0) & (whole > first) & (output >= SPEED_TOKENS_MIN)
    if streamed.sum() >= ROWS_MIN:
        values = first[streamed] / 1e6
        chosen = choose_law(f"{name} first token", values, "s", seconds)
        speed = output[streamed] / ((whole - first)[streamed] / 1e6)
        speed = np.minimum(speed, np.quantile(speed, 0.999))
        mean, cv = float(speed.mean()), float(speed.std() / speed.mean())
        n = len(speed)
        more = [
            normal(f"{name} speed", mean, mean * cv / np.sqrt(n), "tokens/s"),
            normal(f"{name} cv of the speed", cv, cv * np.sqrt((0.5 + cv**2) / n)),
        ]
        law = {"mean": rounded(mean), "cv": rounded(cv, 3)}
        told = _prompt_term(name, log.integers("input")[streamed], values)
        return {"first_token": chosen.written, "tokens_per_second": law}, chosen, more, told
    if (whole > 0).sum() >= ROWS_MIN:
        chosen = choose_law(f"{name} answer", whole[whole > 0] / 1e6, "s", seconds)
        said = [f"{name}: no first tokens in the log, so the whole answer has one law"]
        return {"total": chosen.written}, chosen, [], said
    return None


def _prompt_term(name: str, prompt: Any, first_s: Floats) -> list[str]:
    told = prompt != MISSING
    if told.sum() < ROWS_MIN or prompt[told].std() == 0:
        return []
    x, y = prompt[told].astype(np.float64), first_s[told]
    slope = float(np.cov(x, y)[0, 1] / x.var())
    part = slope * float(np.median(x)) / float(np.median(y))
    if abs(part) < PROMPT_TERM:
        return []
    return [
        f"{name}: the first token takes {slope * 1e6:.0f} ms longer for each 1,000 tokens of prompt "
        f"({part:.0%} of the usual one); the law leaves it out"
    ]
