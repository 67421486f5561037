"""How well the inputs are told: how many have a source, an owner, a range; what nobody answers for."""

from __future__ import annotations

from typing import Any

from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary import assumptions, facts
from sim.summary.shapes import COUNT, TEXT, list_of, object_of

OWNED = ("endpoints", "stations", "workloads", "routes")
SCHEMA = object_of(
    {
        **dict.fromkeys(("inputs", "with_comment", "with_owner", "unknown", "old_facts"), COUNT),
        "without_owner": list_of(TEXT),
        "without_region": list_of(TEXT),
        "without_deadline": list_of(TEXT),
        "without_incident": list_of(TEXT),
    }
)


def of(study: Study, source: ScenarioSource) -> dict[str, Any]:
    """Counts of inputs, and the names of what the scenario leaves unsaid."""
    rows, scenario = assumptions.of(study, source), source.scenario
    hit = {name for one in scenario.incidents for name in (*one.endpoints, *one.stations)}
    return {
        "inputs": len(rows),
        "with_comment": sum(row["source"] is not None for row in rows),
        "with_owner": sum(row["owner"] is not None for row in rows),
        "unknown": sum(row["range"] is not None for row in rows),
        "old_facts": sum(row["flag"] == "old" for row in facts.of(study, source)),
        "without_owner": [
            f"{kind}.{name}"
            for kind in OWNED
            for name, thing in getattr(scenario, kind).items()
            if thing.owner is None
        ],
        "without_region": [n for n, one in scenario.endpoints.items() if one.region is None],
        "without_deadline": [n for n, one in scenario.workloads.items() if one.deadline is None],
        "without_incident": [n for n in scenario.endpoints if n not in hit],
    }
