"""Stages: one file a kind, with what a planner may write and how it lowers to steps.

A stage is known by the key that says what it does: `delay: ...`, `station: ...`, `call: ...`. A new
kind is one file here and one row in `STAGES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, WrapValidator

from sim.errors import PlaceError
from sim.scenario.paths import did_you_mean
from sim.stages.cache import Cache
from sim.stages.call import Call
from sim.stages.delay import Delay
from sim.stages.parallel import Parallel
from sim.stages.repeat import Again, Repeat
from sim.stages.stage import Stage
from sim.stages.station import Visit

STAGES: dict[str, type[Stage]] = {
    kind.KEY: kind for kind in (Delay, Visit, Call, Cache, Parallel, Repeat)
}
"""The registry: every kind by its key."""


def _choose(value: Any, _: object) -> Any:
    """Read a stage as the kind whose key it has."""
    if isinstance(value, Stage):
        return value
    if not isinstance(value, Mapping):
        raise PlaceError("a stage is a map of keys, such as {delay: 60ms}", (), "kind")
    for key, kind in STAGES.items():
        if key in value:
            return kind.model_validate(value)
    strange = [key for key in value if key not in Call.model_fields]
    hint = did_you_mean(str(strange[0]), STAGES) if strange else ""
    words = ", ".join(STAGES)
    raise PlaceError(f"a stage says what it does with one of {words}{hint}", (), "kind")


AnyStage = Annotated[Delay | Visit | Call | Cache | Parallel | Repeat, WrapValidator(_choose)]
Stages = Annotated[tuple[AnyStage, ...], Field(min_length=1)]
"""A list of stages, gone through in order."""

_NAMES = {"AnyStage": AnyStage, "Stages": Stages}
Parallel.model_rebuild(_types_namespace=_NAMES)
Again.model_rebuild(_types_namespace=_NAMES)
Repeat.model_rebuild(_types_namespace={"Again": Again, **_NAMES})
