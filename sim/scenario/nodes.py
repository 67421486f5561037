"""YAML text as a tree of nodes that remember where they stand.

This reads a small, safe part of YAML 1.2: one document, a mapping at the top, no anchors, aliases,
merge keys or tags, and named limits on size and depth. Keys stay text. Plain scalars become null,
bool, int or float only in their one plain spelling; `08:00`, `2027-07-01`, `1M`, `no`, `010` and
`1_000` stay text, to be read once by the field that knows what it wants.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from sim.errors import Problem, ScenarioError
from sim.scenario.paths import Path, path_text

FILE_BYTES_MAX = 1_000_000
NODES_MAX = 20_000
DEPTH_MAX = 32
KEY_LETTERS_MAX = 200
INT_DIGITS_MAX = 18

Scalar = None | bool | int | float | str

_INT = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_WORDS: dict[str, Scalar] = {
    **{"": None, "~": None, "null": None, "Null": None, "NULL": None},
    **{"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False},
}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was written."""

    file: str
    """The file as the user wrote it, or the whole `--set path=value`."""
    line: int = 0
    """From 1; 0 where there are no lines."""
    column: int = 0
    """From 1; 0 where there are no columns."""
    width: int = 1
    """Letters that it takes on its line."""
    source: str | None = None
    """The line itself; None where it may not be shown."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def problem(self, path: Path, message: str, code: str, severity: str = "error") -> Problem:
        """Return a fault at this place."""
        return Problem(
            *(self.file, self.line, self.column, code, path_text(path), message),
            width=self.width,
            source=self.source,
            severity=severity,
        )


@dataclass(slots=True)
class Node:
    """A value of the tree with its origin. Containers hold nodes; nothing is shared."""

    value: Scalar | dict[str, Node] | list[Node]
    origin: Origin
    key: Origin | None = None
    """Where its key stands; None for items of lists and for the top."""
    replaced: list[Node] = field(default_factory=list)
    """What it took the place of, the latest first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text to be read, and the name under which its faults are reported."""

    file: str
    text: str
    lines: tuple[str, ...] = ()
    fixed: Origin | None = None
    """Reported instead of any place in the text, for `--set`."""
    show: bool = True
    """Whether faults may show the text."""

    def origin(self, line: int, column: int, width: int = 1) -> Origin:
        """Return the origin at a line and column, both from 0."""
        if self.fixed is not None:
            return self.fixed
        text = self.lines[line] if line < len(self.lines) else ""
        return Origin(self.file, line + 1, column + 1, width, text if self.show else None)


def source_of(file: str, text: str, show: bool = True) -> Source:
    """Return a source of text, its lines counted as YAML and editors count them."""
    clean = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return Source(file, clean, tuple(clean.split("\n")), show=show)


def decode(file: str, raw: bytes, show: bool = True) -> Source:
    """Return the source in a file's bytes; raises `ScenarioError` when they are no UTF-8."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "the file is UTF-16; save it as UTF-8"
        raise ScenarioError([Origin(file, 1, 1).problem((), message, "encoding")])
    try:
        return source_of(file, raw.decode("utf-8"), show)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        message = "the file is not UTF-8 here; save it as UTF-8"
        raise ScenarioError([Origin(file, line, column).problem((), message, "encoding")]) from None


def compose(source: Source) -> Node:
    """Read a source into nodes.

    Raises `ScenarioError`: at once for what cannot be read, and for all repeated keys together.
    """
    _refuse_odd_letters(source)
    reader = _Reader(source)
    try:
        node = reader.document()
    except MarkedYAMLError as error:
        raise ScenarioError([_syntax_problem(source, error)]) from None
    except (YAMLError, YAMLStreamError, ValueError, RecursionError):
        problem = source.origin(0, 0).problem((), "this is not readable as YAML", "syntax")
        raise ScenarioError([problem]) from None
    if reader.problems:
        raise ScenarioError(reader.problems)
    return node


def plain(node: Node) -> Any:
    """Return a node's value as dicts, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yield every node with its path, parents first."""
    yield path, node
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from walk(child, (*path, key))
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from walk(child, (*path, index))


