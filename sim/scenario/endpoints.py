"""Endpoints: deployments at a vendor (or on a station of one's own), each with its limits and client."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from sim.errors import PlaceError
from sim.limits.written import Limit
from sim.policies.client import Client
from sim.scenario.cold import ColdStart
from sim.scenario.laws import LawOfDuration, LawOfNumber, parse_law
from sim.scenario.requests import Priority
from sim.scenario.spine import Spine, usual
from sim.scenario.types import (
    Count,
    Duration,
    Model,
    Money,
    Multiplier,
    Name,
    PositiveDuration,
    PositiveNumber,
    PositiveShare,
    PositiveWholeNumber,
    Share,
    TimeZone,
    WholeNumber,
)

REFUSAL_AFTER = parse_law("40ms", "duration")
"""A 429 comes from a gateway, before any model: a network round trip and a little."""
ERROR_AFTER = parse_law("500ms", "duration")
"""A 5xx, or a content filter's 400, comes about when the first token would have come (the median of hosted chat
models is 0.5 to 0.9 s)."""

PROMPT_US_MAX = 60_000_000
"""A thousand tokens are read within a minute."""
OF_A_VENDOR = (
    *("deployment", "tier", "organisation", "quota", "units", "commitment"),
    *("spend_cap", "processing"),
)
"""Keys that mean something only beside a `vendor`."""


class LongPrice(Model):
    """Prices of attempts with long prompts: they hold for all their tokens."""

    above: PositiveWholeNumber
    """Prompts of more tokens than this have them [tokens]."""
    input: Money
    """Input that was not cached [currency / M tokens]."""
    cached_input: Money | None = None
    """Input that the vendor had seen before; as `input` unless written [currency / M tokens]."""
    output: Money
    """[currency / M tokens]"""


class Price(Model):
    """List prices, where the endpoint's `model` is not in the catalogue or has its own price."""

    input: Money | None = None
    """Input that was not cached [currency / M tokens]."""
    cached_input: Money | None = None
    """Input that the vendor had seen before; as `input` unless written [currency / M tokens]."""
    cache_write: Money | None = None
    """Input that is written to the vendor's cache; as `input` unless written [currency / M tokens]."""
    output: Money | None = None
    """[currency / M tokens]"""
    per_request: Money | None = None
    """For each answer, whatever its length [currency]."""
    long: LongPrice | None = None
    """Other prices for long prompts; none unless written."""


class Reserved(Model):
    """Throughput that is paid whether it is used or not."""

    units: PositiveWholeNumber
    """How many [n]."""
    per_unit: Money
    """What one costs [currency / hour or month]."""
    per: Literal["hour", "month"]
    """What that is for [word]."""
    bound_for: Duration = 0
    """How long what was bought must be paid, even if a later phase needs less [us]."""


class Bills(Model):
    """Which attempts are billed although nobody got an answer; vendors differ, and few say."""

    wasted: bool = True
    """Answers that were written to the end after the client had given up [true or false]."""
    errors: bool = False
    """The input of attempts that ended in a 5xx [true or false]."""
    filtered: bool = True
    """The input of attempts that ended in a content filter's 400 [true or false]."""


class Congestion(Model):
    """Hours in which a vendor's model is slow."""

    every: LawOfDuration
    """Time from the start of one to the start of the next [us]."""
    lasts: LawOfDuration
    """How long [us]."""
    slower: LawOfNumber
    """What all times are multiplied by, drawn for each [1]."""


class Latency(Model):
    """How long an answer takes."""

    first_token: LawOfDuration | None = None
    """From sending to the first token [us]."""
    tokens_per_second: LawOfNumber | None = None
    """How fast one answer is written from then on [tokens/s]."""
    total: LawOfDuration | None = None
    """The whole answer at once, instead of the two [us]."""
    per_1k_input: Annotated[Duration, Field(le=PROMPT_US_MAX)] = 0
    """What each thousand tokens of new input add to the first token [us]."""
    congestion: Congestion | None = None
    """Slow hours of the model; none unless written."""
    by_hour: Annotated[tuple[PositiveNumber, ...], Field(min_length=24, max_length=24)] | None = (
        None
    )
    """What all times are multiplied by at each hour of the day; always 1 unless written [1]."""
    timezone: TimeZone | None = None
    """On whose clock `by_hour` is; the horizon's unless written [IANA zone]."""

    @model_validator(mode="after")
    def _one_shape(self) -> Latency:
        if (self.first_token is None) == (self.total is None):
            message = "give `total`, or `first_token` with `tokens_per_second`"
            raise PlaceError(message, (), "either_or")
        if self.total is not None and self.tokens_per_second is not None:
            message = "`total` is the whole answer; leave out tokens_per_second"
            raise PlaceError(message, ("tokens_per_second",), "either_or")
        return self


class Errors(Model):
    """Everyday errors of the vendor, outside any incident."""

    share: Share
    """Attempts that end in a 5xx [share]."""
    after: LawOfDuration = usual(ERROR_AFTER)
    """When the error comes back, also in an incident; 500ms unless written [us]."""


