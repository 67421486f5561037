"""What a planner's few words stand for, and what is told when they are wrong."""

import math

import pytest
from vendors.test_facts import least

from sim.errors import ScenarioError
from sim.plan.columns import Limit
from sim.plan.journey import journey_of
from sim.plan.terms import tariff_of
from sim.scenario.document import document_from_text, document_from_tree, validate
from sim.scenario.scenario import Scenario
from sim.vendors.told import written_out
from sim.vendors.unpublished import ranges_of

PTU = {"vendor": "azure-ptu", "model": "gpt-4.1", "units": 60}
STANDARD = {"vendor": "azure-standard", "model": "gpt-4.1", "quota": {"tokens_per_minute": "1M"}}
CLAUDE = {"vendor": "anthropic", "model": "claude-sonnet-5", "tier": "build"}


def scenario(endpoint: dict, **more: object) -> Scenario:
    return validate(document_from_tree(least(endpoint, **more)), Scenario)


def chat(endpoint: dict, **more: object):
    return scenario(endpoint, **more).endpoints["chat"]


def limits(endpoint: dict) -> dict:
    return {limit.name: limit for limit in chat(endpoint).limits}


def fault(endpoint: dict, **more: object) -> str:
    with pytest.raises(ScenarioError) as caught:
        scenario(endpoint, **more)
    return str(caught.value)


def test_sixty_units_of_gpt_4_1_drain_180_000_tokens_a_minute_and_output_weighs_four():
    bucket = limits(PTU)["units"]
    assert bucket.limit == "leaky_bucket"
    assert bucket.drains_per_minute == 180_000
    assert bucket.actual_ppm() == [0, 1_000_000, 0, 4_000_000]
    assert bucket.holds == 10_000_000


def test_azure_sets_requests_in_proportion_to_the_tokens_that_are_written():
    found = limits(STANDARD | {"quota": {"tokens_per_minute": "3M"}})
    assert found["tokens"].allows == 3_000_000
    assert found["requests"].allows == 500
    assert found["requests"].window == 10_000_000


def test_a_tier_sets_quotas_and_a_written_quota_stands_over_it():
    found = limits(CLAUDE | {"quota": {"output_tokens_per_minute": "2M"}})
    assert found["requests"].per_minute == 5_000
    assert found["input tokens"].per_minute == 5_000_000
    assert found["output tokens"].per_minute == 2_000_000


def test_a_tiers_spend_cap_is_a_limit_that_counts_money():
    cap = limits(CLAUDE)["spend"]
    assert (cap.limit, cap.per, cap.allows) == ("quota", "month", 1000 * 1_000_000)
    assert cap.actual_ppm() == [0, 2_000_000, 200_000, 10_000_000]
    assert "spend" not in limits(CLAUDE | {"spend_cap": "none"})


def test_each_key_that_is_written_overrides_the_preset():
    own = STANDARD | {"latency": {"total": "2s"}, "errors": {"share": "3%"}, "limits": []}
    found = chat({k: v for k, v in own.items() if k != "quota"})
    assert found.errors.share == pytest.approx(0.03)
    assert found.latency.total is not None
    assert found.limits == ()


def test_a_client_by_name_has_the_habits_of_its_sdk_and_what_is_written_stands():
    named = chat({"latency": {"total": "1s"}, "client": "openai-python"}).client
    own = chat({"latency": {"total": "1s"}, "client": {"sdk": "openai-python", "retries": 0}})
    assert (named.retries, named.retry_after.heard_up_to) == (2, 120_000_000)
    assert (own.client.retries, own.client.backoff.first) == (0, 500_000)


def test_a_phase_changes_a_quota_and_the_limits_that_follow_from_it():
    phases = [
        {"name": "one", "start": "2027-07-01"},
        {
            "name": "two",
            "start": "2027-07-02",
            "changes": {"endpoints.chat.quota.tokens_per_minute": "2M"},
        },
    ]
    horizon = {"start": "2027-07-01", "length": "3d", "timezone": "America/Chicago"}
    known = {"azure-standard": {"window": "10s"}}
    tree = least(STANDARD, rollout={"phases": phases}, horizon=horizon, unpublished=known)
    lowered = journey_of(document_from_tree(tree), 0, 0).lowered
    assert {2_000_000, 333} <= set(lowered.changes.value.tolist())


def test_what_no_vendor_publishes_is_drawn_anew_in_each_replication_and_can_be_written():
    document = document_from_tree(least(PTU))
    drawn = {
        journey_of(document, 0, n).scenario.endpoints["chat"].limits[0].holds for n in range(9)
    }
    assert len(drawn) == 9
    assert all(1_000_000 <= holds <= 60_000_000 for holds in drawn)
    known = least(PTU, unpublished={"azure-ptu": {"bucket_depth": "20s"}})
    holds = {
        journey_of(document_from_tree(known), 0, n).scenario.endpoints["chat"].limits[0].holds
        for n in range(3)
    }
    assert holds == {20_000_000}


