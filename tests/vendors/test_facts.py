"""Every fact has a source and a date, and every preset is something that a scenario can use."""

from datetime import date

import pytest

from sim.plan.columns import Route
from sim.plan.journey import journey_of
from sim.scenario.document import document_from_tree, validate
from sim.scenario.scenario import Scenario
from sim.vendors import registry
from sim.vendors.endpoints import known_models
from sim.vendors.kinds import BreakerPreset, ClientPreset, IncidentPreset
from sim.vendors.presets import EVIDENCE, Vendor

VENDORS = registry.of_kind(Vendor)
QUOTAS = {
    "bedrock": {"tokens_per_minute": "1M"},
    "bedrock-mantle": {"input_tokens_per_minute": "1M", "output_tokens_per_minute": "100k"},
    "bedrock-rerank": {"requests_per_minute": "1k"},
    "gemini-api": {"requests_per_minute": "1k", "input_tokens_per_minute": "1M"},
    "jina": {"requests_per_minute": "1k"},
    "voyage": {"requests_per_minute": "1k"},
}
"""What vendors do not publish, so that a planner has to write it."""
MODELS = {
    "bedrock": ["anthropic.claude-sonnet-5"],
    "bedrock-mantle": ["anthropic.claude-sonnet-5"],
    "gemini-api": ["gemini-2.5-flash"],
}
CAPPED = {
    "routes": {"way": {"order": ["chat"], "max_output_tokens": 900}},
    "pipelines": {"one": [{"stage": "answer", "call": "way"}]},
}
"""Some vendors want to know how long an answer may be."""


def least(endpoint: dict, **more: object) -> dict:
    return {
        "schema": "genai-rollout/v1",
        "name": "one endpoint",
        "horizon": {"start": "2027-07-01", "length": "1d", "timezone": "America/Chicago"},
        "workloads": {
            "ask": {
                "arrivals": {"per_day": 40},
                "input_tokens": 1500,
                "output_tokens": 200,
                "pipeline": "one",
            }
        },
        "pipelines": {"one": [{"stage": "answer", "call": "chat"}]},
        "endpoints": {"chat": endpoint},
        **more,
    }


def lowered(tree: dict):
    document = document_from_tree(tree)
    validate(document, Scenario)
    return journey_of(document, 0, 0)


@pytest.mark.parametrize("name", registry.names())
def test_every_fact_names_a_source_with_a_date(name):
    preset = registry.preset(name)
    facts = list(preset.facts())
    assert preset.preset == name
    assert facts
    for path, fact in facts:
        source = preset.sources[fact.source]
        assert source.title.strip(), path
        assert source.evidence in EVIDENCE
        assert date(2024, 1, 1) < source.read <= date(2026, 11, 27), path


@pytest.mark.parametrize("name", registry.names())
def test_sources_stand_in_the_order_of_their_dates_and_are_all_used(name):
    preset = registry.preset(name)
    days = [source.read for source in preset.sources.values()]
    used = {fact.source for _, fact in preset.facts()}
    assert days == sorted(days)
    assert set(preset.sources) == used


@pytest.mark.parametrize("name", VENDORS)
def test_prices_of_a_vendor_ascend_in_time(name):
    vendor = VENDORS[name]
    models = {price.model for price in vendor.prices}
    rows = [[p.since for p in vendor.prices if p.model == model] for model in models]
    for days in [*rows, [prices.since for prices in vendor.unit_prices]]:
        assert days == sorted(set(days))


CASES = [
    (name, model, deployment)
    for name, vendor in VENDORS.items()
    for model in MODELS.get(name) or known_models(vendor)
    for deployment in (list(vendor.deployments) or [None])
]


@pytest.mark.parametrize(("name", "model", "deployment"), CASES)
def test_every_model_of_every_vendor_becomes_a_plan(name, model, deployment):
    vendor = VENDORS[name]
    endpoint: dict = {"vendor": name, "model": model}
    endpoint |= {"deployment": deployment} if deployment else {}
    endpoint |= {"quota": QUOTAS[name]} if name in QUOTAS else {}
    if model not in registry.latency().models():
        endpoint["latency"] = {"total": "1s"}
    if vendor.units is not None:
        if not (steps := vendor.units.models[model].get(deployment)):
            pytest.skip(f"{model} is not sold as {deployment}")
        endpoint["units"] = int(steps.split()[0])
        endpoint["commitment"] = "hourly" if "azure" in name else "monthly"
    elif name in ("azure-standard", "openai", "anthropic"):
        endpoint |= quota_where_the_tier_has_none(vendor, model, deployment)
    if "price" not in endpoint and not priced(vendor, model):
        endpoint["price"] = {"input": 1, "output": 1}
    plan = lowered(least(endpoint, **CAPPED)).plan
    assert plan.limits.shape[0] >= 1


def priced(vendor, model):
    from sim.bill.catalogue import catalogue_prices
    from sim.errors import FactError

    if vendor.units is not None or any(price.model == model for price in vendor.prices):
        return True
    try:
        catalogue_prices(model, vendor.provider, date(2027, 7, 1))
    except FactError:
        return False
    return True


def quota_where_the_tier_has_none(vendor, model, deployment):
    from sim.vendors.endpoints import quota_table

    raw = {"deployment": deployment} if deployment else {}
    if quota_table(vendor, model, raw) is not None:
        return {}
    return {"quota": {"tokens_per_minute": "1M", "requests_per_minute": "1k"}}


@pytest.mark.parametrize("name", registry.of_kind(ClientPreset))
def test_every_client_becomes_a_plan(name):
    journey = lowered(least({"latency": {"total": "1s"}, "client": name}))
    assert journey.plan.endpoints.shape[0] == 1


BREAKERS = {"portkey": {"opens_after": 5}, "azure-apim": {"opens_after": 1, "stays_open": "10s"}}
"""What a router leaves to whoever sets it up."""


@pytest.mark.parametrize("name", registry.of_kind(BreakerPreset))
def test_every_breaker_becomes_a_plan(name):
    breaker = {"from": name, **BREAKERS[name]} if name in BREAKERS else name
    routes = {"way": {"order": ["chat", "other"], "breaker": breaker}}
    tree = least({}, routes=routes, pipelines={"one": [{"stage": "answer", "call": "way"}]})
    tree["endpoints"] = {name: {"latency": {"total": "1s"}} for name in ("chat", "other")}
    journey = lowered(tree)
    assert journey.plan.routes[0, Route.BREAKER_ON] > 0


@pytest.mark.parametrize("name", registry.of_kind(IncidentPreset))
def test_every_history_becomes_changes_of_the_plan(name):
    incidents = [{"endpoints": ["chat"], "from": name}]
    horizon = {"start": "2027-07-01", "length": "2y", "timezone": "America/Chicago"}
    limit = {"limit": "token_bucket", "per_minute": "1M"}
    endpoint = {"latency": {"total": "1s"}, "limits": [limit]}
    journey = lowered(least(endpoint, incidents=incidents, horizon=horizon))
    assert len(journey.lowered.changes.time_us) > (0 if "temporary" in name else 10)
