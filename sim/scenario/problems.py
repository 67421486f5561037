"""Pydantic's faults in our sentences, each at one place of the tree.

A fault's location in pydantic names branches of unions as well as keys; walking it along the raw
tree drops the branches. When several branches of a union failed, the one that got furthest into
the value speaks, because that is the form the planner meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from sim.errors import Problem
from sim.scenario.paths import Path, did_you_mean
from sim.units import shown

Details = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in the values, not yet placed in a file."""

    path: Path
    code: str
    message: str
    at_key: bool = False
    """Whether the caret belongs under the key rather than the value."""
    branches: tuple[tuple[Path, str], ...] = ()
    """The union branches passed on the way: (path of the union, name of the branch)."""

    def below(self, key: str) -> Fault:
        """Return the fault one key further down."""
        return replace(self, path=(*self.path, key))


def faults_of(error: ValidationError, tree: Any) -> list[Fault]:
    """Return the faults of a validation, in our words, one for each place and cause."""
    found = [_fault(details, tree) for details in error.errors(include_url=False)]
    return _without_echoes(_one_branch_each(found))


def order(problems: Iterable[Problem], first_file: str) -> list[Problem]:
    """Return problems sorted by line: the scenario first, then its bases, then `--set`."""

    def place(problem: Problem) -> tuple[bool, bool, str, int, int]:
        elsewhere = problem.file != first_file
        return problem.line == 0, elsewhere, problem.file, problem.line, problem.column

    return sorted(problems, key=place)


def _fault(details: Details, tree: Any) -> Fault:
    path, branches = _place(details["loc"], tree, details["type"])
    kind = str(details["type"])
    if kind in {"value_error", "assertion_error"}:
        return _own_fault(details, path, branches)
    message = SENTENCES.get(kind, _plain_words)(details)
    code = CODES.get(kind) or kind
    at_key = kind in {"unknown_key", "extra_forbidden", "missing"}
    return Fault(path, code, message, at_key, branches)


def _own_fault(details: Details, path: Path, branches: tuple[tuple[Path, str], ...]) -> Fault:
    """Return a fault that our own code raised: it brings its sentence, code and place."""
    cause = details["ctx"]["error"]
    place = tuple(getattr(cause, "place", ()))
    message = str(cause) or "this does not hold"
    return Fault((*path, *place), getattr(cause, "code", "value"), message, False, branches)


def _place(
    loc: tuple[str | int, ...], tree: Any, kind: str
) -> tuple[Path, tuple[tuple[Path, str], ...]]:
    """Return the path that a location means in the tree, and the branches it passed."""
    path: Path = ()
    branches: list[tuple[Path, str]] = []
    for number, part in enumerate(loc):
        last = number == len(loc) - 1
        child = _child(tree, part)
        if child is not _NOTHING:
            tree, path = child, (*path, part)
        elif last and kind == "missing":
            path = (*path, part)
        elif part == "[key]":
            continue
        else:
            branches.append((path, str(part)))
    return path, tuple(branches)


_NOTHING = object()


def _child(tree: Any, part: str | int) -> Any:
    if isinstance(tree, Mapping):
        return tree.get(part, tree.get(str(part), _NOTHING))
    if isinstance(tree, list | tuple) and isinstance(part, int) and part < len(tree):
        return tree[part]
    return _NOTHING


def _one_branch_each(faults: list[Fault]) -> list[Fault]:
    """Where a union failed in several branches, keep those of the branch that got furthest."""
    best: dict[Path, tuple[int, int, str]] = {}
    for position, fault in enumerate(faults):
        for site, branch in fault.branches:
            score = (len(fault.path) * 3 + _helpfulness(fault), -position, branch)
            if site not in best or score > best[site]:
                best[site] = score
    kept = [f for f in faults if all(best[site][2] == branch for site, branch in f.branches)]
    return [_with_words(fault, faults) for fault in kept]


def _helpfulness(fault: Fault) -> int:
    """Return 2 for a fault that names the right word, 1 for one in a reader's words, else 0."""
    return 2 if "did you mean" in fault.message else int(fault.code in _SPEAKING)


def _with_words(fault: Fault, faults: list[Fault]) -> Fault:
    """Add the words that another branch of the same union would have taken."""
    words = [
        other.message.rpartition("is not ")[2].partition(";")[0]
        for other in faults
        if other.path == fault.path and other.branches and other.code == "literal_error"
    ]
    if not fault.branches or not words or fault.code == "literal_error":
        return fault
    return replace(fault, message=f"{fault.message}; or write {' or '.join(words)}")


