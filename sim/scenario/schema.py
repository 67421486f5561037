"""The JSON Schema (2020-12) of a scenario, for editors: every spelling that the readers accept.

Pydantic writes the shape; this adds what it cannot know: a quantity may be an unknown
`{low, likely, high}`, a distribution has several forms, and defaults read as a planner would write
them.
"""

from __future__ import annotations

import copy
from typing import Any

from pydantic import BaseModel

from sim import units
from sim.scenario.laws import LAWS, Law, Part
from sim.scenario.types import QUANTITY_SCHEMAS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def json_schema(model: type[BaseModel]) -> Schema:
    """Return the JSON Schema of a scenario model, with unknowns and distributions spelt out."""
    schema = model.model_json_schema(mode="validation", union_format="any_of")
    definitions: Schema = schema.setdefault("$defs", {})
    used: set[tuple[str, str]] = set()
    _rewrite(schema, None, used)
    done: set[tuple[str, str]] = set()
    while used - done:
        kind, name = sorted(used - done)[0]
        done.add((kind, name))
        if kind == "law":
            definitions.update(_law_definitions(name, used))
        else:
            definitions.update(_quantity_definitions(name))
    schema["$defs"] = dict(sorted(definitions.items()))
    return {"$schema": DIALECT, **schema}


def _rewrite(schema: Any, measured: str | None, used: set[tuple[str, str]]) -> None:
    """Turn every marked field into a reference, in place.

    Args:
        schema: any part of a JSON schema.
        measured: what the numbers of a law are, inside a law's definition.
        used: collects the definitions that are referred to.
    """
    if isinstance(schema, list):
        for part in schema:
            _rewrite(part, measured, used)
    if not isinstance(schema, dict):
        return
    if "x-quantity" in schema:
        _refer(schema, "quantity", schema.pop("x-quantity"), measured, used)
    elif "x-law" in schema:
        _refer(schema, "law", schema.pop("x-law"), measured, used)
    for key, part in schema.items():
        if key not in {"examples", "default", "enum", "const"}:
            _rewrite(part, measured, used)


def _refer(
    schema: Schema, what: str, name: str, measured: str | None, used: set[tuple[str, str]]
) -> None:
    name = (measured or "number") if name == "measured" else name
    used.add((what, name))
    shape = QUANTITY_SCHEMAS.get(name, {})
    if schema.get("description") == shape.get("description"):
        schema.pop("description", None)
    for key in ("anyOf", "type", "pattern", "examples"):
        schema.pop(key, None)
    if name == "duration" and isinstance(schema.get("default"), int) and what == "quantity":
        schema["default"] = units.duration_text(schema["default"])
    schema["$ref"] = f"#/$defs/{_title(what, name)}"


def _title(what: str, name: str) -> str:
    return f"LawOf{name.title()}" if what == "law" else name.title()


def _quantity_definitions(name: str) -> Schema:
    """Return a quantity that may be unknown, and the same when it must be known."""
    known = f"Known{name.title()}"
    reference = {"$ref": f"#/$defs/{known}"}
    unknown = {
        "type": "object",
        "description": "Not known: low, likely and high. Drawn once per replication.",
        "properties": dict.fromkeys(("low", "likely", "high"), reference),
        "required": ["low", "likely", "high"],
        "additionalProperties": False,
    }
    shape = QUANTITY_SCHEMAS[name]
    described = {"description": shape["description"], "examples": shape["examples"]}
    return {
        known: copy.deepcopy(shape),
        name.title(): {"anyOf": [reference, unknown], **described},
    }


def _law_definitions(name: str, used: set[tuple[str, str]]) -> Schema:
    """Return the union of every form of a law about one kind of quantity."""
    prefix = name.title()
    forms = {n: f for n, f in LAWS.items() if n != "constant" and not _out_of_place(f, name)}
    definitions: Schema = {}
    for form in forms.values():
        for key, body in _form_definitions(form, prefix).items():
            _rewrite(body, name, used)
            definitions[key] = body
    used.add(("quantity", name))
    bare: list[Schema] = [{"$ref": f"#/$defs/{_title('quantity', name)}"}]
    bare += [{"$ref": f"#/$defs/{prefix}{form.__name__}"} for form in forms.values()]
    definitions[f"LawOf{prefix}"] = {
        "anyOf": bare,
        "description": "A distribution: a bare quantity, two quantiles, mean and cv, or a law.",
    }
    return definitions


def _out_of_place(form: type[Law], name: str) -> bool:
    return form.COUNTS and name == "duration"


def _form_definitions(form: type[Law], prefix: str) -> Schema:
    """Return the definitions of one form, its names prefixed by what it measures."""
    schema = form.model_json_schema(mode="validation")
    nested = schema.pop("$defs", {})
    schema["properties"]["law"] = {"const": form.NAME, "description": "The name of the law."}
    if form.NAME not in _FORMS_WITHOUT_NAME:
        schema["required"] = ["law", *schema.get("required", [])]
    definitions = {f"{prefix}{form.__name__}": schema}
    for key, body in nested.items():
        definitions[f"{prefix}{key}"] = body
    for body in definitions.values():
        _prefix_references(body, prefix)
    return definitions


_FORMS_WITHOUT_NAME = {"quantiles", "lognormal", "empirical"}
_NESTED = {Part.__name__}


def _prefix_references(schema: Any, prefix: str) -> None:
    if isinstance(schema, list):
        for part in schema:
            _prefix_references(part, prefix)
    elif isinstance(schema, dict):
        target = str(schema.get("$ref", "")).removeprefix("#/$defs/")
        if target in _NESTED:
            schema["$ref"] = f"#/$defs/{prefix}{target}"
        for part in schema.values():
            _prefix_references(part, prefix)
