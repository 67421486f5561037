"""Distributions as a planner writes them, and their tables.

The same forms serve durations, counts and plain numbers: a form says how its numbers make a law,
the field says how the numbers are read (`LawOfDuration` reads `480ms`). A law is written as

    a bare quantity                       always that value
    {median: 480ms, p95: 1.9s}            lognormal through two quantiles (median or p50, p75, ...)
    {mean: 2s, cv: 0.4}                   lognormal by mean and coefficient of variation
    {values: [1, 2, 4], weights: [..]}    exactly these values
    {law: NAME, ...}                      one of `LAWS`

and any of them may add `plus` (a fixed part in front), then `at_least` and `at_most`, which hold
the sum between limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema, model_validator

from sim import units
from sim.errors import PlaceError, QuantityError
from sim.scenario import tables
from sim.scenario.law_forms import (
    QUANTILES,
    Constant,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Geometric,
    Hyperexponential,
    Law,
    Lognormal,
    Normal,
    Pareto,
    Poisson,
    Quantiles,
    Triangular,
    Uniform,
    Weibull,
)
from sim.scenario.paths import nearest
from sim.scenario.tables import LawTable
from sim.scenario.types import Model, Number
from sim.units import shown

__all__ = ["LAWS", "Law", "LawOfCount", "LawOfDuration", "LawOfNumber", "Mixture", "parse_law"]


def _parse_part(value: Any, info: ValidationInfo) -> Law:
    return parse_law(value, info.context["quantity"] if info.context else "number")


class Part(Model):
    """One part of a mixture."""

    weight: Annotated[Number, Field(ge=0)]
    """How often this part is drawn from, in any scale [1]."""
    of: Annotated[Law, PlainValidator(_parse_part), WithJsonSchema({"x-law": "measured"})]
    """The part's own law [distribution]."""


class Mixture(Law):
    """Most often one law, sometimes another: a body with spikes."""

    NAME = "mixture"
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=32)]
    """The parts [list]."""

    @model_validator(mode="after")
    def _some_weight(self) -> Mixture:
        if sum(part.weight for part in self.parts) <= 0:
            raise PlaceError("the weights sum to zero", ("parts",), "law_weights")
        return self

    def bare_table(self) -> LawTable:
        return tables.mixture_table(
            [part.of.table() for part in self.parts], [part.weight for part in self.parts]
        )


LAWS: dict[str, type[Law]] = {
    form.NAME: form
    for form in (
        *(Constant, Quantiles, Lognormal, Exponential, Uniform, Triangular, Gamma, Erlang),
        *(Weibull, Pareto, Normal, Hyperexponential, Geometric, Poisson, Empirical, Mixture),
    )
}
"""Every law that a scenario may name."""


def parse_law(value: object, quantity: str) -> Law:
    """Read a law in any of its forms; a law passes through.

    Args:
        value: what stands in the file.
        quantity: how its numbers are read: `duration`, `count` or `number`.
    """
    if isinstance(value, Law):
        return value
    context = {"quantity": quantity}
    if not isinstance(value, Mapping):
        number = _read_bare(value, quantity)
        return Constant.model_construct(law="constant", value=number)
    form = _form_of(value)
    if form.COUNTS and quantity == "duration":
        raise PlaceError(f"{form.NAME} is about counts, not durations", ("law",), "law_name")
    return form.model_validate({**value, "law": form.NAME}, context=context)


def _read_bare(value: object, quantity: str) -> float:
    if isinstance(value, list | tuple):
        hint = "write a quantity, {median: .., p95: ..} or {law: .., ..}"
        raise QuantityError(f"a list is not a distribution; {hint}", "law_shape")
    return float(units.duration_us(value)) if quantity == "duration" else units.count(value)


def _form_of(value: Mapping[str, Any]) -> type[Law]:
    """Return the form that a mapping is written in; refuse what has none."""
    if "law" in value:
        return _named_form(value["law"])
    if "cv" in value or "mean" in value or "sigma" in value:
        return Lognormal
    if any(name in value for name in QUANTILES):
        return Quantiles
    if "values" in value:
        return Empirical
    raise QuantityError(
        "a distribution is a bare quantity, two of median, p75, p90, p95, p99, mean and cv, "
        "values, or law: with its name",
        "law_shape",
    )


def _named_form(name: object) -> type[Law]:
    if isinstance(name, str) and name in LAWS:
        return LAWS[name]
    best = nearest(shown(name), LAWS)
    hint = f'did you mean "{best}"?' if best else f"there are {', '.join(sorted(LAWS))}"
    message = f"{shown(name)!r} is not a law; {hint}"
    raise PlaceError(message, ("law",), "law_name")


LawOfDuration = Annotated[
    Law,
    PlainValidator(lambda value: parse_law(value, "duration")),
    WithJsonSchema({"x-law": "duration"}),
]
"""A distribution of durations; its table is in microseconds [us]."""
LawOfCount = Annotated[
    Law,
    PlainValidator(lambda value: parse_law(value, "count")),
    WithJsonSchema({"x-law": "count"}),
]
"""A distribution of counts, such as tokens; its table is in units [n]."""
LawOfNumber = Annotated[
    Law,
    PlainValidator(lambda value: parse_law(value, "number")),
    WithJsonSchema({"x-law": "number"}),
]
"""A distribution of plain numbers, zero or more [1]."""
