"""The types of scenario fields: quantities read from text, and the base class of every model.

A field says what it is (`wait: Duration`), pydantic reads it with the reader in `sim.units`, and
the JSON schema tells an editor which spellings are right.
"""

from __future__ import annotations

import math
import unicodedata
import zoneinfo
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ModelWrapValidatorHandler,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

from sim import units
from sim.errors import QuantityError
from sim.scenario import calendar
from sim.scenario.unknown import Chosen

NAME_LETTERS_MAX = 64

_NUMBER = r"[+-]?[0-9][0-9_]*(\.[0-9]*)?([eE][+-]?[0-9]+)?"
_AMOUNT = r"\+?[0-9][0-9_]*(\.[0-9]*)?([eE][+-]?[0-9]+)?"
_PERIOD = "(us|ms|s|m|min|h|d|w)"

QUANTITY_SCHEMAS: dict[str, dict[str, Any]] = {
    "duration": {
        "anyOf": [{"type": "string", "pattern": rf"^{_AMOUNT} *{_PERIOD}$"}, {"const": 0}],
        "description": "A duration: a number and one of us, ms, s, min (m), h, d, w.",
        "examples": ["800ms", "2.5s", "15min", "4h", "3d", "6w"],
    },
    "count": {
        "anyOf": [
            {"type": "number", "minimum": 0},
            {"type": "string", "pattern": rf"^{_AMOUNT} *[kMB]?$"},
        ],
        "description": "A count, zero or more: k is thousand, M million, B thousand million.",
        "examples": [50000, "50k", "1.2M", "3B"],
    },
    "number": {
        "anyOf": [{"type": "number"}, {"type": "string", "pattern": rf"^{_NUMBER} *[kMB]?$"}],
        "description": "A plain number.",
        "examples": [0.35, 2, "50k"],
    },
    "whole": {
        "anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": rf"^{_AMOUNT} *[kMB]?$"},
        ],
        "description": "A whole number, zero or more.",
        "examples": [12, "50k"],
    },
    "share": {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": rf"^{_AMOUNT} *%?$"},
        ],
        "description": "A share of a whole: per cent, or a fraction from 0 to 1.",
        "examples": ["99.5%", 0.995],
    },
    "rate": {
        "type": "string",
        "pattern": rf"^{_AMOUNT} *[kMB]? */ *{_PERIOD}$",
        "description": "Events per time.",
        "examples": ["120/h", "3/s", "2600/d", "8/min"],
    },
    "multiplier": {
        "type": "string",
        "pattern": rf"^[xX×] *{_AMOUNT} *%?$",
        "description": "What something is multiplied by.",
        "examples": ["x 0.5", "x 1.5"],
    },
    "money": {
        "anyOf": [
            {"type": "number", "minimum": 0},
            {"type": "string", "pattern": rf"^{_AMOUNT} *[kMB]?$"},
        ],
        "description": "An amount of money in the scenario's currency.",
        "examples": [0.55, 2100, "120k"],
    },
    "bytes": {
        "anyOf": [
            {"type": "string", "pattern": rf"^{_AMOUNT} *([kMGT]?B|[KMGT]iB)$"},
            {"const": 0},
        ],
        "description": "A size.",
        "examples": ["6kB", "1.2GB"],
    },
}
"""JSON schema of each kind of quantity. `sim.scenario.schema` adds the unknown form to each."""


def _quantity_schema(kind: str) -> WithJsonSchema:
    return WithJsonSchema({**QUANTITY_SCHEMAS[kind], "x-quantity": kind})


def _text_schema(description: str, *examples: str, pattern: str | None = None) -> WithJsonSchema:
    schema: dict[str, Any] = {"type": "string", "description": description}
    if pattern:
        schema["pattern"] = pattern
    return WithJsonSchema({**schema, "examples": list(examples)})


def _whole(value: object) -> int:
    """Read a whole number; round what came from an unknown, refuse other fractions."""
    if isinstance(value, Chosen):
        return math.floor(units.count(value) + 0.5)
    return units.whole_number(value)


