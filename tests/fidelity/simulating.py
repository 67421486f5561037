"""The same arrivals, simulated from a scenario's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from fidelity.driving import MAX_TOKENS

from sim.engine import start
from sim.outcome import Row
from sim.plan.columns import Status
from sim.plan.journey import journey
from sim.scenario.document import document_from_text, validate
from sim.scenario.scenario import Scenario

SCENARIO = """
schema: genai-rollout/v1
name: recorded
horizon: {{start: 2027-07-01, length: 1d, timezone: UTC}}
workloads:
  ask: {{arrivals: {{at: [{times}]}}, input_tokens: 100, output_tokens: 10, pipeline: main}}
pipelines: {{main: [{{stage: answer, call: chat}}]}}
endpoints:
  vendor:
    price: {{input: 0, output: 0}}
    latency: {{total: {service_us}us}}
    refusal_after: {refusal}
    errors: {{share: 0, after: {error}}}
    limits: [{limit}]
    client: {client}
{more}
routes: {{chat: {{order: [vendor], max_output_tokens: {cap}}}}}
"""


@dataclass(frozen=True)
class World:
    """What a scenario says of a vendor and of who asks it, in a scenario's words."""

    limit: str
    client: str
    service_s: float
    """How long an answer takes."""
    refusal: str = "4ms"
    """The law of the time from a refusal to the retry, beyond what the client chose to wait."""
    error: str = "50ms"
    """The same of a 5xx."""
    timeout_s: float | None = None
    spells: tuple[tuple[float, float, str], ...] = ()
    """From when until when [s], and what an incident does."""

    def text(self, times_s: Sequence[float]) -> str:
        """The scenario with these arrivals."""
        more = "" if self.timeout_s is None else f"    attempt_timeout: {self.timeout_s}s\n"
        if self.spells:
            more += "incidents:\n"
        for since_s, until_s, what in self.spells:
            lasts = round(1e6 * (until_s - since_s))
            at = f"at: {round(1e6 * since_s)}us, lasts: {lasts}us"
            more += f'  - {{{at}, endpoints: [vendor], what: "{what}"}}\n'
        return SCENARIO.format(
            times=", ".join(f"{round(t * 1e6)}us" for t in times_s),
            service_us=max(1, round(self.service_s * 1e6)),
            refusal=self.refusal,
            error=self.error,
            limit=self.limit,
            client=self.client,
            cap=MAX_TOKENS,
            more=more,
        )


@dataclass(frozen=True)
class Simulated:
    """What a run of the same arrivals gave, request by request."""

    ok: np.ndarray
    attempts: np.ndarray
    latency_s: np.ndarray


def simulate(world: World, times_s: Sequence[float], replication: int = 0) -> Simulated:
    """Take arrivals through the compiled engine, with a replication's luck; rows in the order of arriving."""
    scenario = validate(document_from_text(world.text(times_s)), Scenario)
    course = journey(scenario, 20270701, replication)
    engine = start(course.plan, "compiled")
    rows = np.concatenate(
        [engine.advance(each.day).rows for each in course.days] + [engine.close().rows]
    )
    rows = rows[np.argsort(rows[:, Row.ARRIVED_US], kind="stable")]
    return Simulated(
        rows[:, Row.STATUS] == Status.OK,
        rows[:, Row.ATTEMPTS],
        (rows[:, Row.FINISHED_US] - rows[:, Row.ARRIVED_US]) / 1e6,
    )
