"""The kinds of presets beside vendors: clients, breakers, histories of incidents, latencies, searches."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario.types import Count, Duration, Model, Share
from sim.vendors.presets import Fact, Preset, Template, Unpublished, Vendor


class ClientRule(Fact):
    """What a client does."""

    client: Template
    """As a planner would write it."""


class ClientPreset(Preset):
    """An SDK with its retries, by version."""

    kind: Literal["client"]
    """What it is a preset of [word]."""
    client: ClientRule
    """What it does."""


class BreakerRule(Fact):
    """When a router leaves an endpoint alone."""

    rests_alone: bool = True
    """Whether the only endpoint of a route rests as well [true or false]."""
    breaker: Template
    """As a planner would write it."""


class BreakerPreset(Preset):
    """A router's circuit breaker."""

    kind: Literal["breaker"]
    """What it is a preset of [word]."""
    breaker: BreakerRule
    """What it does."""
    typical: Fact | None = None
    """How it is usually set up."""


class Every(Fact):
    """How far apart incidents start."""

    every: Any
    """A law of the time from one start to the next."""


class Lasts(Fact):
    """How long incidents last."""

    lasts: Any
    """A law of their length."""


class WhatHappens(Fact):
    """What incidents do."""

    what: Template
    """Severities with weights."""


class When(Fact):
    """At which hours and on which days incidents start."""

    timezone: str
    """On whose clock [IANA zone]."""
    hours: Annotated[tuple[Count, ...], Field(min_length=24, max_length=24)]
    """A weight for each hour of the day."""
    weekdays: Annotated[tuple[Count, ...], Field(min_length=7, max_length=7)]
    """A weight for each day of the week, Monday first."""


class IncidentPreset(Preset):
    """A vendor's history of incidents."""

    kind: Literal["incidents"]
    """What it is a preset of [word]."""
    every: Every
    """Gaps."""
    lasts: Lasts
    """Lengths."""
    what: WhatHappens
    """Severities."""
    when: When | None = None
    """The clock of their starts; at any time where it is not known."""


class FirstToken(Model):
    """The time to the first token: a lognormal body, and spikes."""

    median: Duration
    """Of the body [us]."""
    sigma: Count
    """Of the body's logarithm [1]."""
    spikes: Share
    """Answers that meet contention [share]."""
    spike_mean: Duration = 0
    """What contention adds, exponential [us]."""
    per_1k_input: Duration = 0
    """What each thousand tokens of new input add [us]."""


class FirstTokens(Fact):
    """First tokens by model."""

    models: dict[str, FirstToken]
    """By model."""


class Speeds(Fact):
    """How fast answers are written."""

    cv: Count
    """How much one answer's speed differs from the next [1]."""
    models: dict[str, dict[Literal["low", "likely", "high"], Count]]
    """By model [tokens/s]."""


class WholeAnswer(Fact):
    """Answers that come at once."""

    models: tuple[str, ...]
    """The models [names]."""
    latency: Template
    """As a planner would write it."""
    unpublished: dict[str, Unpublished] = {}
    """What is not known."""


class CongestionRule(Fact):
    """Hours in which a model is slow."""

    models_not: tuple[str, ...]
    """Models of which nothing is known [names]."""
    congestion: Template
    """As a planner would write it."""
    unpublished: dict[str, Unpublished] = {}
    """What is not known."""


class LatencyPreset(Preset):
    """How long models take."""

    kind: Literal["latency"]
    """What it is a preset of [word]."""
    first_token: FirstTokens
    """By model, for short prompts."""
    long_prompts: FirstTokens
    """By model, with what a long prompt adds."""
    probes: FirstTokens
    """By model, from a median and a p95 alone."""
    speed: Speeds
    """By model."""
    whole_answers: tuple[WholeAnswer, ...]
    """Embeddings and searches."""
    congestion: CongestionRule
    """Slow hours."""

    def first_tokens(self) -> dict[str, tuple[str, FirstToken]]:
        """Every model's first token, with the key of its source."""
        tables = (self.probes, self.first_token, self.long_prompts)
        return {
            name: (table.source, first) for table in tables for name, first in table.models.items()
        }

    def models(self) -> tuple[str, ...]:
        """Every model whose latency is known."""
        whole = [name for answer in self.whole_answers for name in answer.models]
        return (*self.first_tokens(), *whole)


class SearchEngine(Model):
    """A vector database with an index of one size."""

    p99: Duration
    """Of a search, with a single caller [us]."""
    most_per_second: Count
    """The most searches [1/s]."""


class SearchEngines(Fact):
    """Vector databases."""

    engines: dict[str, SearchEngine]
    """By name, with the size of the index."""


class SearchPreset(Preset):
    """How long searches take, and how many are done."""

    kind: Literal["search"]
    """What it is a preset of [word]."""
    engines: SearchEngines
    """By name."""


class Version(Fact):
    """A version of a catalogue."""

    version: str
    """The package's version [text]."""


class CataloguePreset(Preset):
    """A catalogue of prices."""

    kind: Literal["catalogue"]
    """What it is a preset of [word]."""
    versions: tuple[Version, ...]
    """Of the package, the oldest first."""


KINDS: dict[str, type[Preset]] = {
    "vendor": Vendor,
    "client": ClientPreset,
    "breaker": BreakerPreset,
    "incidents": IncidentPreset,
    "latency": LatencyPreset,
    "search": SearchPreset,
    "catalogue": CataloguePreset,
}
"""What a file may be a preset of."""
