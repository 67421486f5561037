"""Which facts a scenario rests on, how old they are when its horizon starts, and which of its models go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from typing import Any

from sim.errors import PlaceError
from sim.vendors import registry, searches
from sim.vendors.endpoints import (
    quota_table,
    rules_that_hold,
    spend_table,
    volume_of,
)
from sim.vendors.kinds import BreakerPreset, CataloguePreset, ClientPreset, IncidentPreset
from sim.vendors.presets import Fact, Preset, Source, Vendor
from sim.vendors.pricing import deployment_of

OLD_DAYS = 180
"""Facts older than this are flagged [days]."""
CATALOGUE = "genai-prices"
TOLD_APART = ("quotas", "retirements", "prices", "batch_queue", "not_simulated", "typical")
"""Parts of a vendor's file that bear on no endpoint, or are told apart."""
OF_LIMITS = ("limits", "volumes", "weights", "shared", "requests_follow_tokens", "needs_output_cap")
"""Parts that bear on an endpoint unless its limits are written out."""


@dataclass(frozen=True, order=True)
class Used:
    """A fact that a scenario rests on."""

    preset: str
    """The file that holds it."""
    fact: str
    """What it is about, in words."""
    source: Source
    """Where it is from."""
    goes: date | None = None
    """The day from which the model is gone; None: the fact is no such date."""

    def age_days(self, on: date) -> int:
        """How old it is on a day."""
        return (on - self.source.read).days

    def flag(self, start: date, until: date) -> str | None:
        """What a reader must know of it: `retires`, `old` or nothing.

        Args:
            start: the first day of the horizon.
            until: the day after its last.
        """
        if self.goes is not None and self.goes < until:
            return "retires"
        return "old" if self.source.read < start - timedelta(days=OLD_DAYS) else None


def facts_of(tree: Mapping[str, Any]) -> list[Used]:
    """Every fact that a scenario's raw values rest on, by preset; each once."""
    found: dict[tuple[str, str], Used] = {}
    for used in _facts(tree):
        found.setdefault((used.preset, used.fact), used)
    return sorted(found.values(), key=lambda used: (used.preset, used.fact))


def prices_as_of(tree: Mapping[str, Any]) -> date | None:
    """The day of the catalogue's prices; None where none is used, or the version is one that we do not know."""
    days = [used.source.read for used in _facts(tree) if used.preset == CATALOGUE]
    return days[0] if days else None


def _facts(tree: Mapping[str, Any]) -> Iterator[Used]:
    for endpoint in _items(tree.get("endpoints")):
        vendor = _preset(endpoint.get("vendor"))
        if isinstance(vendor, Vendor):
            yield from _of_vendor(vendor, str(endpoint.get("model")), endpoint)
        if endpoint.get("model") is not None and "price" not in endpoint:
            listed = _catalogue_version()
            if listed is not None and (vendor is None or _provider(vendor)):
                yield listed
        yield from _of_client(endpoint.get("client"))
    for station in _items(tree.get("stations")):
        if "search" in station:
            found = searches.preset()
            yield _used(found, f"search of {station['search']}", found.engines)
        yield from _of_client(station.get("client"))
    for route in _items(tree.get("routes")):
        yield from _of_batches(route, tree.get("endpoints"))
        raw = route.get("breaker")
        router = _preset(raw.get("from") if isinstance(raw, Mapping) else raw)
        if isinstance(router, BreakerPreset):
            yield _used(router, "breaker", router.breaker)
    for incident in _items(tree.get("incidents")):
        history = _preset(incident.get("from"))
        if isinstance(history, IncidentPreset):
            for path, fact in history.facts():
                yield _used(history, path, fact)


def _provider(preset: Preset) -> bool:
    return isinstance(preset, Vendor) and preset.provider is not None


