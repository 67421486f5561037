"""The dated facts that a scenario's presets rest on, and those that a reader must look at again."""

from __future__ import annotations

from typing import Any

from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import DAY, TEXT, list_of, object_of
from sim.vendors.used import facts_of

SCHEMA = list_of(
    object_of(
        {
            **dict.fromkeys(("preset", "fact", "source", "evidence"), TEXT),
            "read": DAY,
            "age_days": {"type": "integer"},
            "flag": {"enum": ["old", "retires", None]},
        }
    )
)


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each fact.

    `age_days` is its age when the horizon starts. `flag`: `old` where that is more than 180 days; `retires`
    where a model goes before the horizon ends; else null.
    """
    calendar = study.terms.calendar
    return [
        {
            "preset": used.preset,
            "fact": used.fact,
            "source": used.source.title,
            "evidence": used.source.evidence,
            "read": used.source.read.isoformat(),
            "age_days": used.age_days(calendar.start),
            "flag": used.flag(calendar.start, calendar.end),
        }
        for used in facts_of(source.document.tree)
    ]
