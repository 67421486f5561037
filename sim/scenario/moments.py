"""An instant as a planner may write it: so long after the horizon's start, or a local date and time."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from sim.scenario.calendar import instant
from sim.units import duration_us

_DATE = re.compile(r"\d{4}-")


def _read_moment(value: object) -> int | datetime:
    if isinstance(value, date) or (isinstance(value, str) and _DATE.match(value.strip())):
        return instant(value)
    return duration_us(value)


def listed(value: object) -> object:
    """Make a list of one out of a single value."""
    return value if isinstance(value, list | tuple) else [value]


Moment = Annotated[
    int | datetime,
    PlainValidator(_read_moment),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"const": 0}],
            "description": "So long after the horizon's start, or a local date and time.",
            "examples": ["30s", "2h", "2027-08-14T21:00"],
        }
    ),
]
"""Microseconds since the horizon's start, or a local date and time: `30s`, `2027-08-14T21:00`."""
