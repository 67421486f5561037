"""Small scenarios for tests: the least that is valid, with parts laid over it."""

from __future__ import annotations

import textwrap

from sim.plan.lower import Lowered, lower
from sim.scenario.document import document_from_text, validate
from sim.scenario.scenario import Scenario

LEAST = """
schema: genai-rollout/v1
name: small
horizon: {start: 2027-07-01, length: 3d}
workloads:
  ask: {arrivals: {rate: 1/s}, input_tokens: 100, output_tokens: 10, pipeline: main}
"""


def scenario(text: str) -> Scenario:
    """A scenario with the usual head."""
    return validate(document_from_text(LEAST + textwrap.dedent(text)), Scenario)


def lowered(text: str, seed: int = 1, replication: int = 0) -> Lowered:
    """The same, lowered."""
    return lower(scenario(text), seed, replication)
