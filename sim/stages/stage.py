"""What every stage of a pipeline may say, and what it lowers to.

A stage lowers to a `Piece`: its first step, and the loose ends that lead on. `sim.plan.steps` ties
the pieces of a list together, and wraps what all stages share (`probability`, `wait`, `blocks`)
around them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

from sim.plan.columns import Step
from sim.scenario.spine import Spine
from sim.scenario.types import Name, PositiveDuration, Share

if TYPE_CHECKING:
    from sim.plan.steps import StepMaker

End = tuple[int, Step]
"""A loose end: a step, and its column that still waits for the step it leads to."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A few steps that belong together."""

    first: int
    """The step where it begins."""
    ends: list[End]
    """What leads on to whatever comes next."""
    skips: list[End] = field(default_factory=list)
    """What leads to the end of the list in which the stage stands."""


class Stage(Spine):
    """What stages of all kinds have in common."""

    KEY: ClassVar[str] = ""
    """The key by which this kind is known in a pipeline."""

    stage: Name | None = None
    """What charts call it [text]."""
    owner: Name | None = None
    """The team that answers for it."""
    stream: Name | None = None
    """Whose luck it has; its pipeline's and its own name unless written [text]."""
    probability: Share | None = None
    """Only so many requests come to it; all unless written [share]."""
    wait: bool = True
    """Whether the request waits for it; else it is a job of its own, and the request goes on
    [true or false]."""
    blocks: Share | None = None
    """So many requests end here as `blocked`, by policy [share]."""

    def default_name(self) -> str:
        """What it is called where no name is written."""
        return self.KEY

    def inner(self) -> tuple[tuple[Stage, ...], ...]:
        """The lists of stages inside it."""
        return ()

    def takes_time(self) -> bool:
        """Whether a request always spends time in it."""
        return True

    def lower(self, maker: StepMaker) -> Piece:
        """Add its steps."""
        raise NotImplementedError


class OptionalStage(Stage):
    """A stage that a request may do without."""

    unless_slower_than: PositiveDuration | None = None
    """Go on without it after so long [us]."""
    optional: bool = False
    """Whether a failure of it is passed over [true or false]."""

    def timing(self) -> dict[IntEnum, int]:
        """The columns that say so."""
        slower = -1 if self.unless_slower_than is None else self.unless_slower_than
        return {Step.SLOWER_US: slower, Step.OPTIONAL: int(self.optional)}


class TimedStage(OptionalStage):
    """A stage with a time of its own."""

    holds_first_token: bool = True
    """Whether the person's first words wait for its end [true or false]."""

    def timing(self) -> dict[IntEnum, int]:
        return {Step.HOLDS: int(self.holds_first_token), **super().timing()}
