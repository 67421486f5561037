"""A recording: who asked when, what the vendor saw, and the laws of what no clock of the simulator knows."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fidelity.driving import TOKENS, Result, drive
from fidelity.server import ERROR_S, Bucket, Gate, Log, Seen, Spell, Vendor, Window
from fidelity.simulating import World

from sim import draws

PER_SECOND = 12
"""Attempts a second that the limit lets through in the long run."""
RATE = PER_SECOND * TOKENS
"""The same in tokens."""
TRACE = (
    Path(__file__).parents[3] / "shared" / "data" / "traces" / "AzureLLMInferenceTrace_code.csv.gz"
)
TRACE_FROM_S = 1400.0
TRACE_PER_SECOND = 6.47
"""Of the trace's requests, in the hundred seconds from there on."""

CLIENTS = {
    "openai": "openai-python",
    "anthropic": "anthropic-python",
    "google-genai": "google-genai-retrying",
    "botocore": "botocore",
}
"""Presets."""
ADVICE = {"ms": "milliseconds", "seconds": "seconds", "none": "none"}


@dataclass(frozen=True)
class Kind:
    """A limit, as the server holds it and as a scenario writes it."""

    gate: Callable[[], Gate]
    text: str


KINDS = {
    "bucket": Kind(
        lambda: Bucket(RATE, 2.0 * RATE),
        f"limit: token_bucket, per_minute: {60 * RATE}, holds: 2s",
    ),
    "window": Kind(
        lambda: Window(5 * RATE, 5.0), f"limit: fixed_window, allows: {5 * RATE}, window: 5s"
    ),
    "counter": Kind(
        lambda: Window(5 * RATE, 5.0, charges_refused=True),
        f"limit: minute_counter, allows: {5 * RATE}, window: 5s",
    ),
    "log": Kind(
        lambda: Log(5 * RATE, 5.0), f"limit: sliding_window, allows: {5 * RATE}, window: 5s"
    ),
}


@dataclass(frozen=True)
class Case:
    """A vendor's limit, how it says no, and who asks."""

    name: str
    """The limit."""
    sdk: str
    advice: str
    load: float
    seconds: float
    bursty: bool = False
    """As the requests of a recorded trace come, instead of at random."""
    spells: tuple[Spell, ...] = ()
    timeout_s: float | None = None

    def __str__(self) -> str:
        more = ["bursty"] * self.bursty
        more += ["errors"] * any(spell.status >= 500 for spell in self.spells)
        more += ["time-outs"] * (self.timeout_s is not None)
        return " ".join([self.sdk, self.name, self.advice, str(self.load), *more])

    def world(self, client: str, service_s: float, **laws: str) -> World:
        """The same in a scenario's words."""
        spells = tuple(
            (each.from_s, each.until_s, "outage" if each.status >= 500 else f"slow x {each.slow}")
            for each in self.spells
        )
        limit = f"{{{KINDS[self.name].text}, counts: tokens, advice: {ADVICE[self.advice]}}}"
        return World(limit, client, service_s, timeout_s=self.timeout_s, spells=spells, **laws)


def arrivals_s(case: Case) -> list[float]:
    """When requests come, at most 2,000 and at least 1 ms apart, so that both sides see one order."""
    if case.bursty:
        return _of_the_trace(case)
    key = draws.purpose(7, 0, "recording", case.name, case.sdk)
    now_s, found = 0.0, []
    while now_s < case.seconds and len(found) < 2000:
        u = draws.uniform(key, len(found), 0)
        now_s += max(0.001, -np.log(u) / (case.load * PER_SECOND))
        found.append(float(now_s))
    return found


def _of_the_trace(case: Case) -> list[float]:
    """A stretch of the trace, so much faster that it has the load."""
    if not TRACE.exists():
        pytest.skip(f"{TRACE.name} is not there")
    with gzip.open(TRACE, "rt", encoding="utf-8") as file:
        stamps = [datetime.fromisoformat(row["TIMESTAMP"][:26]) for row in csv.DictReader(file)]
    faster = case.load * PER_SECOND / TRACE_PER_SECOND
    found: list[float] = []
    for stamp in stamps:
        at_s = ((stamp - stamps[0]).total_seconds() - TRACE_FROM_S) / faster
        if 0 <= at_s < case.seconds and len(found) < 2000:
            found.append(max(at_s + 0.001, found[-1] + 0.001 if found else 0.0))
    return found


@dataclass(frozen=True)
class Recording:
    """What happened."""

    case: Case
    results: list[Result]
    log: list[Seen]
    service_s: float

    def way_back(self, status: int, without_s: float = 0.0) -> str:
        """The law of the time from a status to the retry, beyond what the SDK slept: networks and processors,
        measured; so much of it is the vendor's own time."""
        over_s = [
            after.at_s - before.at_s - self.results[before.request].sleeps_s[before.retry]
            for before, after in pairwise(sorted(self.log, key=lambda s: (s.request, s.retry)))
            if before.request == after.request and before.status == status
        ]
        if len(over_s) < 10:
            return f"{5 + round(without_s * 1000)}ms"
        median, p95 = (round(float(np.quantile(over_s, q)) * 1e6) for q in (0.5, 0.95))
        return f"{{median: {median}us, p95: {max(p95, median + 1)}us}}"

    def world(self) -> World:
        """The vendor with the SDK's preset."""
        case = self.case
        laws = {"refusal": self.way_back(429), "error": self.way_back(503, ERROR_S)}
        return case.world(CLIENTS[case.sdk], self.service_s, **laws)


def record(case: Case) -> Recording:
    with Vendor(KINDS[case.name].gate(), case.advice, case.sdk, case.spells) as vendor:
        results, service_s = drive(case.sdk, vendor, arrivals_s(case), case.timeout_s)
        return Recording(case, results, vendor.seen(), service_s)
