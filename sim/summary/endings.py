"""How requests ended, by workload: the people behind an availability."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.measure import ENDINGS, OVERDUE
from sim.plan.columns import Status
from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import REAL, SPREAD, TEXT, TEXT_OR_NULL, by_name, list_of, object_of
from sim.summary.text import spread

SCHEMA = list_of(
    object_of(
        {
            "workload": TEXT,
            "population": TEXT_OR_NULL,
            "requests": SPREAD,
            "failed": SPREAD,
            "failed_share": SPREAD,
            "endings": by_name(REAL),
        }
    )
)


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each workload: requests, those that failed people, and the mean number of each ending."""
    return [_workload(study, source, w, name) for w, name in enumerate(study.names.workloads)]


def _workload(study: Study, source: ScenarioSource, w: int, name: str) -> dict[str, Any]:
    def requests(one: Any) -> int:
        return int(one.digest.requests[:, w].sum())

    def failed(one: Any) -> int:
        return int(one.digest.bad[:, w].sum())

    def share(one: Any) -> float | None:
        count = requests(one)
        return failed(one) / count if count else None

    mean = np.mean([one.digest.endings[:, w].sum(axis=0) for one in study.replications], axis=0)
    return {
        "workload": name,
        "population": source.scenario.workloads[name].population,
        "requests": spread(study.figure("requests", requests)),
        "failed": spread(study.figure("requests", failed)),
        "failed_share": spread(study.figure("share", share)),
        "endings": {
            word: float(mean[ending]) for ending in range(ENDINGS) if (word := _word(ending))
        },
    }


def _word(ending: int) -> str:
    return "overdue" if ending == OVERDUE else Status(ending).name.lower()