class ContentFilter(Model):
    """A filter that says no to some prompts: a 400, that no client tries again; the request ends as `blocked`."""

    share: Share
    """Attempts that it stops [share]."""
    after: LawOfDuration = usual(ERROR_AFTER)
    """When the 400 comes back; 500ms unless written [us]."""


class Endpoint(Spine):
    """One deployment, seen through its client."""

    NOT_YET: ClassVar = {"breaker": "write it at the route"}

    vendor: Name | None = None
    """Whose presets it has: limits, prices, latency; see `simulate presets` [name]."""
    deployment: Name | None = None
    """How the vendor runs the model: global, datazone, regional [word]."""
    tier: Name | None = None
    """The vendor's class of customers, which sets quotas [word]."""
    organisation: Name | None = None
    """Whose account at the vendor it uses; endpoints of one share its limits; one for all unless written [name]."""
    quota: dict[Name, Count] = {}
    """Quotas, instead of the tier's: `tokens_per_minute` and so on [1/min]."""
    units: PositiveWholeNumber | None = None
    """Units of reserved throughput [n]."""
    commitment: Literal["hourly", "weekly", "monthly", "quarterly", "yearly"] | None = None
    """For how long units are bought; hourly unless written [word]."""
    spend_cap: Literal["none"] | Money | None = None
    """What may be spent in a month; the tier's unless written [currency]."""
    reserved: Reserved | None = None
    """What is paid for it whether it is used or not."""
    processing: Literal["batch", "flex", "priority", "fast"] | None = None
    """How it is processed, where that has a price of its own [word]."""
    price_context: dict[str, str] = {}
    """What the catalogue calls a way of processing: `processing: batch`, `service_tier: flex` [words]."""
    price_times: Multiplier | None = None
    """What the catalogue's prices are multiplied by [x]."""
    model: Name | None = None
    """The vendor's model, `gpt-4.1` [text]."""
    provider: Name | None = None
    """Whose list price of the model counts, in the catalogue genai-prices: azure, openai, anthropic [text]."""
    price: Price | None = None
    """Prices, instead of the catalogue's; free where neither is written."""
    bills: Bills = Bills()
    """Which attempts the vendor bills beside answers that were heard."""
    region: Name | None = None
    """Where it stands; for reports [text]."""
    owner: Name | None = None
    """The team that answers for it."""
    station: Name | None = None
    """Own hardware: the station whose servers and queue it uses [name]."""
    latency: Latency | None = None
    """How long an answer takes; on a station, its `service` unless written."""
    errors: Errors = usual(Errors(share=0.0))
    """Everyday errors; none unless written."""
    content_filter: ContentFilter = usual(ContentFilter(share=0.0))
    """The vendor's content filter; it stops nobody unless written."""
    refusal_after: LawOfDuration = usual(REFUSAL_AFTER)
    """When a 429 comes back; 40ms unless written [us]."""
    caches_prompts: bool = False
    """Whether it recognises the cached part of the input [true or false]."""
    cache_hits: PositiveShare = 1.0
    """Of what a workload calls `cached_input`, the share that the vendor still has; the rest is written anew,
    at the price of cache writes [share]."""
    limits: tuple[Name | Limit, ...] = ()
    """Its limits: written out, or the name of a shared one."""
    sheds_above: dict[Priority, WholeNumber] = {}
    """Requests of a priority are turned away as `shed`, before anything is sent, while so many are under way here:
    {low: 20, normal: 40}; none unless written [n]."""
    cold_start: ColdStart | None = None
    """What happens after nothing was under way here for a while, where it scales to zero; it is always ready unless
    written."""
    client: Client = usual(Client())
    """How its callers retry, not at all unless written, and what they hold back before they send it."""
    attempt_timeout: PositiveDuration | None = None
    """The client gives up an attempt after so long [us]; never unless written."""

    @model_validator(mode="after")
    def _has_a_latency(self) -> Endpoint:
        if self.latency is None and self.station is None:
            message = "give `latency`: {total: ..}, or {first_token: .., tokens_per_second: ..}"
            raise PlaceError(message, (), "missing")
        return self

    @model_validator(mode="after")
    def _what_a_station_does_is_written_there(self) -> Endpoint:
        for key in ("sheds_above", "cold_start"):
            if getattr(self, key) and self.station is not None:
                raise PlaceError("write it at the station that it runs on", (key,), "no_effect")
        return self

    @model_validator(mode="after")
    def _a_station_has_a_queue(self) -> Endpoint:
        if self.station is not None:
            self.client.refuse_to_wait(at="a station has one queue for all its callers")
        return self

    @model_validator(mode="after")
    def _vendor_words_have_a_vendor(self) -> Endpoint:
        for key in OF_A_VENDOR:
            if key in self.model_fields_set and self.vendor is None:
                raise PlaceError(f"`{key}` needs a `vendor`", (key,), "missing")
        return self

    @model_validator(mode="after")
    def _price_is_known(self) -> Endpoint:
        if self.provider is not None and self.model is None:
            raise PlaceError("a provider needs a `model`", ("provider",), "missing")
        if self.model is not None and self.provider is None and self.price is None:
            message = "give the `provider` whose list price counts, or a `price`"
            raise PlaceError(message, ("model",), "missing")
        return self