def nodes_of(value: Any, origin: Origin) -> Node:
    """Return nodes for plain dicts, lists and scalars, all from one origin."""
    if isinstance(value, dict):
        children = {str(k): replace(nodes_of(v, origin), key=origin) for k, v in value.items()}
        return Node(children, origin)
    if isinstance(value, list | tuple):
        return Node([nodes_of(child, origin) for child in value], origin)
    if value is None or isinstance(value, bool | int | float | str):
        return Node(value, origin)
    return Node(str(value), origin)


def scalar(text: str) -> Scalar:
    """Return what a plain (unquoted) scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= INT_DIGITS_MAX and _INT.fullmatch(text):
        return int(text)
    if len(text) <= 2 * INT_DIGITS_MAX and _FLOAT.fullmatch(text):
        number = float(text)
        digits = re.sub(r"[eE].*", "", text).strip("-").replace(".", "").strip("0")
        if math.isfinite(number) and len(digits) <= 15:
            return number + 0.0  # -0.0 becomes 0.0
    return text


class _Reader:
    """Turns YAML's events into nodes, counting as it goes."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.n_nodes = 0
        yaml = YAML(typ="safe", pure=True)
        yaml.version = (1, 2)
        self.events: Iterator[Event] = iter(yaml.parse(source.text))

    def document(self) -> Node:
        """Read the one document."""
        next(self.events)
        event = next(self.events)
        if isinstance(event, StreamEndEvent):
            self._refuse(event, (), "the file is empty", "empty")
        assert isinstance(event, DocumentStartEvent)
        if event.tags or event.version:
            self._refuse(event, (), "YAML directives are not used here; remove them", "directive")
        node = self._node(next(self.events), (), 0)
        next(self.events)
        event = next(self.events)
        if not isinstance(event, StreamEndEvent):
            message = "a second document starts here; a scenario is one document"
            self._refuse(event, (), message, "documents")
        return node

    def _node(self, event: Event, path: Path, depth: int) -> Node:
        self._count(event, path, depth)
        if isinstance(event, ScalarEvent):
            return Node(self._scalar(event, path), self._origin(event))
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, path, depth)
        assert isinstance(event, MappingStartEvent)
        return self._mapping(event, path, depth)

    def _sequence(self, start: Event, path: Path, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), depth + 1))
        return Node(items, self._origin(start))

    def _mapping(self, start: Event, path: Path, depth: int) -> Node:
        children: dict[str, Node] = {}
        seen: dict[str, tuple[str, Origin]] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key, origin = self._key(event, path)
            twin = unicodedata.normalize("NFC", key).casefold()
            if twin in seen:
                self._repeated(key, origin, seen[twin], path)
            seen.setdefault(twin, (key, origin))
            child = self._node(next(self.events), (*path, key), depth + 1)
            child.key = origin
            children[key] = child
        return Node(children, self._origin(start))

    def _key(self, event: Event, path: Path) -> tuple[str, Origin]:
        self._count(event, path, 0)
        if not isinstance(event, ScalarEvent):
            self._refuse(event, path, "a key is a single word, not a list or a map", "key")
        assert isinstance(event, ScalarEvent)
        key = self._checked_text(event, path)
        if key == "<<" and event.style is None:
            self._refuse(event, path, "merge keys (<<) are not used here; use extends", "merge_key")
        if not key.strip() or len(key) > KEY_LETTERS_MAX or "\n" in key:
            message = f"a key has 1 to {KEY_LETTERS_MAX} letters on one line"
            self._refuse(event, path, message, "key")
        return unicodedata.normalize("NFC", key), self._origin(event)

    def _scalar(self, event: ScalarEvent, path: Path) -> Scalar:
        text = self._checked_text(event, path)
        return scalar(text) if event.style is None else text

    def _checked_text(self, event: ScalarEvent, path: Path) -> str:
        """Return a scalar's text; escapes can hide letters that the raw text did not show."""
        text = str(event.value)
        for letter in text:
            name = _odd_letter(letter)
            if name:
                self._refuse(event, path, f"{name} is not allowed in a scenario", "letter")
        return text

    def _repeated(self, key: str, origin: Origin, first: tuple[str, Origin], path: Path) -> None:
        at = f"line {first[1].line}, column {first[1].column}" if first[1].line else "before it"
        if key == first[0]:
            message = f"this key is given twice; the first is at {at}"
        else:
            message = f'this key differs only in spelling from "{first[0]}" at {at}'
        self.problems.append(origin.problem((*path, key), message, "duplicate_key"))

    def _count(self, event: Event, path: Path, depth: int) -> None:
        self.n_nodes += 1
        if isinstance(event, AliasEvent):
            message = "aliases (*name) are not used here; write the value, or use extends"
            self._refuse(event, path, message, "alias")
        if getattr(event, "anchor", None):
            self._refuse(event, path, "anchors (&name) are not used here; remove it", "anchor")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._refuse(event, path, "tags (!name) are not used here; remove it", "tag")
        if depth > DEPTH_MAX:
            self._refuse(event, (), f"nested deeper than {DEPTH_MAX}", "too_deep")
        if self.n_nodes > NODES_MAX:
            message = f"more than {NODES_MAX} values; long tables belong in a CSV file"
            self._refuse(event, (), message, "too_long")

    def _origin(self, event: Event) -> Origin:
        start, end = event.start_mark, event.end_mark
        width = 1
        if isinstance(event, ScalarEvent) and start.line == end.line:
            width = max(1, end.column - start.column)
        return self.source.origin(start.line, start.column, width)

    def _refuse(self, event: Event, path: Path, message: str, code: str) -> None:
        origin = replace(self._origin(event))
        raise ScenarioError([*self.problems, origin.problem(path, message, code)])


