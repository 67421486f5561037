"""What moved with spend, p95 and availability over the runs: each unknown's swing, told without a further run."""

from __future__ import annotations

import math
from typing import Any

from sim.plan.journey import unknowns
from sim.scenario.unknown import Unknown
from sim.study import Figure, Headline, Study
from sim.study.drivers import RUNS_MIN, Driver, driver
from sim.study.of_scenario import ScenarioSource
from sim.study.sensitivity import HIGH, LOW
from sim.study.statistics import LEVEL
from sim.summary.assumptions import owner_of
from sim.summary.shapes import (
    COUNT,
    NUMBER,
    SHARE,
    TEXT,
    TEXT_OR_NULL,
    list_of,
    object_of,
)
from sim.summary.text import like, value

FIGURES = ("spend", "spend.highest_month", "latency.p95", "availability")
"""The headlines that are looked at."""
METHOD = (
    "What moved with it over {runs} runs, in which every unknown was drawn by itself: a straight line on each unknown "
    "alone, from its P10 to its P90. All intervals hold at once in {level:.0%} of such studies. "
    "`simulate sensitivity` moves them one at a time."
)
UNKNOWN = object_of(
    {
        **dict.fromkeys(("path", "p10", "p90"), TEXT),
        "owner": TEXT_OR_NULL,
        **dict.fromkeys(("at_p10", "at_p90", "swing"), NUMBER),
        "swing_interval": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2},
        "explained": SHARE,
        "clear": {"type": "boolean"},
    }
)
SCHEMA = list_of(
    object_of(
        {
            **dict.fromkeys(("name", "unit", "method"), TEXT),
            **dict.fromkeys(("workload", "moves_most", "why_none"), TEXT_OR_NULL),
            "runs": COUNT,
            "interval_level": SHARE,
            "unknowns": list_of(UNKNOWN),
        }
    )
)


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """By figure: each unknown, the largest swing first, or why none is told; nothing where nothing is unknown."""
    found = [one for one in source.document.unknowns() if one.low < one.high]
    if not found:
        return []
    choices = [unknowns(source.document, study.seed, one.number) for one in study.replications]
    drawn = [[one.at(choose(one.path)) for choose in choices] for one in found]
    return [
        _figure(source, headline, found, drawn)
        for headline in study.headlines()
        if headline.name in FIGURES
    ]


def _figure(
    source: ScenarioSource, headline: Headline, found: list[Unknown], drawn: list[list[float]]
) -> dict[str, Any]:
    figure, runs = headline.figure, len(drawn[0])
    why = _why_none(figure, runs)
    values = [float(number) for number in figure.values]
    lines = (
        {}
        if why
        else {
            one: driver(column, (one.at(LOW), one.at(HIGH)), values, len(found))
            for one, column in zip(found, drawn, strict=True)
        }
    )
    known = sorted(
        ((one, line) for one, line in lines.items() if line is not None),
        key=lambda pair: -abs(pair[1].swing),
    )
    rows = [_unknown(source, figure, one, line) for one, line in known]
    return {
        "name": headline.name,
        "workload": headline.workload,
        "unit": figure.unit,
        "method": METHOD.format(runs=runs, level=LEVEL),
        "runs": runs,
        "interval_level": LEVEL,
        "why_none": why or (None if rows else "it was the same in every run"),
        "moves_most": rows[0]["path"] if rows and rows[0]["clear"] else None,
        "unknowns": rows,
    }


def _why_none(figure: Figure, runs: int) -> str | None:
    if runs < RUNS_MIN:
        return f"{runs} runs are too few to tell; {RUNS_MIN} or more do"
    if len(figure.values) < runs:
        return f"{runs - len(figure.values)} of {runs} runs had no traffic"
    endless = sum(not math.isfinite(number) for number in figure.values)
    return f"in {endless} of {runs} runs so many requests had no answer" if endless else None


def _unknown(source: ScenarioSource, figure: Figure, one: Unknown, line: Driver) -> dict[str, Any]:
    ends = [str(one.text(float(f"{one.at(u):.3g}"))) for u in (LOW, HIGH)]
    return {
        "path": source.document.named_path(one.path),
        "owner": owner_of(source.document, one.path),
        "p10": ends[0],
        "p90": ends[1],
        "at_p10": value(like(figure, line.at_low)),
        "at_p90": value(like(figure, line.at_high)),
        "swing": value(like(figure, line.swing)),
        "swing_interval": [value(like(figure, end)) for end in line.swing_interval],
        "explained": line.explained,
        "clear": line.is_clear,
    }
