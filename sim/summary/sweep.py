"""A sweep → the dict of `sweep.json`, its schema, and the same points as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import UsageError
from sim.study.pareto import frontier
from sim.study.points import Result
from sim.study.source import Terms
from sim.study.stopping import judge
from sim.summary.build import Origin
from sim.summary.shapes import COUNT, SHARE, STATUS, TEXT, WITH_INTERVALS, list_of, object_of
from sim.summary.text import spread

VERSION = "simulate-sweep/1.0"


@dataclass(frozen=True)
class Sweep:
    """Points, and what they are held against."""

    results: Sequence[Result]
    terms: Terms
    workloads: tuple[str, ...]
    workload: str | None
    """Whose p95 counts; None: that of the first latency target, else the first."""
    seed: int

    def place(self) -> int:
        """The row of the workload whose p95 counts."""
        asked = self.workload or next(
            (t.workload for t in self.terms.targets if t.metric.kind == "latency"), None
        )
        if asked is None:
            return 0
        if asked not in self.workloads:
            raise UsageError(f"there is no workload {asked}; there are {', '.join(self.workloads)}")
        return self.workloads.index(asked)


def summarise_sweep(sweep: Sweep, origin: Origin) -> dict[str, Any]:
    """The summary of a sweep."""
    place = sweep.place()
    on = frontier([_losses(result, place) for result in sweep.results])
    return {
        "schema": VERSION,
        "scenario": {"name": origin.name, "path": origin.path, "sha256": origin.sha256},
        "engine": {
            "version": origin.version,
            "seed": sweep.seed,
            "replications": len(sweep.results[0].readings),
        },
        "currency": sweep.terms.currency,
        "workload": sweep.workloads[place],
        "points": [
            {
                "label": result.point.label,
                "sets": list(result.point.sets),
                "spend": spread(result.spend, intervals=True),
                "latency_p95": spread(result.p95(place), intervals=True),
                "availability": spread(result.availability, intervals=True),
                "targets": [
                    _target(sweep, result, number) for number in range(len(sweep.terms.targets))
                ],
                "on_frontier": best,
            }
            for result, best in zip(sweep.results, on, strict=True)
        ],
    }


def _losses(result: Result, workload: int) -> tuple[float, float, float]:
    """Mean spend, p95 and unavailability; a percentile without an answer is worse than any."""
    p95, availability = result.p95(workload).mean(), result.availability.mean()
    return (
        float(result.spend.mean() or 0),
        math.inf if p95 is None else float(p95),
        math.inf if availability is None else 1.0 - float(availability),
    )


def _target(sweep: Sweep, result: Result, number: int) -> dict[str, Any]:
    target = sweep.terms.targets[number]
    chance = judge([one.met[number] for one in result.readings], target.chance)
    return {"name": target.name, "chance_met": chance.estimate, "status": chance.status}


def sweep_csv(summary: Mapping[str, Any]) -> bytes:
    """One line a point: what was set, means, and whether it is on the frontier."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    targets = [target["name"] for target in summary["points"][0]["targets"]]
    heads = [f"chance_met {name}" for name in targets]
    currency = summary["currency"]
    writer.writerow(
        [
            "point",
            "sets",
            f"spend_mean_{currency}",
            "latency_p95_mean_s",
            "availability_mean",
            *heads,
            "on_frontier",
        ]
    )
    for point in summary["points"]:
        means = [point[name]["mean"] for name in ("spend", "latency_p95", "availability")]
        chances = [target["chance_met"] for target in point["targets"]]
        writer.writerow(
            [point["label"], "; ".join(point["sets"]), *means, *chances, point["on_frontier"]]
        )
    return text.getvalue().encode()


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": VERSION,
    **object_of(
        {
            "schema": {"const": VERSION},
            "scenario": object_of(dict.fromkeys(("name", "path", "sha256"), TEXT)),
            "engine": object_of(
                {"version": TEXT, "seed": {"type": "integer"}, "replications": COUNT}
            ),
            "currency": TEXT,
            "workload": TEXT,
            "points": list_of(
                object_of(
                    {
                        "label": TEXT,
                        "sets": list_of(TEXT),
                        **dict.fromkeys(
                            ("spend", "latency_p95", "availability"),
                            object_of(WITH_INTERVALS, ("why_null",)),
                        ),
                        "targets": list_of(
                            object_of({"name": TEXT, "chance_met": SHARE, "status": STATUS})
                        ),
                        "on_frontier": {"type": "boolean"},
                    }
                )
            ),
        }
    ),
}
