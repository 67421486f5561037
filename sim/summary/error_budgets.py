"""What is left of the error budget day by day, for each target on availability.

The budget is what the target allows to fail of all requests of the whole horizon. It starts at 1,
falls with each bad request, and is below 0 once more has failed than the target allows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.study import Figure, Study
from sim.study.of_scenario import ScenarioSource
from sim.study.replication import Replication
from sim.summary.shapes import DAY, NUMBER_OR_NULL, REAL, TEXT, TEXT_OR_NULL, list_of, object_of
from sim.summary.text import spread
from sim.targets import Target

LEFT = ("p10", "p50", "p90")
SCHEMA = list_of(
    object_of(
        {
            "target": TEXT,
            "workload": TEXT_OR_NULL,
            "limit": REAL,
            "daily": list_of(object_of({"date": DAY, **dict.fromkeys(LEFT, NUMBER_OR_NULL)})),
        }
    )
)


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each target on availability that allows something to fail."""
    return [
        _burn_down(study, target)
        for target in study.terms.targets
        if target.metric.name == "availability" and float(target.limit) < 1
    ]


def _burn_down(study: Study, target: Target) -> dict[str, Any]:
    left = np.array([_left(study, one, target) for one in study.replications])
    return {
        "target": target.name,
        "workload": target.workload,
        "limit": float(target.limit),
        "daily": [
            {"date": day.isoformat(), **_three(Figure.of("share", left[:, place].tolist()))}
            for place, day in enumerate(study.terms.calendar.dates)
        ],
    }


def _three(figure: Figure) -> dict[str, Any]:
    found = spread(figure)
    return {name: found[name] for name in LEFT}


def _left(study: Study, one: Replication, target: Target) -> NDArray[np.float64]:
    """The share of the budget that is left after each day, (days,); NaN without traffic."""
    columns = (
        slice(None) if target.workload is None else [study.names.workloads.index(target.workload)]
    )
    good = one.digest.good[:, columns].sum(axis=1)
    bad = one.digest.bad[:, columns].sum(axis=1)
    allowed = (1 - float(target.limit)) * float((good + bad).sum())
    if allowed <= 0:
        return np.full(len(bad), np.nan)
    left: NDArray[np.float64] = 1 - np.cumsum(bad) / allowed
    return left
