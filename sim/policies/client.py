"""The client: what a caller does when one endpoint, or one station, does not answer well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Annotated, Literal

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.errors import PlaceError, QuantityError
from sim.limits.concurrency import Fields as Concurrency
from sim.limits.fields import TOKENS_MAX, LimitFields
from sim.limits.written import Limit
from sim.plan.columns import Endpoint, Habit
from sim.scenario.laws import Law, LawOfDuration, LawOfNumber, parse_law
from sim.scenario.spine import EVERYDAY, ResultWord, result_mask, usual
from sim.scenario.types import (
    Count,
    Duration,
    Model,
    Name,
    PositiveDuration,
    PositiveNumber,
    PositiveWholeNumber,
    Share,
    Unlimited,
    WholeNumber,
)
from sim.units import shown

MILLION = 1_000_000
ADVICE_MAX_US = 1 << 50
"""Advice is heard up to thirty years: without end."""
PRODUCT_MAX = 1 << 62
"""A back-off is multiplied by its growth in parts per million, in 64 bits."""


def _read_jitter(value: object) -> Law:
    """Read `none`, `full` (0 to 1) or a range such as `0.75-1`, as the law of a factor."""
    if isinstance(value, Law):
        return value
    text = value.strip() if isinstance(value, str) else shown(value)
    if text == "none":
        return parse_law(1, "number")
    if text == "full":
        return parse_law({"law": "uniform", "low": 0, "high": 1}, "number")
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)", text)
    if not match or float(match[1]) > float(match[2]):
        message = f'{shown(value)!r} is not a jitter; write none, full or a range such as "0.75-1"'
        raise QuantityError(message, "jitter")
    low, high = float(match[1]), float(match[2])
    return parse_law({"law": "uniform", "low": low, "high": high}, "number")


Jitter = Annotated[
    Law,
    PlainValidator(_read_jitter),
    WithJsonSchema({"type": "string", "examples": ["none", "full", "0.75-1"]}),
]
SDK_JITTER = _read_jitter("0.75-1")


Purse = Annotated[Count, Field(gt=0, le=10**6)]


class Backoff(Model):
    """How long the client waits before it tries again."""

    first: PositiveDuration = 500_000
    """The wait before the first retry [us]."""
    times: Annotated[PositiveNumber, Field(ge=1, le=1000)] = 2.0
    """Each further wait is so many times the last [1]."""
    at_most: PositiveDuration = 8_000_000
    """No wait is longer, before jitter; it is never below `first` where this is not written [us]."""
    jitter: Jitter = usual(SDK_JITTER)
    """What each wait is multiplied by: none, full (0 to 1), or a range; 0.75-1 unless written [1]."""
    factor: LawOfNumber | None = None
    """The same as a distribution, instead of `jitter` [1]."""
    at_least: Duration = 0
    """Jitter stretches between this and the wait: full jitter from 1s is `at_least: 1s` [us]."""
    first_after_429: PositiveDuration | None = None
    """The wait before the first retry where that follows a refusal; as `first` unless written [us]."""
    plus: LawOfDuration | None = None
    """What is added after the jitter; nothing unless written [us]."""
    in_all_at_most: PositiveDuration | None = None
    """No wait is longer, after jitter and `plus` [us]."""

    @model_validator(mode="after")
    def _one_jitter(self) -> Backoff:
        if self.factor is not None and "jitter" in self.model_fields_set:
            raise PlaceError("give `jitter` or `factor`, not both", ("factor",), "either_or")
        if self.first > self.at_most and "at_most" in self.model_fields_set:
            raise PlaceError("the first wait is longer than at_most", ("first",), "order")
        if self.cap_us() * round(self.times * MILLION) >= PRODUCT_MAX:
            raise PlaceError("at_most × times is too large", ("at_most",), "too_large")
        return self

    def cap_us(self) -> int:
        """The longest wait before jitter [us]."""
        return max(self.first, self.at_most)


class RetryAfter(Model):
    """What the client makes of a refusal's advice to come back later."""

    heard_up_to: Annotated[Duration, Field(le=ADVICE_MAX_US)] = 120_000_000
    """Advice up to this is followed; 0 hears none; 120s in openai-python 3.54.0 [us]."""
    beyond: Literal["gives_up", "backs_off"] = "gives_up"
    """What it does after longer advice: no retry at all, as openai-python 3.54.0, or its own back-off [word]."""
    stretches_by: Annotated[Duration, Field(le=ADVICE_MAX_US)] | None = None
    """Instead: its own back-off is stretched towards the advice by no more than this, as botocore does
    by 5s [us]."""

    @model_validator(mode="after")
    def _one_habit(self) -> RetryAfter:
        if self.stretches_by is not None and self.model_fields_set & {"heard_up_to", "beyond"}:
            message = "give `heard_up_to` with `beyond`, or `stretches_by`"
            raise PlaceError(message, ("stretches_by",), "either_or")
        return self

    def row(self) -> dict[IntEnum, int]:
        """The columns of an endpoint that say it."""
        if self.stretches_by is not None:
            return {
                Endpoint.RETRY_AFTER_CAP_US: self.stretches_by,
                Endpoint.RETRY_AFTER_HABIT: Habit.STRETCHES,
            }
        habit = Habit.OBEYS if self.beyond == "gives_up" else Habit.FOLLOWS
        return {
            Endpoint.RETRY_AFTER_CAP_US: self.heard_up_to,
            Endpoint.RETRY_AFTER_HABIT: habit,
        }


