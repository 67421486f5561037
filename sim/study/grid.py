"""The points of a sweep: every combination of the values of its axes, with every row of its table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from sim.errors import UsageError
from sim.scenario.document import Document
from sim.scenario.nodes import compose, decode, plain
from sim.study.of_scenario import ScenarioSource
from sim.study.points import Point

OPEN, CLOSED = "[{(", "]})"
TABLE_BYTES_MAX = 1_000_000


@dataclass(frozen=True)
class Axis:
    """A path, and the values that it takes."""

    path: str
    values: tuple[str, ...]


def axes_of(overs: Sequence[str]) -> list[Axis]:
    """Read `path=a,b,c`; a comma within brackets or quotes divides nothing."""
    axes = []
    for over in overs:
        path, equals, values = over.partition("=")
        if over.count('"') and not equals:
            raise UsageError(f"--over {over[:60]!r} has no =")
        parts = tuple(value.strip() for value in split_values(values))
        if not equals or not path.strip() or not all(parts):
            raise UsageError(f"--over takes path=a,b,c, not {over[:60]!r}")
        axes.append(Axis(path.strip(), parts))
    paths = [axis.path for axis in axes]
    if len(set(paths)) < len(paths):
        raise UsageError("--over names a path twice; give all of its values at once")
    return axes


def split_values(text: str) -> list[str]:
    """Split at commas that stand outside brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        depth += 0 if quote else (letter in OPEN) - (letter in CLOSED)
        if letter == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def table_of(file: str) -> dict[str, tuple[str, ...]]:
    """Read named points: a map from each name to what it sets."""
    try:
        raw = Path(file).read_bytes()
    except (OSError, ValueError) as fault:
        raise UsageError(f"cannot read {file[:100]}: {fault}") from fault
    if len(raw) > TABLE_BYTES_MAX:
        raise UsageError(f"{file} is larger than {TABLE_BYTES_MAX:,} bytes")
    rows = plain(compose(decode(file, raw)))
    fits = isinstance(rows, Mapping) and all(isinstance(row, Mapping) for row in rows.values())
    if not fits or not rows:
        raise UsageError(f"{file} maps each point's name to {{path: value}}")
    return {
        str(name): tuple(set_text(path, value) for path, value in row.items())
        for name, row in rows.items()
    }


def set_text(path: str, value: Any) -> str:
    """A value at a path as `--set` reads it: YAML in one line."""
    return f"{path}={value if isinstance(value, str) else json.dumps(value, default=str)}"


def grid(
    document: Document, axes: Sequence[Axis], rows: Mapping[str, tuple[str, ...]]
) -> list[Point]:
    """Every point; the last axis changes fastest."""
    return [
        Point(
            document,
            (*sets, *(f"{axis.path}={value}" for axis, value in zip(axes, values, strict=True))),
            ", ".join([*([name] if name else []), *values]),
        )
        for name, sets in rows.items()
        for values in product(*(axis.values for axis in axes))
    ]


def checked(
    document: Document, axes: Sequence[Axis], rows: Mapping[str, tuple[str, ...]]
) -> ScenarioSource:
    """The unchanged scenario, after each value of each axis and each row was tried alone.

    ScenarioError tells a path that is not there, and a value that does not fit, before anything runs.
    """
    source = ScenarioSource(document)
    _ = source.scenario
    for sets in [
        *rows.values(),
        *((f"{axis.path}={value}",) for axis in axes for value in axis.values),
    ]:
        _ = Point(document, sets).source.scenario
    return source
