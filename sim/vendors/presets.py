"""What a file of facts may hold: its sources, and facts of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

from pydantic import Field, model_validator

from sim.scenario.types import Count, Day, Model, Money, Multiplier

Evidence = Literal["code", "vendor", "second hand", "computed", "unverified"]
EVIDENCE: dict[str, str] = {
    "code": "read in source code or raw data",
    "vendor": "read on the vendor's own page",
    "second hand": "quoted by somebody who names the vendor's page",
    "computed": "computed from raw data",
    "unverified": "nobody to check it with",
}
"""How strong a source is."""
assert set(EVIDENCE) == set(get_args(Evidence))

Commitment = Literal["hourly", "weekly", "monthly", "quarterly", "yearly"]
Template = dict[str, Any]
"""What a planner would write, with `<names>` in it that are filled in."""


class Source(Model):
    """Where a fact comes from."""

    title: str
    """What to look for [text]."""
    read: Day
    """When it was read, or of when it is [day]."""
    evidence: Evidence
    """How strong it is [word]."""


class Fact(Model):
    """Anything that a file states."""

    source: str
    """Which of the file's sources [name]."""
    says: str | None = None
    """What the source says [text]."""


class Unpublished(Fact):
    """A quantity that nobody publishes."""

    source: str = ""
    """Which of the file's sources; that of the fact around it unless written [name]."""
    range: dict[Literal["low", "likely", "high"], Any]
    """Between what it may lie [low, likely, high]."""
    models: tuple[str, ...] = ()
    """Models of which it is not known; all unless written [names]."""
    note: str
    """What it is [text]."""


class Preset(Model):
    """What every file has."""

    preset: str
    """Its name [text]."""
    kind: str
    """What it is a preset of [word]."""
    title: str
    """What it is, for people [text]."""
    sources: dict[str, Source]
    """Where its facts come from, the oldest first."""
    not_simulated: tuple[Fact, ...] = ()
    """What is known, and plays no part in a run."""
    unpublished: dict[str, Unpublished] = {}
    """What is not known."""

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """Every fact of the file, with the path at which it stands."""
        yield from facts_in(self)

    @model_validator(mode="after")
    def _has_sources_in_order(self) -> Preset:
        days = [source.read for source in self.sources.values()]
        if days != sorted(days):
            message = f"{self.preset}: sources stand in the order of their dates"
            raise ValueError(message)
        for path, fact in self.facts():
            if fact.source not in self.sources:
                message = f"{self.preset}: {path} names a source that is not there: {fact.source!r}"
                raise ValueError(message)
        return self


def facts_in(value: object, path: str = "", around: str = "") -> Iterator[tuple[str, Fact]]:
    """Every fact below a value; one without a source of its own has that of the fact around it."""
    if isinstance(value, Fact):
        source = value.source or around
        yield path, value if value.source else value.model_copy(update={"source": source})
        around = source
    if isinstance(value, Model):
        for name in type(value).model_fields:
            yield from facts_in(getattr(value, name), f"{path}.{name}" if path else name, around)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from facts_in(item, f"{path}.{key}", around)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from facts_in(item, f"{path}[{number}]", around)


class Deployment(Fact):
    """A way in which a vendor runs a model."""

    price_times: Multiplier = 1.0
    """What list prices are multiplied by [x]."""
    models: tuple[str, ...] = ()
    """Models whose prices are multiplied; all unless written [names]."""
    quotas_as: str | None = None
    """Another deployment whose quotas it has [name]."""


class Quotas(Fact):
    """What a tier of customers may use."""

    tier: str
    """The tier [name]."""
    deployment: str | None = None
    """The deployment that it is for; any unless written [name]."""
    spend_cap: Money | None = None
    """What may be spent in a month; no cap is known where it is not written [USD]."""
    spend_in_10min: Money | None = None
    """What may be spent in any ten minutes; no such cap is known where it is not written [USD]."""
    models: dict[str, dict[str, Count]]
    """By model or family: `requests_per_minute`, `tokens_per_minute` and so on [1/min or 1/day]."""


class LimitRule(Fact):
    """A limit of a vendor."""

    optional: bool = False
    """Whether it is left out where no quota is known for it [true or false]."""
    shared: bool = False
    """Whether endpoints of one organisation and model share it, even if they share no other [true or false]."""
    limit: Template
    """The limit, as a planner would write it."""


class Sharing(Fact):
    """That endpoints of one organisation share the limits of a model."""

    pools: tuple[str, ...] = ()
    """Families whose models have one limit together [names]."""


class Capacity(Fact):
    """That requests a minute are set in proportion to tokens a minute."""

    tokens_for_a_request: dict[str, Count]
    """By model, where no tier's quota tells: tokens a minute for each request a minute [tokens]."""


