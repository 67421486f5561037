"""What the loss of the primary vendor did to those who asked in its hours, beside the same runs without it."""

from __future__ import annotations

from typing import Any

from sim.outcome import HOURS
from sim.study import Figure, Study
from sim.study.drill import DRILL_HOURS, Drill, Outage
from sim.summary.shapes import COUNT, SPREAD, TEXT, TEXT_OR_NULL, list_of, object_of
from sim.summary.text import spread
from sim.units import US_PER_HOUR, US_PER_SECOND

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
                    "first_pages": list_of(
                        object_of(
                            {
                                "target": TEXT,
                                "workload": TEXT_OR_NULL,
                                "paged": COUNT,
                                "after_s": SPREAD,
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
                "first_pages": [
                    _first_page(outage, tried, place)
                    for place, target in enumerate(study.terms.targets)
                    if target.metric.name == "availability" and float(target.limit) < 1
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


def _first_page(outage: Outage, tried: Study, place: int) -> dict[str, Any]:
    """How long after the vendor was lost a burn-rate alert pages somebody, while it is still lost."""
    target, calendar = tried.terms.targets[place], tried.terms.calendar
    day, hour = divmod(outage.slots[0], HOURS)
    lost_us = int(calendar.day_starts_us[day]) + hour * US_PER_HOUR
    waits = [one.alerts[place].first_page_after(lost_us) for one in tried.replications]
    heard = [wait for wait in waits if wait is not None and wait <= DRILL_HOURS * US_PER_HOUR]
    after = Figure.of("s", [wait / US_PER_SECOND for wait in heard])
    return {
        "target": target.name,
        "workload": target.workload,
        "paged": len(heard),
        "after_s": spread(after),
    }


def _good_and_bad(one: Any, outage: Outage, workload: int) -> tuple[int, int]:
    good, bad = (
        one.digest.good_and_bad_by_hour[:, list(outage.slots), workload].sum(axis=1).tolist()
    )
    return good, bad


def _share(good: int, bad: int) -> float | None:
    return good / (good + bad) if good + bad else None
