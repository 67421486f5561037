"""The time that requests spend in each stage: a typical one, and one in twenty."""

from __future__ import annotations

from typing import Any

from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import SPREAD, TEXT, list_of, object_of
from sim.summary.text import spread

SCHEMA = list_of(object_of({"stage": TEXT, "p50_s": SPREAD, "p95_s": SPREAD}))


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each stage that a request came to, in the order of the pipelines."""
    return [
        {
            "stage": name,
            **{
                f"{part}_s": spread(
                    study.seconds(lambda one, s=stage, p=part: one.digest.stage_us[p][s])  # type: ignore[misc]
                )
                for part in ("p50", "p95")
            },
        }
        for stage, name in enumerate(study.names.stages)
    ]
