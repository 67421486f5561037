"""`incidents: - {endpoints: .., list: outages.csv}`: a file of incidents, read into the scenario where it is loaded.

Its columns are `at`, `lasts` and `what`; the file lies beside the scenario that names it, or below. The values
stand in the resolved scenario from then on, each with its line, so a run can be played again without the file.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path as FilePath

from sim.errors import ScenarioError
from sim.scenario.nodes import Node, Origin, decode, scalar

COLUMNS = ("at", "lasts", "what")
ROWS_MAX = 5_000
"""As many as a scenario has room for."""


Reader = Callable[[str, Node], bytes]
"""Reads a regular file that a node names."""


def read(top: Node, file: str, root: FilePath, reader: Reader) -> None:
    """Put the rows of incident files in the place of their names; `top` is changed.

    Args:
        top: a scenario file.
        file: its path.
        root: no file outside this folder is read.
        reader: how a file is read.
    """
    for number, item in items_of(top):
        name = file_named(item)
        assert name is not None
        assert isinstance(item.value, dict)
        place = ("incidents", number, "list")
        target = target_of(name, file, root, place)
        item.value["list"] = rows_of(target, reader(target, name), name, place)


def file_named(item: Node) -> Node | None:
    """The node that names an incident's file; None where it names none."""
    listed = item.value.get("list") if isinstance(item.value, dict) else None
    return listed if listed is not None and isinstance(listed.value, str) else None


def items_of(top: Node) -> Iterator[tuple[int, Node]]:
    """The incidents of a scenario file that name a list."""
    incidents = top.value.get("incidents") if isinstance(top.value, dict) else None
    if incidents is None or not isinstance(incidents.value, list):
        return
    for number, item in enumerate(incidents.value):
        if file_named(item) is not None:
            yield number, item


def target_of(name: Node, file: str, root: FilePath, place: tuple[str | int, ...]) -> str:
    """The path of a list; ScenarioError where it could lead elsewhere."""
    text = name.value
    assert isinstance(text, str)
    target = FilePath(file).parent / text
    try:
        inside = target.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        inside = False
    if not text.endswith(".csv") or "://" in text or FilePath(text).is_absolute() or not inside:
        message = "a list is a .csv file within the folder above the scenario's own"
        raise ScenarioError([name.origin.problem(place, message, "file")])
    return str(target)


def rows_of(file: str, raw: bytes, name: Node, place: tuple[str | int, ...]) -> Node:
    """The rows of a file as a list of incidents.

    Args:
        file: its path as it is to be shown.
        raw: its bytes.
        name: the node that names it.
        place: where that stands.
    """
    lines = decode(file, raw).text.splitlines()
    reader = csv.reader(lines)
    heads = [head.strip() for head in next(reader, [])]
    if sorted(heads) != sorted(COLUMNS):
        message = f"{file} needs the columns {', '.join(COLUMNS)}, and no others"
        raise ScenarioError([name.origin.problem(place, message, "columns")])
    rows = []
    for cells in reader:
        origin = Origin(file, reader.line_num, 1, 1, lines[reader.line_num - 1])
        if cells and len(cells) != len(heads):
            message = f"this row has {len(cells)} cells, and the first has {len(heads)}"
            raise ScenarioError([origin.problem(place, message, "columns")])
        if cells:
            pairs = zip(heads, cells, strict=True)
            values = {key: Node(scalar(cell.strip()), origin, origin) for key, cell in pairs}
            rows.append(Node(dict(values), origin))
    if len(rows) > ROWS_MAX:
        message = f"{file} has {len(rows)} rows; at most {ROWS_MAX} are played"
        raise ScenarioError([name.origin.problem(place, message, "too_long")])
    return Node(list(rows), name.origin, name.key)
