"""Every input as it was written: value, unit, what its comment says, whose it is, where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sim.errors import QuantityError
from sim.scenario.document import Document
from sim.scenario.nodes import Node, Origin
from sim.scenario.paths import Path
from sim.scenario.unknown import KEYS, Unknown
from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import TEXT, TEXT_OR_NULL, list_of, object_of
from sim.units import shown, split_quantity, unit_scale

TEXT_LETTERS_MAX = 300
DATE = re.compile(r"\b(?:Q[1-4][ -])?20\d\d(?:-(?:Q[1-4]|\d\d(?:-\d\d)?))?\b")
COMMENT = re.compile(r"""(?:^|\s)#\s*(.*)$""")
RANGE = object_of({"low": TEXT, "likely": TEXT, "high": TEXT})
SCHEMA = list_of(
    object_of(
        {
            **dict.fromkeys(("path", "value", "unit", "set_by"), TEXT),
            **dict.fromkeys(("source", "date", "owner", "replaces"), TEXT_OR_NULL),
            "range": {"anyOf": [RANGE, {"type": "null"}]},
        }
    )
)
NAMING = ("name", "owner", "why", "metric", "stage")
"""Keys that name a thing and move no number."""


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each value, an unknown as one; in the order of the file."""
    if source.told_inputs is not None:
        return [dict(row) for row in source.told_inputs]
    document = source.document
    unknowns = {unknown.path: unknown for unknown in document.unknowns()}
    return [
        _row(document, path, node, unknowns.get(path)) for path, node in _inputs(document, unknowns)
    ]


def _inputs(document: Document, unknowns: dict[Path, Unknown]) -> Iterator[tuple[Path, Node]]:
    for path, node in document.nodes.items():
        if path in unknowns:
            yield path, node
        elif not isinstance(node.value, dict | list) and path[:-1] not in unknowns:
            if (
                path[-1:]
                and path[-1] not in NAMING
                and path[0] not in ("meta", "schema", "extends")
            ):
                yield path, node


def _row(document: Document, path: Path, node: Node, unknown: Unknown | None) -> dict[str, Any]:
    raw = node.value
    span = None
    if unknown is not None:
        assert isinstance(raw, dict)
        span = {key: _short(shown(raw[key].value)) for key in KEYS}
        raw = raw["likely"].value
    comment = _comment(node.origin)
    replaced = node.replaced[0] if node.replaced else None
    return {
        "path": _short(document.named_path(path)),
        "value": _short(shown(raw)),
        "unit": _unit(raw),
        "source": comment,
        "date": None if comment is None else _date(comment),
        "owner": owner_of(document, path),
        "set_by": _place(node.origin),
        "replaces": None if replaced is None else _replaced(replaced),
        "range": span,
    }


def _unit(raw: object) -> str:
    """The unit with which a quantity is written; empty for a number (`110k`), a date or a word."""
    try:
        unit = split_quantity(raw)[2].strip()
        kind, _ = unit_scale(unit)
    except QuantityError:
        return ""
    return unit if kind != "number" or unit == "%" else ""


def _comment(origin: Origin) -> str | None:
    """What stands behind the value on its line."""
    found = COMMENT.search((origin.source or "")[origin.column - 1 :]) if origin.line else None
    return _short(found.group(1).strip()) if found and found.group(1).strip() else None


def _date(comment: str) -> str | None:
    found = DATE.search(comment)
    return found.group(0) if found else None


def owner_of(document: Document, path: Path) -> str | None:
    """The owner that the nearest thing around a value names."""
    for end in range(len(path), 0, -1):
        node = document.nodes.get((*path[:end], "owner"))
        if node is not None and isinstance(node.value, str):
            return _short(node.value)
    return None


def _place(origin: Origin) -> str:
    """`claims_q3.yaml:12`, without the folders of a machine; or the whole `--set`."""
    if not origin.line:
        return _short(origin.file)
    return _short(f"{origin.file.replace(chr(92), '/').rsplit('/', 1)[-1]}:{origin.line}")


def _replaced(node: Node) -> str:
    value = node.value if not isinstance(node.value, dict | list) else "…"
    return _short(f"{shown(value)} ({_place(node.origin)})")


def _short(text: str) -> str:
    return text if len(text) <= TEXT_LETTERS_MAX else text[: TEXT_LETTERS_MAX - 1] + "…"
