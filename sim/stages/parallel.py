"""Branches side by side: the request goes on when all have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from sim.plan.columns import Step, StepKind
from sim.stages.stage import OptionalStage, Piece, Stage

if TYPE_CHECKING:
    from sim.plan.steps import StepMaker
    from sim.stages import AnyStage, Stages


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Branch = Annotated["AnyStage | Stages", BeforeValidator(_as_list)]


class Parallel(OptionalStage):
    """Start all branches at once and wait for the last."""

    KEY: ClassVar = "parallel"

    parallel: Annotated[tuple[Branch, ...], Field(min_length=1)]
    """The branches: each a stage, or a list of stages."""

    def inner(self) -> tuple[tuple[Stage, ...], ...]:
        return tuple(branch if isinstance(branch, tuple) else (branch,) for branch in self.parallel)

    def takes_time(self) -> bool:
        return any(lists_take_time(branch) for branch in self.inner())

    def lower(self, maker: StepMaker) -> Piece:
        fork = maker.step(StepKind.FORK, self.timing())
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