def _of_vendor(vendor: Vendor, model: str, raw: Mapping[str, Any]) -> Iterator[Used]:
    for path, fact in vendor.facts():
        if _about(vendor, path, model, raw):
            yield _used(vendor, path, fact)
    try:
        table = quota_table(vendor, model, raw)
    except PlaceError:
        table = None
    if table is not None and "limits" not in raw:
        yield _used(vendor, f"quota of {model}, {table[0].tier}", table[0])
    capped = None if "limits" in raw else spend_table(vendor, raw)
    if capped is not None and raw.get("spend_cap") != "none":
        yield _used(vendor, f"spend limit of {capped.tier}", capped)
    for gone in vendor.retirements:
        if gone.model == model:
            words = f"{model} retires on {gone.on.isoformat()}"
            yield Used(vendor.preset, words, vendor.sources[gone.source], gone.on)
    for own in vendor.prices:
        if own.model == model and "price" not in raw:
            yield _used(vendor, f"price of {model}", own)
    if "latency" not in raw and "station" not in raw:
        yield from _of_latency(model)


def _about(vendor: Vendor, path: str, model: str, raw: Mapping[str, Any]) -> bool:
    """Whether a fact of a vendor's file bears on an endpoint; its tables are told apart elsewhere."""
    part = path.partition(".")[0].partition("[")[0]
    if part in TOLD_APART:
        return False
    if part in OF_LIMITS and "limits" in raw:
        return False
    if part == "unpublished":
        one = vendor.unpublished[path.partition(".")[2]]
        return not one.models or model in one.models
    if part == "volumes":
        return bool(volume_of(vendor, model))
    if part == "limits":
        number = int(path.partition("[")[2].partition("]")[0])
        return vendor.limits[number] in rules_that_hold(vendor, raw)
    if part == "deployments":
        return path == f"deployments.{deployment_of(vendor, raw)}"
    if part == "processing":
        return any(
            path == f"processing[{n}]" and one.processing == raw.get("processing")
            for n, one in enumerate(vendor.processing)
            if not one.models or model in one.models
        )
    return True


def _of_batches(route: Mapping[str, Any], endpoints: Any) -> Iterator[Used]:
    """What is known of the batch interfaces behind a route."""
    known = endpoints if isinstance(endpoints, Mapping) else {}
    for name in route.get("order") or () if "batch_api" in route else ():
        raw = known.get(name)
        vendor = _preset(raw.get("vendor")) if isinstance(raw, Mapping) else None
        if isinstance(vendor, Vendor) and vendor.batch_queue is not None:
            yield _used(vendor, "batch queue", vendor.batch_queue)


def _of_latency(model: str) -> Iterator[Used]:
    preset = registry.latency()
    first = preset.first_tokens().get(model)
    if first is not None:
        yield Used(preset.preset, f"first token of {model}", preset.sources[first[0]])
        speed = preset.sources[preset.speed.source]
        yield Used(preset.preset, f"output speed of {model}", speed)
        slow = preset.sources[preset.congestion.source]
        yield Used(preset.preset, f"congestion of {model}", slow)
    for answer in preset.whole_answers:
        if model in answer.models:
            yield Used(preset.preset, f"latency of {model}", preset.sources[answer.source])


def _of_client(raw: Any) -> Iterator[Used]:
    client = _preset(raw.get("sdk") if isinstance(raw, Mapping) else raw)
    if isinstance(client, ClientPreset):
        yield _used(client, "retries", client.client)


def _used(preset: Preset, path: str, fact: Fact) -> Used:
    return Used(preset.preset, path.replace("_", " "), preset.sources[fact.source])


def _catalogue_version() -> Used | None:
    preset = registry.preset(CATALOGUE)
    assert isinstance(preset, CataloguePreset)
    installed = version(CATALOGUE)
    for one in preset.versions:
        if one.version == installed:
            return Used(CATALOGUE, f"list prices, version {installed}", preset.sources[one.source])
    return None


def _items(things: Any) -> list[Mapping[str, Any]]:
    values = things.values() if isinstance(things, Mapping) else things or ()
    return [item for item in values if isinstance(item, Mapping)]


def _preset(name: Any) -> Preset | None:
    known = isinstance(name, str) and name in registry.names()
    return registry.preset(name) if known else None
