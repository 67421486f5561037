"""Who answers for what: the owner of each stage, and of each queue, by the names that plans and measures give them."""

from __future__ import annotations

from dataclasses import dataclass

from sim.limits.fields import LimitFields
from sim.plan.steps import every_stage, stage_names
from sim.scenario.scenario import Scenario
from sim.stages.call import Call
from sim.stages.stage import Stage
from sim.stages.station import Visit


@dataclass(frozen=True)
class Queue:
    """What makes attempts wait at a node, and who answers for it."""

    held_by: tuple[str, ...]
    """`servers`, or the limits that wait, by what reports call them."""
    own: tuple[str, ...]
    """Of these, a client's own limits: no vendor has seen who waits for them."""
    owner: str | None


def queue_of(scenario: Scenario, node: str) -> Queue:
    """The queue at a node, a station or an endpoint."""
    if node in scenario.stations:
        return Queue(("servers",), (), scenario.stations[node].owner)
    endpoint = scenario.endpoints[node]
    own = tuple(_label(one) for one in endpoint.client.own_limits())
    shared = scenario.limits
    limits = ((one, shared[one] if isinstance(one, str) else one) for one in endpoint.limits)
    vendor = [_label(one) for one, limit in limits if limit.when_full == "wait"]
    owner = endpoint.client.owner if own and endpoint.client.owner else endpoint.owner
    return Queue((*vendor, *own), own, owner)


def _label(limit: str | LimitFields) -> str:
    return limit if isinstance(limit, str) else limit.label


def owners_of_stages(scenario: Scenario) -> dict[str, str | None]:
    """The owner of `pipeline.stage`: its own, else that of the station, route or endpoints that it goes to."""
    found: dict[str, str | None] = {}
    for pipeline, stages in scenario.pipelines.items():
        names = dict(stage_names(stages))
        for stage in every_stage(stages):
            found[f"{pipeline}.{names[id(stage)]}"] = stage.owner or _owner_behind(scenario, stage)
    return found


def _owner_behind(scenario: Scenario, stage: Stage) -> str | None:
    if isinstance(stage, Visit):
        return scenario.stations[stage.station].owner
    if not isinstance(stage, Call):
        return None
    route = scenario.routes.get(stage.call)
    if route is not None and route.owner:
        return route.owner
    names = route.order if route else (stage.call,)
    owners = dict.fromkeys(scenario.endpoints[name].owner for name in names)
    return next((owner for owner in owners if owner), None)
