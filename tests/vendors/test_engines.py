"""With every vendor's preset on one plan, short of quota and amid an incident, both engines tell the same."""

import pytest
from plans import differences, run
from vendors.test_facts import VENDORS, least

from sim.outcome import Event, Line
from sim.plan.journey import journey_of
from sim.scenario.document import document_from_tree, validate
from sim.scenario.scenario import Scenario
from sim.vendors import registry

SHORT = {"tokens_per_minute": "9k", "requests_per_minute": "60"}
ENDPOINTS: dict[str, dict] = {
    "openai": {"model": "gpt-5.6-sol", "quota": SHORT, "client": "openai-python"},
    "anthropic": {
        "model": "claude-sonnet-5",
        "quota": {"requests_per_minute": 6, "output_tokens_per_minute": "3k"},
        "client": "anthropic-python",
    },
    "azure-standard": {"model": "gpt-4.1", "quota": SHORT, "client": "openai-python-2.40"},
    "azure-ptu": {"model": "gpt-4.1", "units": 15, "client": "tenacity"},
    "bedrock": {
        "model": "anthropic.claude-sonnet-5",
        "quota": SHORT,
        "client": "botocore-adaptive",
    },
    "bedrock-mantle": {
        "model": "anthropic.claude-sonnet-5",
        "quota": {"input_tokens_per_minute": "6k", "output_tokens_per_minute": "3k"},
        "client": "botocore",
    },
    "bedrock-rerank": {"model": "amazon.rerank-v1:0", "quota": {"requests_per_minute": 10}},
    "voyage": {"model": "rerank-2.5", "quota": {"requests_per_minute": 10}},
    "jina": {
        "model": "jina-reranker-v2-base-multilingual",
        "quota": {"requests_per_minute": 10, "tokens_per_minute": "9k"},
    },
    "vertex-paygo": {
        "model": "gemini-2.5-flash",
        "quota": SHORT,
        "client": "google-genai-retrying",
    },
    "vertex-provisioned": {"model": "gemini-2.5-pro", "units": 1, "commitment": "weekly"},
    "gemini-api": {
        "model": "gemini-2.5-flash-lite",
        "quota": {
            "requests_per_minute": 20,
            "input_tokens_per_minute": "9k",
            "requests_per_day": 150,
        },
        "client": "google-genai",
    },
    "cohere": {"model": "rerank-v3.5", "tier": "trial", "client": "anthropic-python-1.4"},
}
LATENCY = {"first_token": {"median": "700ms", "p95": "2s"}, "tokens_per_second": 70}


def everything() -> dict:
    """A day of each vendor's, then of a router with a breaker over three of them."""
    endpoints = {name: {"vendor": name, **rest} for name, rest in ENDPOINTS.items()}
    for endpoint in endpoints.values():
        if endpoint["model"] not in registry.latency().models():
            endpoint["latency"] = LATENCY
    tree = least({"latency": {"total": "1s"}})
    order = ["azure-ptu", "azure-standard", "anthropic"]
    tree["endpoints"] = endpoints
    tree["routes"] = {
        f"to {name}": {"order": [name], "max_output_tokens": 900} for name in endpoints
    } | {"router": {"order": order, "breaker": "litellm-router", "max_output_tokens": 900}}
    tree["pipelines"] = {name: [{"stage": "answer", "call": name}] for name in tree["routes"]}
    tree["workloads"] = {
        f"ask {name}": {
            "arrivals": {"per_day": 260, "burst": {"cv": 5}},
            "input_tokens": {"median": 1500, "p95": 6000},
            "output_tokens": {"median": 200, "p95": 600},
            "cached_input": "40%",
            "pipeline": name,
        }
        for name in tree["pipelines"]
    }
    tree["incidents"] = [
        {
            "endpoints": list(endpoints),
            "at": "2027-07-01T09:00",
            "lasts": "4h",
            "what": "quota x 0.3",
        }
    ]
    return tree


@pytest.fixture(scope="module")
def outcomes():
    assert set(ENDPOINTS) == set(VENDORS)
    document = document_from_tree(everything())
    validate(document, Scenario)
    journey = journey_of(document, 7, 0)
    days = [day.day for day in journey.days]
    return [run(journey.plan, days, engine) for engine in ("reference", "compiled")]


def test_both_engines_tell_the_same_of_every_vendor(outcomes):
    reference, compiled = outcomes
    assert not differences(reference, compiled)


def test_limits_refused_some_and_let_others_pass(outcomes):
    lines = outcomes[0].trace
    assert (lines[:, Line.EVENT] == Event.REFUSED).sum() > 50
    assert (lines[:, Line.EVENT] == Event.ENDED).sum() > 500
