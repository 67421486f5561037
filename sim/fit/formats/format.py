"""What every log format has: which of its fields are taken, and how its rows are split into them."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from sim.fit.log import Reading

ROWS_AT_ONCE = 4_096
JSON_LETTERS_MAX = 16_000_000
"""A longer line is no record of a request."""


@dataclass(frozen=True)
class Raw:
    """Some rows as they stand in the file: a list for each field that is taken."""

    lines: Sequence[int]
    columns: Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Format:
    """A format of logs.

    The fields that a format may fill: `time`, `end`, `first_token_at` (instants), `first_token`, `duration`
    (in `durations_in`), `input`, `cached`, `output`, `status`, `error`, `session`, `client`, `endpoint`,
    `id`, and `count` (requests that the row stands for).
    """

    name: str
    about: str
    fields: Mapping[str, tuple[str, ...]]
    """By field of ours, the names it may have in the file, the first that is there is taken."""
    needs: tuple[str, ...] = ("time",)
    """Names of which the first line must hold at least one each, to be recognised."""
    kind: str = "csv"
    """`csv`, or `json`: one object a line, or one array."""
    cached_inside: bool = True
    """Whether `input` holds the cached tokens; else they are added to it."""
    durations_to_us: float = 1e6
    keeps: Callable[[dict[str, Any]], bool] = field(default=lambda _record: True)
    """Of JSON records, which are about requests."""
    unpacks: Callable[[Any], Iterator[dict[str, Any]]] | None = None
    """Of JSON, the records within a line; None: the line is one."""

    def recognises(self, head: str) -> bool:
        """Whether the beginning of a file looks like this format."""
        if self.kind == "json":
            return head.lstrip()[:1] in "{[" and all(f'"{name}' in head for name in self.needs)
        names = {name.strip().strip('"') for name in head.split("\n", 1)[0].strip().split(",")}
        return set(self.needs) <= names

    def rows(
        self, stream: TextIO, file: str, fields: Mapping[str, tuple[str, ...]], reading: Reading
    ) -> Iterator[Raw]:
        """Split a file into fields, some thousand rows at a time."""
        if self.kind == "json":
            return _json_rows(self, stream, file, fields, reading)
        return _csv_rows(stream, file, fields, reading)


def _csv_rows(
    stream: TextIO, file: str, fields: Mapping[str, tuple[str, ...]], reading: Reading
) -> Iterator[Raw]:
    reader = csv.reader(stream)
    header = [name.strip().lstrip("\ufeff") for name in next(reader, [])]
    places = {}
    for ours, names in fields.items():
        found = next((name for name in names if name in header), None)
        if found is not None:
            places[ours] = header.index(found)
            reading.taken[ours] = found
    width = len(header)
    line = reader.line_num + 1
    while rows := list(itertools.islice(reader, ROWS_AT_ONCE)):
        lines: Sequence[int] = range(line, line + len(rows))
        if any(len(row) != width for row in rows):
            good = []
            for number, row in zip(lines, rows, strict=True):
                if len(row) == width:
                    good.append((number, row))
                elif row:
                    reading.refuse("another number of fields than the first line", file, number)
            lines, rows = [number for number, _ in good], [row for _, row in good]
        turned = list(zip(*rows, strict=True))
        if turned:
            yield Raw(lines, {ours: turned[place] for ours, place in places.items()})
        line = reader.line_num + 1


def _json_rows(
    form: Format,
    stream: TextIO,
    file: str,
    fields: Mapping[str, tuple[str, ...]],
    reading: Reading,
) -> Iterator[Raw]:
    lines: list[int] = []
    columns: dict[str, list[Any]] = {name: [] for name in fields}
    for number, record in _records(form, stream, file, reading):
        if not form.keeps(record):
            reading.refuse("not about a call of a model", file, number)
            continue
        lines.append(number)
        for ours, names in fields.items():
            columns[ours].append(_first(record, names, ours, reading))
        if len(lines) == ROWS_AT_ONCE:
            yield Raw(lines, columns)
            lines, columns = [], {name: [] for name in fields}
    if lines:
        yield Raw(lines, columns)


def _records(
    form: Format, stream: TextIO, file: str, reading: Reading
) -> Iterator[tuple[int, dict[str, Any]]]:
    first = stream.read(1)
    while first.isspace():
        first = stream.read(1)
    if first == "[":
        try:
            whole = json.loads(first + stream.read())
        except json.JSONDecodeError as error:
            reading.refuse("no JSON", file, error.lineno)
            return
        yield from ((place, one) for place, one in enumerate(whole, 1) if isinstance(one, dict))
        return
    for number, line in enumerate(itertools.chain([first + stream.readline()], stream), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line) if len(line) < JSON_LETTERS_MAX else None
        except json.JSONDecodeError:
            record = None
        if not isinstance(record, dict):
            reading.refuse("no JSON object", file, number)
        elif form.unpacks is None:
            yield number, record
        else:
            yield from ((number, one) for one in form.unpacks(record))


def _first(record: dict[str, Any], names: tuple[str, ...], ours: str, reading: Reading) -> Any:
    for name in names:
        value: Any = record.get(name)
        if value is None and "." in name:
            value = record
            for part in name.split("."):
                value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            reading.taken.setdefault(ours, name)
            return value
    return None
