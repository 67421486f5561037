"""Stations by the name of a vector database: what a benchmark measured, and what a station makes of it."""

import pytest
from vendors.test_facts import least, lowered

from sim.errors import ScenarioError
from sim.scenario.document import document_from_tree, validate
from sim.scenario.scenario import Scenario
from sim.vendors.searches import preset
from sim.vendors.used import facts_of


def tree(station: dict, **more: object) -> dict:
    pipelines = {"one": [{"stage": "search", "station": "index"}]}
    made = least({"latency": {"total": "1s"}}, pipelines=pipelines, **more)
    return made | {"stations": {"index": station}}


def index(station: dict, **more: object):
    made = tree(station, **more)
    return validate(document_from_tree(made), Scenario).stations["index"]


@pytest.mark.parametrize("name", preset().engines.engines)
def test_every_engine_becomes_a_plan(name):
    assert len(lowered(tree({"search": name})).plan.nodes) > 0


def test_servers_and_time_follow_from_the_p99_and_the_most_searches():
    """By hand: 29 ms / 1.5 = 19.3 ms; 342 a second of these keep 6.6 servers busy."""
    found = index({"search": "opensearch-16c128g-10m"})
    assert (found.servers, found.service.median) == (7, 19_333)


MEASURED = {
    "milvus-16c64g-1m": (1, 532),
    "opensearch-16c128g-1m": (5, 408),
    "pinecone-p2x8-1m": (1, 90),
}
"""Callers who never pause, and the searches a second that the benchmark's own load curve has for them."""


@pytest.mark.parametrize("name", MEASURED)
def test_few_callers_get_about_as_many_searches_as_the_load_curve_has(name):
    callers, searches = MEASURED[name]
    found = index({"search": name})
    assert callers < found.servers
    assert callers / (found.service.median / 1e6) == pytest.approx(searches, rel=0.25)


def test_what_is_written_stands_and_what_the_benchmark_keeps_quiet_is_an_unknown():
    assert index({"search": "qdrant-16c64g-1m", "servers": 2}).servers == 2
    known = {"vector-search": {"p99_over_mean": 1.8}}
    assert index({"search": "opensearch-16c128g-10m"}, unpublished=known).service.median == 16_111
    path = "unpublished.vector-search.p99_over_mean.likely"
    entry = document_from_tree(tree({"search": "s3-vectors-1m"})).entry(path)
    assert entry.origin.file == "sim/vendors/vector-search.yaml"


def test_a_phase_may_grow_the_index():
    phases = [
        {"name": "small", "start": "2027-07-01"},
        {
            "name": "large",
            "start": "2027-07-02",
            "changes": {"stations.index.search": "opensearch-merged-10m"},
        },
    ]
    horizon = {"start": "2027-07-01", "length": "3d", "timezone": "America/Chicago"}
    made = tree({"search": "opensearch-merged-1m"}, rollout={"phases": phases}, horizon=horizon)
    assert len(lowered(made).lowered.changes.value) > 0


def test_an_engine_that_was_not_measured_is_refused_with_the_nearest():
    with pytest.raises(ScenarioError, match=r"did you mean .qdrant-16c64g-1m.\?"):
        index({"search": "qdrant-16c64g-2m"})


def test_the_fact_is_told_as_used():
    assert ("vector-search", "search of s3-vectors-1m") in {
        (one.preset, one.fact) for one in facts_of(tree({"search": "s3-vectors-1m"}))
    }
