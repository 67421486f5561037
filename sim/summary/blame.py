"""Who is to blame for slow requests, for failed ones and for money: parts that add up to their whole.

Each figure is a mean over the replications in which there was something to blame. By phase of the rollout, and for
the whole horizon, whose phase is null.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.bill import total
from sim.measure import OVERDUE
from sim.measure.failures import Failure
from sim.measure.makeup import FIXED_PARTS, Part
from sim.plan.columns import Result, Status
from sim.study import Study
from sim.study.blame import Blame
from sim.study.of_scenario import ScenarioSource
from sim.summary.owners import owners_of_stages, queue_of
from sim.summary.shapes import COUNT, MONEY, REAL, SHARE, TEXT, TEXT_OR_NULL, list_of, object_of
from sim.summary.text import money
from sim.summary.verdict_blame import sentence
from sim.units import US_PER_SECOND

Floats = NDArray[np.float64]
REST = "between stages"
CAUSE = ("stage", "endpoint", "attempt", "limit", "incident", "owner")
RESULTS = {
    Result.REFUSED: "refused by a limit",
    Result.ERROR: "vendor's error",
    Result.TIMEOUT: "timed out",
    Result.FULL: "queue full",
    Result.LEFT: "left the queue",
    Result.NO_BUDGET: "no retry left",
    Result.OPEN: "breaker open",
    Result.FILTERED: "filtered",
}
"""How the attempt failed that was the first cause."""
_TIME_PART = object_of({"stage": TEXT, "owner": TEXT_OR_NULL, "mean_s": REAL, "typical_s": REAL})
_PHASE = {"workload": TEXT, "phase": TEXT_OR_NULL}
SCHEMA = object_of(
    {
        "sentence": TEXT_OR_NULL,
        "choices": list_of(
            object_of(
                {
                    **dict.fromkeys(("choice", "way", "target"), TEXT),
                    **dict.fromkeys(("met", "replications"), COUNT),
                    "removes": {"type": "boolean"},
                    "extra": MONEY,
                }
            )
        ),
        "slow": list_of(
            object_of(
                {
                    **_PHASE,
                    "replications": COUNT,
                    **dict.fromkeys(("mean_s", "queue_s", "back_off_s", "served_s"), REAL),
                    "parts": list_of(_TIME_PART),
                }
            )
        ),
        "failures": list_of(
            object_of(
                {
                    **_PHASE,
                    "failed": REAL,
                    "parts": list_of(
                        object_of(
                            {
                                "ending": TEXT,
                                **dict.fromkeys(CAUSE, TEXT_OR_NULL),
                                "failed": REAL,
                                "share": SHARE,
                            }
                        )
                    ),
                }
            )
        ),
        "money": list_of(object_of({"kind": TEXT, "amount": MONEY})),
    }
)


def of(study: Study, source: ScenarioSource) -> dict[str, Any]:
    """What slow requests, failures and spend are made of, and the bottleneck in a sentence."""
    blames = [one.blame for one in study.replications if one.blame is not None]
    owners = owners_of_stages(source.scenario)
    slow, failures = _slow(study, blames, owners), _failures(study, source, blames, owners)
    return {
        "sentence": sentence(study, source, slow, failures),
        "choices": [
            {
                "choice": one.choice,
                "way": one.way,
                "target": one.target,
                "met": one.met,
                "replications": one.replications,
                "removes": one.removes,
                "extra": money(one.extra),
            }
            for one in study.remedies
        ],
        "slow": slow,
        "failures": failures,
        "money": _money(blames),
    }


def ending_name(ending: int) -> str:
    """How a request ended, in a word."""
    return "overdue" if ending == OVERDUE else Status(ending).name.lower()


def _phases(study: Study) -> list[str | None]:
    return [*study.names.phases, None]


def _slow(
    study: Study, blames: list[Blame], owners: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    found = []
    for place, phase in enumerate(_phases(study)):
        for workload, name in enumerate(study.names.workloads):
            count, slow = _means(blames, lambda one: one.slow, place, workload)
            if count:
                _, typical = _means(blames, lambda one: one.typical, place, workload)
                row = _time_row(study.names.stages, slow, typical, owners)
                found.append({"workload": name, "phase": phase, "replications": count, **row})
    return found


def _means(
    blames: list[Blame], read: Callable[[Blame], Floats], phase: int, workload: int
) -> tuple[int, Floats]:
    """How many replications had such requests, and the mean of their means [s]."""
    rows = [read(one)[phase, workload] for one in blames]
    rows = [row / row[Part.COUNT] / US_PER_SECOND for row in rows if row[Part.COUNT] > 0]
    return len(rows), np.mean(rows, axis=0) if rows else np.zeros(0)


def _time_row(
    stages: tuple[str, ...], slow: Floats, typical: Floats, owners: Mapping[str, str | None]
) -> dict[str, Any]:
    def rest(row: Floats) -> float:
        return float(row[Part.LATENCY_US] - row[FIXED_PARTS:].sum())

    parts = [
        {
            "stage": name,
            "owner": owners.get(name),
            "mean_s": float(slow[FIXED_PARTS + stage]),
            "typical_s": float(typical[FIXED_PARTS + stage]),
        }
        for stage, name in enumerate(stages)
        if slow[FIXED_PARTS + stage] > 0
    ]
    parts.append({"stage": REST, "owner": None, "mean_s": rest(slow), "typical_s": rest(typical)})
    whole, wait, backoff = slow[[Part.LATENCY_US, Part.WAIT_US, Part.BACKOFF_US]].tolist()
    return {
        "mean_s": whole,
        "queue_s": wait,
        "back_off_s": backoff,
        "served_s": whole - wait - backoff,
        "parts": parts,
    }


def _failures(
    study: Study, source: ScenarioSource, blames: list[Blame], owners: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    counts: dict[tuple[int, int], Counter[Failure]] = {}
    last = len(study.names.phases)
    for blame in blames:
        for failure, count in blame.failures:
            cause = failure._replace(phase=0)
            for phase in (failure.phase, last):
                counts.setdefault((phase, failure.workload), Counter())[cause] += count
    return [
        {
            "workload": study.names.workloads[workload],
            "phase": _phases(study)[phase],
            "failed": sum(causes.values()) / len(blames),
            "parts": [
                {
                    **_cause(study, source, cause, owners),
                    "failed": count / len(blames),
                    "share": count / sum(causes.values()),
                }
                for cause, count in sorted(causes.items(), key=lambda one: (-one[1], one[0]))
            ],
        }
        for (phase, workload), causes in sorted(counts.items())
    ]


def _cause(
    study: Study, source: ScenarioSource, cause: Failure, owners: Mapping[str, str | None]
) -> dict[str, Any]:
    """A cause by the planner's names; the owner is that of the endpoint or station, else of the stage.
    For who could never pass a client's own limit, it is the client's.
    """
    names, scenario = study.names, source.scenario
    stage = _named(names.stages, cause.stage)
    endpoint = _named(names.endpoints, cause.endpoint)
    behind = scenario.endpoints.get(endpoint or "") or scenario.stations.get(endpoint or "")
    incident = scenario.incidents[cause.incident] if cause.incident >= 0 else None
    limit = _named(names.limits, cause.limit)
    owner = behind.owner if behind is not None else None
    if limit is not None and endpoint in scenario.endpoints:
        queue = queue_of(scenario, endpoint)
        owner = queue.owner if limit.removeprefix(f"{endpoint}.") in queue.own else owner
    return {
        "ending": ending_name(cause.ending),
        "stage": stage,
        "endpoint": endpoint,
        "attempt": RESULTS[Result(cause.result)] if cause.result >= 0 else None,
        "limit": limit,
        "incident": None if incident is None else incident.luck,
        "owner": owner or owners.get(stage or ""),
    }


def _named(names: tuple[str, ...], row: int) -> str | None:
    return names[row] if row >= 0 else None


def _money(blames: list[Blame]) -> list[dict[str, str]]:
    kinds = blames[0].money if blames else {}
    return [
        {
            "kind": kind,
            "amount": money(total(one.money[kind] for one in blames) / Decimal(len(blames))),
        }
        for kind in kinds
    ]
