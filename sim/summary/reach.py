"""Which endpoints and stations each workload can come to, read off its pipeline and routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sim.scenario.residency import allowed, residency_of
from sim.scenario.scenario import Scenario
from sim.stages.call import Call
from sim.stages.stage import Stage
from sim.stages.station import Visit


@dataclass(frozen=True)
class Visited:
    """A stage of a workload, and the places where its work is done."""

    workload: str
    stage: str
    is_call: bool
    places: tuple[str, ...]
    """Endpoints in the order of the route, or one station."""


def visits(scenario: Scenario) -> list[Visited]:
    """Every call and visit of every workload, in the order of the pipelines."""
    return [
        one
        for name, workload in scenario.workloads.items()
        for one in _of(scenario, name, scenario.pipelines[workload.pipeline])
    ]


def places_of(scenario: Scenario) -> dict[str, set[str]]:
    """By workload, all endpoints and stations that its requests may use."""
    found: dict[str, set[str]] = {name: set() for name in scenario.workloads}
    for one in visits(scenario):
        for place in one.places:
            found[one.workload].add(place)
            endpoint = scenario.endpoints.get(place)
            if endpoint is not None and endpoint.station is not None:
                found[one.workload].add(endpoint.station)
    return found


def _of(scenario: Scenario, workload: str, stages: Iterable[Stage]) -> Iterator[Visited]:
    for stage in stages:
        if isinstance(stage, Call):
            places = allowed(scenario, stage.call, residency_of(scenario, workload))
            yield Visited(workload, stage.stage or stage.default_name(), True, places)
        elif isinstance(stage, Visit):
            name = stage.stage or stage.default_name()
            yield Visited(workload, name, False, (stage.station,))
        for inside in stage.inner():
            yield from _of(scenario, workload, inside)
