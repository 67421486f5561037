"""Presets as a planner reads them: a list by kind, or one with every number, its source and its date."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import UsageError
from sim.report.format import day
from sim.scenario.nodes import plain
from sim.scenario.paths import did_you_mean
from sim.units import shown
from sim.vendors import registry
from sim.vendors.presets import EVIDENCE, Preset

WIDTH_MAX = 110
GAP = 2
HEADS = {
    "vendor": ("vendors", "vendor: {name}"),
    "client": ("clients", "client: {name}"),
    "breaker": ("circuit breakers", "breaker: {name}"),
    "incidents": ("histories of incidents", "from: {name}"),
    "latency": ("latency", "by `model`"),
    "search": ("vector search", "by a station's `search`"),
    "catalogue": ("list prices", "by `model`"),
}
"""By kind: what they are together, and how a scenario names one."""
ABOVE = ("preset", "kind", "title", "sources")
"""Keys that stand in the head or the foot."""
OF_A_FACT = ("source", "says", "note")


def listed(width: int) -> str:
    """All presets, by kind."""
    width = min(width, WIDTH_MAX)
    presets = [registry.preset(name) for name in registry.names()]
    column = max(len(preset.preset) for preset in presets) + GAP
    lines: list[str] = []
    for kind, (head, use) in HEADS.items():
        found = [preset for preset in presets if preset.kind == kind]
        if found:
            example = use.format(name=found[0].preset)
            lines += [f"{head}  ({example})"]
            for preset in found:
                lines += _hung(f"  {preset.preset.ljust(column)}", preset.title, width)
            lines += [""]
    lines += ["simulate presets NAME prints one with its sources"]
    return "\n".join(lines) + "\n"


def printed(name: str, width: int) -> str:
    """One preset: facts first, then where they are from."""
    if name not in registry.names():
        raise UsageError(f"there is no preset {name!r}{did_you_mean(name, registry.names())}")
    width = min(width, WIDTH_MAX)
    preset = registry.preset(name)
    tree = plain(registry.node(name))
    marks = {key: str(number) for number, key in enumerate(preset.sources, start=1)}
    lines = [*_wrapped(f"{name}: {preset.title}", width, ""), ""]
    for key, value in tree.items():
        if key not in ABOVE:
            lines += [*_told(key, value, width, "", marks), ""]
    return "\n".join([*lines, *_sources(preset, marks, width)]) + "\n"


def _sources(preset: Preset, marks: Mapping[str, str], width: int) -> Iterator[str]:
    yield "Sources"
    for key, source in preset.sources.items():
        words = f"{source.title}; {day(source.read)}; {EVIDENCE[source.evidence]}"
        yield from _hung(f"  [{marks[key]}] ", words, width)


def _told(key: str, value: Any, width: int, indent: str, marks: Mapping[str, str]) -> Iterator[str]:
    """A key with what stands below it; a fact bears the number of its source."""
    name = key.replace("_", " ")
    if isinstance(value, Mapping):
        mark = f" [{marks[value['source']]}]" if value.get("source") in marks else ""
        inside = {k: v for k, v in value.items() if k not in OF_A_FACT}
        short = _short(inside)
        if mark and len(inside) == 1 and not isinstance(next(iter(inside.values())), Mapping):
            short = shown(next(iter(inside.values())))
        if len(indent) + len(name) + len(short) + len(mark) + GAP <= width and _flat(inside):
            yield f"{indent}{name}: {short}{mark}"
        else:
            yield f"{indent}{name}{mark}"
            rows = _table(inside, width, f"{indent}  ")
            for inner, item in inside.items() if rows is None else ():
                yield from _told(str(inner), item, width, f"{indent}  ", marks)
            yield from rows or ()
        for word in ("says", "note"):
            if word in value:
                yield from _wrapped(str(value[word]), width, f"{indent}    ")
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        yield f"{indent}{name}"
        for item in value:
            yield from _item(item, width, f"{indent}  ", marks)
    else:
        yield from _hung(f"{indent}{name}: ", _short(value), width)


def _table(value: Mapping[str, Any], width: int, indent: str) -> list[str] | None:
    """Flat maps with the same keys, side by side; None where they are not so, or do not fit."""
    rows = list(value.values())
    if len(rows) < 2 or not all(isinstance(row, Mapping) and _flat(row) for row in rows):
        return None
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if not keys or "source" in keys:
        return None
    heads = [str(key).replace("_", " ").split() for key in keys]
    cells = [[shown(row[key]) if key in row else "" for key in keys] for row in rows]
    names = max(len(str(name)) for name in value)
    columns = [
        max(*map(len, words), *(len(row[n]) for row in cells)) for n, words in enumerate(heads)
    ]
    if len(indent) + names + sum(columns) + GAP * len(columns) > width:
        return None
    tall = max(map(len, heads))
    head = [[""] * (tall - len(words)) + words for words in heads]
    lines = [["", *(words[n] for words in head)] for n in range(tall)]
    lines += [[str(name), *row] for name, row in zip(value, cells, strict=True)]
    gap = " " * GAP
    return [
        indent
        + gap.join(
            [
                line[0].ljust(names),
                *(cell.rjust(w) for cell, w in zip(line[1:], columns, strict=True)),
            ]
        ).rstrip()
        for line in lines
    ]


def _item(item: Any, width: int, indent: str, marks: Mapping[str, str]) -> Iterator[str]:
    """One of a list: named by the first of its plain values."""
    if not isinstance(item, Mapping):
        yield from _hung(f"{indent}- ", _short(item), width)
        return
    named = [k for k, v in item.items() if k not in OF_A_FACT and not isinstance(v, Mapping | list)]
    heads = ", ".join(f"{k.replace('_', ' ')} {shown(item[k])}" for k in named)
    rest = {k: v for k, v in item.items() if k not in named}
    mark = f" [{marks[item['source']]}]" if item.get("source") in marks else ""
    if isinstance(rest.get("limit"), Mapping):
        limit = rest.pop("limit")
        optional = ", where a quota is known" if item.get("optional") else ""
        head = f"{shown(limit.get('name', ''))}: {shown(limit.get('limit'))}{optional}{mark}"
        yield from _hung(f"{indent}- ", head, width)
        rest |= {k: v for k, v in limit.items() if k not in ("limit", "name")}
    elif heads:
        yield from _hung(f"{indent}- ", f"{heads}{mark}", width)
    elif set(item) == {"source", "says"}:
        yield from _hung(f"{indent}- ", f"{item['says']}{mark}", width)
        return
    else:
        yield f"{indent}-{mark}"
    for key, value in rest.items():
        if key not in OF_A_FACT:
            yield from _told(str(key), value, width, f"{indent}    ", marks)
    for word in ("says", "note"):
        if word in item:
            yield from _wrapped(str(item[word]), width, f"{indent}    ")


def _flat(value: Mapping[str, Any]) -> bool:
    return not any(isinstance(item, Mapping | list) for item in value.values())


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{str(k).replace('_', ' ')} {_short(v)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(_short(item) for item in value)
    return shown(value)


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )


def _hung(head: str, text: str, width: int) -> list[str]:
    """Text behind a head, its further lines below its first."""
    return textwrap.wrap(
        text or "-",
        width,
        initial_indent=head,
        subsequent_indent=" " * min(len(head), width // 3),
        break_on_hyphens=False,
    )
