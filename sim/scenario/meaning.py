"""What the value at a path means: the words of the scenario's own JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from sim.scenario.paths import Path
from sim.scenario.schema import json_schema
from sim.units import duration_text

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Meaning:
    """The words of a field."""

    words: str
    """What it is, with its unit in brackets; empty where nothing is known."""
    form: str
    """How a quantity is written, such as a duration; empty for words and maps."""
    default: Any
    """What counts where it is not written; None where it must be, or where nothing does."""
    a_field: bool
    """Whether the vocabulary has this key; otherwise a planner chose it."""


def meaning_of(model: type[BaseModel], path: Path, tree: Any) -> Meaning | None:
    """Return the meaning of a path; None where no scenario may have it.

    Args:
        model: the class at the top.
        path: keys and list positions.
        tree: the scenario, which tells kinds apart where several are possible.
    """
    whole = _schema_of(model)
    places: list[Schema] = [whole]
    words, a_field = "", False
    for part in path:
        forms = [form for place in places for form in _forms(whole, place)]
        a_field = any(part in form.get("properties", {}) for form in forms)
        fitting = [below for form in forms if _fits(form, tree) for below in _below(form, part)]
        # What is written for two forms at once fits none of them whole.
        places = fitting or [below for form in forms for below in _below(form, part)]
        if not places:
            return None
        tree = _at(tree, part)
        words = next((w for place in places for w in _words(whole, place)), words)
    known = [one for place in places for one in _referred(whole, place)]
    told = [one["description"] for one in known if one.get("examples") and "description" in one]
    form = told[0] if told and told[0] != words else ""
    default = next((place["default"] for place in places if "default" in place), None)
    quantity = any(place.get("$ref", "").endswith("Duration") for place in places)
    default = duration_text(default) if quantity and isinstance(default, int) else default
    return Meaning(words, form, default, a_field)


@cache
def _schema_of(model: type[BaseModel]) -> Schema:
    return json_schema(model)


def _at(tree: Any, part: str | int) -> Any:
    try:
        return tree[part]
    except (KeyError, IndexError, TypeError):
        return None


def _referred(whole: Schema, place: Schema) -> Iterator[Schema]:
    """A place's own schema, with what it refers to laid over."""
    if "$ref" in place:
        yield whole["$defs"][place["$ref"].removeprefix("#/$defs/")]
    yield place


def _words(whole: Schema, place: Schema) -> Iterator[str]:
    """A field's own words; else those of what it refers to."""
    for one in reversed(list(_referred(whole, place))):
        if "description" in one:
            yield one["description"]


def _forms(whole: Schema, place: Schema) -> Iterator[Schema]:
    """Every form that a value may take here."""
    for one in _referred(whole, place):
        choices = one.get("anyOf") or one.get("oneOf")
        if choices:
            for choice in choices:
                yield from _forms(whole, choice)
        else:
            yield one


def _fits(schema: Schema, tree: Any) -> bool:
    if not isinstance(tree, Mapping):
        return True
    fields: Mapping[str, Any] = schema.get("properties", {})
    if any(
        "const" in field and key in tree and tree[key] != field["const"]
        for key, field in fields.items()
    ):
        return False
    closed = schema.get("additionalProperties") is False
    return not closed or set(map(str, tree)) <= set(fields)


def _below(schema: Schema, part: str | int) -> Iterator[Schema]:
    found: Any
    if not schema:
        found = True  # Anything may stand here, and below.
    elif isinstance(part, int):
        found = schema.get("items")
    else:
        found = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
    if isinstance(found, Mapping):
        yield found
    elif found is True:
        yield {}
