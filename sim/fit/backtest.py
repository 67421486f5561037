"""Last month as a test: calibrate on the first part of a log, simulate the rest, and compare day by day.

Only the workload of the log is simulated, with the endpoints, limits and incidents that the scenario has;
phases and targets are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.bill import Consumption, Tariff
from sim.errors import UsageError
from sim.fit.calibrate import Calibration, calibrate_log
from sim.fit.clock import US_PER_HOUR, local_days
from sim.fit.days import (
    MEASURES,
    Floats,
    Measure,
    Table,
    days_of_log,
    days_of_replication,
    spend_by_day,
    usage_of_log,
)
from sim.fit.log import MISSING, Log
from sim.fit.trace import with_arrivals
from sim.fit.uncertain import with_unknowns
from sim.scenario.document import Document, document_from_tree
from sim.study import run
from sim.study.of_scenario import ScenarioSource

BAND = (0.1, 0.9)


@dataclass(frozen=True)
class Row:
    """One measure on one day."""

    day: date
    measure: Measure
    happened: float
    p10: float
    p50: float
    p90: float
    last_week: float
    """What the same weekday of the learning part's last week would have said; NaN where it was not seen."""
    constant: float
    """What the mean of the learning part's days would have said."""

    @property
    def inside(self) -> bool:
        """Whether what happened lies between P10 and P90."""
        return bool(self.p10 <= self.happened <= self.p90)

    def error(self, said: float) -> float:
        """Signed error: what was said beside what happened, as a share or a difference."""
        if said == self.happened:
            return 0.0
        gap = said - self.happened
        return float(gap / self.happened if self.measure.relative and self.happened else gap)


@dataclass(frozen=True)
class Backtest:
    """How a scenario foretold the second part of a log."""

    rows: tuple[Row, ...]
    calibration: Calibration
    trust: tuple[str, ...]
    """In which range of load and tokens it was validated, and the worst bucket."""
    notes: tuple[str, ...]

    @property
    def coverage(self) -> float:
        """How often what happened lay between P10 and P90 [1]."""
        return float(np.mean([row.inside for row in self.rows]))

    def of(self, measure: Measure) -> list[Row]:
        """The days of one measure."""
        return [row for row in self.rows if row.measure == measure]


@dataclass(frozen=True)
class Split:
    """The two parts of a log; days are whole."""

    learnt: Log
    held: Log
    learnt_days: tuple[list[date], NDArray[np.int64]]
    held_days: tuple[list[date], NDArray[np.int64]]


def split(log: Log, share: float) -> Split:
    """Cut a log at a local midnight after a share of its days; only whole days are held out."""
    times = log.time_us
    days, edges = local_days(log.timezone, int(times[0]), int(times[-1]))
    # The last day is whole if the log goes on to its last hour.
    if times[-1] < edges[-1] - US_PER_HOUR:
        days, edges = days[:-1], edges[:-1]
    cut = round(len(days) * share)
    if cut < 1 or cut >= len(days):
        raise UsageError(
            f"the log has {len(days)} whole days; a backtest needs at least 2, and --learn between them"
        )
    # The baselines look at whole days only.
    first = 1 if times[0] > edges[0] + US_PER_HOUR and cut > 1 else 0
    return Split(
        log.between(int(times[0]), int(edges[cut])),
        log.between(int(edges[cut]), int(edges[-1])),
        (days[first:cut], edges[first : cut + 1]),
        (days[cut:], edges[cut:]),
    )


def backtest(
    document: Document,
    log: Log,
    files: Sequence[str],
    workload: str,
    rename: Mapping[str, str],
    *,
    share: float,
    replications: int,
    seed: int,
    jobs: int,
) -> Backtest:
    """Calibrate on the first part of a log and compare the simulated rest with what happened."""
    parts = split(log, share)
    found = calibrate_log(parts.learnt, files, workload, rename)
    estimates = [one for each in found.findings for one in each.estimates]
    unsure, drawn = with_unknowns(found.tree, estimates, workload, rename)
    tree, notes = scenario_for(document.tree, unsure, workload, parts.held_days[0], log.timezone)
    if drawn:
        notes = (*notes, f"drawn in each replication from their intervals: {', '.join(drawn)}")
    source = ScenarioSource(document_from_tree(tree, document.file))
    study = run(source, seed=seed, replications=replications, jobs=jobs)
    tariff = source.course(seed, 0).tariff
    said = [days_of_replication(one, tariff) for one in study.replications]
    happened, learnt = _happened(study.replications[0].consumption, parts, rename, tariff)
    rows = tuple(_rows(parts, happened, learnt, said))
    if not rows:
        raise UsageError("nothing of this log can be compared with a simulation")
    return Backtest(rows, found, tuple(_trust(rows, parts)), notes)


