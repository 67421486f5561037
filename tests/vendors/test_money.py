"""A vendor's bill: long prompts at their price, wasted answers where the vendor bills them, nothing twice."""

from decimal import Decimal

import pytest
from vendors.test_facts import least

from sim.plan.journey import journey_of
from sim.plan.terms import tariff_of
from sim.scenario.document import document_from_tree
from sim.study import run
from sim.study.of_scenario import ScenarioSource


def bill_of(endpoint: dict, **workload: object):
    tree = least(endpoint)
    tree["workloads"]["ask"] |= workload
    tree["workloads"]["ask"]["arrivals"] = {"per_day": 500}
    source = ScenarioSource(document_from_tree(tree))
    study = run(source, seed=0, replications=1, engine="reference", jobs=1)
    (one,) = study.replications
    return one.bill, one


PRICE = {"input": 2, "output": 8, "long": {"above": 1000, "input": 4, "output": 12}}


def test_tokens_of_long_prompts_have_their_own_price_and_are_not_billed_twice():
    laws = {"input_tokens": {"law": "uniform", "low": 500, "high": 1500}, "output_tokens": 100}
    bill, _ = bill_of({"latency": {"total": "1s"}, "price": PRICE}, **laws)
    lines = {line.item: line for line in bill.lines}
    short, long = lines["input tokens"].quantity, lines["long input tokens"].quantity
    answers = (lines["output tokens"].quantity + lines["long output tokens"].quantity) * 10_000
    assert (lines["input tokens"].unit_price, lines["long input tokens"].unit_price) == (2, 4)
    assert float((short + long) * 1_000_000 / answers) == pytest.approx(1000, rel=0.05)
    assert float(long / (short + long)) == pytest.approx(0.625, abs=0.05)
    assert lines["long output tokens"].unit_price == 12


def test_a_prompt_at_the_edge_of_the_band_is_not_long():
    at_edge, _ = bill_of({"latency": {"total": "1s"}, "price": PRICE}, input_tokens=1000)
    above, _ = bill_of({"latency": {"total": "1s"}, "price": PRICE}, input_tokens=1001)
    assert "long input tokens" not in {line.item for line in at_edge.lines}
    assert "input tokens" not in {line.item for line in above.lines}


def test_the_catalogues_band_is_counted_from_its_edge():
    endpoint = {"model": "gpt-5.4", "provider": "openai", "latency": {"total": "1s"}}
    plan = journey_of(document_from_tree(least(endpoint)), 0, 0).plan
    from sim.plan.columns import Endpoint

    assert plan.endpoints[0, Endpoint.LONG_FROM] == 272_000
    bill, _ = bill_of(endpoint, input_tokens=300_000)
    prices = {line.item: line.unit_price for line in bill.lines}
    assert prices == {"long input tokens": 5, "long output tokens": Decimal("22.5")}


@pytest.mark.parametrize(("vendor", "billed"), [("azure-standard", True), ("vertex-paygo", False)])
def test_what_a_client_gave_up_is_billed_as_the_vendor_bills_it(vendor, billed):
    model = "gpt-4.1" if vendor == "azure-standard" else "gemini-2.5-flash"
    endpoint = {
        "vendor": vendor,
        "model": model,
        "attempt_timeout": "500ms",
        "latency": {"total": "1s"},
        "errors": {"share": 0},
    }
    bill, one = bill_of(endpoint)
    wasted = sum(line.cost for line in bill.lines if line.worth == "wasted")
    assert one.consumption.usage[:, 0].sum() > 0
    assert (wasted > 0) == billed


def test_what_the_cache_lost_is_written_anew_at_the_price_of_writes():
    endpoint = {"vendor": "anthropic", "model": "claude-sonnet-5", "tier": "build"}
    always, _ = bill_of(endpoint, cached_input="50%")
    often, _ = bill_of(endpoint | {"cache_hits": "80%"}, cached_input="50%")
    names = {"input tokens", "cached input tokens", "cache write tokens", "output tokens"}
    lines = {line.item: line for line in often.lines if line.worth == "useful"}
    assert {line.item for line in always.lines if line.worth == "useful"} == names - {
        "cache write tokens"
    }
    assert set(lines) == names
    assert lines["cache write tokens"].unit_price == Decimal("2.5")
    whole = sum(line.quantity for item, line in lines.items() if item != "output tokens")
    shares = [float(lines[item].quantity / whole) for item in sorted(names - {"output tokens"})]
    assert shares == pytest.approx([0.1, 0.4, 0.5], abs=0.001)


def test_units_are_paid_and_their_tokens_are_free():
    endpoint = {"vendor": "azure-ptu", "model": "gpt-4.1", "units": 15, "commitment": "monthly"}
    bill, _ = bill_of(endpoint)
    (line,) = [line for line in bill.lines if line.cost]
    assert (line.item, line.unit, line.unit_price) == ("reserved units", "unit month", 260)
    assert float(line.quantity) == pytest.approx(15 / 31)
    assert float(bill.total()) == pytest.approx(15 * 260 / 31)


def test_a_price_that_changes_within_the_horizon_changes_the_band_too():
    tree = least({"latency": {"total": "1s"}, "price": PRICE})
    journey = journey_of(document_from_tree(tree), 0, 0)
    card = tariff_of(journey.scenario).cards[0]
    doubled = card.on(journey.scenario.horizon.start).times(Decimal(2), "")
    assert doubled.long is not None
    assert (doubled.input_per_mtok, doubled.long.input_per_mtok) == (4, 8)
