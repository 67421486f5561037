"""What is fitted from tables that are no logs of requests: a row in `TABLES` adds one.

`simulate calibrate` recognises such a table by its first line and fits it alone.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from sim.errors import UsageError
from sim.fit.finding import Finding
from sim.fit.fits.incidents import fit_incidents, read_incidents
from sim.fit.fits.searches import finding_of, fit_search

Points = list[tuple[int, float, float]]
HEAD_LETTERS = 4_096


def searches_of(file: str) -> list[tuple[str, Points]]:
    """Read (concurrency, mean, p99) by engine from a VectorDBBench table; a fall of concurrency starts anew."""
    series: list[tuple[str, Points]] = []
    key: tuple[str, ...] = ()
    with Path(file).open(encoding="utf-8", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), 2):
            try:
                clients = int(row["concurrency"])
                point = (clients, float(row["lat_avg_s"] or 0), float(row["lat_p99_s"] or 0))
            except (KeyError, ValueError, TypeError) as error:
                raise UsageError(f"{file}:{line}: no point of a search: {error}") from error
            mine = tuple(row.get(k) or "" for k in ("file", "db", "label", "case", "index", "k"))
            if mine != key or clients <= series[-1][1][-1][0]:
                series.append((row.get("db") or "vector_db", []))
            series[-1][1].append(point)
            key = mine
    return series


def measured(
    points: Points, most: int | None = None
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The points that have both latencies, up to a concurrency; (points, 3)."""
    kept = [p for p in points if p[1] > 0 and p[2] > 0 and (most is None or p[0] <= most)]
    return np.array(kept, float).reshape(len(kept), 3)


def _searches(file: str, _timezone: str, _endpoints: Sequence[str]) -> list[Finding]:
    found = []
    for number, (name, points) in enumerate(searches_of(file), 1):
        table = measured(points)
        search = fit_search(*table.T)
        if search is not None:
            station = f"{name} {number}"
            found.append(finding_of(station, search, float(table[0, 2] / table[0, 1])))
    return found


def _incidents(file: str, timezone: str, endpoints: Sequence[str]) -> list[Finding]:
    incidents, reading = read_incidents(file, timezone)
    found = fit_incidents(incidents, timezone, list(endpoints))
    said = tuple(reading.sentences()[1:])
    return [Finding(**{**found.__dict__, "poor": (*found.poor, *said)})]


TABLES: dict[
    str, tuple[Callable[[str], bool], Callable[[str, str, Sequence[str]], list[Finding]]]
] = {
    "searches": (lambda head: "concurrency" in head and "lat_avg_s" in head, _searches),
    "incidents": (
        lambda head: (
            "duration_min" in head
            or any(f in head for f in ("start,end", '"start"', "started_at", "resolved_at"))
        ),
        _incidents,
    ),
}
"""By name, whether a file's beginning is such a table, and what is fitted to it."""


def table_kind(file: str) -> str | None:
    """The kind of table that a file holds; None where it is none."""
    path = Path(file)
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        head = stream.read(HEAD_LETTERS).decode("utf-8", "replace")
    if "gen_ai." in head or "usage" in head:
        return None
    return next((kind for kind, (knows, _) in TABLES.items() if knows(head)), None)
