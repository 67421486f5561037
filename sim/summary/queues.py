"""How many wait at each queue, by hour of the week: the mean over the horizon and the replications."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.outcome import Load
from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.owners import queue_of
from sim.summary.shapes import NUMBER_OR_NULL, TEXT, TEXT_OR_NULL, list_of, object_of
from sim.units import US_PER_HOUR

SIGNIFICANT_DIGITS = 4
SCHEMA = list_of(
    object_of(
        {
            "node": TEXT,
            "unit": TEXT,
            "waiting": {**list_of(NUMBER_OR_NULL), "minItems": 168, "maxItems": 168},
            "held_by": list_of(TEXT),
            "owner": TEXT_OR_NULL,
        },
        ("held_by", "owner"),
    )
)


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each node at which anybody waited, that with the longest queue first.

    `waiting` is by hour of the week, from Monday's midnight, in the horizon's time zone; `held_by` says what they wait
    for: servers, or limits that let wait, the client's own or the vendor's.
    """
    waiting = waiting_by_hour(study)
    return [_row(study, source, node, waiting[node]) for node in longest(waiting)]


def longest(waiting: NDArray[np.float64]) -> list[int]:
    """The nodes at which anybody waited, that with the longest queue first."""
    sums = np.nansum(waiting, axis=1)
    return [int(node) for node in np.argsort(-sums, kind="stable") if sums[node] > 0]


def _row(
    study: Study, source: ScenarioSource, node: int, waiting: NDArray[np.float64]
) -> dict[str, Any]:
    queue = queue_of(source.scenario, study.names.nodes[node])
    return {
        "node": study.names.nodes[node],
        "unit": "waiting",
        "waiting": [_short(number) for number in waiting.tolist()],
        "held_by": list(queue.held_by),
        "owner": queue.owner,
    }


def waiting_by_hour(study: Study) -> NDArray[np.float64]:
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
