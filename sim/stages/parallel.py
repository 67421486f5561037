"""Branches side by side: the request goes on when all have ended, or enough have done well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from sim.errors import PlaceError
from sim.plan.columns import Step, StepKind
from sim.scenario.types import PositiveWholeNumber
from sim.stages.stage import OptionalStage, Piece, Stage

if TYPE_CHECKING:
    from sim.plan.steps import StepMaker
    from sim.stages import AnyStage, Stages


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Branch = Annotated["AnyStage | Stages", BeforeValidator(_as_list)]


class Parallel(OptionalStage):
    """Start all branches at once and wait for the last, or for the first few that do well."""

    KEY: ClassVar = "parallel"

    parallel: Annotated[tuple[Branch, ...], Field(min_length=1)]
    """The branches: each a stage, or a list of stages."""
    needs: PositiveWholeNumber | None = None
    """Go on when so many branches have done well, and abandon the others; all must unless written [n]."""

    @model_validator(mode="after")
    def _can_have_so_many(self) -> Parallel:
        if self.needs is not None and self.needs > len(self.parallel):
            raise PlaceError(
                f"there are only {len(self.parallel)} branches", ("needs",), "too_large"
            )
        return self

    def inner(self) -> tuple[tuple[Stage, ...], ...]:
        return tuple(branch if isinstance(branch, tuple) else (branch,) for branch in self.parallel)

    def takes_time(self) -> bool:
        lists = [lists_take_time(branch) for branch in self.inner()]
        needed = len(lists) if self.needs is None else self.needs
        return len(lists) - sum(lists) < needed

    def lower(self, maker: StepMaker) -> Piece:
        fork = maker.step(StepKind.FORK, {Step.NEEDS: self.needs or 0, **self.timing()})
        branches = [maker.sequence(branch) for branch in self.inner()]
        for branch in branches:
            maker.finish(branch)
        maker.fork(fork, [branch.first for branch in branches])
        return Piece(fork, [(fork, Step.NEXT)])


def lists_take_time(stages: tuple[Stage, ...]) -> bool:
    """Whether a request always spends time in a list of stages."""
    for stage in stages:
        if stage.KEY == "hit_rate":
            return False
        if stage.wait and stage.probability in (None, 1.0) and stage.takes_time():
            return True
    return False