def _without_echoes(faults: list[Fault]) -> list[Fault]:
    """Drop what only follows from a fault further down, and exact repeats."""
    kept: dict[tuple[Path, str], Fault] = {}
    for fault in faults:
        depth = len(fault.path)
        deeper = any(o.path[:depth] == fault.path and len(o.path) > depth for o in faults)
        if fault.code == "too_short" and deeper:
            continue
        kept.setdefault((fault.path, fault.message), fault)
    return list(kept.values())


_SPEAKING = {
    *("unit_missing", "unit_wrong", "share_or_percent", "not_whole", "not_a_quantity"),
    *("not_finite",),
    *("too_small", "too_large", "leading_zero", "comma", "too_long", "currency", "date", "clock"),
    *("law_shape", "law_order", "law_name", "law_weights", "value", "days", "name", "time_zone"),
}


def _shown(details: Details) -> str:
    value = details["input"]
    text = shown(value)
    return f"'{text}'" if isinstance(value, str) else text


def _words(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected) or [expected]


def _literal(details: Details) -> str:
    words = _words(str(details["ctx"]["expected"]))
    said = f"{_shown(details)} is not {_list(words)}"
    hint = did_you_mean(shown(details["input"]), words)
    return said + (hint if "did you mean" in hint else "")


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"


def _unknown_key(details: Details) -> str:
    key = str(details["loc"][-1])
    allowed = details.get("ctx", {}).get("allowed", ())
    return f"this key is not known here{did_you_mean(key, allowed)}"


def _tag(details: Details) -> str:
    context = details["ctx"]
    words = _words(str(context["expected_tags"]))
    return f"{context['tag']!r} is not {_list(words)}{did_you_mean(str(context['tag']), words)}"


def _tag_missing(details: Details) -> str:
    key = str(details["ctx"]["discriminator"]).strip("'")
    return f"this needs the key {key}, which says what kind it is"


def _wants(what: str) -> Callable[[Details], str]:
    return lambda details: f"{_shown(details)} is not {what}"


def _limit(words: str, name: str) -> Callable[[Details], str]:
    def sentence(details: Details) -> str:
        return f"{_shown(details)} is not {words} {_bound(details['ctx'][name])}"

    return sentence


def _bound(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _length(words: str, name: str) -> Callable[[Details], str]:
    def sentence(details: Details) -> str:
        bound = details["ctx"][name]
        entries = "entry" if bound == 1 else "entries"
        return f"this needs {words} {bound} {entries}"

    return sentence


def _letters(words: str, name: str) -> Callable[[Details], str]:
    return lambda details: f"this text needs {words} {details['ctx'][name]} letters"


def _plain_words(details: Details) -> str:
    """Reword a kind of fault that has no sentence of its own yet."""
    what = "Input|Value|String|List|Tuple|Dictionary"
    said = re.sub(rf"^({what}) should( be)?", "wanted:", details["msg"])
    return f"{_shown(details)} does not fit; {said[:1].lower()}{said[1:]}"


CODES = {"extra_forbidden": "unknown_key"}

SENTENCES: dict[str, Callable[[Details], str]] = {
    "missing": lambda _: "this key is required and is not given",
    "unknown_key": _unknown_key,
    "extra_forbidden": _unknown_key,
    "literal_error": _literal,
    "enum": _literal,
    "union_tag_invalid": _tag,
    "union_tag_not_found": _tag_missing,
    "greater_than": _limit("more than", "gt"),
    "greater_than_equal": _limit("at least", "ge"),
    "less_than": _limit("less than", "lt"),
    "less_than_equal": _limit("at most", "le"),
    "multiple_of": _limit("a multiple of", "multiple_of"),
    "too_short": _length("at least", "min_length"),
    "too_long": _length("at most", "max_length"),
    "string_too_short": _letters("at least", "min_length"),
    "string_too_long": _letters("at most", "max_length"),
    "string_pattern_mismatch": _wants("spelt as this field wants it"),
    "finite_number": _wants("a finite number"),
    "none_required": _wants("empty"),
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size"), _wants("a whole number")),
    **dict.fromkeys(("int_from_float",), _wants("a whole number")),
    **dict.fromkeys(("float_type", "float_parsing", "decimal_type"), _wants("a number")),
    **dict.fromkeys(("decimal_parsing", "is_instance_of"), _wants("a value for this field")),
    **dict.fromkeys(("bool_type", "bool_parsing"), _wants("true or false")),
    **dict.fromkeys(("string_type", "string_sub_type"), _wants("text; put it in quotes")),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), _wants("a list")),
    **dict.fromkeys(("dict_type", "mapping_type"), _wants("a map of keys")),
    **dict.fromkeys(("model_type", "model_attributes_type"), _wants("a map of keys")),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), _wants("a day")),
    **dict.fromkeys(("datetime_type", "datetime_parsing"), _wants("a date and time")),
}
"""Our sentence for each kind of pydantic fault."""
