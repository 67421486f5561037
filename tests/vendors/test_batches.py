"""The batch interface: half the price, a queue that holds so much until it is done, and what goes with a twin."""

import pytest
from plans import run
from vendors.test_endpoints import STANDARD, scenario
from vendors.test_facts import least

from sim.errors import ScenarioError
from sim.outcome import Row, Use
from sim.plan.columns import Status
from sim.plan.journey import journey_of
from sim.plan.terms import tariff_of
from sim.scenario.document import document_from_tree, validate
from sim.scenario.scenario import Scenario

GPT = {"vendor": "openai", "model": "gpt-5.6-sol", "tier": "tier 1"}
OPUS = {"vendor": "anthropic", "model": "claude-opus-4-6", "latency": {"total": "1s"}}
HOUR_US = 3_600_000_000


def night(endpoints: dict, turnaround: str = "3h", **more: object) -> dict:
    """A scenario whose calls go through the batch interfaces of all its endpoints."""
    tree = least({}, **more)
    tree["endpoints"] = endpoints
    tree["routes"] = {"night": {"order": list(endpoints), "batch_api": {"turnaround": turnaround}}}
    tree["pipelines"] = {"one": [{"stage": "answer", "call": "night"}]}
    return tree


def valid(tree: dict) -> Scenario:
    return validate(document_from_tree(tree), Scenario)


def test_a_batch_route_calls_a_twin_at_half_the_price_in_a_pool_of_its_own():
    found = valid(night({"chat": STANDARD}))
    card = next(c for c in tariff_of(found).cards if c.endpoint == "chat batch")
    prices = card.on(found.horizon.start)
    assert found.routes["night"].order == ("chat batch",)
    assert found.endpoints["chat batch"].limits == ()
    assert (prices.input_per_mtok, prices.output_per_mtok) == (1, 4)


def test_what_a_batch_interface_holds_is_a_limit_on_tokens_that_waits():
    (queue,) = valid(night({"chat": GPT})).endpoints["chat batch"].limits
    assert (queue.limit, queue.counts, queue.allows) == ("concurrency", "input_tokens", 1_500_000)
    assert queue.when_full == "wait"


def test_what_is_enqueued_is_held_until_it_is_done_and_the_rest_waits_outside():
    """By hand: 5 requests of 1,500 tokens at once, a queue of 3,000, 3 h a batch: done after 3, 3, 6, 6 and 9 h."""
    tree = night({"chat": GPT | {"quota": {"batch_input_tokens": 3000}}})
    tree["workloads"]["ask"]["arrivals"] = {"at": ["2027-07-01T01:00"], "count": 5}
    journey = journey_of(document_from_tree(tree), 0, 0)
    for engine in ("reference", "compiled"):
        outcome = run(journey.plan, [day.day for day in journey.days], engine)
        rows = outcome.rows
        hours = sorted((rows[:, Row.FINISHED_US] - rows[:, Row.ARRIVED_US]) // HOUR_US)
        assert hours == [3, 3, 6, 6, 9], engine
        assert rows[:, Row.REFUSALS].sum() == 0
        assert set(rows[:, Row.STATUS]) == {Status.OK}


def test_a_request_that_no_batch_queue_ever_holds_is_refused_before_the_run():
    with pytest.raises(
        ScenarioError, match="exceeds what the limit on batch queue of 'chat batch' ever holds"
    ):
        valid(night({"chat": GPT | {"quota": {"batch_input_tokens": 1000}}}))


def test_a_queue_is_one_for_all_models_of_an_organisation_where_the_vendor_says_so():
    haiku = {"vendor": "anthropic", "model": "claude-haiku-4-5"}
    theirs = journey_of(document_from_tree(night({"a": OPUS, "b": haiku})), 0, 0).plan
    each = {"a": GPT, "b": GPT | {"model": "gpt-5.6-terra"}}
    its_own = journey_of(document_from_tree(night(each)), 0, 0).plan
    assert theirs.names.limits.count("anthropic batch queue") == 1
    assert len([name for name in its_own.names.limits if "batch queue" in name]) == 2
    with pytest.raises(ScenarioError, match="share their limits, which differ"):
        valid(night({"a": OPUS, "b": haiku | {"tier": "scale"}}))


def test_weights_of_a_route_are_those_of_its_twins():
    """By hand: of 400 calls 40 ± 6 go to the one that weighs a tenth, and none to what they are twins of."""
    tree = night({"a": STANDARD, "b": STANDARD})
    tree["routes"]["night"]["weights"] = {"a": 1, "b": 9}
    tree["workloads"]["ask"]["arrivals"] = {"at": ["2027-07-01T01:00"], "count": 400}
    assert valid(tree).routes["night"].weights == {"a batch": 1, "b batch": 9}
    journey = journey_of(document_from_tree(tree), 0, 0)
    days = [day.day for day in journey.days]
    for engine in ("reference", "compiled"):
        attempts = run(journey.plan, days, engine).usage[:, :, :, Use.ATTEMPTS].sum(axis=(0, 2))
        calls = dict(zip(journey.plan.names.endpoints, attempts.tolist(), strict=True))
        assert calls["a batch"] + calls["b batch"] == 400
        assert calls["a batch"] == pytest.approx(40, abs=3 * 6)


def test_two_batch_routes_over_one_endpoint_cannot_disagree_on_its_twin():
    tree = night({"chat": STANDARD})
    tree["routes"]["day"] = {"order": ["chat"], "batch_api": {"turnaround": "1h"}}
    with pytest.raises(ScenarioError, match="there is another 'chat batch' already"):
        valid(tree)


def test_reserved_units_take_no_batches():
    ptu = {"vendor": "azure-ptu", "model": "gpt-4.1", "units": 60}
    with pytest.raises(ScenarioError, match="reserved throughput, which takes no batches"):
        valid(night({"chat": ptu}))


def test_a_batch_of_a_model_without_a_batch_price_is_refused():
    with pytest.raises(ScenarioError, match="has no price for processing=batch"):
        scenario(
            {"model": "gpt-4.1", "provider": "azure", "latency": {"total": "1s"}},
            routes={"night": {"order": ["chat"], "batch_api": {"turnaround": "3h"}}},
            pipelines={"one": [{"stage": "answer", "call": "night"}]},
        )
