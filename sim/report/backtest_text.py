"""A backtest as text: by measure, then day by day, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

import numpy as np

from sim.fit.backtest import Backtest, Row
from sim.fit.days import MEASURES

COLUMNS = ("day", "measure", "unit", "happened", "p10", "p50", "p90", "last_week", "constant_mean")


def to_csv(test: Backtest) -> str:
    """Every row, with the errors of the simulation and of both baselines."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, "inside", "error", "error_last_week", "error_constant_mean"])
    for row in test.rows:
        numbers = [row.happened, row.p10, row.p50, row.p90, row.last_week, row.constant]
        errors = [row.error(one) for one in (row.p50, row.last_week, row.constant)]
        writer.writerow(
            [row.day, row.measure.name, row.measure.unit, *map(_short, numbers)]
            + ["yes" if row.inside else "no", *map(_short, errors)]
        )
    return out.getvalue()


def to_markdown(test: Backtest) -> str:
    """The whole report."""
    lines = ["# Backtest", ""]
    lines += [f"- {note}" for note in (*test.calibration.sentences, *test.notes)]
    lines += ["", f"Inside P10-P90: {test.coverage:.0%} of {len(test.rows)} values.", ""]
    lines += ["| measure | days | mean error | inside P10-P90 | last week again | constant mean |"]
    lines += ["|---|---:|---:|---:|---:|---:|"]
    for measure in MEASURES:
        rows = test.of(measure)
        if rows:
            lines.append(_line(measure.name, rows))
    lines += ["", _WORDS, "", "## How far it can be trusted", ""]
    lines += [f"- {one}" for one in test.trust]
    lines += ["", "## Day by day", "", "| day | measure | happened | P10 to P90 | error | |"]
    lines += ["|---|---|---:|---:|---:|---|"]
    lines += [_day_line(row) for row in test.rows]
    return "\n".join(lines) + "\n"


_WORDS = (
    "Errors are signed, of the median replication, and shares of what happened (differences, for "
    "availability and share of 429); in brackets the mean of their sizes."
)


def _line(name: str, rows: Sequence[Row]) -> str:
    cells = [
        _errors(rows, lambda row: row.p50),
        f"{np.mean([row.inside for row in rows]):.0%}",
        _errors(rows, lambda row: row.last_week),
        _errors(rows, lambda row: row.constant),
    ]
    return f"| {name} | {len(rows)} | {' | '.join(cells)} |"


def _errors(rows: Sequence[Row], said: Callable[[Row], float]) -> str:
    errors = np.array([row.error(said(row)) for row in rows])
    errors = errors[np.isfinite(errors)]
    if not len(errors):
        return "–"
    return f"{errors.mean():+.1%} ({np.abs(errors).mean():.1%})"


def _day_line(row: Row) -> str:
    band = f"{_short(row.p10)} to {_short(row.p90)}"
    mark = "" if row.inside else "outside"
    error = row.error(row.p50)
    shown = f"{error:+.1%}" if np.isfinite(error) else "–"
    return (
        f"| {row.day} | {row.measure.name} | {_short(row.happened)} | {band} | {shown} | {mark} |"
    )


def _short(number: float) -> str:
    return "" if np.isnan(number) else f"{number:.6g}"
