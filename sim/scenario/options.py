"""Options: what a planner may still choose, for `simulate optimize`; nothing else reads them."""

from __future__ import annotations

from itertools import product
from typing import Annotated, Any

from pydantic import Field, model_validator

from sim.errors import PlaceError
from sim.scenario.types import Model, Name

Values = Annotated[tuple[Any, ...], Field(min_length=1)]
ONE_WAY = "an option has a path and its values, or choices"


class Option(Model):
    """One choice: values of a path, or named choices that each change several paths."""

    name: Name
    """What reports call it [text]."""
    path: str | None = None
    """The place that `values` are for [path]."""
    values: Values | None = None
    """What may stand there [list]."""
    choices: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)] | None = None
    """Instead: by name, what each choice sets, {path: value} [map]."""

    @model_validator(mode="after")
    def _one_way(self) -> Option:
        if (self.path is None) != (self.values is None):
            raise PlaceError(ONE_WAY, ("path",))
        if (self.path is None) == (self.choices is None):
            raise PlaceError(ONE_WAY, ("choices",))
        return self

    def ways(self) -> list[tuple[str, dict[str, Any]]]:
        """Each choice: its name, and what it sets."""
        if self.choices is not None:
            return list(self.choices.items())
        assert self.path is not None
        assert self.values is not None
        return [(str(value), {self.path: value}) for value in self.values]


def combinations(options: tuple[Option, ...]) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every combination of the choices: their names, and all that they set."""
    return [
        (tuple(name for name, _ in ways), {path: v for _, sets in ways for path, v in sets.items()})
        for ways in product(*(option.ways() for option in options))
    ]
