"""Targets: what "good" means, as a number that a plan must hold. `sim.targets` judges by them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from sim import targets
from sim.errors import PlaceError, QuantityError, UsageError
from sim.scenario.types import Model, Name, PositiveShare
from sim.units import US_PER_SECOND, duration_us, money, share

CHANCE_USUAL = 0.9
"""How likely a target must be met where no chance is written."""


def _read_metric(value: Any) -> Any:
    if isinstance(value, str):
        try:
            targets.Metric.parse(value)
        except UsageError as error:
            raise QuantityError(str(error), "metric") from None
    return value


Metric = Annotated[
    str,
    BeforeValidator(_read_metric),
    WithJsonSchema(
        {"type": "string", "examples": ["latency.p95", "first_token.p95", "availability", "spend"]}
    ),
]


def read_bound(value: object, unit: targets.Unit) -> Decimal:
    """Read a bound in its metric's unit: seconds, a share from 0 to 1, or money."""
    if unit == "money":
        return money(value)
    if unit == "share":
        return Decimal(repr(share(value)))
    return Decimal(duration_us(value)) / US_PER_SECOND


Bound = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"x-quantity": "duration"},
                {"x-quantity": "share"},
                {"x-quantity": "money"},
            ],
            "examples": ["12s", "99.5%", "110k"],
        }
    ),
]


class Target(Model):
    """One promise: a metric, over each window of some length, on one side of a bound."""

    name: Name
    """What the verdict calls it [text]."""
    owner: Name | None = None
    """The team that answers for it."""
    workload: Name | None = None
    """Whose requests it is about; needed by latency and first_token, else all unless written [name]."""
    station: Name | None = None
    """The station, or endpoint, whose queue a `wait` is about [name]."""
    metric: Metric
    """latency.p95, first_token.p95, wait.p90, availability, spend or spend_per_good_request [word]."""
    window: Literal["hour", "day", "week", "month", "horizon"] = "horizon"
    """Over which stretches of the calendar it is taken [word]."""
    at_most: Bound | None = None
    """The metric may not be above this: a duration, a share or an amount [the metric's unit]."""
    at_least: Bound | None = None
    """The metric may not be below this [the metric's unit]."""
    share: PositiveShare = 1.0
    """So many of the windows with traffic must hold it [share]."""
    chance: PositiveShare = CHANCE_USUAL
    """So likely must it be that they do [share]."""

    @model_validator(mode="before")
    @classmethod
    def _read_bound(cls, value: Any) -> Any:
        """Read the bound in the metric's unit, for which the metric must be known."""
        try:
            unit = targets.Metric.parse(value["metric"]).unit
        except (UsageError, TypeError, KeyError):
            return value
        read = dict(value)
        for key in ("at_most", "at_least"):
            if read.get(key) is not None:
                try:
                    read[key] = read_bound(read[key], unit)
                except QuantityError as error:
                    raise PlaceError(str(error), (key,), error.code) from None
        return read

    @model_validator(mode="after")
    def _can_be_judged(self) -> Target:
        if (self.at_most is None) == (self.at_least is None):
            raise PlaceError("give `at_most` or `at_least`", (), "either_or")
        try:
            self.judged()
        except UsageError as error:
            _, _, message = str(error).partition(": ")
            raise PlaceError(message, ("metric",), "metric") from None
        return self

    def judged(self) -> targets.Target:
        """The target as it is held against a replication."""
        limit = self.at_least if self.at_most is None else self.at_most
        assert isinstance(limit, Decimal)
        return targets.Target(
            name=self.name,
            metric=targets.Metric.parse(self.metric),
            window=self.window,
            bound="at_least" if self.at_most is None else "at_most",
            limit=limit,
            workload=self.workload,
            station=self.station,
            share=Decimal(repr(self.share)),
            chance=self.chance,
            owner=self.owner or "",
        )
