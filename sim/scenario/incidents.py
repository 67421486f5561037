"""Incidents: outages and brown-outs, known beforehand or drawn by law."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from sim.errors import PlaceError, QuantityError
from sim.scenario.laws import LawOfDuration
from sim.scenario.moments import Moment
from sim.scenario.paths import did_you_mean
from sim.scenario.spine import Spine
from sim.scenario.types import (
    Count,
    Hours,
    Model,
    Name,
    PositiveDuration,
    TimeZone,
    Weekdays,
)
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


class Starts(Model):
    """At which hours and on which days random incidents start; only the proportions matter."""

    timezone: TimeZone | None = None
    """On whose clock; the horizon's unless written [IANA zone]."""
    hours: Annotated[tuple[Count, ...], Field(min_length=24, max_length=24)] | None = None
    """A weight for each hour of the day; all alike unless written [1]."""
    weekdays: Annotated[tuple[Count, ...], Field(min_length=7, max_length=7)] | None = None
    """A weight for each day of the week, Monday first; all alike unless written [1]."""

    @model_validator(mode="after")
    def _something_starts(self) -> Starts:
        for key in ("hours", "weekdays"):
            weights = getattr(self, key)
            if weights is not None and not any(weights):
                raise PlaceError("the weights sum to zero", (key,), "law_weights")
        return self


class Weekly(Model):
    """The same hours of every week."""

    days: Weekdays
    """On which days they begin [days]."""
    hours: Hours
    """From when until when; may pass midnight [clock]."""


class PastIncident(Model):
    """An incident of a list that is played again."""

    at: Moment
    """When it begins [us or local time]."""
    lasts: PositiveDuration
    """How long [us]."""
    what: What
    """What it does."""


def _or_a_file(schema: dict[str, Any]) -> None:
    """An editor also takes the name of a file, which is read when the scenario is loaded."""
    rows = {key: schema.pop(key) for key in ("type", "items") if key in schema}
    schema["anyOf"] = [rows, {"type": "string", "pattern": r"\.csv$"}]


class Incident(Spine):
    """Something that happens to endpoints or stations: once `at` a time, or again and again.

    On a station an outage pauses the work, and the queue waits; at an endpoint every attempt
    fails."""

    name: Name | None = None
    """What reports call it; a random one also draws its luck by it [text]."""
    endpoints: tuple[Name, ...] = ()
    """Whom it hits [names]."""
    stations: tuple[Name, ...] = ()
    """Whom it hits [names]."""
    from_: Name | None = Field(default=None, alias="from")
    """The vendor's history that it follows; see `simulate presets` [name]."""
    at: Moment | None = None
    """When it begins: a local time, or so long after the start of the horizon [us or local time]."""
    every: LawOfDuration | None = None
    """A random one: time from the start of one to the start of the next, so that they may overlap [us]."""
    up_for: LawOfDuration | None = None
    """A random one: time from the end of one to the start of the next, instead of `every` [us]."""
    weekly: Weekly | None = None
    """Hours of every week, such as announced maintenance."""
    list: Annotated[tuple[PastIncident, ...], Field(json_schema_extra=_or_a_file)] = ()
    """Incidents one by one, or the CSV file that holds them: `at`, `lasts` and `what` [list or file]."""
    starts: Starts | None = None
    """When in the week those of `every` start; at any time unless written."""
    lasts: LawOfDuration | None = None
    """How long [us]."""
    what: What = ()
    """`outage`, `errors 30%`, `slow x 2`, `quota x 0.5`, several of them, or severities with weights."""
    independent: bool = False
    """Whether each of those hit has luck of its own; else all are hit together [true or false]."""
    why: str | None = None
    """Why it is here [text]."""
    stream: Name | None = None
    """Whose luck a random one has; its name unless written [text]."""

    @model_validator(mode="after")
    def _known_or_random(self) -> Incident:
        ways = (self.at, self.every, self.up_for, self.weekly, self.list or None)
        if sum(way is not None for way in ways) != 1:
            message = (
                "give one of: `at`, when it begins; a random gap, `every` or `up_for`; `weekly` hours; "
                "a `list`; or a history, `from`"
            )
            raise PlaceError(message, (), "either_or")
        if self.starts is not None and self.every is None:
            raise PlaceError("`starts` needs `every`", ("starts",), "either_or")
        if (self.lasts is None) == (self.weekly is None and not self.list):
            message = "say how long it `lasts`; `weekly` hours and a `list` say it themselves"
            raise PlaceError(message, (), "either_or")
        if bool(self.what) == bool(self.list):
            message = "say `what` it does; a `list` says it for each"
            raise PlaceError(message, (), "either_or")
        if not self.endpoints and not self.stations:
            raise PlaceError("say whom it hits: `endpoints` or `stations`", (), "missing")
        return self

    def effects(self) -> tuple[Effect, ...]:
        """Everything that it may do."""
        listed = [severity for past in self.list for severity in past.what]
        return tuple(severity.effect for severity in (*self.what, *listed))

    def mean_length_us(self) -> float:
        """How long it lasts on average [us]."""
        if self.list:
            return sum(past.lasts for past in self.list) / len(self.list)
        if self.weekly is not None:
            return float(self.weekly.hours.end_us - self.weekly.hours.start_us)
        assert self.lasts is not None
        return float(self.lasts.table().mean)

    @property
    def luck(self) -> str:
        """The name by which its draws are addressed."""
        return self.stream or self.name or ", ".join((*self.endpoints, *self.stations))
