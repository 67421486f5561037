"""The horizon: which days are simulated, on whose clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema, model_validator

from sim import demand
from sim.errors import PlaceError, QuantityError
from sim.scenario.calendar import span_months
from sim.scenario.types import Day, Model, TimeZone
from sim.units import US_PER_DAY, duration_us, shown

DAYS_MAX = 10 * 366


@dataclass(frozen=True, slots=True)
class Length:
    """How long a horizon is: calendar months, or days."""

    months: int = 0
    days: int = 0

    def after(self, start: date) -> date:
        """The day so long after another; the month's last where it has no such day."""
        years, month = divmod(start.month - 1 + self.months, 12)
        for day in range(start.day, 0, -1):
            try:
                moved = date(start.year + years, month + 1, day)
            except ValueError:
                continue
            return moved + timedelta(days=self.days)
        raise AssertionError


def _read_length(value: object) -> Length:
    if isinstance(value, Length):
        return value
    text = value.strip() if isinstance(value, str) else shown(value)
    if text.endswith(("mo", "q", "y")):
        return Length(months=span_months(value))
    days, rest = divmod(duration_us(value), US_PER_DAY)
    if rest or not days:
        message = f'a horizon is whole days, "3d", or months, "12mo"; not {shown(value)!r}'
        raise QuantityError(message, "not_whole")
    return Length(days=days)


LengthOfTime = Annotated[
    Length,
    PlainValidator(_read_length),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9.]+ *(h|d|w|mo|q|y)$", "examples": ["12mo", "30d"]}
    ),
]


class Horizon(Model):
    """The simulated time, from one local midnight to another."""

    start: Day
    """The first day [day]."""
    end: Day | None = None
    """The day after the last one [day]."""
    length: LengthOfTime | None = None
    """How long it is, instead of `end` [days or months]."""
    timezone: TimeZone = "UTC"
    """Whose clock all local times of the scenario are on [IANA zone]."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Horizon:
        if (self.end is None) == (self.length is None):
            raise PlaceError("give `end` or `length`", (), "either_or")
        n_days = (self.until - self.start).days
        if not 0 < n_days <= DAYS_MAX:
            message = f"the horizon is {n_days} days long; end it after its start, within 10 years"
            raise PlaceError(message, ("end",) if self.end else ("length",), "order")
        return self

    @property
    def until(self) -> date:
        """The day after the last one."""
        if self.end is not None:
            return self.end
        assert self.length is not None
        return self.length.after(self.start)

    def calendar(self) -> demand.Horizon:
        """The horizon as stretches of simulated time."""
        return demand.Horizon(self.start, self.until, self.timezone)


def midnight(day: date) -> datetime:
    """The first local moment of a day."""
    return datetime.combine(day, time())
