"""Residency: a request that must stay in a region uses only endpoints that stand there.

A workload says so, or the population that it serves. A station has no region and is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.scenario.spine import fault_at

if TYPE_CHECKING:
    from pydantic_core import InitErrorDetails

    from sim.scenario.scenario import Scenario
    from sim.stages.call import Call


def residency_of(scenario: Scenario, workload: str) -> str | None:
    """The region that a workload's requests must not leave; None: they may go anywhere."""
    written = scenario.workloads[workload]
    people = scenario.populations.get(written.population or "")
    return written.residency or (people.residency if people else None)


def residencies(scenario: Scenario, pipeline: str) -> list[str | None]:
    """The residencies under which a pipeline runs, in the order of its workloads; a pipeline that nobody uses runs
    anywhere."""
    users = (name for name, each in scenario.workloads.items() if each.pipeline == pipeline)
    return list(dict.fromkeys(residency_of(scenario, name) for name in users)) or [None]


def allowed(scenario: Scenario, destination: str, residency: str | None) -> tuple[str, ...]:
    """The endpoints of a route (or the one endpoint) that a residency leaves, in the route's order."""
    route = scenario.routes.get(destination)
    names = route.order if route else (destination,)
    if residency is None:
        return names
    here = {name for name, endpoint in scenario.endpoints.items() if endpoint.region == residency}
    return tuple(name for name in names if name in here)


def contradictions(scenario: Scenario) -> Iterator[InitErrorDetails]:
    """Workloads that must stay elsewhere than their people."""
    for name, workload in scenario.workloads.items():
        people = scenario.populations.get(workload.population or "")
        theirs = people.residency if people else None
        if workload.residency and theirs and workload.residency != theirs:
            message = (
                f"the population {workload.population!r} says {theirs!r}; write one of the two"
            )
            yield fault_at(("workloads", name, "residency"), message, "either_or")


def stranded(scenario: Scenario, call: Call, workload: str) -> str | None:
    """What is wrong where no endpoint that a call may use stands in its workload's region."""
    residency = residency_of(scenario, workload)
    if residency is None or allowed(scenario, call.call, residency):
        return None
    route = scenario.routes.get(call.call)
    names = route.order if route else (call.call,)
    regions = ", ".join(f"{name}: {scenario.endpoints[name].region or 'none'}" for name in names)
    return (
        f"{workload!r} must stay in {residency!r}, and no endpoint here stands there ({regions}); "
        f"add one with `region: {residency}`"
    )
