"""The JSON schema of `summary.json`. A new key is a minor version; a changed or missing one is a major."""

from __future__ import annotations

from typing import get_args

from sim.study.stopping import Stopped
from sim.summary import drill, drivers
from sim.summary.groups import GROUPS
from sim.summary.shapes import (
    COUNT,
    DAY,
    MONEY,
    MONEY_OR_NULL,
    NUMBER,
    NUMBER_OR_NULL,
    REAL,
    SHARE,
    SPREAD,
    SPREAD_KEYS,
    STATUS,
    TEXT,
    TEXT_OR_NULL,
    WITH_INTERVALS,
    Schema,
    by_name,
    list_of,
    object_of,
)

VERSION = "simulate-summary/1.2"

TARGET = object_of(
    {
        **dict.fromkeys(("name", "owner", "metric"), TEXT),
        **dict.fromkeys(("workload", "station"), TEXT_OR_NULL),
        "window": {"enum": ["hour", "day", "week", "month", "horizon"]},
        "op": {"enum": ["<=", ">="]},
        "limit": object_of({"value": NUMBER, "unit": {"enum": ["s", "share", "money"]}}),
        "share": SHARE,
        **SPREAD_KEYS,
        "met": COUNT,
        "chance_met": SHARE,
        "chance_interval": {"type": "array", "items": SHARE, "minItems": 2, "maxItems": 2},
        "chance_interval_level": SHARE,
        "required_chance": SHARE,
        "status": STATUS,
        "with_traffic": {"type": "boolean"},
        "worst": {"anyOf": [object_of({"window": TEXT}), {"type": "null"}]},
    },
    ("why_null",),
)
HEADLINE = object_of(
    {
        **dict.fromkeys(("name", "unit", "averages_note"), TEXT),
        "workload": TEXT_OR_NULL,
        **WITH_INTERVALS,
        "averages_say": NUMBER_OR_NULL,
    },
    ("why_null",),
)
ITEM = object_of(
    {
        **dict.fromkeys(("id", "name", "qty", "unit"), TEXT),
        "basis": {"enum": ["fixed", "usage"]},
        "unit_price": TEXT_OR_NULL,
        "mean": MONEY,
        "wasted_mean": MONEY,
        "share": REAL,
    }
)
MONTH = object_of(
    {
        "month": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
        "items": list_of(object_of({"id": TEXT, "mean": MONEY})),
        "smaller": MONEY,
        "total": SPREAD,
        "budget": MONEY_OR_NULL,
        "requests": SPREAD,
        "latency_p95_s": by_name(SPREAD),
        "availability": by_name(SPREAD),
    }
)
SCENARIO = object_of(
    {
        **dict.fromkeys(("name", "path", "sha256", "currency"), TEXT),
        "overrides": list_of(TEXT),
        "horizon": object_of({"start": DAY, "end": DAY, "timezone": TEXT}),
        "prices_as_of": {"anyOf": [DAY, {"type": "null"}]},
        "phases": list_of(object_of({"name": TEXT, "start": DAY})),
    }
)
ENGINE = object_of(
    {
        "version": TEXT,
        "seed": {"type": "integer"},
        "replications": {"type": "integer", "minimum": 1},
        "replications_asked": TEXT,
        "complete": {"type": "boolean"},
        "stopped": {"enum": list(get_args(Stopped))},
        "precision": {"anyOf": [SHARE, {"type": "null"}]},
    },
    ("stopped", "precision"),
)
VERDICT = object_of(
    {
        "status": {"enum": ["met", "missed", "close", "unknown"]},
        "sentence": TEXT,
        **dict.fromkeys(("met", "missed", "close"), COUNT),
    }
)
SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": VERSION,
    **object_of(
        {
            "schema": {"const": VERSION},
            "scenario": SCENARIO,
            "engine": ENGINE,
            "verdict": VERDICT,
            "targets": list_of(TARGET),
            "headlines": list_of(HEADLINE),
            "averages": object_of(
                {
                    "spend": MONEY_OR_NULL,
                    "latency_mean_s": by_name(NUMBER_OR_NULL),
                    "sentence": TEXT,
                }
            ),
            "spend": object_of(
                {
                    "total": object_of(WITH_INTERVALS, ("why_null",)),
                    "wasted": SPREAD,
                    "items": list_of(ITEM),
                    "smaller": object_of({"lines": list_of(TEXT), "mean": MONEY, "share": REAL}),
                }
            ),
            "monthly": list_of(MONTH),
            "daily": list_of(object_of({"date": DAY, "workloads": by_name(by_name(SPREAD))})),
            "units": by_name(TEXT),
            "undecided": list_of(TEXT),
            "drivers": drivers.SCHEMA,
            "drill": drill.SCHEMA,
            **{name: group.schema for name, group in GROUPS.items()},
        },
        ("drill", *GROUPS),
    ),
}
