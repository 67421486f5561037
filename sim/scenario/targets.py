"""Targets: what "good" means, as a number that a plan must hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from sim.errors import PlaceError, QuantityError
from sim.scenario.types import Model, Name, PositiveShare
from sim.units import duration_us, money, share, shown

METRICS: dict[str, Callable[[object], int | float | Decimal]] = {
    "latency": duration_us,
    "first_token": duration_us,
    "wait": duration_us,
    "availability": share,
    "blocked": share,
    "busy": share,
    "spend": money,
}
"""Each metric, and how its bound is read. The first three are of percentiles, `latency.p95`, or `mean`."""

TIMES = ("latency", "first_token", "wait")
_STATISTIC = re.compile(r"p(\d{1,2}(\.\d+)?)|mean")


def _read_metric(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    head, _, statistic = value.partition(".")
    if head not in METRICS:
        words = ", ".join(METRICS)
        message = f"{shown(value)!r} is not a metric; there are {words}, as in latency.p95"
        raise QuantityError(message, "metric")
    if (head in TIMES) != bool(statistic) or (statistic and not _STATISTIC.fullmatch(statistic)):
        example = f"{head}.p95 or {head}.mean" if head in TIMES else head
        raise QuantityError(f"{shown(value)!r} is not a metric; write {example}", "metric")
    return value


Metric = Annotated[
    str,
    BeforeValidator(_read_metric),
    WithJsonSchema(
        {"type": "string", "examples": ["latency.p95", "first_token.p95", "availability", "spend"]}
    ),
]

_BOUND = {
    "anyOf": [
        {"x-quantity": "duration"},
        {"x-quantity": "share"},
        {"x-quantity": "money"},
    ],
    "examples": ["12s", "99.5%", "110k"],
}
Bound = Annotated[Any, WithJsonSchema(_BOUND)]


class Target(Model):
    """One promise: a metric, over each window of some length, on one side of a bound."""

    name: Name
    """What the verdict calls it [text]."""
    owner: Name | None = None
    """The team that answers for it."""
    workload: Name | None = None
    """Whose requests it is about; all unless written [name]."""
    station: Name | None = None
    """Whose queue a `wait` or `busy` is about [name]."""
    endpoint: Name | None = None
    """Whose attempts a `wait` is about [name]."""
    metric: Metric
    """latency.p95, first_token.p50, wait.mean, availability, blocked, busy or spend [word]."""
    window: Literal["hour", "day", "week", "month", "phase", "horizon"] = "horizon"
    """Over which stretches it is taken [word]."""
    at_most: Bound | None = None
    """The metric may not be above this [its unit]."""
    at_least: Bound | None = None
    """The metric may not be below this [its unit]."""
    share: PositiveShare = 1.0
    """So many of the windows must hold it [share]."""
    chance: PositiveShare | None = None
    """So likely must it be that they do; without it, more likely than not [share]."""

    @model_validator(mode="before")
    @classmethod
    def _read_bound(cls, value: Any) -> Any:
        """Read the bound in the metric's unit."""
        if not isinstance(value, dict) or str(value.get("metric")).partition(".")[0] not in METRICS:
            return value
        reader = METRICS[str(value["metric"]).partition(".")[0]]
        read = dict(value)
        for key in ("at_most", "at_least"):
            if read.get(key) is not None:
                try:
                    read[key] = reader(read[key])
                except QuantityError as error:
                    raise PlaceError(str(error), (key,), error.code) from None
        return read

    @model_validator(mode="after")
    def _one_bound(self) -> Target:
        if (self.at_most is None) == (self.at_least is None):
            raise PlaceError("give `at_most` or `at_least`", (), "either_or")
        return self

    @property
    def bound(self) -> int | float | Decimal:
        """The number on the edge: [us] of times, [share] or [currency]."""
        bound: int | float | Decimal = self.at_least if self.at_most is None else self.at_most
        return bound
