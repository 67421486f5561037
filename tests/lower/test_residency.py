"""A request that must stay in a region: which endpoints are left, and that luck stays the same."""

from __future__ import annotations

import numpy as np
import pytest
from small_scenarios import LEAST, lowered

from sim.errors import ScenarioError
from sim.plan.columns import Route, Step, Workload
from sim.plan.lower import lower
from sim.scenario.document import document_from_text, validate
from sim.scenario.scenario import Scenario

PARTS = """
endpoints:
  paris: {region: eu, latency: {total: 1s}}
  texas: {region: us, latency: {total: 1s}}
  dublin: {region: eu, latency: {total: 1s}}
routes: {chat: {order: [paris, texas, dublin]}}
pipelines: {main: [{delay: 1s}, {call: chat}]}
"""
TWO = LEAST + "  home: {arrivals: {rate: 1/s}, pipeline: main, residency: eu}\n"


def route_of(found, workload: int) -> list[str]:
    """The endpoints of the call that a workload's request comes to."""
    plan = found.plan
    step = plan.steps[plan.workloads[workload][Workload.START_STEP]][Step.NEXT]
    route = plan.routes[plan.steps[step][Step.ROUTE]]
    places = plan.route_endpoints[route[Route.FIRST] :][: route[Route.COUNT]]
    return [plan.names.endpoints[place] for place in places]


def both():
    return lower(validate(document_from_text(TWO + PARTS), Scenario), 1, 0)


def test_residency_leaves_the_endpoints_of_its_region_in_their_order():
    found = both()
    assert route_of(found, 0) == ["paris", "texas", "dublin"]
    assert route_of(found, 1) == ["paris", "dublin"]


def test_a_pipeline_under_residency_keeps_names_stages_and_luck():
    plan = both().plan
    half = len(plan.steps) // 2
    assert plan.names.steps[:half] == plan.names.steps[half:]
    assert np.array_equal(plan.step_keys[:half], plan.step_keys[half:])
    assert plan.names.stages == ("main.delay", "main.chat")


def test_people_who_must_stay_take_their_workloads_with_them():
    people = """
populations:
  staff: {active_hours: {mon-fri: office_9_to_5}, users: 3, residency: eu}
"""
    text = LEAST.replace("arrivals: {rate: 1/s}", "population: staff, sessions_per_user_day: 3")
    document = document_from_text(text + people + PARTS)
    assert route_of(lower(validate(document, Scenario), 1, 0), 0) == ["paris", "dublin"]
    contradiction = text.replace("pipeline: main", "pipeline: main, residency: us")
    with pytest.raises(
        ScenarioError, match="the population 'staff' says 'eu'; write one of the two"
    ):
        validate(document_from_text(contradiction + people + PARTS), Scenario)


def test_a_route_that_stands_wholly_in_the_region_is_the_same_route():
    text = PARTS.replace("region: us", "region: eu")
    document = document_from_text(TWO + text)
    assert "chat in eu" not in lower(validate(document, Scenario), 1, 0).plan.names.routes
    assert "chat in eu" not in lowered(PARTS).plan.names.routes
