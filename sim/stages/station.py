"""A visit to a station: one of its servers works on the request."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

from sim.plan.columns import Step, StepKind
from sim.scenario.types import Name
from sim.stages.stage import Piece, TimedStage

if TYPE_CHECKING:
    from sim.plan.steps import StepMaker


class Visit(TimedStage):
    """Queue at a station and be served."""

    KEY: ClassVar = "station"

    station: Name
    """Which one [name]."""

    def default_name(self) -> str:
        return self.station

    def lower(self, maker: StepMaker) -> Piece:
        cells: dict[IntEnum, int] = {
            Step.ROUTE: maker.station_route(self.station),
            Step.STAGE: maker.column(self),
            # A station neither reads nor writes tokens; without this it would count the request's own.
            Step.INPUT_TOKENS: 0,
            Step.OUTPUT_TOKENS: 0,
        }
        step = maker.step(StepKind.CALL, cells | self.timing())
        return Piece(step, [(step, Step.NEXT)])
