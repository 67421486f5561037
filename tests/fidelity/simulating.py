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
    limits: [{limit}]
    client: {client}
routes: {{chat: {{order: [vendor], max_output_tokens: {cap}}}}}
"""


@dataclass(frozen=True)
class Simulated:
    """What a run of the same arrivals gave, request by request."""

    ok: np.ndarray
    attempts: np.ndarray
    latency_s: np.ndarray


def simulate(
    times_s: Sequence[float],
    limit: str,
    client: str,
    *,
    service_s: float,
    refusal: str = "4ms",
    replication: int = 0,
) -> Simulated:
    """Take arrivals through the compiled engine; rows in the order of arriving.

    Args:
        times_s: when requests arrive.
        limit, client: as a scenario writes them.
        service_s: how long an answer takes.
        refusal: the law of the time from a refusal to the retry, beyond what the client chose to wait.
        replication: whose luck.
    """
    text = SCENARIO.format(
        times=", ".join(f"{round(t * 1e6)}us" for t in times_s),
        service_us=max(1, round(service_s * 1e6)),
        refusal=refusal,
        limit=limit,
        client=client,
        cap=MAX_TOKENS,
    )
    course = journey(validate(document_from_text(text), Scenario), 20270701, replication)
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
