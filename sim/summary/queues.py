"""How many wait at each queue, by hour of the week: the mean over the horizon and the replications."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.outcome import Load
from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import NUMBER_OR_NULL, TEXT, list_of, object_of
from sim.units import US_PER_HOUR

SIGNIFICANT_DIGITS = 4
SCHEMA = list_of(
    object_of(
        {
            "node": TEXT,
            "unit": TEXT,
            "waiting": {**list_of(NUMBER_OR_NULL), "minItems": 168, "maxItems": 168},
        }
    )
)


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each node at which anybody waited, that with the longest queue first.

    `waiting` is by hour of the week, from Monday's midnight, in the horizon's time zone.
    """
    waiting = _waiting(study)
    order = sorted(range(len(waiting)), key=lambda node: -float(np.nansum(waiting[node])))
    return [
        {
            "node": study.names.nodes[node],
            "unit": "waiting",
            "waiting": [_short(number) for number in waiting[node].tolist()],
        }
        for node in order
        if np.nansum(waiting[node]) > 0
    ]


def _waiting(study: Study) -> NDArray[np.float64]:
    """(nodes, 168) mean number in the queue; NaN: the horizon has no such hour."""
    slots = study.terms.calendar.hour_of_week_of_slot
    hours = np.bincount(slots[slots >= 0], minlength=168).astype(np.float64)
    queued = np.mean(
        [one.digest.load_by_hour_of_week[:, :, Load.QUEUE_US] for one in study.replications], axis=0
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        waiting: NDArray[np.float64] = queued / (hours * US_PER_HOUR)
    return waiting


def _short(number: float) -> float | None:
    return None if np.isnan(number) else float(f"{number:.{SIGNIFICANT_DIGITS}g}")