class Budget(Model):
    """Retries that the client allows itself over all its requests: a purse that it starts with full."""

    share: Share = 0.0
    """What each first attempt puts into it [share]."""
    at_most: Purse = 10.0
    """The most that it holds [n]."""
    per_retry: Purse = 1.0
    """What a retry takes out of it [n]."""
    per_retry_after_429: Purse | None = None
    """What a retry after a refusal takes; as any other unless written [n]."""
    per_success: Annotated[Count, Field(ge=0, le=10**6)] = 0.0
    """What an answer to a first attempt puts into it [n]."""
    refunds: bool = False
    """Whether an answer to a retry puts back what that took [true or false]."""

    def row(self) -> dict[IntEnum, int]:
        """The columns of an endpoint that say it."""
        refused = self.per_retry if self.per_retry_after_429 is None else self.per_retry_after_429
        return {
            Endpoint.BUDGET_PPM: round(self.share * MILLION),
            Endpoint.BUDGET_CAP_PPM: round(self.at_most * MILLION),
            Endpoint.BUDGET_TAKES_PPM: round(self.per_retry * MILLION),
            Endpoint.BUDGET_TAKES_REFUSED_PPM: round(refused * MILLION),
            Endpoint.BUDGET_SUCCESS_PPM: round(self.per_success * MILLION),
            Endpoint.BUDGET_REFUNDS: int(self.refunds),
        }


NO_BUDGET: dict[IntEnum, int] = {Endpoint.BUDGET_PPM: -1}
"""The columns of a client that counts no retries over all its requests."""


class Client(Model):
    """An SDK: its retries and its sleeps. What is not written is as in openai-python and anthropic,
    whose source (3.54.0, 2.12.0) waits min(0.5 × 2^n, 8) s × U(0.75, 1); only the number of retries
    must be given, because zero is the honest default."""

    sdk: Name | None = None
    """The SDK whose habits it has; what is written beside it stands; see `simulate presets` [name]."""
    retries: WholeNumber | Unlimited = 0
    """Attempts after the first [n]."""
    backoff: Backoff = usual(Backoff())
    """The wait before a retry."""
    retries_on: tuple[ResultWord, ...] = EVERYDAY
    """After which results it tries again [words]."""
    retry_after: RetryAfter = RetryAfter()
    """Whether it follows a refusal's advice."""
    budget: Budget | None = None
    """Retries over all requests; none where there is no such bound."""
    concurrency: Annotated[PositiveWholeNumber, Field(le=TOKENS_MAX)] | None = None
    """So many attempts are under way at once, and others wait before they are sent; no bound unless written [n]."""
    limits: tuple[Name | Limit, ...] = ()
    """Limits that it keeps itself: what is above them waits before it is sent, and no vendor has seen it; written
    out, or the name of a shared one with `when_full: wait`."""
    owner: Name | None = None
    """The team that answers for it, where that is not the endpoint's."""

    @model_validator(mode="after")
    def _its_limits_wait(self) -> Client:
        for number, limit in enumerate(self.limits):
            if isinstance(limit, LimitFields):
                for key in ("when_full", "advice"):
                    if key in limit.model_fields_set and getattr(limit, key) != "wait":
                        message = f"who is above a client's own limit waits; leave out `{key}`"
                        raise PlaceError(message, ("limits", number, key), "no_effect")
        return self

    def own_limits(self) -> Iterator[str | LimitFields]:
        """What holds its attempts back before they are sent: limits that wait, or names of shared ones."""
        if self.concurrency is not None:
            yield Concurrency(
                limit="concurrency",
                name="client concurrency",
                allows=self.concurrency,
                when_full="wait",
            )
        for limit in self.limits:
            if isinstance(limit, str):
                yield limit
            else:
                waits = {"when_full": "wait", "name": f"client {limit.label}"}
                yield limit.model_copy(update=waits)

    def refuse_to_wait(self, at: str) -> None:
        """Raise PlaceError where it holds attempts back but cannot."""
        for key in ("concurrency", "limits"):
            if getattr(self, key):
                message = f"{at}; a client's own limit would hold back the others in it too"
                raise PlaceError(message, ("client", key), "no_effect")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """An SDK's name alone is a client too; it is written out before it is read."""
        name = {"type": "string", "description": "The name of an SDK: `openai-python`."}
        return {"anyOf": [name, handler(core)]}

    def row(self) -> dict[IntEnum, int]:
        """The client's columns of an endpoint, without the law of the jitter."""
        return {
            Endpoint.RETRIES: -1 if self.retries == "unlimited" else self.retries,
            Endpoint.RETRY_ON: result_mask(self.retries_on),
            Endpoint.BACKOFF_US: self.backoff.first,
            Endpoint.BACKOFF_GROWTH_PPM: round(self.backoff.times * MILLION),
            Endpoint.BACKOFF_CAP_US: self.backoff.cap_us(),
            Endpoint.BACKOFF_REFUSED_US: self.backoff.first_after_429 or self.backoff.first,
            Endpoint.BACKOFF_LEAST_US: self.backoff.at_least,
            Endpoint.BACKOFF_TOTAL_CAP_US: (
                -1 if self.backoff.in_all_at_most is None else self.backoff.in_all_at_most
            ),
            **self.retry_after.row(),
            **(self.budget.row() if self.budget else NO_BUDGET),
        }

    def factor_law(self) -> Law:
        """The law of the factor on each wait."""
        return self.backoff.factor or self.backoff.jitter
