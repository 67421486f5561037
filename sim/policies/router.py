"""The router: where a call goes first, and where it goes on when an endpoint fails it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sim.policies.breaker import Breaker
from sim.scenario.laws import LawOfDuration
from sim.scenario.spine import EVERYDAY, ResultWord, Spine
from sim.scenario.types import Model, Name, PositiveWholeNumber

_ORDER = "write the endpoints in `order`"


class BatchApi(Model):
    """Calls go through the vendor's batch interface: within hours, at the batch price, in a pool of its own."""

    turnaround: LawOfDuration
    """From sending to the answer, the vendor's bad days included [us]."""


class Router(Spine):
    """A route: endpoints in the order in which a call tries them."""

    NOT_YET: ClassVar = {
        "weights": _ORDER,
        "hedge": _ORDER,
        "residency": "write it at a workload or a population",
    }

    order: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Endpoints, the first choice first [names]."""
    next_on: tuple[ResultWord | Literal["no_budget"], ...] = (*EVERYDAY, "no_budget")
    """After which results, once the client's retries are used up, the next endpoint is tried [words]."""
    max_output_tokens: PositiveWholeNumber | None = None
    """An answer is cut here, and limits reserve so much; without it they see the true length [tokens]."""
    breaker: Breaker | None = None
    """When an endpoint is left alone for a while; never unless written."""
    owner: Name | None = None
    """The team that answers for it."""
    batch_api: BatchApi | None = None
    """Endpoints are replaced by their batch twins, `NAME batch`; not unless written."""
