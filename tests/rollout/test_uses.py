"""Do the ready scenarios load, run on both shapes of the rollout, and leave their verdicts open?"""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.engine import start
from sim.measure import Layout, Measures
from sim.plan.journey import journey_of
from sim.plan.terms import calendar_of
from sim.scenario.document import load_document
from sim.study import run
from sim.study.of_scenario import ScenarioSource
from sim.study.remedy import ways_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"
USES = (
    "claims_q3",
    "support_routing",
    "developer_copilot",
    "revenue_cycle",
    "knowledge_retrieval",
)
FILES = tuple(f"{use}{shape}" for use in USES for shape in ("", "_bigbang"))
DAYS = 3


@pytest.mark.parametrize("name", FILES)
def test_a_ready_scenario_loads_lowers_and_runs(name):
    document = load_document(str(SCENARIOS / f"{name}.yaml"))
    journey = journey_of(document, seed=0, replication=0)
    engine = start(journey.plan, "compiled")
    measures = Measures(Layout.of(journey.plan, calendar_of(journey.scenario)))
    arrived = 0
    for _, day in zip(range(DAYS), journey.days, strict=False):
        outcome = engine.advance(day.day)
        measures.fold(outcome)
        journey.hear(measures)
        arrived += outcome.arrived
    assert arrived > 100


@pytest.mark.parametrize("use", USES)
def test_each_use_is_phased_with_gates_and_at_once_without(use):
    phased = ScenarioSource(load_document(str(SCENARIOS / f"{use}.yaml"))).scenario
    at_once = ScenarioSource(load_document(str(SCENARIOS / f"{use}_bigbang.yaml"))).scenario
    assert phased.rollout is not None
    assert at_once.rollout is not None
    assert phased.rollout.gate is not None
    assert (len(phased.phases), len(at_once.phases)) == (3, 1)
    people: dict[str, int] = {}
    for phase in phased.phases:
        people |= phase.users
    assert dict(at_once.phases[0].users) == people, "in the end both plans have the same people"


@pytest.mark.parametrize("use", USES)
def test_each_use_says_what_is_asked_where_numbers_come_from_and_what_came_out(use):
    text = (SCENARIOS / f"{use}.yaml").read_text()
    if use != "claims_q3":
        for word in ("# Asked:", "# Numbers:", "# Verdict:"):
            assert word in text


@pytest.mark.parametrize("use", USES)
def test_each_use_names_vendors_and_histories_instead_of_copying_numbers(use):
    tree = load_document(str(SCENARIOS / f"{use}.yaml")).tree
    assert all("vendor" in endpoint for endpoint in tree["endpoints"].values())
    assert all("from" in incident or "at" in incident for incident in tree["incidents"])


@pytest.mark.parametrize("use", USES)
def test_every_declared_choice_makes_a_scenario(use):
    source = ScenarioSource(load_document(str(SCENARIOS / f"{use}.yaml")))
    assert len(ways_of(source.document, source.scenario)) >= len(source.scenario.choices)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES[2:])
def test_no_verdict_is_foregone(name):
    """Of twenty replications some keep all targets, and some do not."""
    source = ScenarioSource(load_document(str(SCENARIOS / f"{name}.yaml")))
    study = run(source, seed=0, replications=20, jobs=2)
    kept = sum(all(each.met for each in one.evaluations) for one in study.replications)
    assert 0 < kept < 20
