"""Headroom → the dict of `headroom.json`, and its schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sim.study.headroom import Broken, Headroom
from sim.study.quota import ASKED_PPM, Busiest, QuotaRow
from sim.study.statistics import chance_interval
from sim.summary.build import Origin
from sim.summary.shapes import COUNT, DAY, INTERVAL, SHARE, TEXT, WITH_INTERVALS, list_of, object_of
from sim.summary.text import spread

VERSION = "simulate-headroom/2.0"


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
            "definition": "the busiest minute of the phase, by the minute in which service begins, that "
            f"{ASKED_PPM // 10_000} % of replications stay at or below, "
            "and the margin; what was admitted, not what was refused",
            "units_definition": "reserved units that carry the minute with the most tokens, weighed as their limit "
            "weighs them, and the margin; before the vendor's step",
            "rows": [_quota(row) for row in found.sheet],
        },
    }


def _quota(row: QuotaRow) -> dict[str, Any]:
    return {
        "endpoint": row.endpoint,
        "phase": row.phase,
        "by": row.by.isoformat(),
        "requests_per_minute": row.requests.asked,
        "tokens_per_minute": row.tokens.asked,
        "requests_seen": _seen(row.requests),
        "tokens_seen": _seen(row.tokens),
        "units_planned": row.units_planned,
        "units": row.units,
    }


def _seen(busiest: Busiest) -> dict[str, Any]:
    """The busiest minute over replications, and when the one was that is asked for."""
    at = busiest.at.isoformat(timespec="minutes")
    return {"at": at, **spread(busiest.figure, intervals=True)}


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


_COUNT_OR_NULL = {"anyOf": [COUNT, {"type": "null"}]}
_SEEN = object_of({"at": TEXT, **WITH_INTERVALS}, ("why_null",))
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
                    **dict.fromkeys(("definition", "units_definition"), TEXT),
                    "rows": list_of(
                        object_of(
                            {
                                **dict.fromkeys(("endpoint", "phase"), TEXT),
                                "by": DAY,
                                **dict.fromkeys(
                                    ("requests_per_minute", "tokens_per_minute"), COUNT
                                ),
                                **dict.fromkeys(("requests_seen", "tokens_seen"), _SEEN),
                                **dict.fromkeys(("units_planned", "units"), _COUNT_OR_NULL),
                            }
                        )
                    ),
                }
            ),
        }
    ),
}
