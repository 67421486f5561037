"""People who look at answers: how many of them, at which stages, and how long the work waits for them."""

from __future__ import annotations

from typing import Any

from sim.outcome import Load
from sim.scenario.scenario import Scenario
from sim.stages.stage import Stage
from sim.stages.station import Visit
from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import COUNT, SHARE, SPREAD, TEXT, TEXT_OR_NULL, list_of, object_of
from sim.summary.text import spread

SCHEMA = list_of(
    object_of(
        {
            "station": TEXT,
            "owner": TEXT_OR_NULL,
            "pipeline": TEXT,
            "stage": TEXT,
            "share": SHARE,
            "people_at_most": COUNT,
            "visits": SPREAD,
            "wait_p50_s": SPREAD,
            "wait_p90_s": SPREAD,
        }
    )
)


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each stage at a station that has shifts of people."""
    return [
        _row(study, source.scenario, pipeline, stage)
        for pipeline, stages in source.scenario.pipelines.items()
        for stage in _all(stages)
        if isinstance(stage, Visit) and source.scenario.stations[stage.station].staff
    ]


def _row(study: Study, scenario: Scenario, pipeline: str, stage: Visit) -> dict[str, Any]:
    station, node = scenario.stations[stage.station], study.names.nodes.index(stage.station)
    waits = {
        f"wait_{part}_s": spread(
            study.seconds(lambda one, part=part: one.digest.wait_us[part][node])  # type: ignore[misc]
        )
        for part in ("p50", "p90")
    }
    return {
        "station": stage.station,
        "owner": station.owner,
        "pipeline": pipeline,
        "stage": stage.stage or stage.default_name(),
        "share": 1.0 if stage.probability is None else float(stage.probability),
        "people_at_most": max(shift.people for shift in station.staff or ()),
        "visits": spread(
            study.figure(
                "visits",
                lambda one: int(one.digest.load_by_hour_of_week[node, :, Load.STARTED].sum()),
            )
        ),
        **waits,
    }


def _all(stages: tuple[Stage, ...]) -> list[Stage]:
    return [
        one for stage in stages for one in (stage, *(s for i in stage.inner() for s in _all(i)))
    ]
