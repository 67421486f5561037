"""The rollout: who gets access when, and what changes with each phase."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from sim.policies.gate import Gate
from sim.scenario.spine import Spine
from sim.scenario.types import Day, Model, Name, PositiveDuration, WholeNumber


class Phase(Model):
    """A stretch of the rollout, from the local midnight of its start until the next phase."""

    name: Name
    """What charts call it [text]."""
    start: Day
    """Its first day [day]."""
    users: dict[Name, WholeNumber] = {}
    """People who have access from then on, by population; those not named stay as they were [n]."""
    ramp: PositiveDuration | None = None
    """The new people get access evenly over so long; at once unless written [us]."""
    changes: dict[str, Any] = {}
    """What is different from then on, by path: {endpoints.chat.limits.tokens.per_minute: 2M}."""
    gate: Gate | None = None
    """What must be seen before it opens, instead of the rollout's gate; not for the first phase [map]."""


class Rollout(Spine):
    """Phases, in the order in which they start."""

    NOT_YET: ClassVar = {"strategy": "write the phases"}

    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    """The phases [list]."""
    gate: Gate | None = None
    """What must be seen before each phase after the first opens; they start on their days unless written [map]."""

    def gate_of(self, number: int) -> Gate | None:
        """The gate before a phase; the first has none."""
        return (self.phases[number].gate or self.gate) if number else None
