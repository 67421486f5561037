"""The gate: whether a phase of the rollout opens, on what was seen before it.

At the local midnight on which a phase should open, each target that the gate names is held against the last
`over` of this replication. One that is missed holds the phase, and all later ones with it, for `retry_every`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import PlaceError
from sim.scenario.types import Model, Name, PositiveDuration, WholeNumber
from sim.units import US_PER_DAY

Last = Literal["proceed", "stop", "roll back"]
Action = Literal["open", "hold", "proceed", "stop", "roll back"]
"""What a gate does: `open`, since nothing is missed; `hold`; or, held often enough, its last word."""


class Gate(Model):
    """When a phase is held, and what becomes of one that is held again and again."""

    hold_if: Annotated[dict[Name, Literal["missed"]], Field(min_length=1)]
    """Targets that must not be missed: {answers are fast: missed} [map]."""
    over: PositiveDuration
    """The last whole days that are looked at; a target by week, month or horizon is taken over all of them at
    once [us]."""
    retry_every: PositiveDuration
    """How long a hold lasts, in whole days [us]."""
    at_most: WholeNumber | None = None
    """How often a phase is held at most; for ever unless written [n]."""
    then: Last = "proceed"
    """What happens when it would be held once more: `proceed` opens the phase all the same, `stop` opens neither it
    nor any later one, `roll back` takes away what the last phase gave, too [words]."""

    @model_validator(mode="after")
    def _whole_days(self) -> Gate:
        for key in ("over", "retry_every"):
            if getattr(self, key) % US_PER_DAY:
                raise PlaceError("a gate counts whole days, as 5d", (key,), "not_whole")
        if self.at_most is None and "then" in self.model_fields_set:
            message = "without at_most a phase is held for ever, and nothing comes then"
            raise PlaceError(message, ("then",), "no_effect")
        return self

    @property
    def over_days(self) -> int:
        """Days that are looked at [days]."""
        return self.over // US_PER_DAY

    @property
    def retry_days(self) -> int:
        """Days that a hold lasts [days]."""
        return self.retry_every // US_PER_DAY

    def decide(self, *, missed: bool, held: int) -> Action:
        """What happens to a phase that has been held so many times."""
        if not missed:
            return "open"
        return "hold" if self.at_most is None or held < self.at_most else self.then
