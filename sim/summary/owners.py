"""Who answers for what: the owner of each stage, by the name that plans and measures give it."""

from __future__ import annotations

from sim.plan.steps import every_stage, stage_names
from sim.scenario.scenario import Scenario
from sim.stages.call import Call
from sim.stages.stage import Stage
from sim.stages.station import Visit


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