def _odd_letter(letter: str) -> str | None:
    """Return the name of a letter that no scenario may hold, or None."""
    if " " <= letter <= "~" or letter in "\n\t":
        return None
    code = f"U+{ord(letter):04X}"
    if letter in _BIDI:
        return f"the text-direction letter {code}"
    if letter == "\ufeff":
        return f"the byte order mark {code}"
    category = unicodedata.category(letter)
    if category == "Cs":
        return f"the lone surrogate {code}"
    if category in {"Cc", "Zl", "Zp"}:
        return f"the control letter {code}"
    return None


def _refuse_odd_letters(source: Source) -> None:
    if source.text.isascii() and source.text.replace("\n", "").isprintable():
        return
    for number, line in enumerate(source.lines):
        for column, letter in enumerate(line):
            name = _odd_letter(letter)
            if name:
                message = f"{name} is not allowed in a scenario; remove it"
                origin = source.origin(number, column)
                raise ScenarioError([origin.problem((), message, "letter")])
        _refuse_tab(source, number, line)


def _refuse_tab(source: Source, number: int, line: str) -> None:
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent and line.strip():
        origin = source.origin(number, indent.index("\t"))
        message = "indented with a tab; YAML indents with spaces"
        raise ScenarioError([origin.problem((), message, "tab")])


def _syntax_problem(source: Source, error: MarkedYAMLError) -> Problem:
    """Return a fault of YAML's own grammar, in one line, without the parser's snippet."""
    mark = error.problem_mark or error.context_mark
    said = " ".join(str(part) for part in (error.context, error.problem) if part)
    origin = source.origin(mark.line, mark.column) if mark else source.origin(0, 0)
    hint = _syntax_hint(said)
    shown = said if source.show else "not readable as YAML"
    return origin.problem((), f"{shown}{hint}", "syntax")


def _syntax_hint(said: str) -> str:
    if "mapping values are not allowed" in said:
        return "; put text that holds a colon in quotes, and indent keys alike"
    if "found character '%'" in said or "found character '@'" in said or "`" in said:
        return "; put the text in quotes"
    if "expected ',' or" in said:
        return "; close the bracket, or put a comma between entries"
    if "expected <block end>" in said:
        return "; indent the keys of one map alike"
    return ""
