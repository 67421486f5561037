"""A comparison → the dict of `comparison.json`, and its schema: the contract of `simulate compare --json`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenario.differences import InputDifference
from sim.study.comparison import Comparison, Difference, Row
from sim.study.result import Verdict
from sim.study.waterfall import Reach, waterfall
from sim.summary.build import Origin
from sim.summary.shapes import (
    COUNT,
    INTERVAL,
    SHARE,
    SPREAD,
    STATUS,
    TEXT,
    TEXT_OR_NULL,
    WITH_INTERVALS,
    list_of,
    object_of,
)
from sim.summary.text import spread

VERSION = "simulate-comparison/1.1"
PAIRED = ("spend", "availability")
"""Of which figures of a month it is told what pairing gains."""


@dataclass(frozen=True)
class Compared:
    """What was compared, and where it came from."""

    comparison: Comparison
    origins: tuple[Origin, ...]
    """By plan."""
    inputs: Sequence[InputDifference]
    reach: Reach
    """Of the first plan."""


def summarise_comparison(compared: Compared) -> dict[str, Any]:
    """The summary of a comparison; every difference is a plan minus the first."""
    studies, rows = compared.comparison.studies, compared.comparison.rows()
    first = studies[0]
    return {
        "schema": VERSION,
        "engine": {
            "version": compared.origins[0].version,
            "seed": first.seed,
            "replications": len(first.replications),
        },
        "currency": first.terms.currency,
        "plans": [
            {
                "name": origin.name,
                "path": origin.path,
                "sha256": origin.sha256,
                "targets": [_risk(verdict) for verdict in study.verdicts],
            }
            for origin, study in zip(compared.origins, studies, strict=True)
        ],
        "inputs": [
            {"path": one.path, "values": [_said(value) for value in one.values]}
            for one in compared.inputs
        ],
        "rows": [_row(row) for row in rows],
        "waterfalls": [
            {
                "plan": place,
                "steps": [
                    {"name": name, **spread(figure, intervals=True)}
                    for name, figure in waterfall(
                        first.replications, study.replications, compared.reach
                    ).steps.items()
                ],
            }
            for place, study in enumerate(studies)
            if place
        ],
        "pairing": [
            _pairing(compared.comparison, row, plan)
            for plan in range(1, len(studies))
            for row in rows
            if row.group == "month" and row.name in PAIRED
        ],
        "luck": "the same seed and replications: people, demand and incidents are shared",
    }


def _said(value: Any) -> str | None:
    return None if value is None else str(value)


def _risk(verdict: Verdict) -> dict[str, Any]:
    chance = verdict.chance
    return {
        "name": verdict.target.name,
        "owner": verdict.target.owner,
        "risk_of_missing": 1.0 - chance.estimate,
        "risk_interval": [1.0 - chance.high, 1.0 - chance.low],
        "risk_allowed": 1.0 - verdict.target.chance,
        "status": chance.status,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "group": row.group,
        "name": row.name,
        "month": row.month,
        "workload": row.workload,
        "unit": row.unit,
        "worse_when": row.worse_when,
        "plans": [spread(figure) for figure in row.figures],
        "differences": [
            {"plan": plan, **_difference(row.difference(plan))}
            for plan in range(1, len(row.columns))
        ],
    }


def _pairing(comparison: Comparison, row: Row, plan: int) -> dict[str, Any]:
    """What pairing gains for a figure of a month: over all pairs, and over those without a held gate."""
    unheld = comparison.places_without_hold(plan)
    whole, same = row.difference(plan), row.difference(plan, unheld)
    return {
        "plan": plan,
        "name": row.name,
        "month": row.month,
        "workload": row.workload,
        "width_ratio": whole.width_ratio,
        "pairs": whole.pairs,
        "width_ratio_without_hold": same.width_ratio,
        "pairs_without_hold": same.pairs,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    unpaired, chance = difference.unpaired_interval, difference.chance_worse_interval
    return {
        **spread(difference.figure, intervals=True),
        "unpaired_interval": None if unpaired is None else list(unpaired),
        "pairs": difference.pairs,
        "chance_worse": difference.chance_worse,
        "chance_worse_interval": None if chance is None else list(chance),
    }


_RATIO = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]}
_SHARE_OR_NULL = {"anyOf": [SHARE, {"type": "null"}]}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": VERSION,
    **object_of(
        {
            "schema": {"const": VERSION},
            "engine": object_of(
                {"version": TEXT, "seed": {"type": "integer"}, "replications": COUNT}
            ),
            "currency": TEXT,
            "plans": list_of(
                object_of(
                    {
                        **dict.fromkeys(("name", "path", "sha256"), TEXT),
                        "targets": list_of(
                            object_of(
                                {
                                    **dict.fromkeys(("name", "owner"), TEXT),
                                    **dict.fromkeys(("risk_of_missing", "risk_allowed"), SHARE),
                                    "risk_interval": INTERVAL,
                                    "status": STATUS,
                                }
                            )
                        ),
                    }
                )
            ),
            "inputs": list_of(object_of({"path": TEXT, "values": list_of(TEXT_OR_NULL)})),
            "rows": list_of(
                object_of(
                    {
                        "group": {"enum": ["target", "total", "month", "line"]},
                        **dict.fromkeys(("name", "unit"), TEXT),
                        **dict.fromkeys(("month", "workload"), TEXT_OR_NULL),
                        "worse_when": {"enum": ["higher", "lower", None]},
                        "plans": list_of(SPREAD),
                        "differences": list_of(
                            object_of(
                                {
                                    "plan": COUNT,
                                    **WITH_INTERVALS,
                                    "unpaired_interval": INTERVAL,
                                    "pairs": COUNT,
                                    "chance_worse": _SHARE_OR_NULL,
                                    "chance_worse_interval": INTERVAL,
                                },
                                ("why_null",),
                            )
                        ),
                    }
                )
            ),
            "waterfalls": list_of(
                object_of(
                    {
                        "plan": COUNT,
                        "steps": list_of(
                            object_of({"name": TEXT, **WITH_INTERVALS}, ("why_null",))
                        ),
                    }
                )
            ),
            "pairing": list_of(
                object_of(
                    {
                        **dict.fromkeys(("plan", "pairs", "pairs_without_hold"), COUNT),
                        **dict.fromkeys(("name", "month"), TEXT),
                        "workload": TEXT_OR_NULL,
                        **dict.fromkeys(("width_ratio", "width_ratio_without_hold"), _RATIO),
                    }
                )
            ),
            "luck": TEXT,
        },
        ("pairing",),
    ),
}