def name_text(value: object) -> str:
    """Read a name: NFC, printable, 1 to 64 letters; a bare whole number is its digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise QuantityError(f"{units.shown(value)} is not a name; put it in quotes", "name")
    name = unicodedata.normalize("NFC", value).strip()
    if not name:
        raise QuantityError("a name cannot be empty", "name")
    if len(name) > NAME_LETTERS_MAX:
        message = f"a name has at most {NAME_LETTERS_MAX} letters; this one has {len(name)}"
        raise QuantityError(message, "name")
    if not name.isprintable():
        bad = next(c for c in name if not c.isprintable())
        raise QuantityError(f"a name cannot hold the invisible letter U+{ord(bad):04X}", "name")
    return name


def _zone(value: object) -> str:
    name = value if isinstance(value, str) else units.shown(value)
    if name not in _zones():
        from sim.scenario.paths import nearest

        best = nearest(name, _zones())
        hint = f'did you mean "{best}"?' if best else 'write e.g. "America/Chicago"'
        raise QuantityError(f"{units.shown(name)!r} is not a time zone; {hint}", "time_zone")
    return name


@cache
def _zones() -> set[str]:
    # Python looks through hundreds of files each time it is asked.
    return zoneinfo.available_timezones()


def _currency(value: object) -> str:
    text = value if isinstance(value, str) else units.shown(value)
    if len(text) != 3 or not text.isascii() or not text.isalpha() or not text.isupper():
        meant = text.strip().upper()
        likely = len(meant) == 3 and meant.isascii() and meant.isalpha()
        hint = f'did you mean "{meant}"?' if likely else 'write e.g. "USD"'
        raise QuantityError(f"{units.shown(text)!r} is not a currency code; {hint}", "currency")
    return text


Duration = Annotated[int, BeforeValidator(units.duration_us), _quantity_schema("duration")]
"""A length of time, int microseconds [us]: `800ms`."""
Number = Annotated[float, BeforeValidator(units.number), _quantity_schema("number")]
"""A finite number of either sign: `0.35`."""
Count = Annotated[float, BeforeValidator(units.count), _quantity_schema("count")]
"""Zero or more, fractions allowed: `50k`, `2.4`."""
WholeNumber = Annotated[int, BeforeValidator(_whole), _quantity_schema("whole")]
"""Zero or more, whole: `50k`. A value drawn from an unknown is rounded, half up."""
Share = Annotated[float, BeforeValidator(units.share), _quantity_schema("share")]
"""A fraction from 0 to 1: `99.5%`."""
Rate = Annotated[float, BeforeValidator(units.rate_per_second), _quantity_schema("rate")]
"""Events per second [1/s]: `120/h`."""
Multiplier = Annotated[float, BeforeValidator(units.multiplier), _quantity_schema("multiplier")]
"""A factor: `x 0.5`."""
Money = Annotated[Decimal, BeforeValidator(units.money), _quantity_schema("money")]
"""An amount in the scenario's currency: `120k`."""
Bytes = Annotated[int, BeforeValidator(units.byte_count), _quantity_schema("bytes")]
"""A size in bytes [B]: `6kB`."""

PositiveDuration = Annotated[Duration, Field(gt=0)]
PositiveNumber = Annotated[Number, Field(gt=0)]
PositiveCount = Annotated[Count, Field(gt=0)]
PositiveWholeNumber = Annotated[WholeNumber, Field(gt=0)]
PositiveShare = Annotated[Share, Field(gt=0)]
PositiveRate = Annotated[Rate, Field(gt=0)]

