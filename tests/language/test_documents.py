"""What a planner may write as a file: positions, attacks, layers and `--set`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from sim.errors import ExitCode, Problem, ScenarioError, problems_text
from sim.scenario.document import Document, document_from_text, document_from_tree, load_document
from sim.scenario.nodes import compose, decode, plain, source_of


def fault(text: str) -> Problem:
    with pytest.raises(ScenarioError) as caught:
        compose(source_of("s.yaml", text))
    assert caught.value.exit_code == ExitCode.USAGE
    return caught.value.problems[0]


ATTACKS = [
    (
        "F01 alias bomb",
        "a: &a [x, x]\nb: &b [*a, *a]\n",
        "1:4",
        "anchors (&name) are not used here",
    ),
    ("F01 alias", "a: *b\n", "1:4", "aliases (*name) are not used here"),
    ("F02 merge keys", "a: {x: 1}\nb:\n  <<: {y: 1}\n", "3:3", "merge keys (<<) are not used here"),
    ("F03 self reference", "&a [*a]", "1:1", "anchors"),
    ("F04 deep flow", "a: " + "[" * 1000, "1:36", "nested deeper than 32"),
    (
        "F04 deep blocks",
        "\n".join(" " * i + "a:" for i in range(60)),
        "34:34",
        "nested deeper than 32",
    ),
    ("F05 python tag", "a: !!python/object:os.system x", "1:4", "tags (!name) are not used here"),
    ("F05 plain tag", "a: !!str 3", "1:4", "tags (!name) are not used here"),
    (
        "F06 duplicate key",
        "a: 1\nb: 2\na: 3",
        "3:1",
        "given twice; the first is at line 1, column 1",
    ),
    ("F13 case twins", "A: 1\na: 2", "2:1", 'differs only in spelling from "A"'),
    ("F13 NFC twins", "\u00e9: 1\ne\u0301: 2", "2:1", "given twice"),
    ("F13 direction letter", "a: x\u202e", "1:5", "the text-direction letter U+202E"),
    ("F13 hidden direction letter", 'a: "\\u202e"', "1:4", "the text-direction letter U+202E"),
    ("F13 lone surrogate", 'a: "\\ud800"', "1:4", "the lone surrogate U+D800"),
    ("F13 NUL", "a: \0", "1:4", "the control letter U+0000"),
    ("F13 line separator", "a: x\u2028y", "1:5", "the control letter U+2028"),
    ("F13 long key", "x" * 300 + ": 1", "1:1", "a key has 1 to 200 letters"),
    ("F17 empty", "", "1:1", "the file is empty"),
    ("F17 only a comment", "# hello\n", "2:1", "the file is empty"),
    ("F17 two documents", "a: 1\n---\nb: 2\n", "2:1", "a second document starts here"),
    ("F17 tabs", "a:\n\tb: 1", "2:1", "indented with a tab"),
    ("F17 CRLF keeps its lines", "a: 1\r\nb: 2\r\nb: 3\r\n", "3:1", "given twice"),
    ("F17 BOM keeps its columns", "\ufeffa: 1\na: 2", "2:1", "given twice"),
    ("many values", "a: [" + "x," * 25_000 + "]", "1:39999", "more than 20000 values"),
    ("directive", "%YAML 1.1\n---\na: 1", "2:1", "directives are not used here"),
    ("colon in text", "a: b: c", "1:5", "put text that holds a colon in quotes"),
    ("open bracket", "a: [1, 2\nb: 3", "2:2", "close the bracket"),
    ("a list as a key", "? [a]\n: 1", "1:3", "a key is a single word"),
]


@pytest.mark.parametrize(
    ("name", "text", "place", "sentence"), ATTACKS, ids=[row[0] for row in ATTACKS]
)
def test_an_attack_gets_one_line_at_its_place(
    name: str, text: str, place: str, sentence: str
) -> None:
    problem = fault(text)
    assert f"{problem.line}:{problem.column}" == place
    assert sentence in problem.message
    assert "\n" not in problem.headline()
    assert all(letter.isprintable() or letter == "\n" for letter in problem.text())
    assert max(map(len, problem.text().splitlines())) < 250


def test_a_deep_bomb_is_refused_at_once() -> None:
    start = time.perf_counter()
    fault("a: &a [x,x,x]\n" * 100)
    fault("a: " + "{a: " * 5000)
    assert time.perf_counter() - start < 1.0


def test_values_stay_as_written_unless_they_are_plainly_numbers() -> None:
    written = {
        "1e3": 1000.0, "08:00": "08:00", "17:00": "17:00", "1:30": "1:30", "no": "no", "on": "on", "yes": "yes",
        "010": "010", "1_000": "1_000", "0x10": "0x10", ".inf": ".inf", ".nan": ".nan", "1e400": "1e400",
        "2027-07-01": "2027-07-01", "2024-02-30": "2024-02-30", "1M": "1M", "-0.0": 0.0, "true": True, "~": None,
        "12": 12, "-3": -3, "0.1": 0.1, "'12'": "12", "9" * 5000: "9" * 5000, "0.1234567890123456789": "0.1234567890123456789",
    }  # fmt: skip
    for text, value in written.items():
        node = compose(source_of("s.yaml", f"a: {text}"))
        assert plain(node) == {"a": value}
        assert type(plain(node)["a"]) is type(value)


def test_keys_are_always_text() -> None:
    assert plain(compose(source_of("s", "1: a\nyes: b\n429: c\ntrue: d"))) == {
        "1": "a",
        "yes": "b",
        "429": "c",
        "true": "d",
    }


def test_bytes_that_are_not_utf8_are_named_by_place() -> None:
    with pytest.raises(ScenarioError, match=r"2:4: error.encoding.: the file is not UTF-8 here"):
        decode("s.yaml", b"a: 1\nb: \xff")
    with pytest.raises(ScenarioError, match="UTF-16"):
        decode("s.yaml", "a: 1".encode("utf-16"))


@pytest.mark.parametrize(("text", "what"), [("- a\n- b", "a list"), ("hello", "a single value")])
def test_the_top_is_a_map(text: str, what: str) -> None:
    with pytest.raises(ScenarioError, match=f"a scenario is a map of keys .* not {what}"):
        document_from_text(text)


def test_every_value_knows_its_place_and_its_key() -> None:
    document = document_from_text("a:\n  b: [1, {c: hello}]\n")
    origin = document.origin("a.b[1].c")
    assert (origin.line, origin.column, origin.width, origin.source) == (
        2,
        14,
        5,
        "  b: [1, {c: hello}]",
    )
    assert str(document.key_origin("a.b[1].c")) == "<text>:2:11"
    assert str(document.origin("a.b[1].missing.far")) == "<text>:2:10"


def test_names_in_a_list_are_unique_as_people_read_them() -> None:
    with pytest.raises(
        ScenarioError, match=r's.yaml:3:12: .* the name "PILOT " is already taken at s.yaml:2:12'
    ):
        document_from_text('phases:\n  - {name: pilot}\n  - {name: "PILOT "}\n', "s.yaml")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "repo" / "scenarios").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repo")
    return tmp_path / "repo"


def write(**files: str) -> None:
    for name, text in files.items():
        Path(f"scenarios/{name}.yaml").write_text(text)


def load(name: str, **kwargs: Any) -> Document:
    return load_document(f"scenarios/{name}.yaml", **kwargs)


def test_maps_merge_lists_replace_named_lists_merge_by_name_and_null_deletes(folder: Path) -> None:
    write(
        base="a: {x: 1, y: 2, z: 3}\nplain: [1, 2]\nphases:\n  - {name: pilot, users: 10}\n  - {name: all, users: 99}\n",
        top="extends: base.yaml\na: {y: 20, z: null}\nplain: [3]\nphases:\n  - {name: all, users: 50}\n  - {name: last, users: 7}\n",
    )
    document = load("top")
    assert document.tree == {
        "a": {"x": 1, "y": 20},
        "plain": [3],
        "phases": [
            {"name": "pilot", "users": 10},
            {"name": "all", "users": 50},
            {"name": "last", "users": 7},
        ],
    }
    entry = document.entry("phases.all.users")
    assert (entry.value, str(entry.origin)) == (50, "scenarios/top.yaml:5:24")
    assert [(value, str(origin)) for value, origin in entry.replaced] == [
        (99, "scenarios/base.yaml:5:24")
    ]


def test_each_layer_remembers_all_that_it_replaced(folder: Path) -> None:
    write(one="a: 1", two="extends: one.yaml\na: 2", three="a: 3")
    document = load("two", overlays=["scenarios/three.yaml"], sets=["a=4"])
    entry = document.entry("a")
    assert (entry.value, str(entry.origin)) == (4, "--set a=4")
    assert [value for value, _ in entry.replaced] == [3, 2, 1]
    assert document.sets == ("a=4",)


def test_several_bases_apply_from_left_to_right(folder: Path) -> None:
    write(one="a: 1\nb: 1", two="b: 2\nc: 2", top="extends: [one.yaml, two.yaml]\nc: 3")
    assert load("top").tree == {"a": 1, "b": 2, "c": 3}


def test_a_circle_is_named(folder: Path) -> None:
    write(a="extends: b.yaml", b="extends: a.yaml")
    chain = "scenarios/a.yaml -> scenarios/b.yaml -> scenarios/a.yaml"
    with pytest.raises(ScenarioError, match=f"extends goes in a circle: {chain}"):
        load("a")


def test_a_long_chain_is_refused(folder: Path) -> None:
    write(**{f"s{i}": f"extends: s{i + 1}.yaml" for i in range(10)}, s10="a: 1")
    with pytest.raises(ScenarioError, match="deeper than 8"):
        load("s0")


def test_a_wide_tree_is_refused(folder: Path) -> None:
    names = ", ".join(["leaf.yaml"] * 100)
    write(leaf="a: 1", top=f"extends: [{names}]")
    with pytest.raises(ScenarioError, match="more than 64 files"):
        load("top")


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("../../secret.yaml", "stays within the folder"),
        ("/etc/passwd", "relative to this file"),
        ("~/x.yaml", "relative to this file"),
        ("https://example.com/x.yaml", "relative to this file"),
        ("../../etc/passwd", "names a .yaml file"),
        ("link_out.yaml", "stays within the folder"),
        ("loop.yaml", "cannot be followed|cannot be opened"),
        ("pipe.yaml", "is not a regular file"),
        ("folder.yaml", "is not a regular file"),
        ("huge.yaml", "is larger than 1000000 bytes"),
        ("basee.yaml", 'there is no such file: scenarios/basee.yaml; did you mean "base.yaml"?'),
        ("3", "names a .yaml file"),
        ("[3]", "names a file, or a list of files"),
    ],
)
def test_extends_reaches_only_regular_files_of_its_own_folder(
    folder: Path, target: str, sentence: str
) -> None:
    (folder.parent / "secret.yaml").write_text("password: hunter2")
    Path("scenarios/link_out.yaml").symlink_to("../../secret.yaml")
    Path("scenarios/loop.yaml").symlink_to("loop.yaml")
    os.mkfifo("scenarios/pipe.yaml")
    Path("scenarios/folder.yaml").mkdir()
    Path("scenarios/huge.yaml").write_bytes(b"a" * 1_000_001)
    write(base="a: 1", top=f"extends: {target!r}" if target not in {"[3]"} else "extends: [3]")
    with pytest.raises(ScenarioError) as caught:
        load("top")
    text = str(caught.value)
    assert any(part.replace("\\", "") in text for part in sentence.split("|")), text
    assert text.startswith("scenarios/top.yaml:1:")
    assert "hunter2" not in text


def test_an_unreadable_base_is_not_shown(folder: Path) -> None:
    write(
        secret="root:x:0:0: hunter2: [\n",
        dup="hunter2: 1\nhunter2: 2",
        top="extends: secret.yaml",
        other="extends: dup.yaml",
    )
    for name in ("top", "other"):
        with pytest.raises(ScenarioError) as caught:
            load(name)
        assert "hunter2" not in str(caught.value)
        assert "scenarios/" in str(caught.value)


def test_a_scenario_that_is_no_file_is_said_in_one_line(folder: Path) -> None:
    write(claims="a: 1")
    with pytest.raises(
        ScenarioError, match=r'no such file: scenarios/claim.yaml; did you mean "claims.yaml"'
    ):
        load("claim")
    with pytest.raises(ScenarioError, match="not a regular file"):
        load_document("/dev/zero")


TEXT = "rollout:\n  phases:\n    - {name: pilot, users: 10}\n    - {name: midwest, users: 20}\ncosts: {'a.b': 1}\npipe:\n  - {stage: look up, wait: 1s}\n"


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("rollout.phases[1].users=9k", ("rollout", "phases", 1, "users"), "9k"),
        ("rollout.phases.midwest.users=9", ("rollout", "phases", 1, "users"), 9),
        ("pipe.look up.wait = 2s", ("pipe", 0, "wait"), "2s"),
        ('costs["a.b"]=2', ("costs", "a.b"), 2),
        ("rollout.gate.over=5d", ("rollout", "gate", "over"), "5d"),
        (
            "rollout.phases.pilot.users={low: 1, likely: 2, high: 3}",
            ("rollout", "phases", 0, "users", "likely"),
            2,
        ),
        ("costs=x=y", ("costs",), "x=y"),
        ("rollout.phases.pilot=null", ("rollout", "phases", 0, "name"), "midwest"),
    ],
)
def test_a_set_changes_one_place(
    assignment: str, path: tuple[str | int, ...], value: object
) -> None:
    document = document_from_text(TEXT, sets=[assignment])
    node, _ = document.find(path)
    assert node.value == value


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("rolout.phases[0].users=3", 'the scenario has no rolout; did you mean "rollout"?'),
        ("rollout.phases.midwst.users=3", 'and no midwst; did you mean "midwest"?'),
        ("rollout.phases[7].users=3", "rollout.phases has 2 items and no 7"),
        ("rollout.phases.pilot.users.deep=3", "is a single value and has no deep"),
        ("rollout.phases[0]users", "write path=value"),
        ("rollout..phases=3", "is not a path"),
        ("=3", "is not a path"),
        ("rollout.gate=null", "rollout has no gate"),
        ("costs=[1", "the value is not readable"),
        ("costs=*a", "aliases"),
        ("costs=", "a value is missing after ="),
        ("costs=#3", "a value is missing after ="),
        ("costs=1\nrollout: 2", "the value must be on one line"),
    ],
)
def test_a_wrong_set_names_itself_and_the_nearest_word(assignment: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        document_from_text(TEXT, sets=[assignment])
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("--set ")


def test_a_new_document_leaves_the_old_one_alone() -> None:
    first = document_from_text(TEXT)
    second = first.with_sets(["rollout.phases.pilot.users=11"])
    assert first.entry("rollout.phases.pilot.users").value == 10
    assert second.entry("rollout.phases.pilot.users").value == 11


def test_plain_values_make_a_document_too() -> None:
    tree = {"a": [{"name": "x", "n": 1}], "b": None}
    assert document_from_tree(tree).tree == tree


def test_only_the_first_twenty_problems_are_printed() -> None:
    problems = [Problem("s.yaml", n, 1, "code", "a", "wrong", source="a: 1") for n in range(1, 31)]
    text = problems_text(problems)
    assert text.count("^") == 20
    assert text.endswith("and 10 more\n30 errors in s.yaml")


def test_a_place_can_be_named_without_numbers() -> None:
    document = document_from_text(TEXT)
    assert document.named_path("rollout.phases[1].users") == "rollout.phases.midwest.users"
    assert document.named_path("pipe[0].wait") == "pipe.look up.wait"
    twins = document_from_text("a:\n  - {stage: x, n: 1}\n  - {stage: x, n: 2}\n  - 3")
    assert [twins.named_path(("a", i)) for i in range(3)] == ["a[0]", "a[1]", "a[2]"]
