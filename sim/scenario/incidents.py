"""Incidents: outages and brown-outs, known beforehand or drawn by law."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator, WithJsonSchema, model_validator

from sim.errors import PlaceError, QuantityError
from sim.scenario.laws import LawOfDuration
from sim.scenario.moments import Moment
from sim.scenario.paths import did_you_mean
from sim.scenario.spine import Spine
from sim.scenario.types import Name
from sim.units import count, multiplier, share, shown

WORDS = ("outage", "errors", "slow", "quota")


@dataclass(frozen=True, slots=True)
class Effect:
    """What an incident does while it lasts."""

    outage: bool = False
    errors: float = 0.0
    """Attempts that fail beside the everyday errors [share]."""
    slow: float = 1.0
    """Durations are multiplied by this [1]."""
    quota: float = 1.0
    """Limits are multiplied by this [1]."""


@dataclass(frozen=True, slots=True)
class Severity:
    """One way in which an incident can turn out."""

    weight: float
    effect: Effect


def read_effect(text: object) -> Effect:
    """Read `outage`, `errors 30%`, `slow x 2`, `quota x 0.5`, or several joined by `and`."""
    if not isinstance(text, str):
        message = f'{shown(text)} is not what an incident does; write e.g. "errors 30%"'
        raise QuantityError(message, "effect")
    parts = [_read_part(part.strip()) for part in re.split(r"\s+and\s+", text.strip())]
    return _joined(parts)


def _read_part(text: str) -> Effect:
    word, _, rest = text.partition(" ")
    if word == "outage" and not rest:
        return Effect(outage=True)
    if word == "errors":
        return Effect(errors=share(rest))
    if word == "slow":
        return Effect(slow=multiplier(rest))
    if word == "quota":
        return Effect(quota=multiplier(rest))
    hint = did_you_mean(word, WORDS) if word not in WORDS else ""
    message = f'{shown(text)!r} is not one of outage, "errors 30%", "slow x 2", "quota x 0.5"{hint}'
    raise QuantityError(message, "effect")


def _joined(parts: list[Effect]) -> Effect:
    """Several effects at once: chances are independent, factors multiply."""
    fine, slow, quota = 1.0, 1.0, 1.0
    for part in parts:
        fine *= 1.0 - part.errors
        slow *= part.slow
        quota *= part.quota
    return Effect(any(part.outage for part in parts), 1.0 - fine, slow, quota)


def _read_what(value: Any) -> tuple[Severity, ...]:
    if isinstance(value, Mapping):
        found = tuple(Severity(count(weight), read_effect(text)) for text, weight in value.items())
        if sum(severity.weight for severity in found) <= 0:
            raise QuantityError("the weights sum to zero", "effect")
        return found
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], Severity):
            return tuple(value)
        return (Severity(1.0, _joined([read_effect(text) for text in value])),)
    return (Severity(1.0, read_effect(value)),)


What = Annotated[
    tuple[Severity, ...],
    PlainValidator(_read_what),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
                {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
            ],
            "examples": ["outage", "errors 30% and slow x 2", {"errors 5%": 54, "outage": 10}],
        }
    ),
]


class Incident(Spine):
    """Something that happens to endpoints or stations: once `at` a time, or again and again.

    On a station an outage pauses the work, and the queue waits; at an endpoint every attempt
    fails."""

    NOT_YET: ClassVar = {
        "from": "write out `every`, `lasts` and `what`",
        "hours": "",
        "weekdays": "",
    }

    name: Name | None = None
    """What reports call it; a random one also draws its luck by it [text]."""
    endpoints: tuple[Name, ...] = ()
    """Whom it hits [names]."""
    stations: tuple[Name, ...] = ()
    """Whom it hits [names]."""
    at: Moment | None = None
    """When it begins: a local time, or so long after the start of the horizon [us or local time]."""
    every: LawOfDuration | None = None
    """A random one: time from the start of one to the start of the next, so that they may overlap [us]."""
    up_for: LawOfDuration | None = None
    """A random one: time from the end of one to the start of the next, instead of `every` [us]."""
    lasts: LawOfDuration
    """How long [us]."""
    what: What
    """`outage`, `errors 30%`, `slow x 2`, `quota x 0.5`, several of them, or severities with weights."""
    independent: bool = False
    """Whether each of those hit has luck of its own; else all are hit together [true or false]."""
    why: str | None = None
    """Why it is here [text]."""
    stream: Name | None = None
    """Whose luck a random one has; its name unless written [text]."""

    @model_validator(mode="after")
    def _known_or_random(self) -> Incident:
        if sum(when is not None for when in (self.at, self.every, self.up_for)) != 1:
            message = "give `at`, when it begins, or a random gap, `every` or `up_for`"
            raise PlaceError(message, (), "either_or")
        if not self.endpoints and not self.stations:
            raise PlaceError("say whom it hits: `endpoints` or `stations`", (), "missing")
        return self

    @property
    def luck(self) -> str:
        """The name by which its draws are addressed."""
        return self.stream or self.name or ", ".join((*self.endpoints, *self.stations))
