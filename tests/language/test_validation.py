"""Faults of the schema in our words, unknowns, and the published JSON schema."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Annotated, Any, Literal

import jsonschema  # type: ignore[import-untyped, unused-ignore]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, model_validator

from sim.errors import PlaceError, ScenarioError
from sim.scenario.document import document_from_text, validate
from sim.scenario.laws import LawOfCount, LawOfDuration
from sim.scenario.paths import parse_path, path_text
from sim.scenario.problems import SENTENCES
from sim.scenario.schema import json_schema
from sim.scenario.types import (
    Bytes,
    Currency,
    Day,
    Hours,
    Model,
    Money,
    Name,
    PositiveDuration,
    Rate,
    Share,
    TimeZone,
    WholeNumber,
)
from sim.scenario.unknown import Unknown, find_unknowns, resolve


class Phase(Model):
    """A phase."""

    name: Name
    """Its name [text]."""
    users: WholeNumber
    """How many [n]."""
    ramp: PositiveDuration = 3_600_000_000
    """How long [us]."""
    start: Day | None = None
    """When [day]."""


class Client(Model):
    """A client."""

    sdk: Literal["openai-python", "anthropic-python"]
    """Which [word]."""
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    """How many [n]."""


class Top(Model):
    """A scenario."""

    name: Name
    """Its name [text]."""
    strategy: Literal["phased", "big-bang"] = "phased"
    """How [word]."""
    currency: Currency = "USD"
    """Which [word]."""
    phases: tuple[Phase, ...] = ()
    """In order [list]."""
    service: LawOfDuration | None = None
    """How long [us]."""
    tokens: LawOfCount | None = None
    """How many [n]."""
    client: Client | Literal["openai-python"] = "openai-python"
    """Which [word]."""
    cap: Money | Literal["none"] = "none"
    """At most [money]."""
    ceiling: Share = 1.0
    """At most [share]."""
    wait: bool = True
    """Whether [bool]."""
    notes: dict[str, str] = {}
    """Free text [text]."""
    weight: float = 1.0
    """A bare float [1]."""
    size: Bytes = 0
    """How large [B]."""
    rate: Rate | None = None
    """How often [1/s]."""
    shift: Hours | None = None
    """When [hours]."""
    zone: TimeZone = "UTC"
    """Where [word]."""

    @model_validator(mode="after")
    def _in_order(self) -> Top:
        for index, phase in enumerate(self.phases[1:], 1):
            if phase.users < self.phases[index - 1].users:
                raise PlaceError("a phase cannot have fewer users", ("phases", index, "users"))
        return self


def faults(text: str, sets: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        validate(document_from_text("name: x\n" + text, "s.yaml", sets), Top)
    assert "Input should" not in str(caught.value)
    return [problem.headline() for problem in caught.value.problems]


ROWS = [
    ("strategy: phasd", "s.yaml:2:11: error[literal_error]: strategy: 'phasd' is not one of phased, big-bang; did you mean \"phased\"?"),
    ("strategi: phased", 's.yaml:2:1: error[unknown_key]: strategi: this key is not known here; did you mean "strategy"?'),
    ("phases: [{name: a, users: 3, time_out: 3s}]", "s.yaml:2:30: error[unknown_key]: phases[0].time_out: this key is not known here; known here: name, ramp, start, users"),
    ("phases: [{name: a}]", "s.yaml:2:10: error[missing]: phases[0].users: this key is required and is not given"),
    ("phases: [{name: a, users: 3, ramp: 800}]", 's.yaml:2:36: error[unit_missing]: phases[0].ramp: a duration needs a unit, e.g. "800ms" or "800s"'),
    ("phases: [{name: a, users: 3, ramp: 0s}]", "s.yaml:2:36: error[greater_than]: phases[0].ramp: '0s' is not more than 0"),
    ("phases: [{name: a, users: 1.5}]", "s.yaml:2:27: error[not_whole]: phases[0].users: '1.5' is not a whole number; write 1 or 2"),
    ("phases: [{name: a, users: true}]", "true is not a count"),
    ("phases: {name: a}", "s.yaml:2:9: error[tuple_type]: phases: a map is not a list"),
    ("phases: [3]", "s.yaml:2:10: error[model_type]: phases[0]: 3 is not a map of keys"),
    ("phases: [{name: a, users: 9, start: 2024-02-30}]", "the calendar has no 2024-02-30"),
    ("phases: [{name: a, users: 9}, {name: b, users: 3}]", "s.yaml:2:48: error[value]: phases[1].users: a phase cannot have fewer users"),
    ("service: {median: 480ms, p95: 200ms}", "s.yaml:2:31: error[law_order]: service.p95: p95 is less than median; quantiles go up"),
    ("service: {median: 480ms, pp95: 900ms}", 's.yaml:2:26: error[unknown_key]: service.pp95: this key is not known here; did you mean "p95"?'),
    ("service: {law: gama, mean: 2s}", "s.yaml:2:16: error[law_name]: service.law: 'gama' is not a law; did you mean \"gamma\"?"),
    ("service: {law: mixture, parts: [{weight: 1, of: {median: 3, p95: 4s}}]}", "s.yaml:2:58: error[unit_missing]: service.parts[0].of.median:"),
    ("tokens: {median: 31k, p95: 9k}", "tokens.p95: p95 is less than median"),
    ("client: {sdk: openai-pyton}", "s.yaml:2:15: error[literal_error]: client.sdk: 'openai-pyton' is not one of openai-python, anthropic-python; did you mean"),
    ("client: {sdk: openai-python, retries: 11}", "client.retries: 11 is not at most 10"),
    ("client: {sdk: openai-python, retries: true}", "client.retries: true is not a whole number"),
    ("client: opnai-python", "s.yaml:2:9: error[literal_error]: client: 'opnai-python' is not openai-python; did you mean"),
    ("cap: lots", "cap: 'lots' is not an amount of money; write e.g. 50000, \"50k\" or \"1.2M\"; or write none"),
    ("cap: $110k", "names a currency"),
    ("currency: usd", "'usd' is not a currency code; did you mean \"USD\"?"),
    ("wait: maybe", "wait: 'maybe' is not true or false"),
    ("wait: no", "wait: 'no' is not true or false"),
    ("weight: true", "weight: true is not a number"),
    ("notes: {a: 3}", "notes.a: 3 is not text; put it in quotes"),
    ("ceiling: 99.5", 'ceiling: a share goes from 0 to 1; did you mean "99.5%"?'),
    ("ceiling: .nan", "'.nan' is not finite"),
    ("size: 6", 'a size needs a unit, e.g. "6kB" or "6MB"'),
    ("rate: 3 rps", 'could be "3/s"'),
    ("shift: 17:00", "are not hours"),
    ("zone: America/Chicgo", 'did you mean "America/Chicago"?'),
    ("ceiling: {low: 55%, likely: 50%, high: 85%}", "s.yaml:2:10: error[unknown_order]: ceiling: an unknown goes low <= likely <= high, not low 55%, likely 50%, high 85%"),
    ("ceiling: {low: 55%, likely: 70%, high: 130%}", "s.yaml:2:40: error[too_large]: ceiling.high: 130% is more than 100%, the most"),
    ("ceiling: {low: 55%, likely: 3s, high: 85%}", "units of the same kind"),
    ("ceiling: {low: a, likely: 3s, high: 85%}", "'a' is not a quantity"),
    ("ceiling: {low: 55%, likely: 60%, hgh: 85%}", "ceiling: a map is not a share"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_a_fault_of_the_schema_is_said_in_our_words_at_its_place(text: str, expected: str) -> None:
    found = faults(text)
    assert len(found) == 1, found
    assert expected in found[0]


@pytest.mark.parametrize(
    "name",
    ["'   '", "x" * 65, "'a\u200bb'", "true", "1.5", "[a]"],
    ids=["empty", "long", "invisible", "bool", "float", "list"],
)
def test_a_bad_name_is_refused(name: str) -> None:
    (found,) = faults(f"phases: [{{name: {name}, users: 1}}]")
    assert "error[name]: phases[0].name: " in found


def test_all_faults_come_at_once_and_in_the_order_of_the_file() -> None:
    found = faults("weight: x\nstrategy: y\nphases: [{}]\n", ("ceiling=7%%", "wait=1"))
    places = [re.match(r"(s\.yaml:\d+|--set \w+)", line)[1] for line in found]  # type: ignore[index]
    assert places == ["s.yaml:2", "s.yaml:3", "s.yaml:4", "s.yaml:4", "--set ceiling", "--set wait"]


def test_a_fault_in_a_set_names_the_set() -> None:
    (found,) = faults("phases: [{name: a, users: 3}]", ("phases.a.users=-5",))
    assert (
        found
        == "--set phases.a.users=-5: error[too_small]: phases[0].users: a count cannot be negative: -5"
    )


def test_the_printed_form_has_the_line_and_a_caret() -> None:
    with pytest.raises(ScenarioError) as caught:
        validate(document_from_text("name: x\nstrategy: phasd\n", "bad.yaml"), Top)
    assert str(caught.value).splitlines()[1:] == [
        "   |",
        " 2 | strategy: phasd",
        "   |           ^^^^^",
        "1 error in bad.yaml",
    ]


def test_no_sentence_is_left_in_the_words_of_pydantic() -> None:
    from typing import get_args

    from pydantic_core import core_schema

    from sim.scenario.problems import _plain_words

    for kind in get_args(core_schema.ErrorType):
        details: Any = {
            "type": kind,
            "loc": ("a",),
            "input": 3,
            "msg": "Input should be a valid thing",
            "ctx": {},
        }
        try:
            said = SENTENCES.get(kind, _plain_words)(details)
        except KeyError:
            continue
        assert "nput should" not in said


def test_a_good_scenario_is_read() -> None:
    text = "name: 2027\nphases: [{name: a, users: 1.2k, ramp: 5d, start: 2027-07-01}]\ncap: 110k\nservice: 2s\ntokens: {median: 9k, p95: 31k}\nclient: {sdk: openai-python}\nshift: 08:00-18:00\n"
    top = validate(document_from_text(text), Top)
    assert (top.name, top.phases[0].users, top.cap) == ("2027", 1200, Decimal(110_000))
    assert top.service is not None
    assert top.service.table().value == 2_000_000


UNKNOWNS = "name: x\nceiling: {low: 55%, likely: 70%, high: 85%}\nphases: [{name: a, users: {low: 6, likely: 9, high: 13}, ramp: {low: 800ms, likely: 1.2s, high: 2s}}]\nservice: {median: {low: 1s, likely: 2s, high: 2s}, p95: 4s}\n"


def test_unknowns_stand_at_likely_until_they_are_drawn() -> None:
    document = document_from_text(UNKNOWNS)
    top = validate(document, Top)
    assert (top.ceiling, top.phases[0].users, top.phases[0].ramp) == (0.7, 9, 1_200_000)
    paths = [path_text(unknown.path) for unknown in document.unknowns()]
    assert paths == ["ceiling", "phases[0].users", "phases[0].ramp", "service.median"]


def test_a_draw_replaces_each_unknown_in_the_unit_it_was_written_in() -> None:
    document = document_from_text(UNKNOWNS)
    tree = document.resolved(lambda path: {"ceiling": 0.5}.get(str(path[0]), 1.0))
    assert tree["ceiling"] == "70%"
    assert tree["phases"][0] == {"name": "a", "users": "13", "ramp": "2s"}
    assert isinstance(document.tree["ceiling"], dict)
    drawn = validate(document, Top, choose=lambda path: 0.37)
    low, likely, high = 6.0, 9.0, 13.0
    exact = low + (0.37 * (high - low) * (likely - low)) ** 0.5
    assert drawn.phases[0].users == int(exact + 0.5)
    assert 0.55 < drawn.ceiling < 0.85


def test_a_written_fraction_is_refused_where_a_drawn_one_is_rounded() -> None:
    assert (
        validate(
            document_from_text(
                "name: x\nphases: [{name: a, users: {low: 2.2, likely: 2.6, high: 2.6}}]"
            ),
            Top,
        )
        .phases[0]
        .users
        == 3
    )
    assert "not_whole" in faults("phases: [{name: a, users: 2.6}]")[0]


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(sorted),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_the_triangular_law_stays_inside_rises_and_inverts(
    ends: list[float], u: float, v: float
) -> None:
    low, likely, high = ends
    law = Unknown((), low, likely, high, "", "")
    x, y = sorted((law.at(u), law.at(v)))
    assert low <= x <= y <= high
    assert (law.at(min(u, v)), law.at(max(u, v))) == (x, y)
    if high - low > 1e-3 and low < x < high:
        if x <= likely:
            back = (x - low) ** 2 / ((high - low) * (likely - low))
        else:
            back = 1 - (high - x) ** 2 / ((high - low) * (high - likely))
        assert back == pytest.approx(min(u, v), abs=1e-6)


def test_equal_ends_are_allowed_and_multipliers_keep_their_sign() -> None:
    tree = {
        "a": {"low": 3, "likely": 3, "high": 3},
        "b": {"low": "x 1", "likely": "x 1.2", "high": "x 1.5"},
    }
    assert resolve(tree, lambda path: 1.0) == {"a": "3", "b": "x 1.5"}
    assert [unknown.prefix for unknown in find_unknowns(tree)] == ["", "x "]


@given(
    st.lists(
        st.one_of(
            st.integers(0, 9999), st.text(min_size=1, max_size=9).filter(lambda t: "\n" not in t)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_path_is_read_as_it_is_written(parts: list[str | int]) -> None:
    path = ("top", *parts)
    assert parse_path(path_text(path)) == path


GOOD_FOR_EDITORS = [
    {"name": "x", "phases": [{"name": "a", "users": "50k", "ramp": "5d"}]},
    {"name": "x", "phases": [{"name": "a", "users": {"low": 1, "likely": "2k", "high": "3k"}}]},
    {
        "name": "x",
        "service": "800ms",
        "ceiling": "99.5%",
        "cap": "none",
        "rate": "120/h",
        "size": "6kB",
    },
    {
        "name": "x",
        "service": {"median": "480ms", "p95": {"low": "1s", "likely": "2s", "high": "3s"}},
    },
    {
        "name": "x",
        "service": {"law": "mixture", "parts": [{"weight": 1, "of": {"mean": "1s", "cv": 1}}]},
    },
    {"name": "x", "tokens": {"law": "geometric", "mean": 2.4, "max": 12}},
]
BAD_FOR_EDITORS = [
    {"name": "x", "phases": [{"name": "a", "users": "50 users"}]},
    {"name": "x", "phases": [{"name": "a", "users": 1, "ramp": 800}]},
    {"name": "x", "service": {"law": "gama", "mean": "1s"}},
    {"name": "x", "service": {"median": 3, "p95": "4s"}},
    {"name": "x", "zap": 1},
]


def test_the_json_schema_accepts_what_the_readers_accept() -> None:
    schema = json_schema(Top)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for tree in GOOD_FOR_EDITORS:
        validator.validate(tree)
        validate(document_from_text(json.dumps(tree)), Top)
    for tree in BAD_FOR_EDITORS:
        assert not validator.is_valid(tree), tree
    text = json.dumps(schema)
    assert set(re.findall(r"#/\$defs/(\w+)", text)) == set(schema["$defs"])
    assert '"default": "1h"' in text
    assert "x-quantity" not in text


def test_unknown_keys_at_two_depths_keep_their_suggestions_and_the_other_faults() -> None:
    found = faults(
        "strategi: x\nphases: [{name: a, userz: 3, users: 1.5}]\nservice: {medan: 1s, median: 1s, p95: 2s}"
    )
    assert [line.split("error")[1].split(": ")[0] for line in found] == [
        "[unknown_key]",
        "[unknown_key]",
        "[not_whole]",
        "[unknown_key]",
    ]
    assert [re.findall(r'did you mean "(\w+)"', line) for line in found] == [
        ["strategy"],
        ["users"],
        [],
        ["median"],
    ]
