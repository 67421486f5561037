"""The vocabulary itself: every key is documented with its unit, and the schema takes the examples."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from pydantic import BaseModel

from sim.scenario.document import load_document
from sim.scenario.laws import Law
from sim.scenario.scenario import Scenario
from sim.scenario.schema import json_schema
from sim.scenario.types import Model
from sim.stages import STAGES

SCENARIOS = sorted(Path("scenarios").glob("*.yaml"))


def models_in(kind: Any, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Every model that a type mentions, each once."""
    if isinstance(kind, type) and not isinstance(kind, types.GenericAlias):
        if issubclass(kind, BaseModel) and kind not in seen:
            seen.add(kind)
            yield kind
            for field in kind.model_fields.values():
                yield from models_in(field.annotation, seen)
        return
    for part in get_args(kind):
        yield from models_in(part, seen)


MODELS = [m for m in models_in(Scenario, set()) if not issubclass(m, Law)]


def test_the_walk_finds_every_kind_of_stage_and_more() -> None:
    assert set(STAGES.values()) <= set(MODELS)
    assert len(MODELS) > 40


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    assert issubclass(model, Model)
    assert model.__doc__
    for name, field in model.model_fields.items():
        assert field.description, f"{model.__name__}.{name}"
        kinds = set(_scalars(field.annotation))
        if kinds & {int, float}:
            assert field.description.rstrip(".").endswith("]") or "[" in field.description, (
                f"{model.__name__}.{name} says no unit"
            )


def _scalars(kind: Any) -> Iterator[type]:
    if kind in (int, float):
        yield kind
    elif not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        for part in get_args(kind):
            yield from _scalars(part)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(Scenario))


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_the_schema_takes_every_scenario(file: Path) -> None:
    validator = jsonschema.Draft202012Validator(json_schema(Scenario))
    faults = [
        f"{list(error.absolute_path)}: {error.message[:200]}"
        for error in validator.iter_errors(load_document(str(file)).tree)
    ]
    assert faults == []


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    validator = jsonschema.Draft202012Validator(json_schema(Scenario))
    tree = load_document("scenarios/claims_q3.yaml").tree
    tree["endpoints"]["claude"]["attempt_timeout"] = 20
    tree["pipelines"]["intake_batch"][0]["cal"] = "chat"
    assert len(list(validator.iter_errors(tree))) >= 2
