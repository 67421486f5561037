"""Choices: what may still be chosen. `simulate optimize` combines them; `--mend` tries each where a target breaks."""

from __future__ import annotations

from itertools import product
from typing import Annotated, Any

from pydantic import Field, model_validator

from sim.errors import PlaceError
from sim.scenario.types import Model, Name

Values = Annotated[tuple[Any, ...], Field(min_length=1)]
ONE_WAY = "a choice has a path and its values, or ways"


class Choice(Model):
    """One choice: values of a path, or named ways that each set several paths."""

    name: Name
    """What reports call it [text]."""
    path: str | None = None
    """The place that `values` are for [path]."""
    values: Values | None = None
    """What may stand there [list]."""
    ways: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)] | None = None
    """Instead: by name, what each way sets, {path: value} [map]."""

    @model_validator(mode="after")
    def _one_way(self) -> Choice:
        if (self.path is None) != (self.values is None):
            raise PlaceError(ONE_WAY, ("path",))
        if (self.path is None) == (self.ways is None):
            raise PlaceError(ONE_WAY, ("ways",))
        return self

    def every_way(self) -> list[tuple[str, dict[str, Any]]]:
        """Each way: its name, and what it sets."""
        if self.ways is not None:
            return list(self.ways.items())
        assert self.path is not None
        assert self.values is not None
        return [(str(value), {self.path: value}) for value in self.values]


def combinations(choices: tuple[Choice, ...]) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every combination of the ways: their names, and all that they set."""
    return [
        (tuple(name for name, _ in ways), {path: v for _, sets in ways for path, v in sets.items()})
        for ways in product(*(choice.every_way() for choice in choices))
    ]