class BatchQueue(Fact):
    """What may wait and be under way at the vendor's batch interface."""

    across_models: bool = False
    """Whether all models of an organisation share it; else each has its own [true or false]."""
    limit: Template
    """The limit, as a planner would write it."""


class Volumes(Fact):
    """What an organisation may use in a month before the vendor treats it otherwise."""

    models: dict[str, Count]
    """By model [tokens / month]."""


class UnitFacts(Fact):
    """What a unit of reserved throughput can do."""

    at_most: Count | None = None
    """The most units of one deployment; no such number is known where it is not written [n]."""
    models: dict[str, dict[str, Any]]
    """By model: `input_tokens_per_minute`, `output_weighs`, and `15 step 5` by deployment."""


class UnitPrices(Fact):
    """What a unit costs in USD."""

    since: Day
    """From when on [day]."""
    prices: dict[str, dict[Commitment, Money]]
    """By deployment and commitment: hourly and weekly by the hour, the others by the month [USD]."""

    @model_validator(mode="before")
    @classmethod
    def _deployments_stand_beside(cls, value: Any) -> Any:
        own = ("source", "says", "since", "prices")
        if not isinstance(value, Mapping) or "prices" in value:
            return value
        prices = {key: item for key, item in value.items() if key not in own}
        return {**{key: value[key] for key in own if key in value}, "prices": prices}


class Weights(Fact):
    """What an output token weighs, by model."""

    models: dict[str, dict[str, Count]]
    """By a part of a model's name; the longest that fits counts."""
    others: dict[str, Count]
    """Of all other models."""


class OwnPrice(Fact):
    """A price that the catalogue of models lacks."""

    model: str
    """The model [name]."""
    since: Day
    """From when on [day]."""
    price: Template
    """As a planner would write it [USD]."""


class Processing(Fact):
    """A way of processing whose price the catalogue does not know at this vendor."""

    processing: Literal["batch", "flex", "priority", "fast"]
    """The way [word]."""
    models: tuple[str, ...] = ()
    """Models that it is for; all unless written [names]."""
    price_times: Multiplier
    """What list prices are multiplied by [x]."""


class Caching(Fact):
    """Whether prompts are cached."""

    value: bool
    """Whether they are [true or false]."""


class Billing(Fact):
    """Which attempts are billed although nobody got an answer."""

    wasted: bool
    """Answers that nobody waited for any more: time-outs and cancelled streams [true or false]."""
    errors: bool
    """Attempts that ended in a 5xx [true or false]."""
    filtered: bool = True
    """Attempts that a content filter stopped with a 400; assumed unless the vendor says otherwise [true or false]."""


class Retirement(Fact):
    """When a model goes."""

    model: str
    """The model [name]."""
    on: Day
    """The day [day]."""


class Vendor(Preset):
    """A vendor's way of selling answers."""

    kind: Literal["vendor"]
    """What it is a preset of [word]."""
    provider: str | None = None
    """Whose list prices count, in the catalogue genai-prices [name]."""
    default_tier: str | None = None
    """The tier unless one is written [name]."""
    default_deployment: str | None = None
    """The deployment unless one is written [name]."""
    deployments: dict[str, Deployment] = {}
    """Ways in which models are run."""
    families: dict[str, tuple[str, ...]] = {}
    """Models that have the same quotas."""
    requests_follow_tokens: Capacity | None = None
    """Requests a minute keep their proportion where tokens a minute are written; else they do not."""
    quotas: tuple[Quotas, ...] = ()
    """By tier."""
    volumes: Volumes | None = None
    """Volumes by the month, `tokens_per_month` in the templates of limits."""
    units: UnitFacts | None = None
    """Reserved throughput."""
    unit_prices: tuple[UnitPrices, ...] = ()
    """What that costs, the oldest first."""
    weights: Weights | None = None
    """What output weighs."""
    limits: tuple[LimitRule, ...] = ()
    """Its limits."""
    batch_queue: BatchQueue | None = None
    """What its batch interface holds; no limit is known where it is not written."""
    shared: Sharing | None = None
    """That all endpoints of one organisation and model share its limits; else each has its own."""
    needs_output_cap: Fact | None = None
    """That a request without `max_output_tokens` reserves the most that the model could write."""
    typical: Fact | None = None
    """How it is usually set up."""
    processing: tuple[Processing, ...] = ()
    """Multipliers of prices; the first that fits counts. Without one that fits, the catalogue's contexts."""
    caches_prompts: Caching
    """Whether it caches prompts."""
    prices: tuple[OwnPrice, ...] = ()
    """Prices that the catalogue lacks, the oldest first."""
    bills: tuple[Billing, ...] = Field(min_length=1)
    """What it bills, the oldest statement first; the last one counts."""
    errors: Template
    """Everyday errors."""
    retirements: tuple[Retirement, ...] = ()
    """Models that go."""