def test_a_range_tells_where_it_is_from():
    document = document_from_tree(least(PTU))
    entry = document.entry("unpublished.azure-ptu.bucket_depth.likely")
    assert entry.value == "10s"
    assert entry.origin.file == "sim/vendors/azure-ptu.yaml"
    assert "2026-11-22" in str(entry.origin.source)


def test_endpoints_of_one_organisation_share_one_limit_and_cannot_disagree():
    def two(**second: object):
        tree = least(CLAUDE)
        tree["endpoints"]["again"] = CLAUDE | second
        return tree

    together = journey_of(document_from_tree(two(attempt_timeout="9s")), 0, 0).plan
    apart = journey_of(document_from_tree(two(organisation="another")), 0, 0).plan
    assert len(together.limits) == 5
    assert len(apart.limits) == 10
    assert "anthropic claude-sonnet-5 requests" in together.names.limits
    with pytest.raises(ScenarioError, match="or an `organisation` of its own"):
        validate(document_from_tree(two(tier="scale")), Scenario)


def test_deployments_of_azure_have_slices_of_their_own_and_one_volume_a_month():
    tree = least(STANDARD)
    tree["endpoints"]["again"] = STANDARD
    plan = journey_of(document_from_tree(tree), 0, 0).plan
    assert len(plan.limits) == 5
    assert "azure-standard gpt-4.1 usage tier" in plan.names.limits


def test_beyond_azures_volume_of_a_month_answers_are_slower_by_what_nobody_publishes():
    tier = limits(STANDARD)["usage tier"]
    assert (tier.limit, tier.per, tier.allows, tier.slower) == ("quota", "month", 30 * 10**9, 2)
    own = STANDARD | {"quota": {"tokens_per_minute": "1M", "tokens_per_month": "2B"}}
    assert limits(own)["usage tier"].allows == 2 * 10**9
    ranges = ranges_of(least(STANDARD))["azure-standard"]
    assert ranges["slower_above_tier"].range == {"low": "x 1.5", "likely": "x 2", "high": "x 4"}
    small = {"vendor": "azure-standard", "model": "text-embedding-3-small"}
    assert "usage tier" not in limits(small)
    assert "slower_above_tier" not in ranges_of(least(small))["azure-standard"]


def test_what_a_content_filter_stopped_is_billed_as_the_vendor_bills_it():
    google = {"model": "gemini-2.5-flash", "content_filter": {"share": "1%"}}
    assert chat(STANDARD).bills.filtered
    assert not chat(CLAUDE).bills.filtered
    assert not chat({"vendor": "vertex-paygo"} | google).bills.filtered
    own = {"vendor": "vertex-paygo", "bills": {"filtered": True}}
    assert chat(own | google).bills.filtered


def test_an_unknown_slowness_is_drawn_between_its_bounds():
    rows = [journey_of(document_from_tree(least(STANDARD)), 0, n).plan.limits for n in range(8)]
    drawn = [row[2, Limit.PARAMETERS + 2] / 1_000_000 for row in rows]
    assert len(set(drawn)) == 8
    assert all(1.5 <= each <= 4 for each in drawn)


def test_what_a_name_stands_for_can_be_asked():
    found = dict(written_out(least(PTU), ("endpoints", "chat")))
    limit = ("endpoints", "chat", "limits", 0)
    assert found[(*limit, "drains_per_minute")] == 180_000
    assert found[(*limit, "holds")] == "10s"
    assert ("endpoints", "chat", "units") not in found
    assert written_out(least({"latency": {"total": "1s"}}), ("endpoints", "chat")) == []


def test_reserved_units_cost_their_months_and_what_is_bought_stays_paid():
    phases = [
        {"name": "one", "start": "2027-07-01", "changes": {"endpoints.chat.units": 60}},
        {"name": "two", "start": "2027-07-11", "changes": {"endpoints.chat.units": 20}},
    ]
    horizon = {"start": "2027-07-01", "length": "2mo", "timezone": "America/Chicago"}
    more = {"rollout": {"phases": phases}, "horizon": horizon}
    (monthly,) = tariff_of(scenario(PTU | {"commitment": "monthly"}, **more)).reserved
    (hourly,) = tariff_of(scenario(PTU, **more)).reserved
    days = scenario(PTU, **more).horizon.calendar().days()
    dates = [day.date for day in days]
    assert (monthly.per, monthly.per_unit, hourly.per, hourly.per_unit) == ("month", 260, "hour", 1)
    assert monthly.paid(dates)[:41] == [60] * 39 + [20] * 2
    assert hourly.paid(dates)[:12] == [60] * 10 + [20] * 2


