"""The shapes of which the schema of `summary.json` is built."""

from __future__ import annotations

from typing import Any

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
DECIMAL: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d*[1-9])?$"}
"""A number to its last digit."""
REAL: Schema = {"type": "number"}
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
STATUS: Schema = {"enum": ["met", "missed", "close"]}


def object_of(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(set(properties) - set(optional)),
        "additionalProperties": False,
    }


def list_of(items: Schema) -> Schema:
    """A list of things of one shape."""
    return {"type": "array", "items": items}


def by_name(values: Schema) -> Schema:
    """An object with any keys, whose values have one shape."""
    return {"type": "object", "additionalProperties": values}


SPREAD_KEYS: Schema = {
    **dict.fromkeys(("p10", "p50", "p90", "mean"), NUMBER_OR_NULL),
    "why_null": TEXT_OR_NULL,
}
WITH_INTERVALS: Schema = {**SPREAD_KEYS, "mean_interval": INTERVAL, "median_interval": INTERVAL}
SPREAD = object_of(SPREAD_KEYS, ("why_null",))
