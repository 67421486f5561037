"""What every limit says in a scenario, whatever its kind."""

from __future__ import annotations

from typing import Literal

from sim.plan.columns import Counts
from sim.scenario.types import Model, Name

CountsWord = Literal[
    "requests",
    "input_tokens",
    "uncached_input_tokens",
    "output_tokens",
    "tokens",
    "uncached_tokens",
]

COUNTS: dict[str, Counts] = {
    "requests": Counts.REQUESTS,
    "input_tokens": Counts.INPUT,
    "uncached_input_tokens": Counts.UNCACHED_INPUT,
    "output_tokens": Counts.OUTPUT,
    "tokens": Counts.TOKENS,
    "uncached_tokens": Counts.UNCACHED_TOKENS,
}
"""What a limit may count, in a planner's words."""

TOKENS_MAX = 10**10
"""No limit holds more: a bucket keeps its level × 60,000,000 in 64 bits."""


class LimitFields(Model):
    """A limit of an endpoint, or one that several endpoints share."""

    limit: str
    """Its kind [word]."""
    name: Name | None = None
    """What reports call it; else what it counts [text]."""
    counts: CountsWord
    """What it counts of an attempt [word]."""
    when_full: Literal["refuse", "wait"] = "refuse"
    """Whether an attempt above it gets a 429 or waits before it is sent [word]."""
