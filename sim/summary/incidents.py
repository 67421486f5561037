"""Incidents as the scenario writes them: those with a date, and those that come by chance."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sim.plan.causes import groups, occurrences
from sim.plan.journey import unknowns
from sim.scenario.document import validate
from sim.scenario.incidents import Effect, Incident
from sim.scenario.scenario import Scenario
from sim.study import Figure, Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import REAL, SPREAD, TEXT, TEXT_OR_NULL, list_of, object_of
from sim.summary.text import spread
from sim.units import US_PER_SECOND

SCHEMA = list_of(
    object_of(
        {
            "name": TEXT,
            "hits": list_of(TEXT),
            "start": TEXT_OR_NULL,
            "mean_length_s": REAL,
            "what": TEXT,
            "why": TEXT_OR_NULL,
            "times": SPREAD,
        },
        ("times",),
    )
)


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each incident; `start` is null where chance decides it, `times` how often a run had it."""
    calendar = study.terms.calendar
    times = [_times(source, study.seed, one.number) for one in study.replications]
    midnight = datetime.combine(calendar.start, datetime.min.time(), ZoneInfo(calendar.timezone))
    return [
        {
            "name": incident.luck,
            "hits": [*incident.endpoints, *incident.stations],
            "start": _start(incident, midnight),
            "mean_length_s": incident.mean_length_us() / US_PER_SECOND,
            "what": " or ".join(dict.fromkeys(map(_words, incident.effects()))),
            "why": incident.why,
            "times": spread(Figure.of("incidents", [counts[place] for counts in times])),
        }
        for place, incident in enumerate(source.scenario.incidents)
    ]


def _times(source: ScenarioSource, seed: int, replication: int) -> list[int]:
    """How often each incident began in a replication."""
    scenario, calendar = source.scenario, source.scenario.horizon.calendar()
    if any(unknown.path[0] == "incidents" for unknown in source.document.unknowns()):
        scenario = validate(source.document, Scenario, unknowns(source.document, seed, replication))
    return [
        sum(
            1
            for _, key in groups(incident, seed, replication)
            for _ in occurrences(incident, key, calendar)
        )
        for incident in scenario.incidents
    ]


def _start(incident: Incident, midnight: datetime) -> str | None:
    at = incident.at
    if isinstance(at, int):
        zone = midnight.tzinfo
        moment = (midnight.astimezone(ZoneInfo("UTC")) + timedelta(microseconds=at)).astimezone(
            zone
        )
    elif at is None:
        return None
    else:
        moment = at
    return moment.replace(tzinfo=None).isoformat(timespec="minutes")


def _words(effect: Effect) -> str:
    parts = ["outage"] if effect.outage else []
    if effect.errors:
        parts.append(f"errors {effect.errors:.3g}")
    if effect.slow != 1:
        parts.append(f"slow x {effect.slow:g}")
    if effect.quota != 1:
        parts.append(f"quota x {effect.quota:g}")
    return " and ".join(parts)
