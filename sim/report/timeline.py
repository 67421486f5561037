"""`timeline.csv`: every day and workload, with the spread of each metric over the replications."""

from __future__ import annotations

import csv
import io

from sim.report.format import Number
from sim.report.read import Summary

PARTS = ("p10", "p50", "p90", "mean")
COMMANDS = ("=", "+", "-", "@", "\t", "\r", "＝")
"""What a spreadsheet would take for the begin of a formula."""


def to_csv(summary: Summary) -> str:
    """Return the table; a number that does not exist is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    units = summary.get("units", {})
    metrics = _metrics(summary)
    named = [f"{name} [{units[name]}]" if name in units else name for name in metrics]
    writer.writerow(["date", "workload", *(f"{name} {part}" for name in named for part in PARTS)])
    for raw in summary.get("daily", ()):
        for workload in sorted(raw["workloads"]):
            values = raw["workloads"][workload]
            cells = [_cell(values.get(name, {}).get(part)) for name in metrics for part in PARTS]
            writer.writerow([raw["date"], safe(workload), *cells])
    return out.getvalue()


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(COMMANDS) else text


def _metrics(summary: Summary) -> list[str]:
    found = {
        name for raw in summary.get("daily", ()) for v in raw["workloads"].values() for name in v
    }
    return sorted(found)


def _cell(value: Number | None) -> str:
    return "" if value is None else str(value)
