"""An optimum → the dict of `optimum.json`, and its schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.study.optimize import SAME_SPEND, Candidate, Optimum
from sim.study.points import Readings
from sim.study.statistics import chance_interval
from sim.summary.build import Origin
from sim.summary.shapes import (
    COUNT,
    INTERVAL,
    MONEY,
    MONEY_OR_NULL,
    SHARE,
    TEXT,
    TEXT_OR_NULL,
    list_of,
    object_of,
)
from sim.summary.text import money

VERSION = "simulate-optimum/1.1"


@dataclass(frozen=True)
class OptimumFound:
    """What was found, and how."""

    optimum: Optimum
    choices: Sequence[str]
    """Their names."""
    fresh: Readings
    """The chosen plan (or the nearest) again, with luck that did not choose it."""
    seed: int
    fresh_seed: int
    currency: str


def summarise_optimum(found: OptimumFound, origin: Origin) -> dict[str, Any]:
    """The summary of a search for the cheapest plan."""
    optimum = found.optimum
    return {
        "schema": VERSION,
        "scenario": {"name": origin.name, "path": origin.path, "sha256": origin.sha256},
        "engine": {"version": origin.version, "seed": found.seed},
        "currency": found.currency,
        "choices": list(found.choices),
        "feasible": optimum.best is not None,
        "chosen": _candidate(optimum, optimum.nearest),
        "chance_right": optimum.chance_right,
        "chance_right_definition": "the share of 1,000 resamplings of the replications in which the same plan is "
        "chosen, or one that is as good, among the plans that stayed to the end",
        "as_good": [list(one.choices) for one in optimum.as_good],
        "as_good_definition": "the other plans that keep every target in as many replications, and whose mean spend is "
        f"the same to within {SAME_SPEND:.1%}",
        "binding": optimum.binding,
        "tightest": optimum.tightest,
        "prices": [
            {"target": name, "saves_without": None if price is None else money(price)}
            for name, price in optimum.prices.items()
        ],
        "fresh": {
            "seed": found.fresh_seed,
            "replications": len(found.fresh),
            "targets": [
                {
                    "name": target.name,
                    "chance_met": sum(one.met[place] for one in found.fresh) / len(found.fresh),
                }
                for place, target in enumerate(optimum.targets)
            ],
        },
        "plans": [_candidate(optimum, one) for one in optimum.candidates],
    }


def _candidate(optimum: Optimum, one: Candidate) -> dict[str, Any]:
    count = len(one.readings)
    return {
        "ways": list(one.choices),
        "sets": list(one.point.sets),
        "replications": count,
        "spend_mean": money(one.spend),
        "keeps_all": max(one.lacks(optimum.targets)) == 0,
        "targets": [
            {
                "name": target.name,
                "owner": target.owner,
                "chance_met": share,
                "chance_interval": list(chance_interval(round(share * count), count)),
                "chance_asked": target.chance,
            }
            for target, share in zip(optimum.targets, one.shares(), strict=True)
        ],
    }


_CANDIDATE = object_of(
    {
        "ways": list_of(TEXT),
        "sets": list_of(TEXT),
        "replications": COUNT,
        "spend_mean": MONEY,
        "keeps_all": {"type": "boolean"},
        "targets": list_of(
            object_of(
                {
                    **dict.fromkeys(("name", "owner"), TEXT),
                    **dict.fromkeys(("chance_met", "chance_asked"), SHARE),
                    "chance_interval": INTERVAL,
                }
            )
        ),
    }
)
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": VERSION,
    **object_of(
        {
            "schema": {"const": VERSION},
            "scenario": object_of(dict.fromkeys(("name", "path", "sha256"), TEXT)),
            "engine": object_of({"version": TEXT, "seed": {"type": "integer"}}),
            "currency": TEXT,
            "choices": list_of(TEXT),
            "feasible": {"type": "boolean"},
            "chosen": _CANDIDATE,
            "chance_right": {"anyOf": [SHARE, {"type": "null"}]},
            "chance_right_definition": TEXT,
            "as_good": list_of(list_of(TEXT)),
            "as_good_definition": TEXT,
            "binding": TEXT_OR_NULL,
            "tightest": TEXT,
            "prices": list_of(object_of({"target": TEXT, "saves_without": MONEY_OR_NULL})),
            "fresh": object_of(
                {
                    "seed": {"type": "integer"},
                    "replications": COUNT,
                    "targets": list_of(object_of({"name": TEXT, "chance_met": SHARE})),
                }
            ),
            "plans": list_of(_CANDIDATE),
        },
        ("as_good", "as_good_definition", "tightest"),
    ),
}
