"""What leaves for which vendor and region, and what requests leave behind in logs."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.outcome import Use
from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.reach import visits
from sim.summary.shapes import REAL, TEXT, TEXT_OR_NULL, list_of, object_of

SCHEMA = object_of(
    {
        "flows": list_of(
            object_of(
                {
                    **dict.fromkeys(("workload", "stage", "endpoint"), TEXT),
                    **dict.fromkeys(("provider", "model", "region", "owner"), TEXT_OR_NULL),
                }
            )
        ),
        "endpoints": list_of(
            object_of(
                {
                    "endpoint": TEXT,
                    **dict.fromkeys(("attempts", "input_tokens", "output_tokens"), REAL),
                }
            )
        ),
        "logs": list_of(
            object_of({"name": TEXT, "each_request": TEXT, "kept": {"type": "boolean"}})
        ),
    }
)


def of(study: Study, source: ScenarioSource) -> dict[str, Any]:
    """Flows as the scenario writes them; what was sent to each endpoint, the mean of replications; logs."""
    return {
        "flows": _flows(source),
        "endpoints": _endpoints(study, source),
        "logs": [
            {
                "name": cost.name,
                "each_request": f"{cost.units_per_request():f} {cost.per}",
                "kept": cost.grows is not None,
            }
            for cost in source.scenario.costs.per_usage
        ],
    }


def _flows(source: ScenarioSource) -> list[dict[str, Any]]:
    endpoints = source.scenario.endpoints
    return [
        {
            "workload": one.workload,
            "stage": one.stage,
            "endpoint": place,
            "provider": getattr(endpoints[place], "vendor", None) or endpoints[place].provider,
            "model": endpoints[place].model,
            "region": endpoints[place].region,
            "owner": endpoints[place].owner,
        }
        for one in visits(source.scenario)
        if one.is_call
        for place in one.places
    ]


def _endpoints(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    used = np.mean([one.consumption.usage.sum(axis=0) for one in study.replications], axis=0)
    return [
        {
            "endpoint": name,
            "attempts": float(used[place, Use.ATTEMPTS]),
            "input_tokens": float(used[place, Use.INPUT] + used[place, Use.WASTED_INPUT]),
            "output_tokens": float(used[place, Use.OUTPUT] + used[place, Use.WASTED_OUTPUT]),
        }
        for place, name in enumerate(study.names.endpoints)
        if name in source.scenario.endpoints
    ]
