"""What the loss of the primary vendor did to those who asked in its hours, beside the same runs without it."""

from __future__ import annotations

from typing import Any

from sim.study import Figure, Study
from sim.study.drill import DRILL_HOURS, Drill, Outage
from sim.summary.shapes import COUNT, SPREAD, TEXT, list_of, object_of
from sim.summary.text import spread

SCHEMA = object_of(
    {
        "endpoints": list_of(TEXT),
        "hours": COUNT,
        "replications": COUNT,
        "phases": list_of(
            object_of(
                {
                    "phase": TEXT,
                    "start": TEXT,
                    "workloads": list_of(
                        object_of(
                            {
                                "workload": TEXT,
                                "requests": SPREAD,
                                "availability": SPREAD,
                                "availability_in_drill": SPREAD,
                            }
                        )
                    ),
                }
            )
        ),
    }
)


def drill_summary(study: Study, drill: Drill, tried: Study) -> dict[str, Any]:
    """What was lost, and by phase and workload the availability in its hours with and without.

    Args:
        study: the runs without the drill.
        drill: what was lost, and when.
        tried: the same replications, the first few of `study`, with it.
    """
    return {
        "endpoints": list(drill.endpoints),
        "hours": DRILL_HOURS,
        "replications": len(tried.replications),
        "phases": [
            {
                "phase": outage.phase,
                "start": outage.start,
                "workloads": [
                    _workload(study, outage, tried, w, name)
                    for w, name in enumerate(study.names.workloads)
                ],
            }
            for outage in drill.outages
        ],
    }


def _workload(study: Study, outage: Outage, tried: Study, w: int, name: str) -> dict[str, Any]:
    before = [
        _good_and_bad(one, outage, w) for one in study.replications[: len(tried.replications)]
    ]
    after = [_good_and_bad(one, outage, w) for one in tried.replications]
    return {
        "workload": name,
        "requests": spread(Figure.of("requests", [good + bad for good, bad in after])),
        "availability": spread(Figure.of("share", [_share(*pair) for pair in before])),
        "availability_in_drill": spread(Figure.of("share", [_share(*pair) for pair in after])),
    }


def _good_and_bad(one: Any, outage: Outage, workload: int) -> tuple[int, int]:
    good, bad = (
        one.digest.good_and_bad_by_hour[:, list(outage.slots), workload].sum(axis=1).tolist()
    )
    return good, bad


def _share(good: int, bad: int) -> float | None:
    return good / (good + bad) if good + bad else None
