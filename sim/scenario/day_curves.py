"""How a planner writes the shape of a day, and of a week made of such days.

office_9_to_5                                   one of `sim.demand.curves.CURVES`
[0, 0, ..., 4, 10]                              24, 48, 96 or 1440 numbers, in any scale
{curve: office_9_to_5, scale: 0.15}             the same shape, with less work
{curve: wave, swing: 60%, peak_at: "14:00"}     1 + swing x cos, once a day
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from sim.demand.calendar import MINUTES_PER_DAY
from sim.demand.curves import (
    CURVES,
    Floats,
    Week,
    minute_weights,
    named_weights,
    wave_weights,
)
from sim.errors import PlaceError, QuantityError
from sim.scenario.calendar import weekdays
from sim.scenario.paths import did_you_mean
from sim.scenario.types import ClockTime, Count, Model, Share
from sim.units import count, shown

WAVE = "wave"
SLOTS = (24, 48, 96, 1440)
"""How many numbers a day's curve may have."""


def _read_curve(value: object) -> str | tuple[float, ...]:
    """Read a curve's name or its numbers."""
    if isinstance(value, list | tuple):
        return _read_numbers(value)
    if isinstance(value, str) and (value in CURVES or value == WAVE):
        return value
    hint = did_you_mean(shown(value), CURVES) or f"; there are {', '.join(sorted(CURVES))}, {WAVE}"
    raise QuantityError(f"{shown(value)!r} is not a day curve{hint}", "day_curve")


def _read_numbers(values: list[Any] | tuple[Any, ...]) -> tuple[float, ...]:
    if len(values) not in SLOTS:
        message = f"a day's curve has 24, 48, 96 or 1440 numbers, not {len(values)}"
        raise QuantityError(message, "day_curve")
    numbers = tuple(count(value) for value in values)
    if not sum(numbers) > 0:
        raise QuantityError("the numbers of a day's curve sum to zero", "day_curve")
    return numbers


CurveShape = Annotated[
    str | tuple[float, ...],
    PlainValidator(_read_curve),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": [*CURVES, WAVE]},
                {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 24},
            ],
            "description": "A named day curve, or 24, 48, 96 or 1440 numbers.",
        }
    ),
]


class DayCurve(Model):
    """How work is spread over a day, and how much of it there is."""

    curve: CurveShape | None = None
    """A named day curve, or 24, 48, 96 or 1440 numbers in any scale [shape]."""
    scale: Count = 1.0
    """Work of the day, as a multiple of a full day's [1]."""
    swing: Share | None = None
    """For `wave`: half the distance from trough to peak, over the mean [1]."""
    peak_at: ClockTime | None = None
    """For `wave`: when it is highest [us after local midnight]."""

    @model_validator(mode="after")
    def _wave_is_whole(self) -> DayCurve:
        for key in ("swing", "peak_at"):
            given = getattr(self, key) is not None
            if given and self.curve != WAVE:
                raise PlaceError(f"{key} belongs to `curve: wave`", (key,), "no_effect")
            if not given and self.curve == WAVE:
                message = 'a wave needs swing and peak_at, as swing: 60%, peak_at: "14:00"'
                raise PlaceError(message, (), "missing")
        return self

    def weights(self, usual: DayCurve | None = None) -> Floats:
        """Return the weight of each minute of the clock, in the usual shape if none is written."""
        shape = self if self.curve is not None or usual is None else usual
        assert shape.curve is not None
        if shape.curve == WAVE:
            assert shape.swing is not None
            assert shape.peak_at is not None
            return wave_weights(shape.swing, shape.peak_at, self.scale)
        if isinstance(shape.curve, str):
            return named_weights(shape.curve, self.scale)
        return minute_weights(shape.curve, self.scale)


def _spelt_out(value: object) -> object:
    return {"curve": value} if isinstance(value, str | list | tuple) else value


DayHours = Annotated[
    DayCurve, BeforeValidator(_spelt_out, json_schema_input_type=CurveShape | DayCurve)
]
"""A day curve in any of its spellings."""


def _week_is_clear(hours: dict[str, DayCurve]) -> dict[str, DayCurve]:
    """Refuse days that stand twice, and a week in which no day has a curve."""
    seen: dict[int, str] = {}
    for key in hours:
        try:
            days = weekdays(key)
        except QuantityError as error:
            raise PlaceError(str(error), (key,), error.code) from None
        for day in days:
            if day in seen:
                raise PlaceError(f"{key} and {seen[day]} share a day", (key,), "duplicate")
            seen[day] = key
    if all(day.curve is None for day in hours.values()):
        raise PlaceError("one of the days needs a curve, as mon-fri: office_9_to_5", (), "missing")
    return hours


WeekHours = Annotated[dict[str, DayHours], AfterValidator(_week_is_clear), Field(min_length=1)]
"""Day curves by days of the week: {mon-fri: office_9_to_5, sat: {scale: 0.15}}."""


def week_of(hours: Mapping[str, DayCurve]) -> Week:
    """Return the shape of each day of the week; days that are not named have no work."""
    usual = next(day for day in hours.values() if day.curve is not None)
    weights = np.zeros((7, MINUTES_PER_DAY))
    for key, day in hours.items():
        weights[list(weekdays(key))] = day.weights(usual)
    return Week(weights)
