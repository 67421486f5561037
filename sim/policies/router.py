"""The router: where a call goes first, and where it goes on when an endpoint fails it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from sim.errors import PlaceError
from sim.plan.columns import Choose
from sim.policies.breaker import Breaker
from sim.scenario.laws import LawOfDuration
from sim.scenario.paths import did_you_mean
from sim.scenario.spine import EVERYDAY, ResultWord, Spine
from sim.scenario.types import Count, Model, Name, PositiveDuration, PositiveWholeNumber

WEIGHT_MAX = 1_000_000


class Hedge(Model):
    """A second call along the same route where the first is slow; the first answer counts, the other is abandoned."""

    after: PositiveDuration
    """How long the first call has to answer before the second begins [us]."""


class BatchApi(Model):
    """Calls go through the vendor's batch interface: within hours, at the batch price, in a pool of its own. What its
    queue has no room for is kept back until it has."""

    turnaround: LawOfDuration
    """From sending to the answer, the vendor's bad days included [us]."""


class Router(Spine):
    """A route: endpoints in the order in which a call tries them."""

    NOT_YET: ClassVar = {
        "residency": "write it at a workload or a population",
    }

    order: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Endpoints, the first choice first [names]."""
    choose: Literal["order", "weights", "least_busy"] | None = None
    """Which endpoint that a call has not tried yet comes next: the first in the order, one drawn by its weight, or
    the one where least is under way (in service or waiting; of equals the first); by weights where there are some,
    else in order [word]."""
    weights: dict[Name, Annotated[Count, Field(le=WEIGHT_MAX)]] = {}
    """How often each endpoint of the order is chosen, beside the others: {a: 3, b: 1}; one that weighs 0 is a last
    resort [1]."""
    hedge: Hedge | None = None
    """A second call where the first is slow, beginning with the next endpoint of the order; none unless written."""
    next_on: tuple[ResultWord | Literal["no_budget", "filtered"], ...] = (*EVERYDAY, "no_budget")
    """After which results, once the client's retries are used up, the next endpoint is tried; what a content filter
    stopped (`filtered`) is not tried elsewhere unless written [words]."""
    max_output_tokens: PositiveWholeNumber | None = None
    """An answer is cut here, and limits reserve so much; without it they see the true length [tokens]."""
    breaker: Breaker | None = None
    """When an endpoint is left alone for a while; never unless written."""
    owner: Name | None = None
    """The team that answers for it."""
    batch_api: BatchApi | None = None
    """Endpoints are replaced by their batch twins, `NAME batch`; not unless written."""

    @model_validator(mode="after")
    def _weights_fit_the_order(self) -> Router:
        if self.choose == "weights" and not self.weights:
            raise PlaceError("give `weights`, as {a: 3, b: 1}", (), "missing")
        if self.weights and self.choose not in (None, "weights"):
            raise PlaceError(
                f"weights mean nothing beside {self.choose}", ("weights",), "no_effect"
            )
        for name in self.weights:
            if name not in self.order:
                message = f"{name!r} is not in the `order`{did_you_mean(name, self.order)}"
                raise PlaceError(message, ("weights", name), "unknown_name")
        missing = [name for name in self.order if self.weights and name not in self.weights]
        if missing:
            raise PlaceError(f"{missing[0]!r} has no weight", ("weights",), "missing")
        if self.weights and not any(self.weights.values()):
            raise PlaceError("some endpoint must weigh more than 0", ("weights",), "too_small")
        return self

    def chooses(self) -> Choose:
        """How it chooses, as the plan says it."""
        return Choose[(self.choose or ("weights" if self.weights else "order")).upper()]