def test_models_of_one_class_share_its_limits_and_later_ones_have_their_own():
    def shared(*models: str):
        tree = least(CLAUDE)
        tree["endpoints"] = {m: CLAUDE | {"model": m, "latency": {"total": "1s"}} for m in models}
        tree["pipelines"] = {"one": [{"stage": "answer", "call": models[0]}]}
        return journey_of(document_from_tree(tree), 0, 0).plan.names.limits

    assert len(shared("claude-opus-4-8", "claude-opus-4-6")) == 5
    assert "anthropic opus 4 requests" in shared("claude-opus-4-8", "claude-opus-4-6")
    assert len(shared("claude-opus-5", "claude-opus-5-5")) == 10


def test_what_is_read_from_the_cache_counts_at_haiku_3_5_only():
    old = {"vendor": "anthropic", "model": "claude-3-5-haiku", "latency": {"total": "1s"}}
    assert limits(CLAUDE)["input tokens"].actual_ppm() == [0, 1_000_000, 0, 0]
    assert limits(old)["input tokens"].actual_ppm() == [0, 1_000_000, 1_000_000, 0]


def test_a_sharp_increase_is_refused_by_a_ramp_whose_numbers_are_unknowns():
    document = document_from_tree(least(CLAUDE))
    ramps = [
        {limit.limit: limit for limit in journey.scenario.endpoints["chat"].limits}["ramp"]
        for journey in (journey_of(document, 0, n) for n in range(5))
    ]
    assert len({ramp.above for ramp in ramps}) == 5
    assert all(500_000 <= ramp.above <= 5_000_000 for ramp in ramps)
    assert all(0.25 <= ramp.grows <= 1 for ramp in ramps)


def test_what_may_be_spent_in_ten_minutes_is_a_sliding_window_that_counts_money():
    quota = {"requests_per_minute": "1k", "input_tokens_per_minute": "1M"}
    found = limits({"vendor": "gemini-api", "model": "gemini-2.5-flash", "quota": quota})
    spend = found["spend in 10 min"]
    assert (spend.limit, spend.window, spend.allows) == ("sliding_window", 600_000_000, 10_000_000)
    assert found["spend"].allows == 250 * 1_000_000


def test_each_model_of_azure_has_its_own_proportion_of_requests_to_tokens():
    old = {"vendor": "azure-standard", "model": "gpt-4o", "quota": {"tokens_per_minute": "100k"}}
    assert limits(old)["requests"].allows == 600 / 6
    reasoning = old | {"model": "o1", "latency": {"total": "9s"}}
    assert limits(reasoning)["requests"].allows == 16 // 6


def test_a_cheap_call_is_not_rounded_up_to_a_dear_one_where_money_is_counted():
    """By hand: 1,000 new input tokens of gpt-6-luna cost 0.0001 USD, a ten-millionth of the cap."""
    luna = {"vendor": "openai", "model": "gpt-6-luna", "tier": "tier 5", "spend_cap": "1k"}
    cap = limits(luna | {"latency": {"total": "1s"}})["spend"]
    weights = cap.actual_ppm()
    assert 1000 * weights[1] / 1_000_000 == pytest.approx(cap.allows / 10_000_000)


def test_regional_processing_costs_a_tenth_more_for_newer_models_only():
    def price(model: str) -> float:
        endpoint = {"vendor": "openai", "model": model, "deployment": "regional"}
        quota = {"tokens_per_minute": "1M", "requests_per_minute": "1k"}
        found = scenario(endpoint | {"quota": quota, "spend_cap": "none"})
        return float(tariff_of(found).cards[0].on(found.horizon.start).input_per_mtok)

    assert price("gpt-5.6-sol") == pytest.approx(4.4)
    assert price("gpt-4.1") == 2


def test_a_data_zone_costs_a_tenth_more():
    found = scenario(STANDARD | {"deployment": "datazone"})
    prices = tariff_of(found).cards[0].on(found.horizon.start)
    assert float(prices.input_per_mtok) == pytest.approx(2.2)


