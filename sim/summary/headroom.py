"""Headroom → the dict of `headroom.json`, and its schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sim.study.headroom import ASKED_PPM, Broken, Headroom, QuotaRow
from sim.study.statistics import chance_interval
from sim.summary.build import Origin
from sim.summary.shapes import COUNT, DAY, INTERVAL, SHARE, TEXT, list_of, object_of

VERSION = "simulate-headroom/1.0"


@dataclass(frozen=True)
class HeadroomFound:
    """What was found, and with how much."""

    headroom: Headroom
    people: int | None
    """The most people that the plan as written has; None: arrivals were scaled."""
    sheet: Sequence[QuotaRow]
    margin: Decimal
    seed: int
    replications: int


def summarise_headroom(found: HeadroomFound, origin: Origin) -> dict[str, Any]:
    """The summary of a search for headroom."""
    headroom, people = found.headroom, found.people
    return {
        "schema": VERSION,
        "scenario": {"name": origin.name, "path": origin.path, "sha256": origin.sha256},
        "engine": {
            "version": origin.version,
            "seed": found.seed,
            "replications": found.replications,
        },
        "people_planned": people,
        "carries_factor": headroom.carries,
        "carries_people": _people(people, headroom.carries),
        "breaks_at_factor": headroom.breaks_at,
        "breaks_at_people": _people(people, headroom.breaks_at),
        "breaks": [_broken(one) for one in headroom.broken],
        "factors_tried": list(headroom.tried),
        "quota": {
            "margin": float(found.margin),
            "definition": "the average minute of the busiest hour of the phase, by local hour, that "
            f"{ASKED_PPM // 10_000} % of replications stay at or below, "
            "and the margin; what was admitted, not what was refused",
            "rows": [
                {
                    "endpoint": row.endpoint,
                    "phase": row.phase,
                    "by": row.by.isoformat(),
                    "requests_per_minute": row.requests_per_minute,
                    "tokens_per_minute": row.tokens_per_minute,
                }
                for row in found.sheet
            ],
        },
    }


def _people(people: int | None, factor: float | None) -> int | None:
    return None if people is None or factor is None else int(people * factor)


def _broken(one: Broken) -> dict[str, Any]:
    return {
        "target": one.target.name,
        "owner": one.target.owner,
        "chance_met": one.met / one.n,
        "chance_interval": list(chance_interval(one.met, one.n)),
        "chance_asked": one.target.chance,
    }


_NUMBER_OR_NULL = {"type": ["number", "null"]}
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
            **dict.fromkeys(
                (
                    "people_planned",
                    "carries_factor",
                    "carries_people",
                    "breaks_at_factor",
                    "breaks_at_people",
                ),
                _NUMBER_OR_NULL,
            ),
            "breaks": list_of(
                object_of(
                    {
                        **dict.fromkeys(("target", "owner"), TEXT),
                        **dict.fromkeys(("chance_met", "chance_asked"), SHARE),
                        "chance_interval": INTERVAL,
                    }
                )
            ),
            "factors_tried": list_of({"type": "number"}),
            "quota": object_of(
                {
                    "margin": {"type": "number"},
                    "definition": TEXT,
                    "rows": list_of(
                        object_of(
                            {
                                **dict.fromkeys(("endpoint", "phase"), TEXT),
                                "by": DAY,
                                **dict.fromkeys(
                                    ("requests_per_minute", "tokens_per_minute"), COUNT
                                ),
                            }
                        )
                    ),
                }
            ),
        }
    ),
}
