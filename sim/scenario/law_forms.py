"""The forms of a distribution, one model each, and the table that each makes.

A form's numbers are read by the kind of quantity that the law is about, which comes with the
validation context: the same `Exponential` serves durations, counts and plain numbers. How a
planner chooses among the forms is in `sim.scenario.laws`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from sim import units
from sim.errors import PlaceError
from sim.scenario import law_functions as functions
from sim.scenario import tables
from sim.scenario.tables import LawTable
from sim.scenario.types import Model, Number

N_ATOMS_MAX = 100_000
"""A discrete law with more values than this is meant to be continuous."""
QUANTILES = {"median": 0.5, "p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}
CV_MAX = 20.0


def _read_quantity(value: Any, info: ValidationInfo) -> float:
    kind = info.context["quantity"] if info.context else "number"
    if kind == "duration":
        return float(units.duration_us(value))
    return units.count(value)


Quantity = Annotated[
    float, BeforeValidator(_read_quantity), WithJsonSchema({"x-quantity": "measured"})
]
"""A value of whatever the law is about, zero or more; the field that holds the law says what."""
PositiveQuantity = Annotated[Quantity, Field(gt=0)]
Spread = Annotated[Number, Field(ge=0, le=CV_MAX)]


class Law(Model):
    """What every written distribution shares."""

    law: str = ""
    """The name of the law [word]."""
    plus: Quantity | None = None
    """A fixed part added to every draw [the law's unit]."""
    at_least: Quantity | None = None
    """No draw is below this [the law's unit]."""
    at_most: Quantity | None = None
    """No draw is above this [the law's unit]."""

    NAME: ClassVar[str] = ""
    """The word after `law:`."""
    COUNTS: ClassVar[bool] = False
    """Whether the law is about 0, 1, 2, ... and so says nothing about a duration."""

    @model_validator(mode="after")
    def _limits_in_order(self) -> Law:
        if self.at_least is not None and self.at_most is not None:
            if self.at_least > self.at_most:
                raise PlaceError("at_least is more than at_most", ("at_least",), "law_order")
        return self

    def table(self) -> LawTable:
        """Return the law's table; equal laws share one."""
        return table_of(self)

    def bare_table(self) -> LawTable:
        """Return the table of the law without `plus`, `at_least` and `at_most`."""
        raise NotImplementedError


@lru_cache(maxsize=4096)
def table_of(law: Law) -> LawTable:
    """Return the table of a law; cached, because each replication asks again."""
    table = law.bare_table()
    if law.plus:
        table = tables.shifted(table, law.plus)
    if law.at_least is not None or law.at_most is not None:
        low = -math.inf if law.at_least is None else law.at_least
        high = math.inf if law.at_most is None else law.at_most
        table = tables.clamped(table, low, high)
    return table


class Constant(Law):
    """Always the same value."""

    NAME = "constant"
    value: Quantity
    """The value [the law's unit]."""

    def bare_table(self) -> LawTable:
        return tables.constant_table(self.value)


class Quantiles(Law):
    """Lognormal through two of its quantiles."""

    NAME = "quantiles"
    median: PositiveQuantity | None = None
    """Half of the draws are below this [the law's unit]."""
    p50: PositiveQuantity | None = None
    """The same as `median` [the law's unit]."""
    p75: PositiveQuantity | None = None
    """75% of the draws are below this [the law's unit]."""
    p90: PositiveQuantity | None = None
    """90% of the draws are below this [the law's unit]."""
    p95: PositiveQuantity | None = None
    """95% of the draws are below this [the law's unit]."""
    p99: PositiveQuantity | None = None
    """99% of the draws are below this [the law's unit]."""

    @model_validator(mode="after")
    def _two_in_order(self) -> Quantiles:
        given = self._given()
        if len(given) != 2 or given[0][1] == given[1][1]:
            names = "median (or p50), p75, p90, p95, p99"
            raise PlaceError(f"give two different ones of {names}", (), "law_shape")
        (low_name, _, low), (high_name, _, high) = given
        if high < low:
            message = f"{high_name} is less than {low_name}; quantiles go up"
            raise PlaceError(message, (high_name,), "law_order")
        return self

    def _given(self) -> list[tuple[str, float, float]]:
        found = [(name, u, getattr(self, name)) for name, u in QUANTILES.items()]
        return [(name, u, value) for name, u, value in found if value is not None]

    def bare_table(self) -> LawTable:
        (_, low_u, low), (_, high_u, high) = self._given()
        low_z, high_z = functions.normal_quantile(low_u), functions.normal_quantile(high_u)
        sigma = (math.log(high) - math.log(low)) / (high_z - low_z)
        if sigma == 0.0:
            return tables.constant_table(low)
        return functions.lognormal(math.log(low) - sigma * low_z, sigma)


class Lognormal(Law):
    """Lognormal, by mean and cv or by median and sigma."""

    NAME = "lognormal"
    mean: PositiveQuantity | None = None
    """The mean [the law's unit]."""
    cv: Spread | None = None
    """Standard deviation / mean [1]."""
    median: PositiveQuantity | None = None
    """Half of the draws are below this [the law's unit]."""
    sigma: Annotated[Number, Field(ge=0, le=10)] | None = None
    """Standard deviation of the logarithm [1]."""

    @model_validator(mode="after")
    def _one_pair(self) -> Lognormal:
        given = {
            name for name in ("mean", "cv", "median", "sigma") if getattr(self, name) is not None
        }
        if given not in ({"mean", "cv"}, {"median", "sigma"}):
            raise PlaceError("give mean and cv, or median and sigma", (), "law_shape")
        return self

    def bare_table(self) -> LawTable:
        if self.mean is not None and self.cv is not None:
            sigma = math.sqrt(math.log1p(self.cv**2))
            mu = math.log(self.mean) - sigma**2 / 2
        else:
            assert self.median is not None
            assert self.sigma is not None
            mu, sigma = math.log(self.median), self.sigma
        if sigma == 0.0:
            return tables.constant_table(self.mean or self.median or 0.0)
        return functions.lognormal(mu, sigma)


class Exponential(Law):
    """Exponential: no memory."""

    NAME = "exponential"
    mean: PositiveQuantity
    """The mean [the law's unit]."""

    def bare_table(self) -> LawTable:
        return functions.gamma(1.0, self.mean)


class Uniform(Law):
    """Every value between two limits is as likely."""

    NAME = "uniform"
    low: Quantity
    """The lower limit [the law's unit]."""
    high: Quantity
    """The upper limit [the law's unit]."""

    @model_validator(mode="after")
    def _in_order(self) -> Uniform:
        if self.high < self.low:
            raise PlaceError("high is less than low", ("high",), "law_order")
        return self

    def bare_table(self) -> LawTable:
        return functions.uniform(self.low, self.high)


class Triangular(Law):
    """Between two limits, most often near the likely value."""

    NAME = "triangular"
    low: Quantity
    """The lower limit [the law's unit]."""
    likely: Quantity
    """The mode [the law's unit]."""
    high: Quantity
    """The upper limit [the law's unit]."""

    @model_validator(mode="after")
    def _in_order(self) -> Triangular:
        if not self.low <= self.likely <= self.high:
            raise PlaceError("low, likely and high must go up", ("likely",), "law_order")
        return self

    def bare_table(self) -> LawTable:
        return functions.triangular(self.low, self.likely, self.high)


class Gamma(Law):
    """Gamma, by mean and cv."""

    NAME = "gamma"
    mean: PositiveQuantity
    """The mean [the law's unit]."""
    cv: Annotated[Number, Field(gt=0, le=CV_MAX)]
    """Standard deviation / mean [1]."""

    def bare_table(self) -> LawTable:
        return functions.gamma(1.0 / self.cv**2, self.mean)


class Erlang(Law):
    """The sum of `shape` equal exponential steps."""

    NAME = "erlang"
    mean: PositiveQuantity
    """The mean of the sum [the law's unit]."""
    shape: Annotated[int, Field(ge=1, le=1000)]
    """How many steps [n]."""

    def bare_table(self) -> LawTable:
        return functions.gamma(float(self.shape), self.mean)


class Weibull(Law):
    """Weibull, by shape and either scale or mean."""

    NAME = "weibull"
    shape: Annotated[Number, Field(ge=0.1, le=100)]
    """Below 1 a long tail, 1 exponential, above 1 bell-like [1]."""
    scale: PositiveQuantity | None = None
    """63% of the draws are below this [the law's unit]."""
    mean: PositiveQuantity | None = None
    """The mean, instead of scale [the law's unit]."""

    @model_validator(mode="after")
    def _one_size(self) -> Weibull:
        _need_one_size(self.scale, self.mean)
        return self

    def bare_table(self) -> LawTable:
        unit_mean = math.gamma(1.0 + 1.0 / self.shape)
        scale = self.scale if self.scale is not None else (self.mean or 0.0) / unit_mean
        return functions.weibull(self.shape, scale)


class Pareto(Law):
    """Pareto from zero (Lomax): a power-law tail."""

    NAME = "pareto"
    shape: Annotated[Number, Field(gt=1, le=100)]
    """The power of the tail; the variance is finite above 2 [1]."""
    scale: PositiveQuantity | None = None
    """Where the tail begins [the law's unit]."""
    mean: PositiveQuantity | None = None
    """The mean, instead of scale [the law's unit]."""

    @model_validator(mode="after")
    def _one_size(self) -> Pareto:
        _need_one_size(self.scale, self.mean)
        return self

    def bare_table(self) -> LawTable:
        scale = self.scale if self.scale is not None else (self.mean or 0.0) * (self.shape - 1.0)
        return functions.lomax(self.shape, scale)


class Normal(Law):
    """Normal, cut off at zero; mean and sd are those before the cut."""

    NAME = "normal"
    mean: Quantity
    """The mean before the cut [the law's unit]."""
    sd: Quantity
    """The standard deviation before the cut [the law's unit]."""

    def bare_table(self) -> LawTable:
        if self.sd == 0.0:
            return tables.constant_table(self.mean)
        return functions.normal_from_zero(self.mean, self.sd)


class Hyperexponential(Law):
    """Two exponentials with balanced means: burstier than exponential."""

    NAME = "hyperexponential"
    mean: PositiveQuantity
    """The mean [the law's unit]."""
    cv: Annotated[Number, Field(ge=1, le=CV_MAX)]
    """Standard deviation / mean, at least 1 [1]."""

    def bare_table(self) -> LawTable:
        return functions.hyperexponential(self.mean, self.cv)


class Geometric(Law):
    """1, 2, 3, ...: each step goes on with the same chance. The mean is that after `max`."""

    NAME = "geometric"
    COUNTS = True
    mean: Annotated[Quantity, Field(ge=1)]
    """The mean, `max` taken into account [n]."""
    max: Annotated[int, Field(ge=1, le=N_ATOMS_MAX)] | None = None
    """No value is above this; the rest keep their proportions [n]."""

    @model_validator(mode="after")
    def _mean_is_possible(self) -> Geometric:
        if self.max is not None and self.mean > (1 + self.max) / 2:
            message = f"with max {self.max} the mean is at most {(1 + self.max) / 2:g}"
            raise PlaceError(message, ("mean",), "law_order")
        if self.mean > 1000:
            message = "a geometric law goes to a mean of 1000; use exponential"
            raise PlaceError(message, ("mean",), "too_large")
        return self

    def bare_table(self) -> LawTable:
        return functions.geometric(self.mean, self.max)


class Poisson(Law):
    """0, 1, 2, ...: how many of many rare things happen. The mean is that after `max`."""

    NAME = "poisson"
    COUNTS = True
    mean: Annotated[PositiveQuantity, Field(le=10_000)]
    """The mean, `max` taken into account [n]."""
    max: Annotated[int, Field(ge=1, le=N_ATOMS_MAX)] | None = None
    """No value is above this; the rest keep their proportions [n]."""

    @model_validator(mode="after")
    def _mean_is_possible(self) -> Poisson:
        if self.max is not None and self.mean > 0.9 * self.max:
            message = f"with max {self.max} the mean is at most {0.9 * self.max:g}"
            raise PlaceError(message, ("mean",), "law_order")
        return self

    def bare_table(self) -> LawTable:
        return functions.poisson(self.mean, self.max)


class Empirical(Law):
    """Exactly the values given, equally often or by weight."""

    NAME = "empirical"
    values: Annotated[tuple[Quantity, ...], Field(min_length=1, max_length=N_ATOMS_MAX)]
    """The values [the law's unit]."""
    weights: tuple[Annotated[Number, Field(ge=0)], ...] | None = None
    """How often each comes, in any scale [1]."""

    @model_validator(mode="after")
    def _one_weight_a_value(self) -> Empirical:
        if self.weights is not None and len(self.weights) != len(self.values):
            message = f"{len(self.values)} values need as many weights, not {len(self.weights)}"
            raise PlaceError(message, ("weights",), "law_weights")
        if self.weights is not None and sum(self.weights) <= 0:
            raise PlaceError("the weights sum to zero", ("weights",), "law_weights")
        return self

    def bare_table(self) -> LawTable:
        return tables.atoms_table(self.values, self.weights or (1.0,) * len(self.values))


def _need_one_size(scale: float | None, mean: float | None) -> None:
    if (scale is None) == (mean is None):
        raise PlaceError("give either scale or mean", (), "law_shape")
