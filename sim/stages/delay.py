"""A delay: work that is never short of servers, such as a filter on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sim.plan.columns import Step, StepKind
from sim.scenario.laws import LawOfDuration
from sim.stages.stage import Piece, TimedStage

if TYPE_CHECKING:
    from sim.plan.steps import StepMaker


class Delay(TimedStage):
    """Wait for a drawn time."""

    KEY: ClassVar = "delay"

    delay: LawOfDuration
    """How long [us]."""

    def lower(self, maker: StepMaker) -> Piece:
        step = maker.step(
            StepKind.DELAY,
            {Step.LAW: maker.law(self.delay), Step.STAGE: maker.column(self), **self.timing()},
        )
        return Piece(step, [(step, Step.NEXT)])
