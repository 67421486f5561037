"""Hedges, choices and parallels that need only some of their branches: what they lower to, and what is refused."""

from __future__ import annotations

import pytest
from small_scenarios import lowered, scenario

from sim.errors import ScenarioError
from sim.plan.columns import Choose, Route, Step, StepKind

TWO = """
endpoints:
  one: {latency: {total: 1s}}
  two: {latency: {total: 1s}}
"""
HEDGED = (
    TWO
    + """
routes: {chat: {order: [one, two], hedge: {after: 2s}}}
pipelines: {main: [{call: chat}]}
"""
)


def orders(plan):
    return {
        name: [
            plan.names.endpoints[e]
            for e in plan.route_endpoints[row[Route.FIRST] :][: row[Route.COUNT]]
        ]
        for name, row in zip(plan.names.routes, plan.routes, strict=True)
    }


def test_a_hedge_is_a_fork_that_needs_one_and_begins_with_the_next_endpoint():
    plan = lowered(HEDGED).plan
    fork, first, wait, second, _ = plan.steps
    kinds = [StepKind(step[Step.KIND]) for step in (fork, first, wait, second)]
    assert kinds == [StepKind.FORK, StepKind.CALL, StepKind.DELAY, StepKind.CALL]
    assert fork[Step.NEEDS] == 1
    assert plan.laws.numbers[plan.laws.starts[wait[Step.LAW]]] == 2_000_000
    assert plan.names.routes[second[Step.ROUTE]] == "chat hedge"
    assert orders(plan)["chat hedge"] == ["two", "one"]
    assert [step[Step.STAGE] for step in (fork, first, wait, second)] == [0, -1, -1, -1]


def test_a_hedge_does_not_change_the_luck_of_the_call_that_it_hedges():
    plain = lowered(HEDGED.replace(", hedge: {after: 2s}", "")).plan
    hedged = lowered(HEDGED).plan
    assert plain.step_keys[0] == hedged.step_keys[1]
    assert len(set(hedged.step_keys.tolist())) == len(hedged.step_keys)


def test_weights_choose_and_stand_by_the_order():
    plan = lowered(
        TWO + "routes: {chat: {order: [one, two], weights: {two: 1, one: 2.5}}}\n"
        "pipelines: {main: [{call: chat}]}"
    ).plan
    row = plan.routes[0]
    assert row[Route.CHOOSE] == Choose.WEIGHTS
    assert plan.route_weights[row[Route.WEIGHTS] :][:2].tolist() == [2_500_000, 1_000_000]


def test_least_busy_chooses():
    text = (
        "routes: {chat: {order: [one, two], choose: least_busy}}\npipelines: {main: [{call: chat}]}"
    )
    assert lowered(TWO + text).plan.routes[0][Route.CHOOSE] == Choose.LEAST_BUSY


def test_a_parallel_may_need_only_some_of_its_branches():
    plan = lowered("pipelines: {main: [{parallel: [{delay: 1s}, {delay: 2s}], needs: 1}]}").plan
    assert plan.steps[0][Step.NEEDS] == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("weights: {one: 1}", "routes.chat.weights: 'two' has no weight"),
        (
            "weights: {one: 1, tow: 2}",
            "routes.chat.weights.tow: 'tow' is not in the `order`; did you mean",
        ),
        ("weights: {one: 0, two: 0}", "routes.chat.weights: some endpoint must weigh more than 0"),
        ("choose: weights", "routes.chat: give `weights`"),
        ("choose: least_busy, weights: {one: 1, two: 1}", "weights mean nothing beside least_busy"),
    ],
)
def test_what_contradicts_itself_is_refused(text, says):
    chat = f"routes: {{chat: {{order: [one, two], {text}}}}}\npipelines: {{main: [{{call: chat}}]}}"
    with pytest.raises(ScenarioError) as refused:
        scenario(TWO + chat)
    assert says in str(refused.value)


def test_a_parallel_cannot_need_more_branches_than_it_has():
    with pytest.raises(ScenarioError) as refused:
        scenario("pipelines: {main: [{parallel: [{delay: 1s}], needs: 2}]}")
    assert "there are only 1 branches" in str(refused.value)


def breakers(plan, route):
    row = plan.routes[plan.names.routes.index(route)]
    numbers = plan.route_breakers[row[Route.BREAKERS] :][: row[Route.COUNT]]
    return dict(zip(orders(plan)[route], numbers.tolist(), strict=True))


def test_a_hedge_and_routes_that_name_the_same_breaker_share_each_endpoints():
    watched = "breaker: {name: gateway, opens_after: 3, stays_open: 30s}"
    plan = lowered(
        TWO
        + f"""
routes:
  chat: {{order: [one, two], hedge: {{after: 2s}}, {watched}}}
  draft: {{order: [two], {watched}}}
  alone: {{order: [two], breaker: {{opens_after: 3, stays_open: 30s}}}}
pipelines: {{main: [{{call: chat}}, {{call: draft}}, {{call: alone}}]}}
"""
    ).plan
    assert breakers(plan, "chat") == breakers(plan, "chat hedge")
    assert breakers(plan, "draft")["two"] == breakers(plan, "chat")["two"]
    assert breakers(plan, "alone")["two"] not in breakers(plan, "chat").values()


def test_who_shares_a_breaker_says_the_same_of_it():
    routes = """
routes:
  chat: {order: [one], breaker: {name: gateway, opens_after: 3, stays_open: 30s}}
  draft: {order: [two], breaker: {name: gateway, opens_after: 4, stays_open: 30s}}
pipelines: {main: [{call: chat}, {call: draft}]}
"""
    with pytest.raises(ScenarioError) as refused:
        scenario(TWO + routes)
    assert "routes.draft.breaker: 'gateway' is written otherwise at 'chat'" in str(refused.value)
