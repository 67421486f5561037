"""What the models of a scenario share: keys that are planned but not simulated yet, kinds told apart
by a word, and the words for how an attempt can end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError, core_schema

from sim.errors import PlaceError
from sim.plan.columns import Result
from sim.scenario.paths import did_you_mean
from sim.scenario.types import Model
from sim.units import shown


class Spine(Model):
    """A model that knows which of its future keys are not simulated yet."""

    NOT_YET: ClassVar[Mapping[str, str]] = {}
    """Keys that a planner may expect, each with what to write instead."""

    @model_validator(mode="wrap")
    @classmethod
    def _name_what_is_not_simulated_yet(
        cls, value: Any, handler: ModelWrapValidatorHandler[Any]
    ) -> Any:
        early = [key for key in value if key in cls.NOT_YET] if isinstance(value, Mapping) else []
        if not early:
            return handler(value)
        faults = [_not_yet(key, cls.NOT_YET[key]) for key in early]
        try:
            handler({key: item for key, item in value.items() if key not in early})
        except ValidationError as error:
            faults += [kept_fault(fault) for fault in error.errors(include_url=False)]
        raise ValidationError.from_exception_data(cls.__name__, faults)


def fault_at(path: Iterable[str | int], message: str, code: str = "value") -> InitErrorDetails:
    """A fault in our own words, for validators that find several at once."""
    place = tuple(path)
    error = PlaceError(message, (), code)
    return InitErrorDetails(type="value_error", loc=place, input=None, ctx={"error": error})


def _not_yet(key: str, instead: str) -> InitErrorDetails:
    text = f"`{key}` is not simulated yet" + (f"; {instead}" if instead else "")
    return fault_at((key,), text, "not_yet")


def kept_fault(fault: ErrorDetails) -> InitErrorDetails:
    """A fault as it was; a type that pydantic does not know becomes a custom one."""
    context = dict(fault.get("ctx", {}))
    kind: str | PydanticCustomError = fault["type"]
    if kind not in get_args(core_schema.ErrorType):
        message = fault["msg"].replace("{", "(").replace("}", ")")
        kind = PydanticCustomError(fault["type"], message, context)
    return InitErrorDetails(type=kind, loc=fault["loc"], input=fault["input"], ctx=context)


def usual(value: Any) -> Any:
    """A default that stands in the docstring, because a JSON schema could not show it."""
    return Field(default_factory=lambda: value)


def kind_named(key: str, kinds: Mapping[str, type[Model]]) -> WrapValidator:
    """Choose a model by the word that stands under `key`, as in `{limit: token_bucket, ...}`."""

    def choose(value: Any, _: object) -> Any:
        if isinstance(value, Model):
            return value
        if not isinstance(value, Mapping) or key not in value:
            words = ", ".join(kinds)
            raise PlaceError(f"say which {key} it is: {{{key}: ...}} with {words}", (), "kind")
        word = value[key]
        if not isinstance(word, str) or word not in kinds:
            message = f"{shown(word)!r} is not a {key}{did_you_mean(shown(word), kinds)}"
            raise PlaceError(message, (key,), "kind")
        return kinds[word].model_validate(value)

    return WrapValidator(choose)


RESULTS: dict[str, Result] = {
    "429": Result.REFUSED,
    "5xx": Result.ERROR,
    "timeout": Result.TIMEOUT,
    "full": Result.FULL,
    "left": Result.LEFT,
    "no_budget": Result.NO_BUDGET,
    "filtered": Result.FILTERED,
}
"""How an attempt can fail, in a planner's words: refused by a limit, vendor's error, given up by the client,
turned away by a full queue, left the queue because its patience ended, a retry that the client's budget did
not allow, a content filter that said no."""

ResultWord = Annotated[
    Literal["429", "5xx", "timeout", "full", "left"],
    BeforeValidator(lambda value: str(value) if type(value) is int else value),
    WithJsonSchema({"enum": [429, "429", "5xx", "timeout", "full", "left"]}),
]

EVERYDAY: tuple[ResultWord, ...] = ("429", "5xx", "timeout", "full")
"""The failures after which clients and routers try again unless the planner says otherwise."""


def result_mask(words: Iterable[str]) -> int:
    """The bits (1 << Result) of some words."""
    return sum(1 << RESULTS[word] for word in set(words))
