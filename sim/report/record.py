"""`run.json`: all that it takes to run the same again, and what it was run with. No clock, no host, no path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

from sim.errors import UsageError

FORMAT = "simulate-run/1"
BYTES_MAX = 100_000_000


@dataclass(frozen=True)
class Record:
    """What was run."""

    file: str
    """The scenario's file name, without the folders of a machine [text]."""
    scenario: Mapping[str, Any]
    """Merged, with what `--set` changed; unknowns as written."""
    overrides: tuple[str, ...]
    seed: int
    replications: int | Literal["auto"]
    engine: Literal["compiled", "reference"]
    versions: Mapping[str, str]
    """Of everything that could move a number, the facts' packages among it."""
    summary_sha256: str = ""
    complete: bool = True
    drill: bool = False
    """Whether the loss of the primary vendor was tried."""
    mend: bool = False
    """Whether the scenario's choices were tried where a target breaks."""
    precision: float | None = None
    """With `auto`: how wide an interval for a chance could be to stop."""
    inputs: tuple[Mapping[str, Any], ...] | None = None
    """What the summary tells of each input: where it stands in its file, and its comment."""


def file_shown(file: str) -> str:
    """Return a scenario's path as reports may show it: relative as written, else the name alone."""
    path = PurePath(file)
    return path.name if path.is_absolute() or ".." in path.parts else path.as_posix()


def scenario_sha256(scenario: Mapping[str, Any]) -> str:
    """Return the hash of a resolved scenario; comments and the order of keys do not count."""
    return hashlib.sha256(_canonical(scenario).encode()).hexdigest()


def to_bytes(record: Record) -> bytes:
    """Return the file's content."""
    raw = {
        "format": FORMAT,
        "file": record.file,
        "scenario": record.scenario,
        "overrides": list(record.overrides),
        "seed": record.seed,
        "replications": record.replications,
        "engine": record.engine,
        "versions": dict(record.versions),
        "summary_sha256": record.summary_sha256,
        "complete": record.complete,
        "drill": record.drill,
        "mend": record.mend,
        "precision": record.precision,
        "inputs": record.inputs,
    }
    return (
        json.dumps(raw, indent=1, ensure_ascii=False, default=str, allow_nan=False) + "\n"
    ).encode()


def from_bytes(content: bytes, name: str) -> Record:
    """Read a record; UsageError where it is none."""
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError) as fault:
        raise UsageError(f"{name} is not JSON: {fault}") from fault
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise UsageError(f"{name} is not a run.json of this version of simulate ({FORMAT})")
    replications = raw.get("replications")
    fits = (
        isinstance(raw.get("scenario"), dict)
        and type(raw.get("seed")) is int
        and raw.get("engine") in ("compiled", "reference")
        and isinstance(raw.get("precision"), float | None)
        and (replications == "auto" or (type(replications) is int and replications > 0))
    )
    if not fits:
        raise UsageError(f"{name} lacks a scenario, a seed, an engine or the replications")
    return Record(
        file=str(raw.get("file") or name),
        scenario=raw["scenario"],
        overrides=tuple(map(str, raw.get("overrides") or ())),
        seed=raw["seed"],
        replications=raw["replications"],
        engine=raw["engine"],
        versions=raw.get("versions") or {},
        summary_sha256=str(raw.get("summary_sha256") or ""),
        complete=bool(raw.get("complete", True)),
        drill=bool(raw.get("drill")),
        mend=bool(raw.get("mend")),
        precision=raw.get("precision"),
        inputs=_inputs(raw.get("inputs")),
    )


def _inputs(raw: object) -> tuple[Mapping[str, Any], ...] | None:
    """Read the inputs; None of a record that was written without them."""
    rows = raw if isinstance(raw, list) else None
    return None if rows is None else tuple(row for row in rows if isinstance(row, dict))


def _canonical(scenario: Mapping[str, Any]) -> str:
    return json.dumps(
        scenario, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
