"""Real SDKs against a limiter on loopback, and the same arrivals simulated: do users meet the same fate?

Each recording drives the vendor's own SDK at its default settings (two retries) for at most two minutes and 2,000
requests. Twice it is held against the simulator: attempt by attempt, with the times at which attempts really came;
and as a whole, with fresh luck, where a second simulated run shows how much of the difference is luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from fidelity.driving import TOKENS, Result, drive
from fidelity.server import Bucket, Seen, Vendor, Window
from fidelity.simulating import Simulated, simulate

from sim import draws

CLIENTS = {"openai": "openai-python", "anthropic": "anthropic-python"}
"""Presets."""
PER_SECOND = 12
"""Attempts a second that the limit lets through in the long run."""


@dataclass(frozen=True)
class Case:
    """A vendor's limit, how it says no, and who asks."""

    name: str
    sdk: str
    advice: str
    load: float
    seconds: float

    def gate(self) -> Bucket | Window:
        rate = PER_SECOND * TOKENS
        if self.name == "bucket":
            return Bucket(rate, 2.0 * rate)
        return Window(5 * rate, 5.0, charges_refused=self.name == "counter")

    def limit(self) -> str:
        rate = PER_SECOND * TOKENS
        more = f"counts: tokens, advice: {ADVICE[self.advice]}"
        if self.name == "bucket":
            return f"{{limit: token_bucket, per_minute: {60 * rate}, holds: 2s, {more}}}"
        return f"{{limit: {KINDS[self.name]}, allows: {5 * rate}, window: 5s, {more}}}"


KINDS = {"window": "fixed_window", "counter": "minute_counter"}
ADVICE = {"ms": "exact", "seconds": "seconds", "none": "none"}
QUICK = [
    Case("bucket", "openai", "ms", 1.4, 10),
    Case("bucket", "anthropic", "seconds", 1.4, 10),
]
LONG = [
    Case(name, sdk, advice, load, 60)
    for name, sdk, advice in (
        ("bucket", "openai", "ms"),
        ("bucket", "anthropic", "seconds"),
        ("counter", "openai", "none"),
        ("window", "anthropic", "seconds"),
    )
    for load in (0.5, 0.8, 1.1, 1.6)
]


def arrivals_s(case: Case) -> list[float]:
    """Poisson arrivals by addressed luck, at least 1 ms apart so that both sides see one order."""
    key = draws.purpose(7, 0, "recording", case.name, case.sdk)
    now_s, found = 0.0, []
    while now_s < case.seconds and len(found) < 2000:
        u = draws.uniform(key, len(found), 0)
        now_s += max(0.001, -np.log(u) / (case.load * PER_SECOND))
        found.append(float(now_s))
    return found


@dataclass(frozen=True)
class Recording:
    """What happened."""

    case: Case
    results: list[Result]
    log: list[Seen]
    service_s: float


def record(case: Case) -> Recording:
    with Vendor(case.gate(), case.advice, case.sdk) as vendor:
        results, service_s = drive(case.sdk, vendor, arrivals_s(case))
        return Recording(case, results, sorted(vendor.log, key=lambda seen: seen.at_s), service_s)


def share_that_agrees(recording: Recording) -> float:
    """Attempts at the times at which they really came: requests with the same fate."""
    log = recording.log
    again = simulate(
        [seen.at_s for seen in log],
        recording.case.limit(),
        "{retries: 0}",
        service_s=recording.service_s,
    )
    assert len(again.ok) == len(log)
    fates: dict[int, tuple[bool, bool]] = {}
    for seen, ok in zip(log, again.ok, strict=True):
        fates[seen.request] = (seen.status == 200, bool(ok))
    assert [fates[n][0] for n in sorted(fates)] == [result.ok for result in recording.results]
    return float(np.mean([real == simulated for real, simulated in fates.values()]))


def figures(ok: np.ndarray, attempts: float, latency_s: np.ndarray) -> dict[str, float]:
    return {
        "success": float(np.mean(ok)),
        "attempts": attempts,
        "p50_s": float(np.quantile(latency_s, 0.5)),
        "p95_s": float(np.quantile(latency_s, 0.95)),
    }


def real_figures(recording: Recording) -> dict[str, float]:
    results = recording.results
    return figures(
        np.array([result.ok for result in results]),
        len(recording.log) / len(results),
        np.array([result.latency_s for result in results]),
    )


def way_back(recording: Recording) -> str:
    """The law of the time from a refusal to the retry, beyond what the SDK slept: networks and processors, measured."""
    over_s = [
        after.at_s - before.at_s - recording.results[before.request].sleeps_s[before.retry]
        for before, after in pairwise(sorted(recording.log, key=lambda s: (s.request, s.retry)))
        if before.request == after.request
    ]
    if len(over_s) < 10:
        return "5ms"
    median, p95 = (round(float(np.quantile(over_s, q)) * 1e6) for q in (0.5, 0.95))
    return f"{{median: {median}us, p95: {p95}us}}"


def simulated_figures(recording: Recording, replication: int) -> dict[str, float]:
    """With fresh jitter."""
    case = recording.case
    run: Simulated = simulate(
        [result.arrived_s for result in recording.results],
        case.limit(),
        CLIENTS[case.sdk],
        service_s=recording.service_s,
        refusal=way_back(recording),
        replication=replication,
    )
    return figures(run.ok, float(run.attempts.mean()), run.latency_s)


def differences(real: dict[str, float], simulated: dict[str, float]) -> list[str]:
    """What is further apart than 2 points, or 10 % and 50 ms."""
    found = []
    for name, value in real.items():
        off = abs(value - simulated[name])
        allowed = 0.02 if name in ("success", "attempts") else max(0.05, 0.1 * value)
        if off > allowed:
            found.append(f"{name}: {value:.3f} real, {simulated[name]:.3f} simulated")
    return found


def shown(recording: Recording) -> str:
    """The figures beside each other, and two simulated runs for their spread."""
    real = real_figures(recording)
    runs = [simulated_figures(recording, replication) for replication in (0, 1)]
    case = recording.case
    head = f"{case.sdk} {case.name} advice {case.advice} load {case.load}, {len(recording.results)} requests"
    rows = [f"  {k:9} {real[k]:7.3f} real, {runs[0][k]:7.3f} and {runs[1][k]:7.3f}" for k in real]
    return "\n".join([head, *rows])


def hold(case: Case, *, whole: bool) -> None:
    recording = record(case)
    said = shown(recording)
    print(said)
    assert share_that_agrees(recording) >= 0.98, said
    if whole:
        wrong = differences(real_figures(recording), simulated_figures(recording, 0))
        assert not wrong, f"{said}\n{wrong}"


@pytest.mark.parametrize("case", QUICK, ids=lambda case: f"{case.sdk} {case.name}")
def test_attempts_meet_the_fate_that_the_simulator_says(case):
    hold(case, whole=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", LONG, ids=lambda case: f"{case.sdk} {case.name} {case.advice} {case.load}"
)
def test_a_recorded_minute_is_as_simulated(case):
    hold(case, whole=True)