Name = Annotated[str, BeforeValidator(name_text), _text_schema("A name.", "midwest")]
"""What a planner calls a thing: NFC, printable, at most 64 letters."""
Day = Annotated[
    date,
    PlainValidator(calendar.day),
    _text_schema("A calendar day.", "2027-07-01", pattern=r"^\d{4}-\d{2}-\d{2}$"),
]
"""A calendar day: `2027-07-01`."""
Instant = Annotated[
    datetime,
    PlainValidator(calendar.instant),
    _text_schema(
        "A local date and time; a day alone means its midnight.",
        "2027-08-14T21:00",
        pattern=r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?$",
    ),
]
"""A local date and time without a zone: `2027-08-14T21:00`."""
ClockTime = Annotated[
    int, BeforeValidator(calendar.clock_time_us), _text_schema("A local time of day.", "08:00")
]
"""A local time of day, microseconds after midnight [us]: `08:00`."""
Hours = Annotated[
    calendar.ClockHours,
    PlainValidator(calendar.clock_hours),
    _text_schema("From one time of day to another; may pass midnight.", "08:00-18:00"),
]
"""A stretch of the local clock: `08:00-18:00`."""
Weekdays = Annotated[
    tuple[int, ...],
    PlainValidator(calendar.weekdays),
    _text_schema("Days of the week.", "mon-fri", "sat", "mon,wed", "daily"),
]
"""Days of the week, 0 is Monday: `mon-fri`."""
Months = Annotated[
    int,
    BeforeValidator(calendar.span_months),
    _text_schema("A calendar span.", "12mo", "1q", "1y", pattern=r"^[0-9]+ *(mo|q|y)$"),
]
"""A calendar span in months: `12mo`, `1q`, `1y`."""
TimeZone = Annotated[
    str, BeforeValidator(_zone), _text_schema("An IANA time zone.", "America/Chicago")
]
"""The name of an IANA time zone."""
Currency = Annotated[
    str, BeforeValidator(_currency), _text_schema("A currency code.", "USD", pattern="^[A-Z]{3}$")
]
"""An ISO 4217 code."""
Unlimited = Literal["unlimited"]
"""The word for `no limit`; infinity is not a number here."""


def _make_scalars_strict(schema: Any) -> None:
    if isinstance(schema, dict):
        if schema.get("type") in {"int", "float", "bool", "str"} and "ref" not in schema:
            schema.setdefault("strict", True)
        for key, value in schema.items():
            if key not in {"metadata", "default", "expected"}:
                _make_scalars_strict(value)
    elif isinstance(schema, list | tuple):
        for value in schema:
            _make_scalars_strict(value)


class Model(BaseModel):
    """The base of everything a planner writes: frozen, no unknown keys, True is not a number.

    The docstring of each field is its description in the JSON schema; it ends with its unit.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Make bare int, float, bool and str fields strict; lists still become tuples."""
        schema = handler(source)
        _make_scalars_strict(schema)
        return schema

    @model_validator(mode="wrap")
    @classmethod
    def _say_which_keys_are_allowed(
        cls, value: Any, handler: ModelWrapValidatorHandler[Any]
    ) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            if not any(_is_unknown_key(fault) for fault in error.errors(include_url=False)):
                raise
            raise _with_allowed_keys(cls, error) from None


def allowed_keys(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the keys that a planner may write in a model."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _is_unknown_key(fault: Mapping[str, Any]) -> bool:
    return fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1


def _with_allowed_keys(model: type[BaseModel], error: ValidationError) -> ValidationError:
    """Return the same error, its unknown keys carrying the keys that would have been right."""
    known = get_args(core_schema.ErrorType)
    faults: list[InitErrorDetails] = []
    for fault in error.errors(include_url=False):
        kind: str | PydanticCustomError = fault["type"]
        context = dict(fault.get("ctx", {}))
        if _is_unknown_key(fault):
            context = {"allowed": allowed_keys(model)}
            kind = PydanticCustomError("unknown_key", "unknown key", context)
        elif fault["type"] not in known:
            kind = PydanticCustomError(
                fault["type"], fault["msg"].replace("{", "(").replace("}", ")"), context
            )
        faults.append(
            InitErrorDetails(type=kind, loc=fault["loc"], input=fault["input"], ctx=context)
        )
    return ValidationError.from_exception_data(error.title, faults)
