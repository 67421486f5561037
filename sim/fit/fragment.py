"""Findings as YAML: a file that a scenario extends, or a scenario with the fitted values written into it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sim.errors import UsageError
from sim.fit.clock import shown
from sim.fit.finding import Finding
from sim.fit.log import Log

WIDTH = 120
INLINE_DEPTH = 2
"""Maps deeper than this are written on one line."""


def tree_of(
    findings: Sequence[Finding], workload: str, rename: Mapping[str, str]
) -> dict[str, Any]:
    """The fitted values at their places in a scenario.

    Args:
        findings: what was fitted.
        workload: the workload's name.
        rename: by endpoint of the log, the scenario's name for it; others keep theirs.
    """
    tree: dict[str, Any] = {}
    for found in findings:
        if found.workload:
            tree.setdefault("workloads", {}).setdefault(workload, {}).update(found.workload)
        for name, values in found.endpoints.items():
            tree.setdefault("endpoints", {}).setdefault(rename.get(name, name), {}).update(values)
        tree.update(found.top)
    return tree


def fragment(tree: Mapping[str, Any], sources: Sequence[str]) -> str:
    """The values as a file of their own, with their sources in front."""
    text = io.StringIO()
    _yaml().dump(_styled(tree, 0), text)
    head = "".join(f"# {line}\n" for line in ("Fitted by `simulate calibrate`.", *sources))
    return head + text.getvalue()


def sources_of(files: Sequence[str], log: Log, findings: Sequence[Finding]) -> list[str]:
    """From what, of which dates, and how sure: lines of a file's head."""
    times = log.time_us
    names = ", ".join(Path(file).name for file in files)
    first, last = shown(int(times[0]), log.timezone), shown(int(times[-1]), log.timezone)
    said = [f"Source: {names}; {len(log):,} rows from {first} to {last} ({log.timezone})."]
    for found in findings:
        said.append(f"{found.name}: {found.goodness}")
        said += [f"  {estimate.text()}, 90% interval in brackets" for estimate in found.estimates]
    return said


def merged_into(scenario: str, text: str, tree: Mapping[str, Any]) -> str:
    """A scenario's text with the fitted values in it; comments and everything else stay as they are.

    Raises UsageError where the scenario lacks a workload or an endpoint that was fitted.
    """
    yaml = _yaml()
    document = yaml.load(text)
    if not isinstance(document, CommentedMap):
        raise UsageError(f"{scenario}: this is no scenario")
    for section in ("workloads", "endpoints"):
        for name, values in tree.get(section, {}).items():
            here = document.get(section, {})
            if name not in here:
                there = ", ".join(here) or "none"
                raise UsageError(
                    f"{scenario}: there is no {name!r} under {section} (there: {there}); "
                    f"say which is meant with --{section[:-1]} {name}=NAME"
                )
            _take(here[name], section, values)
    for name in set(tree) - {"workloads", "endpoints"}:
        document[name] = _styled(tree[name], 1)
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _take(place: CommentedMap, section: str, values: Mapping[str, Any]) -> None:
    if section == "workloads" and "arrivals" in values:
        for old in ("population", "sessions_per_user_day"):
            place.pop(old, None)
    for key, value in values.items():
        place[key] = _styled(value, INLINE_DEPTH + 1)


def _styled(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        styled = CommentedMap((key, _styled(item, depth + 1)) for key, item in value.items())
        if depth > INLINE_DEPTH:
            styled.fa.set_flow_style()
        return styled
    if isinstance(value, list | tuple):
        items = CommentedSeq(_styled(item, depth + 1) for item in value)
        items.fa.set_flow_style()
        return items
    return value


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = WIDTH
    yaml.preserve_quotes = True
    return yaml
