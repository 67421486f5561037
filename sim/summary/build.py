"""Study → the dict of `summary.json`. No clock time, host, path of this machine or number of workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sim.study import Figure, Headline, Study, Verdict
from sim.study.of_scenario import ScenarioSource
from sim.summary import drivers, spend
from sim.summary.groups import GROUPS
from sim.summary.schema import VERSION
from sim.summary.text import money, spread, value
from sim.targets import Target

OPERATORS = {"at_most": "<=", "at_least": ">="}
DAILY = ("latency.p95", "first_token.p95")


@dataclass(frozen=True)
class Origin:
    """Where a study comes from: what its replications do not know."""

    name: str
    version: str
    """Of this package."""
    path: str = ""
    """The scenario's file, as the user wrote it."""
    sha256: str = ""
    overrides: tuple[str, ...] = ()
    """Each `--set`, as written."""
    prices_as_of: date | None = None
    phases: tuple[tuple[str, date], ...] = ()
    """(name, first day) as planned."""
    replications_asked: str = "auto"


def summarise(
    study: Study,
    origin: Origin,
    *,
    source: ScenarioSource | None = None,
    drill: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The summary of a study.

    Args:
        study: the replications.
        origin: what ran.
        source: the scenario that was run; without it the groups that read it are left out.
        drill: what the loss of the primary vendor did, where it was tried.
    """
    return {
        "schema": VERSION,
        "scenario": _scenario(study, origin),
        "engine": {
            "version": origin.version,
            "seed": study.seed,
            "replications": len(study.replications),
            "replications_asked": origin.replications_asked,
            "complete": study.complete,
            "stopped": study.stopped,
            "precision": study.precision,
        },
        "verdict": _verdict(study.verdicts),
        "targets": [_target(study, verdict) for verdict in study.verdicts],
        "headlines": [_headline(headline) for headline in study.headlines()],
        "averages": _averages(study),
        "spend": spend.of(study),
        "monthly": spend.by_month(study),
        "daily": [_day(study, day) for day in range(study.terms.calendar.day_count)],
        "units": {"availability": "share", "requests": "requests", **dict.fromkeys(DAILY, "s")},
        "undecided": [
            _close(verdict) for verdict in study.verdicts if verdict.chance.status == "close"
        ],
        "drivers": [] if source is None else drivers.of(study, source),
        **({} if drill is None else {"drill": dict(drill)}),
        **(
            {}
            if source is None
            else {name: group.of(study, source) for name, group in GROUPS.items()}
        ),
    }


def _scenario(study: Study, origin: Origin) -> dict[str, Any]:
    calendar = study.terms.calendar
    return {
        "name": origin.name,
        "path": origin.path,
        "sha256": origin.sha256,
        "overrides": list(origin.overrides),
        "currency": study.terms.currency,
        "horizon": {
            "start": calendar.start.isoformat(),
            "end": calendar.end.isoformat(),
            "timezone": calendar.timezone,
        },
        "prices_as_of": origin.prices_as_of.isoformat() if origin.prices_as_of else None,
        "phases": [{"name": name, "start": start.isoformat()} for name, start in origin.phases],
    }


def _verdict(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    names: dict[str, list[str]] = {"met": [], "missed": [], "close": []}
    for verdict in verdicts:
        names[verdict.chance.status].append(verdict.target.name)
    status = next((one for one in ("missed", "close", "met") if names[one]), "unknown")
    return {
        "status": status,
        "sentence": _sentence(names, len(verdicts)),
        **{name: len(found) for name, found in names.items()},
    }


def _sentence(names: Mapping[str, Sequence[str]], count: int) -> str:
    if not count:
        return "No targets are written."
    if len(names["met"]) == count:
        return f"All {count} targets are met." if count > 1 else "The target is met."
    parts = [
        f"{len(names[status])} of {count} targets {words}: {', '.join(names[status])}."
        for status, words in (("missed", "missed"), ("close", "undecided"))
        if names[status]
    ]
    if names["met"]:
        parts.append(f"{len(names['met'])} met.")
    return " ".join(parts)


def _target(study: Study, verdict: Verdict) -> dict[str, Any]:
    target, chance = verdict.target, verdict.chance
    return {
        "name": target.name,
        "owner": target.owner,
        "metric": target.metric.name,
        "workload": target.workload,
        "station": target.station,
        "window": target.window,
        "op": OPERATORS[target.bound],
        "limit": {"value": _limit(target), "unit": target.metric.unit},
        "share": float(target.share),
        **spread(verdict.figure),
        "met": chance.met,
        "chance_met": chance.estimate,
        "chance_interval": [chance.low, chance.high],
        "chance_interval_level": study.level,
        "required_chance": target.chance,
        "status": chance.status,
        "with_traffic": verdict.with_traffic,
        "worst": None if verdict.worst_window is None else {"window": verdict.worst_window},
    }


def _limit(target: Target) -> str | float:
    return money(target.limit) if target.metric.unit == "money" else float(target.limit)


def _close(verdict: Verdict) -> str:
    chance = verdict.chance
    return (
        f"{verdict.target.name}: {chance.met} of {chance.n} replications met it, "
        f"and a chance of {verdict.target.chance:.0%} is asked for; add replications."
    )


def _headline(headline: Headline) -> dict[str, Any]:
    return {
        "name": headline.name,
        "workload": headline.workload,
        "unit": headline.figure.unit,
        **spread(headline.figure, intervals=True),
        "averages_say": value(headline.averages_say),
        "averages_note": headline.averages_note,
    }


def _averages(study: Study) -> dict[str, Any]:
    """What a spreadsheet of averages says, in a sentence and in numbers."""
    said = {(one.name, one.workload): value(one.averages_say) for one in study.headlines()}
    latency = {name: said["latency.mean", name] for name in study.names.workloads}
    spent = said["spend", None]
    words = [
        f"{name} {seconds:.1f} s" for name, seconds in latency.items() if isinstance(seconds, float)
    ]
    return {
        "spend": spent,
        "latency_mean_s": latency,
        "sentence": f"A spend of {study.terms.currency} {Decimal(str(spent)):,.0f}, and mean times of "
        f"{', '.join(words)}: it knows no queue, quota, retry or outage.",
    }


def _day(study: Study, day: int) -> dict[str, Any]:
    return {
        "date": study.terms.calendar.dates[day].isoformat(),
        "workloads": {
            name: {
                metric: spread(figure)
                for metric, figure in _day_figures(study, day, workload).items()
            }
            for workload, name in enumerate(study.names.workloads)
        },
    }


def _day_figures(study: Study, day: int, workload: int) -> dict[str, Figure]:
    figures = {
        metric: study.seconds(lambda one, metric=metric: one.digest.day_us[metric][day, workload])  # type: ignore[misc]
        for metric in DAILY
    }
    figures["availability"] = study.availability(workload, [day])
    figures["requests"] = study.figure(
        "requests", lambda one: int(one.digest.requests[day, workload])
    )
    return figures