def scenario_for(
    tree: Mapping[str, Any],
    fitted: Mapping[str, Any],
    workload: str,
    days: Sequence[date],
    timezone: str,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A scenario of the days held out, with fitted values in it, and what was left out of it."""
    if workload not in tree.get("workloads", {}):
        there = ", ".join(tree.get("workloads", {})) or "none"
        raise UsageError(f"there is no workload {workload!r}; give --workload one of {there}")
    values = dict(fitted["workloads"][workload])
    arrivals = values.pop("arrivals", None)
    if arrivals is None:
        raise UsageError("the log has too few rows to fit arrivals")
    new = with_arrivals(tree, workload, arrivals, keeps_turns=False)
    new["workloads"] = {workload: {**new["workloads"][workload], **values}}
    endpoints = {name: dict(one) for name, one in tree.get("endpoints", {}).items()}
    for name, one in fitted.get("endpoints", {}).items():
        if name not in endpoints:
            there = ", ".join(endpoints) or "none"
            raise UsageError(
                f"the log's endpoint {name!r} is not in the scenario (there: {there}); "
                f"say which is meant with --endpoint {name}=NAME"
            )
        endpoints[name].update(one)
    if endpoints:
        new["endpoints"] = endpoints
    left = [key for key in ("rollout", "targets", "populations") if new.pop(key, None)]
    left += _without_dates(new)
    others = [name for name in tree["workloads"] if name != workload]
    until = days[-1] + timedelta(days=1)
    new["horizon"] = {"start": days[0], "end": until, "timezone": timezone}
    notes = [f"left out of the scenario: {', '.join(left)}"] if left else []
    if others:
        notes.append(f"workloads that are not in the log are not simulated: {', '.join(others)}")
    return new, tuple(notes)


def _without_dates(new: dict[str, Any]) -> list[str]:
    """Take out what happens at a date of the plan's own horizon; what was taken."""
    left = []
    known = [one for one in new.get("incidents", ()) if "at" not in one]
    if len(known) < len(new.get("incidents", ())):
        new["incidents"] = known
        left.append("incidents at a known time")
    costs = dict(new.get("costs") or {})
    if costs.pop("changes", None):
        new["costs"] = costs
        left.append("costs.changes")
    return left


def _happened(
    like: Consumption, parts: Split, rename: Mapping[str, str], tariff: Tariff
) -> tuple[Table, Table]:
    names = [rename.get(name, name) for name in parts.held.endpoints]
    usage = usage_of_log(parts.held, like, parts.held_days[1], names)
    spend = None if usage is None else spend_by_day(usage, tariff)
    happened = days_of_log(parts.held, parts.held_days[1], spend)
    return happened, days_of_log(parts.learnt, parts.learnt_days[1], None)


def _rows(parts: Split, happened: Table, learnt: Table, said: Sequence[Table]) -> list[Row]:
    found = []
    before = parts.learnt_days[0]
    for measure in MEASURES:
        runs = np.array([table[measure.name] for table in said])
        for place, day in enumerate(parts.held_days[0]):
            value = float(happened[measure.name][place])
            if np.isnan(value) or np.isnan(runs[:, place]).all():
                continue
            p10, p50, p90 = _quantiles(runs[:, place])
            old = learnt[measure.name]
            alike = [n for n, one in enumerate(before) if one.weekday() == day.weekday()]
            last = float(old[alike[-1]]) if alike else np.nan
            known = old[np.isfinite(old)]
            constant = float(known.mean()) if len(known) else np.nan
            found.append(Row(day, measure, value, p10, p50, p90, last, constant))
    return found


def _quantiles(values: Floats) -> tuple[float, float, float]:
    kept = values[~np.isnan(values)]
    found = np.quantile(kept, [BAND[0], 0.5, BAND[1]], method="inverted_cdf")
    return float(found[0]), float(found[1]), float(found[2])


def _trust(rows: Sequence[Row], parts: Split) -> list[str]:
    edges = np.arange(int(parts.held_days[1][0]), int(parts.held_days[1][-1]) + 1, US_PER_HOUR)
    hours = np.histogram(parts.held.time_us, edges)[0]
    said = [
        f"validated on {len(parts.held_days[0])} days after {len(parts.learnt_days[0])} days of learning, "
        f"from {hours.min():,} to {hours.max():,} requests an hour"
    ]
    for column in ("input", "output"):
        tokens = parts.held.integers(column)
        tokens = tokens[tokens != MISSING]
        if len(tokens):
            low, high = np.percentile(tokens, [5, 95])
            said.append(f"{column} tokens from {low:,.0f} to {high:,.0f} (p5 to p95)")
    sure = [row for row in rows if row.measure.relative and np.isfinite(row.error(row.p50))]
    if sure:
        worst = max(sure, key=lambda row: abs(row.error(row.p50)))
        said.append(
            f"the worst bucket: {worst.measure.name} on {worst.day}, foretold {worst.p50:.4g}, "
            f"happened {worst.happened:.4g} ({worst.error(worst.p50):+.0%})"
        )
    said.append("beyond this range of load and tokens nothing here says how good the scenario is")
    return said
