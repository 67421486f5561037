"""What every limit says in a scenario, whatever its kind: its name, its two weightings, its manners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, WrapValidator

from sim.errors import PlaceError
from sim.plan.columns import Advice
from sim.scenario.paths import did_you_mean
from sim.scenario.types import Count, Model, Name
from sim.units import shown

CountsWord = Literal[
    "requests",
    "input_tokens",
    "uncached_input_tokens",
    "output_tokens",
    "tokens",
    "uncached_tokens",
]

TOKENS_MAX = 10**10
"""No limit holds more: a bucket keeps its level × 60,000,000 in 64 bits."""
WEIGHT_MAX = 1_000
"""No token weighs more: weights are kept in parts per million, and multiplied in 64 bits."""
MILLION = 1_000_000

Weight = Annotated[Count, Field(le=WEIGHT_MAX)]


class Weights(Model):
    """What an attempt costs, by its parts; what is not written costs nothing."""

    requests: Weight = 0.0
    """The attempt itself [units of the limit]."""
    uncached_input: Weight = 0.0
    """Each input token that the vendor had not seen before [units of the limit / token]."""
    cached_input: Weight = 0.0
    """Each input token that it had [units of the limit / token]."""
    output: Weight = 0.0
    """Each output token [units of the limit / token]."""

    def parts_ppm(self) -> list[int]:
        """The four weights in the plan's order, in parts per million."""
        parts = (self.requests, self.uncached_input, self.cached_input, self.output)
        return [round(part * MILLION) for part in parts]


class Reserves(Weights):
    """What an attempt costs when it is let through, before anybody knows how long its answer will be."""

    output_cap: Weight = 0.0
    """Each token that the route's `max_output_tokens` allows; without a cap, of the true answer
    [units of the limit / token]."""
    joined_by: Literal["sum", "max"] = "sum"
    """Whether input and output are added, or the greater of the two counts [word]."""


COUNTS: dict[str, Weights] = {
    "requests": Weights(requests=1),
    "input_tokens": Weights(uncached_input=1, cached_input=1),
    "uncached_input_tokens": Weights(uncached_input=1),
    "output_tokens": Weights(output=1),
    "tokens": Weights(uncached_input=1, cached_input=1, output=1),
    "uncached_tokens": Weights(uncached_input=1, output=1),
}
"""What a limit may count, in a planner's words."""

ADVICE: dict[str, Advice] = {
    "none": Advice.NONE,
    "exact": Advice.EXACT,
    "milliseconds": Advice.MILLISECONDS,
    "seconds": Advice.SECONDS,
}
"""How a refusal may say when to come back, in a planner's words."""


def _word_or(model: type[Weights]) -> WrapValidator:
    """Read one of the words, or a map of weights."""

    def choose(value: Any, handler: Callable[[Any], Any]) -> Any:
        if isinstance(value, Model):
            return value
        if isinstance(value, Mapping):
            return model.model_validate(value)
        if isinstance(value, str) and value in COUNTS:
            return value
        hint = did_you_mean(value, COUNTS) if isinstance(value, str) else ""
        words = ", ".join(COUNTS)
        message = f"{shown(value)!r} is not what a limit counts{hint}; {words}, or weights"
        raise PlaceError(message, (), "counts")

    return WrapValidator(choose)


Counted = Annotated[CountsWord | Weights, _word_or(Weights)]
Reserved = Annotated[CountsWord | Reserves, _word_or(Reserves)]


class LimitFields(Model):
    """A limit of an endpoint, or one that several endpoints share."""

    ONLY_CLIENTS: ClassVar = False
    """Whether no vendor has such a limit."""

    limit: str
    """Its kind [word]."""
    name: Name | None = None
    """What reports call it; else what it counts [text]."""
    counts: Counted
    """What it counts of an attempt, or what each part of it really costs [word or weights]."""
    reserves: Reserved | None = None
    """What an attempt costs when it is let through; as `counts`, with the answer's cap for its length, unless
    written [word or weights]."""
    when_full: Literal["refuse", "wait"] = "refuse"
    """Whether an attempt above it gets a 429 or waits before it is sent [word]."""
    advice: Literal["exact", "milliseconds", "seconds", "none"] = "exact"
    """How a 429 says when to come back: to the microsecond, rounded up, or not at all [word]."""

    @property
    def label(self) -> str:
        """What reports call it."""
        counted = self.counts if isinstance(self.counts, str) else self.limit
        return self.name or counted.replace("_", " ")

    def actual_ppm(self) -> list[int]:
        """The four weights of what an attempt really costs."""
        return (COUNTS[self.counts] if isinstance(self.counts, str) else self.counts).parts_ppm()

    def reserved_ppm(self) -> list[int]:
        """The five weights of what it costs at the door."""
        reserves = self.counts if self.reserves is None else self.reserves
        if isinstance(reserves, Reserves):
            return [*reserves.parts_ppm(), round(reserves.output_cap * MILLION)]
        weights = COUNTS[reserves] if isinstance(reserves, str) else reserves
        *others, output = weights.parts_ppm()
        return [*others, 0, output]

    def takes_greater(self) -> bool:
        """Whether the greater of input and output counts at the door."""
        return isinstance(self.reserves, Reserves) and self.reserves.joined_by == "max"