WRONG = {
    "no such vendor": (PTU | {"vendor": "azure-pt"}, 'did you mean "azure-ptu"?'),
    "no such model of a vendor with units": (PTU | {"model": "gpt-4.l"}, 'did you mean "gpt-4.1"?'),
    "no such tier": (CLAUDE | {"tier": "biuld"}, 'did you mean "build"?'),
    "no such deployment": (STANDARD | {"deployment": "globe"}, 'did you mean "global"?'),
    "no such quota": (
        STANDARD | {"quota": {"tokens_per_minut": "1M"}},
        'mean "tokens_per_minute"?',
    ),
    "too few units": (PTU | {"units": 10}, "at least 15, in steps of 5; not 10: write 15"),
    "units off their step": (PTU | {"units": 62}, "in steps of 5; not 62: write 65"),
    "regional units": (
        PTU | {"deployment": "regional", "units": 60},
        "steps of 50; not 60: write 100",
    ),
    "a commitment without a price": (
        PTU | {"deployment": "regional", "units": 50, "commitment": "monthly"},
        "have no price 'monthly'; known here: hourly",
    ),
    "no such SDK": (STANDARD | {"client": "openai-pyton"}, 'did you mean "openai-python"?'),
    "a model of which no quota is known": (STANDARD | {"model": "gpt-9"}, "is not known"),
    "a tier that is far from any other": (
        CLAUDE | {"tier": "gold"},
        "it has tier 1 of 2025, tier 2 of 2025",
    ),
    "a model without a quota in this tier": (
        {"vendor": "openai", "model": "gpt-6-luna"},
        "the quota of 'gpt-6-luna' at openai is not known here; it is for tier 5. Else write "
        "`quota: {requests_per_minute: .., tokens_per_minute: ..}`",
    ),
    "a way of processing without a price": (
        STANDARD | {"processing": "flex"},
        "endpoints.chat.processing: gpt-4.1 at azure has no price for service_tier=flex",
    ),
    "a quota that no vendor publishes": (
        {"vendor": "bedrock", "model": "anthropic.claude-sonnet-5", "latency": {"total": "1s"}},
        "write `quota: {tokens_per_minute: ..}`",
    ),
    "a vendor that reserves the longest answer, without a cap": (
        {
            "vendor": "bedrock",
            "model": "anthropic.claude-sonnet-5",
            "quota": {"tokens_per_minute": "1M"},
        },
        "64k tokens and more; call it by a route with `max_output_tokens`",
    ),
    "more units than a deployment has": (
        PTU | {"units": 100_005},
        "one deployment has at most 100,000 units; split it",
    ),
    "a tier without a vendor": (
        {"latency": {"total": "1s"}, "tier": "x"},
        "`tier` needs a `vendor`",
    ),
    "a request that no bucket ever holds": (
        CLAUDE | {"quota": {"input_tokens_per_minute": 1000}},
        "even the smallest 'ask' (1,500) exceeds what the limit on input tokens of 'chat' ever holds (1,000)",
    ),
    "a model that nobody sells": (
        {"model": "gpt-4.l", "provider": "openai", "latency": {"total": "1s"}},
        "no price of 'gpt-4.l' at openai; did you mean gpt-4.1",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_refused_before_the_run_with_the_fix(case):
    endpoint, sentence = WRONG[case]
    assert sentence in fault(endpoint)


def test_litellm_never_rests_a_lone_deployment():
    routes = {"way": {"order": ["chat"], "breaker": {"from": "litellm-router"}}}
    said = fault({"latency": {"total": "1s"}}, routes=routes)
    assert "litellm-router never rests a lone deployment; leave the breaker out" in said


def test_a_median_and_a_p95_alone_make_a_lognormal_first_token():
    endpoint = {"vendor": "anthropic", "model": "claude-3-5-haiku"}
    law = chat(endpoint).latency.first_token
    p95_us = law.median * math.exp(1.6449 * law.sigma)
    assert [law.median, p95_us] == pytest.approx([731_000, 1_106_000], rel=0.01)


def test_an_unpublished_name_that_no_preset_leaves_open_is_refused():
    said = fault(PTU, unpublished={"azure-ptu": {"bucket_deep": "20s"}})
    assert 'did you mean "bucket_depth"?' in said
    assert "no preset 'bedrock' is used" in fault(PTU, unpublished={"bedrock": {"x": 1}})


def test_a_wrong_value_that_a_preset_uses_is_told_at_the_endpoint():
    said = fault(PTU, unpublished={"azure-ptu": {"bucket_depth": "20 apples"}})
    assert "endpoints.chat: with its presets, limits[0].holds" in said


TEXT = """
schema: genai-rollout/v1
name: one
horizon: {start: 2027-07-01, length: 1d}
workloads:
  ask: {arrivals: {per_day: 40}, input_tokens: 10, output_tokens: 10, pipeline: one}
pipelines:
  one: [{stage: answer, call: chat}]
endpoints:
  chat: {vendor: azure-ptu, model: gpt-4.1, units: 61}
"""


def test_a_fault_has_its_line_and_column():
    with pytest.raises(ScenarioError) as caught:
        validate(document_from_text(TEXT), Scenario)
    (problem,) = caught.value.problems
    assert (problem.line, problem.path, problem.code) == (10, "endpoints.chat.units", "units")
