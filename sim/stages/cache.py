"""A cache of answers: a hit answers at once and skips the rest."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

from sim.plan.columns import Step, StepKind
from sim.scenario.laws import LawOfDuration, parse_law
from sim.scenario.spine import usual
from sim.scenario.types import Share
from sim.stages.stage import Piece, Stage

if TYPE_CHECKING:
    from sim.plan.steps import StepMaker


HIT = parse_law("35ms", "duration")
"""Embedding the question and one search among the answers so far."""


class Cache(Stage):
    """With a chance, answer and skip the rest of the list in which this stage stands."""

    KEY: ClassVar = "hit_rate"

    hit_rate: Share
    """How many requests it answers [share]."""
    answers_in: LawOfDuration = usual(HIT)
    """How long a hit takes; 35ms unless written [us]."""

    def default_name(self) -> str:
        return "cache"

    def takes_time(self) -> bool:
        return False

    def lower(self, maker: StepMaker) -> Piece:
        chance = maker.chance(self.hit_rate, "hit")
        cells: dict[IntEnum, int] = {
            Step.LAW: maker.law(self.answers_in),
            Step.STAGE: maker.column(self),
            Step.HOLDS: 1,
        }
        hit = maker.step(StepKind.DELAY, cells)
        maker.tie([(chance, Step.ALT)], hit)
        return Piece(chance, [(chance, Step.NEXT)], [(hit, Step.NEXT)])
