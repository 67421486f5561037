"""The request half of a workload: what one request carries, and how long its person waits.

Who sends requests, and when, is the demand half: `sim.scenario.people`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import PlainValidator, WithJsonSchema

from sim.scenario.laws import Law, LawOfCount, LawOfDuration, parse_law
from sim.scenario.spine import Spine, usual
from sim.scenario.types import Name, PositiveDuration, Share
from sim.units import whole_number

Priority = Literal["high", "normal", "low"]
PRIORITIES: tuple[Priority, ...] = ("high", "normal", "low")
"""In the order in which a queue serves them."""


@dataclass(frozen=True, slots=True)
class InputTokens:
    """The input of a request [tokens]."""

    law: Law
    """Of a session's first request [tokens]."""
    grows_per_turn: int = 0
    """What each later turn carries more, because it repeats the talk so far [tokens]."""


def _read_input(value: Any) -> InputTokens:
    if isinstance(value, InputTokens):
        return value
    if not isinstance(value, Mapping):
        return InputTokens(parse_law(value, "count"))
    rest = {key: item for key, item in value.items() if key != "grows_per_turn"}
    grows = whole_number(value.get("grows_per_turn", 0))
    return InputTokens(parse_law(rest, "count"), grows)


_GROWING: dict[str, Any] = {
    "type": "object",
    "required": ["grows_per_turn"],
    "properties": {"grows_per_turn": {"x-quantity": "whole"}},
}

LawOfInput = Annotated[
    InputTokens,
    PlainValidator(_read_input),
    WithJsonSchema({"anyOf": [{"x-law": "count"}, _GROWING]}),
]


class RequestFields(Spine):
    """What each request of a workload is like."""

    NOT_YET: ClassVar = {"batch": ""}

    input_tokens: LawOfInput = usual(InputTokens(parse_law(0, "count")))
    """What is sent to the model: the prompt with all its context; a distribution, which may add
    `grows_per_turn`; none unless written [tokens]."""
    output_tokens: LawOfCount = usual(parse_law(0, "count"))
    """What the model writes; nothing unless written [tokens]."""
    cached_input: Share = 0.0
    """The part of the input that a vendor who caches prompts has seen before [share]."""
    deadline: PositiveDuration | None = None
    """An answer after this is `late` [us]."""
    patience: LawOfDuration | None = None
    """The person gives up after this [us]; never unless written."""
    gives_up_session: Share = 0.0
    """The chance that a person who gave up a request has no further turn in that session [share]."""
    priority: Priority = "normal"
    """Queues serve a higher one first [word]."""
    pipeline: Name
    """What a request goes through [name]."""
    residency: Name | None = None
    """Calls use only endpoints with this `region`; as its population says unless written, else any [name]."""
    owner: Name | None = None
    """The team that answers for it."""
