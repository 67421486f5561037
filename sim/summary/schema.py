"""The JSON schema of `summary.json`. A new key is a minor version; a changed or missing one is a major."""

from __future__ import annotations

from typing import Any

VERSION = "simulate-summary/1.0"

Schema = dict[str, Any]

MONEY: Schema = {"type": "string", "pattern": r"^-?\d+\.\d{2,6}$"}
MONEY_OR_NULL: Schema = {"anyOf": [MONEY, {"type": "null"}]}
NUMBER: Schema = {"anyOf": [{"type": "number"}, MONEY]}
NUMBER_OR_NULL: Schema = {"anyOf": [{"type": "number"}, MONEY, {"type": "null"}]}
INTERVAL: Schema = {
    "anyOf": [
        {"type": "array", "items": NUMBER_OR_NULL, "minItems": 2, "maxItems": 2},
        {"type": "null"},
    ]
}
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
STATUS: Schema = {"enum": ["met", "missed", "close"]}


def _object(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(set(properties) - set(optional)),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _by_name(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


_SPREAD = {
    **dict.fromkeys(("p10", "p50", "p90", "mean"), NUMBER_OR_NULL),
    "why_null": TEXT_OR_NULL,
}
_WITH_INTERVALS = {**_SPREAD, "mean_interval": INTERVAL, "median_interval": INTERVAL}
SPREAD = _object(_SPREAD, ("why_null",))

TARGET = _object(
    {
        **dict.fromkeys(("name", "owner", "metric"), TEXT),
        **dict.fromkeys(("workload", "station"), TEXT_OR_NULL),
        "window": {"enum": ["hour", "day", "week", "month", "horizon"]},
        "op": {"enum": ["<=", ">="]},
        "limit": _object({"value": NUMBER, "unit": {"enum": ["s", "share", "money"]}}),
        "share": SHARE,
        **_SPREAD,
        "chance_met": SHARE,
        "chance_interval": {"type": "array", "items": SHARE, "minItems": 2, "maxItems": 2},
        "chance_interval_level": SHARE,
        "required_chance": SHARE,
        "status": STATUS,
        "with_traffic": {"type": "boolean"},
        "worst": {"anyOf": [_object({"window": TEXT}), {"type": "null"}]},
    },
    ("why_null",),
)
HEADLINE = _object(
    {
        **dict.fromkeys(("name", "unit", "averages_note"), TEXT),
        "workload": TEXT_OR_NULL,
        **_WITH_INTERVALS,
        "averages_say": NUMBER_OR_NULL,
    },
    ("why_null",),
)
ITEM = _object(
    {
        **dict.fromkeys(("id", "name", "qty", "unit"), TEXT),
        "basis": {"enum": ["fixed", "usage"]},
        "unit_price": TEXT_OR_NULL,
        "mean": MONEY,
        "wasted_mean": MONEY,
    }
)
MONTH = _object(
    {
        "month": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
        "items": _list(_object({"id": TEXT, "mean": MONEY})),
        "total": SPREAD,
        "budget": MONEY_OR_NULL,
        "requests": SPREAD,
        "latency_p95_s": _by_name(SPREAD),
        "availability": _by_name(SPREAD),
    }
)
SCENARIO = _object(
    {
        **dict.fromkeys(("name", "path", "sha256", "currency"), TEXT),
        "overrides": _list(TEXT),
        "horizon": _object({"start": DAY, "end": DAY, "timezone": TEXT}),
        "prices_as_of": {"anyOf": [DAY, {"type": "null"}]},
        "phases": _list(_object({"name": TEXT, "start": DAY})),
    }
)
ENGINE = _object(
    {
        "version": TEXT,
        "seed": {"type": "integer"},
        "replications": {"type": "integer", "minimum": 1},
        "replications_asked": TEXT,
        "complete": {"type": "boolean"},
    }
)
VERDICT = _object(
    {
        "status": {"enum": ["met", "missed", "close", "unknown"]},
        "sentence": TEXT,
        **dict.fromkeys(("met", "missed", "close"), COUNT),
    }
)
SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": VERSION,
    **_object(
        {
            "schema": {"const": VERSION},
            "scenario": SCENARIO,
            "engine": ENGINE,
            "verdict": VERDICT,
            "targets": _list(TARGET),
            "headlines": _list(HEADLINE),
            "averages": _object(
                {
                    "spend": MONEY_OR_NULL,
                    "latency_mean_s": _by_name(NUMBER_OR_NULL),
                    "sentence": TEXT,
                }
            ),
            "spend": _object(
                {
                    "total": _object(_WITH_INTERVALS, ("why_null",)),
                    "wasted": SPREAD,
                    "items": _list(ITEM),
                }
            ),
            "monthly": _list(MONTH),
            "daily": _list(_object({"date": DAY, "workloads": _by_name(_by_name(SPREAD))})),
            "units": _by_name(TEXT),
            "undecided": _list(TEXT),
            "drivers": _list({"type": "object"}),
            "coverage": {"type": "object"},
            "assumptions": _list({"type": "object"}),
        }
    ),
}
