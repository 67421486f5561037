"""Incidents from a status list: how often, how long, whether they come in clusters, and at which hours of the week.

The list is CSV or JSON of `start` and `end` (ISO 8601), and `severity` where it is told; or of `duration_min`
alone, which says how long but not how often.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.fit.clock import EPOCH, MICROSECOND, US, US_PER_HOUR, instant_us
from sim.fit.finding import Estimate, Finding, log_normal, milliseconds, normal, wilson
from sim.fit.laws import choose_law
from sim.fit.log import Reading

ROWS_MIN = 10
WORKING = (9, 18)
"""Local hours of working days, from and until."""
EFFECTS = {"critical": "outage", "major": "errors 30%", "minor": "errors 5%", "none": "slow x 2"}
WORDS_SHOWN_MAX = 6
EFFECT_OF_OTHERS = "errors 5%"
"""What a word of a status page is taken for, unless the planner writes it: pages say words, not shares."""


def read_incidents(file: str, timezone: str) -> tuple[list[dict[str, Any]], Reading]:
    """Read a status list; each incident has `start_us`, `length_us` (either may be None) and `severity`."""
    path = Path(file)
    if not path.is_file():
        raise UsageError(f"there is no file {file}")
    text = path.read_text(encoding="utf-8", errors="replace")
    rows = (
        _json(file, text)
        if text.lstrip()[:1] in ("[", "{")
        else list(csv.DictReader(text.splitlines()))
    )
    reading, zone, found = Reading(), ZoneInfo(timezone), []
    for line, row in enumerate(rows, 2):
        try:
            one = _incident(row, zone)
        except (ValueError, TypeError) as error:
            reading.refuse(f"no incident: {type(error).__name__}", path.name, line)
            continue
        found.append(one)
    reading.rows = len(found)
    reading.taken = {"incident": "start, end, duration_min, severity"}
    return found, reading


def _json(file: str, text: str) -> list[dict[str, Any]]:
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{file}:{error.lineno}:{error.colno}: this is no JSON: {error.msg}"
        ) from error
    rows = whole.get("incidents") if isinstance(whole, dict) else whole
    if not isinstance(rows, list):
        raise UsageError(f"{file}: write a list of incidents, or one under `incidents`")
    return [row for row in rows if isinstance(row, dict)]


def _incident(row: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    start = next((row[k] for k in ("start", "started_at", "created_at") if row.get(k)), None)
    end = next((row[k] for k in ("end", "ended_at", "resolved_at") if row.get(k)), None)
    minutes = row.get("duration_min")
    start_us = None if start is None else instant_us(start, zone, 0)
    if end is not None and start_us is not None:
        length_us = instant_us(end, zone, 0) - start_us
    elif minutes not in (None, ""):
        length_us = round(float(str(minutes)) * 60 * US)
    else:
        raise ValueError("neither an end nor a duration")
    if length_us <= 0:
        raise ValueError("it ends before it starts")
    severity = str(row.get("severity") or row.get("impact") or "").strip().lower()
    return {"start_us": start_us, "length_us": length_us, "severity": severity}


def fit_incidents(incidents: list[dict[str, Any]], timezone: str, endpoints: list[str]) -> Finding:
    """What a status list says; UsageError where it is too short."""
    if len(incidents) < ROWS_MIN:
        raise UsageError(f"{len(incidents)} incidents are too few; {ROWS_MIN} are the least")
    lengths = np.array([one["length_us"] for one in incidents], float) / 60 / US
    chosen = choose_law("duration", lengths, "min", _minutes)
    starts = np.sort([one["start_us"] for one in incidents if one["start_us"] is not None])
    estimates: list[Estimate] = list(chosen.estimates)
    poor = list(chosen.poor)
    written: dict[str, Any] = {"lasts": chosen.written, "what": _severities(incidents)}
    if len(starts) >= ROWS_MIN:
        law, more, said = _gaps(starts)
        written["every"] = law
        estimates += more + _hours(starts, timezone)
        poor += said
    else:
        poor.append(
            "the list has no starts: how often they come is not known; give `every` yourself"
        )
    poor.append(_assumed(incidents))
    known = {**written, "endpoints": endpoints}
    top = {"incidents": [known]} if "every" in written and endpoints else {}
    return Finding(
        "incidents",
        "durations by held-out likelihood; gaps from start to start",
        tuple(estimates),
        chosen.goodness,
        tuple(poor),
        chosen.plot,
        top=top,
    )


def _assumed(incidents: list[dict[str, Any]]) -> str:
    words = sorted({one["severity"] for one in incidents})
    said = [f"{word or 'no word'} for {EFFECTS.get(word, EFFECT_OF_OTHERS)}" for word in words]
    taken = ", ".join(said[:WORDS_SHOWN_MAX])
    return f"a status list tells words, no shares: taken, not fitted, are {taken}; write `what` where you know better"


def _severities(incidents: list[dict[str, Any]]) -> Any:
    counts: dict[str, int] = {}
    for one in incidents:
        effect = EFFECTS.get(one["severity"], EFFECT_OF_OTHERS)
        counts[effect] = counts.get(effect, 0) + 1
    return dict(sorted(counts.items()))


def _gaps(starts: NDArray[np.int64]) -> tuple[Any, list[Estimate], list[str]]:
    gaps = np.maximum(np.diff(starts).astype(float) / US_PER_HOUR, 0.01)
    mean, cv, n = float(gaps.mean()), float(gaps.std() / gaps.mean()), len(gaps)
    said = []
    if cv > 1 + 2 / np.sqrt(n):
        said.append(f"incidents come in clusters: gaps have a cv of {cv:.2f}, chance alone gives 1")
    cv_law = min(max(cv, 0.1), 20.0)
    law = {"law": "gamma", "mean": milliseconds(mean * US_PER_HOUR), "cv": round(cv_law, 3)}
    return (
        law,
        [
            log_normal("mean gap", mean, cv / np.sqrt(n), "h"),
            normal("cv of gaps", cv, cv * np.sqrt((0.5 + cv**2) / n)),
        ],
        said,
    )


def _hours(starts: NDArray[np.int64], timezone: str) -> list[Estimate]:
    zone = ZoneInfo(timezone)
    moments = [(EPOCH + int(one) * MICROSECOND).astimezone(zone) for one in starts]
    working = sum(m.weekday() < 5 and WORKING[0] <= m.hour < WORKING[1] for m in moments)
    return [wilson("share that starts in working hours (27% of the week)", working, len(moments))]


def _minutes(value: float) -> str:
    return milliseconds(value * 60 * US)
