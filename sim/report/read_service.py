"""What the faces read in a summary of service: error budgets, queues, stages, incidents with a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sim.report.format import decimal, label
from sim.report.read import Spread, Summary, spread


@dataclass(frozen=True, slots=True)
class BurnDown:
    """An error budget: what is left of it after each day [fraction]."""

    target: str
    workload: str
    limit: float
    days: list[tuple[date, Spread]]


def burn_downs(summary: Summary) -> list[BurnDown]:
    """Return the error budgets, in the order of the targets."""
    return [
        BurnDown(
            label(raw["target"], 40),
            label(raw["workload"] or "all workloads", 30),
            float(raw["limit"]),
            [(date.fromisoformat(one["date"]), spread(one)) for one in raw["daily"]],
        )
        for raw in summary.get("error_budgets", ())
    ]


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait at a node by hour of the week, from Monday's midnight; None: no such hour."""

    node: str
    waiting: list[float | None]
    held_by: tuple[str, ...]
    """What they wait for: `servers`, or limits."""


def queues(summary: Summary) -> list[Queue]:
    """Return the queues, the longest first."""
    return [
        Queue(
            label(raw["node"], 30),
            list(raw["waiting"]),
            tuple(label(one, 30) for one in raw.get("held_by", ())),
        )
        for raw in summary.get("queues", ())
    ]


def stage_times(summary: Summary) -> list[tuple[str, Spread, Spread]]:
    """Return (stage, its P50, its p95) [s] of each stage that was used."""
    rows = [
        (label(raw["stage"], 36), spread(raw["p50_s"]), spread(raw["p95_s"]))
        for raw in summary.get("stage_times", ())
    ]
    return [row for row in rows if decimal(row[1].p50) and decimal(row[2].p50)]


def announced_incidents(summary: Summary) -> list[tuple[str, date]]:
    """Return the incidents that the scenario dates, with their days."""
    return [
        (label(raw["name"], 30), date.fromisoformat(raw["start"][:10]))
        for raw in summary.get("incidents", ())
        if raw["start"]
    ]
