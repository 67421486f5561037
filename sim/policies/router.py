"""The router: where a call goes first, and where it goes on when an endpoint fails it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sim.scenario.spine import EVERYDAY, ResultWord, Spine
from sim.scenario.types import Name, PositiveWholeNumber

_ORDER = "write the endpoints in `order`"


class Router(Spine):
    """A route: endpoints in the order in which a call tries them."""

    NOT_YET: ClassVar = {
        "breaker": "leave it out; every call starts with the first endpoint",
        "batch_api": "call an endpoint whose `latency` is the turnaround",
        "weights": _ORDER,
        "hedge": _ORDER,
        "residency": "list only endpoints that are allowed",
    }

    order: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Endpoints, the first choice first [names]."""
    next_on: tuple[ResultWord | Literal["no_budget"], ...] = (*EVERYDAY, "no_budget")
    """After which results, once the client's retries are used up, the next endpoint is tried [words]."""
    max_output_tokens: PositiveWholeNumber | None = None
    """An answer is cut here, and limits reserve so much; without it they see the true length [tokens]."""
    owner: Name | None = None
    """The team that answers for it."""
