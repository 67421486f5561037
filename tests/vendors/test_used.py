"""A report can tell how old the facts are that it rests on, and which models go before its horizon ends."""

from datetime import date

from vendors.test_endpoints import CLAUDE, PTU, STANDARD
from vendors.test_facts import least

from sim.report.presets import listed, printed
from sim.report.read_facts import facts_to_check
from sim.vendors import registry
from sim.vendors.used import facts_of, prices_as_of

START, UNTIL = date(2027, 7, 1), date(2027, 10, 1)


def used(endpoint: dict, **more: object) -> dict:
    return {(one.preset, one.fact): one for one in facts_of(least(endpoint, **more))}


def test_facts_older_than_180_days_when_the_horizon_starts_are_flagged():
    found = used(CLAUDE)
    tiers = found["anthropic", "quota of claude-sonnet-5, build"]
    assert tiers.age_days(START) == 257
    assert tiers.flag(START, UNTIL) == "old"
    assert tiers.flag(date(2027, 4, 15), UNTIL) is None
    assert tiers.flag(date(2027, 4, 16), UNTIL) == "old"


def test_a_model_that_goes_before_the_horizon_ends_is_flagged():
    gone = used(PTU)["azure-ptu", "gpt-4.1 retires on 2026-10-14"]
    assert gone.flag(START, UNTIL) == "retires"
    assert gone.flag(date(2026, 8, 1), date(2026, 10, 14)) is None


def test_only_what_a_scenario_uses_is_told():
    presets = {preset for preset, _ in used(PTU, incidents=[{"from": "openai-api-2024"}])}
    assert presets == {"azure-ptu", "models", "openai-api-2024"} | {"genai-prices"} & presets
    written = used({"latency": {"total": "1s"}, "client": {"sdk": "botocore"}})
    assert list(written) == [("botocore", "retries")]


def test_prices_are_as_of_the_catalogues_day_where_the_catalogue_is_used():
    assert prices_as_of(least(STANDARD)) in (date(2026, 11, 20), None)
    assert prices_as_of(least({"latency": {"total": "1s"}})) is None


def test_presets_are_listed_and_printed_within_eighty_columns_with_every_source():
    assert all(len(line) <= 80 for line in listed(80).splitlines())
    for name in registry.names():
        text = printed(name, 80)
        flat = " ".join(text.split())
        assert all(len(line) <= 80 for line in text.splitlines()), name
        for source in registry.preset(name).sources.values():
            assert " ".join(source.title.split()) in flat


def test_a_report_says_which_facts_to_look_at_again():
    row = {"preset": "azure-ptu", "fact": "quota of gpt-4.1", "read": "2026-08-20", "flag": "old"}
    gone = row | {"fact": "gpt-4.1 retires on 2026-10-14", "flag": "retires"}
    fresh = row | {"fact": "bills", "read": "2027-06-01", "flag": None}
    told = facts_to_check({"facts": [row, gone, fresh], "coverage": {"old_facts": 1}})
    assert told == [
        "gpt-4.1 retires on 2026-10-14 (azure-ptu), before the horizon ends.",
        "1 of 3 facts are older than 180 days when the horizon starts; the oldest is of 2026-08-20 (azure-ptu).",
    ]
    assert facts_to_check({}) == []
