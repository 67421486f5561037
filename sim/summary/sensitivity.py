"""A sensitivity study → the dict of `sensitivity.json`, and its schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.study.sensitivity import Indices, Metric, Swing
from sim.summary.build import Origin
from sim.summary.shapes import (
    COUNT,
    INTERVAL,
    NUMBER_OR_NULL,
    REAL,
    TEXT,
    TEXT_OR_NULL,
    WITH_INTERVALS,
    list_of,
    object_of,
)
from sim.summary.text import spread, value

VERSION = "simulate-sensitivity/1.0"


@dataclass(frozen=True)
class SensitivityFound:
    """What was found, and with how much."""

    metrics: Sequence[Metric]
    workloads: Sequence[str]
    tornado: Sequence[Sequence[Swing]]
    """By metric."""
    sobol: Sequence[Sequence[Indices] | None]
    """By metric; empty where it was not asked for."""
    seed: int
    replications: int
    rows: int
    currency: str


def summarise_sensitivity(found: SensitivityFound, origin: Origin) -> dict[str, Any]:
    """The summary of a sensitivity study."""
    return {
        "schema": VERSION,
        "scenario": {"name": origin.name, "path": origin.path, "sha256": origin.sha256},
        "engine": {
            "version": origin.version,
            "seed": found.seed,
            "replications": found.replications,
            "rows": found.rows,
        },
        "currency": found.currency,
        "metrics": [_metric(found, place) for place in range(len(found.metrics))],
    }


def _metric(found: SensitivityFound, place: int) -> dict[str, Any]:
    metric = found.metrics[place]
    indices = found.sobol[place] if found.sobol else None
    return {
        "name": metric.name,
        "unit": metric.unit,
        "workload": found.workloads[metric.workload] if metric.workload >= 0 else None,
        "measure_first": _first(found.tornado[place], indices),
        "tornado": [
            {
                "path": one.path,
                "p10": one.low,
                "p90": one.high,
                "at_p10": value(one.at_low.mean()),
                "at_p90": value(one.at_high.mean()),
                "difference": spread(one.difference, intervals=True),
            }
            for one in found.tornado[place]
        ],
        "sobol": None
        if indices is None
        else [
            {
                "path": one.path,
                "first": one.first,
                "first_interval": list(one.first_interval),
                "total": one.total,
                "total_interval": list(one.total_interval),
            }
            for one in indices
        ],
    }


def _first(swings: Sequence[Swing], indices: Sequence[Indices] | None) -> str | None:
    """The unknown worth measuring first: the largest first-order share, else the largest swing."""
    if indices:
        return max(indices, key=lambda one: one.first).path
    return swings[0].path if swings and swings[0].difference.mean() else None


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": VERSION,
    **object_of(
        {
            "schema": {"const": VERSION},
            "scenario": object_of(dict.fromkeys(("name", "path", "sha256"), TEXT)),
            "engine": object_of(
                {
                    "version": TEXT,
                    "seed": {"type": "integer"},
                    "replications": COUNT,
                    "rows": COUNT,
                }
            ),
            "currency": TEXT,
            "metrics": list_of(
                object_of(
                    {
                        **dict.fromkeys(("name", "unit"), TEXT),
                        **dict.fromkeys(("workload", "measure_first"), TEXT_OR_NULL),
                        "tornado": list_of(
                            object_of(
                                {
                                    **dict.fromkeys(("path", "p10", "p90"), TEXT),
                                    **dict.fromkeys(("at_p10", "at_p90"), NUMBER_OR_NULL),
                                    "difference": object_of(WITH_INTERVALS, ("why_null",)),
                                }
                            )
                        ),
                        "sobol": {
                            "anyOf": [
                                list_of(
                                    object_of(
                                        {
                                            "path": TEXT,
                                            **dict.fromkeys(("first", "total"), REAL),
                                            **dict.fromkeys(
                                                ("first_interval", "total_interval"), INTERVAL
                                            ),
                                        }
                                    )
                                ),
                                {"type": "null"},
                            ]
                        },
                    }
                )
            ),
        }
    ),
}
