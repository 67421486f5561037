"""Stages that are gone through again: an agent's loop, a second look."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field, model_validator

from sim.errors import PlaceError
from sim.plan.columns import Step
from sim.scenario.laws import Law, LawOfCount
from sim.scenario.tables import LawTable, TableKind
from sim.scenario.types import Model, Share
from sim.stages.parallel import lists_take_time
from sim.stages.stage import End, Piece, Stage

if TYPE_CHECKING:
    from sim.plan.steps import StepMaker
    from sim.stages import Stages

COPIES_MAX = 64
"""Most times that `times` may say: each is a copy of the stages."""


class Again(Model):
    """What is repeated, and how often."""

    stages: Stages
    """What is gone through [list]."""
    again: Annotated[Share, Field(lt=1)] | None = None
    """The chance, each time, to go through it once more [share]."""
    times: LawOfCount | None = None
    """How often in all, instead of `again`: a number or a distribution of whole counts [n]."""

    @model_validator(mode="after")
    def _ends(self) -> Again:
        if (self.again is None) == (self.times is None):
            raise PlaceError("give `again`, a chance, or `times`, a count", (), "either_or")
        if self.times is not None:
            times_law(self.times)
        if not lists_take_time(tuple(self.stages)):
            message = (
                "no stage in here always takes time; the repeat could go round for ever at once"
            )
            raise PlaceError(message, ("stages",), "no_time")
        return self


class Repeat(Stage):
    """Go through stages again and again."""

    KEY: ClassVar = "repeat"

    repeat: Again
    """What is repeated, and how often."""

    def inner(self) -> tuple[tuple[Stage, ...], ...]:
        return (tuple(self.repeat.stages),)

    def takes_time(self) -> bool:
        return self.repeat.times is None or times_law(self.repeat.times)[0] >= 1.0

    def lower(self, maker: StepMaker) -> Piece:
        if self.repeat.again is not None:
            return self._loop(maker, self.repeat.again)
        assert self.repeat.times is not None
        return self._copies(maker, times_law(self.repeat.times))

    def _loop(self, maker: StepMaker, again: float) -> Piece:
        body = maker.sequence(self.inner()[0])
        chance = maker.chance(again, "again", lap=1)
        maker.tie(body.ends + body.skips, chance)
        maker.tie([(chance, Step.ALT)], body.first)
        return Piece(body.first, [(chance, Step.NEXT)])

    def _copies(self, maker: StepMaker, chances: list[float]) -> Piece:
        """One copy of the stages after another; before each, the chance that it is needed at all."""
        first = -1
        loose: list[End] = []
        done: list[End] = []
        for number, chance in enumerate(chances, start=1):
            with maker.copy(number):
                enter = maker.chance(chance, "times") if chance < 1.0 else None
                body = maker.sequence(self.inner()[0])
            if enter is not None:
                maker.tie([(enter, Step.ALT)], body.first)
                done.append((enter, Step.NEXT))
            start = body.first if enter is None else enter
            maker.tie(loose, start)
            first = start if first < 0 else first
            loose = body.ends + body.skips
        return Piece(first, done + loose)


def times_law(law: Law) -> list[float]:
    """P(N >= k | N >= k - 1) for k = 1, 2, ... up to the most."""
    counts = _counts(law.table())
    most = max(counts)
    at_least = [sum(p for n, p in counts.items() if n >= k) for k in range(most + 1)]
    return [min(1.0, at_least[k] / at_least[k - 1]) for k in range(1, most + 1)]


def _counts(table: LawTable) -> dict[int, float]:
    if table.kind == TableKind.CONSTANT:
        values, masses = [table.value], [1.0]
    elif table.kind == TableKind.ATOMS:
        values = [float(value) for value in table.values]
        ends = [0.0, *(float(c) for c in table.cumulative)]
        masses = [b - a for a, b in pairwise(ends)]
    else:
        message = "a number of times is a whole number, or a law of whole numbers such as geometric"
        raise PlaceError(message, ("times",), "not_whole")
    if any(value != int(value) for value in values) or not 1 <= max(values) <= COPIES_MAX:
        message = f"a number of times is whole, and its most is 1 to {COPIES_MAX}; add `max`"
        raise PlaceError(message, ("times",), "not_whole")
    return {int(value): mass for value, mass in zip(values, masses, strict=True)}
