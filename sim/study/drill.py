"""The N-1 drill: the primary vendor is lost for four hours at the peak of each phase.

It is a study of a variant scenario with incidents of its own, paired with the study that it follows: the
same people come, ask the same and have the same luck.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sim.outcome import HOURS, Use
from sim.scenario.document import document_from_tree
from sim.scenario.scenario import Scenario
from sim.study.of_scenario import ScenarioSource
from sim.study.result import Study
from sim.windows import Calendar

DRILL_HOURS = 4
REPLICATIONS_MAX = 3
"""An outage moves so much more than luck does that few runs tell."""


@dataclass(frozen=True)
class Outage:
    """One loss of the vendor."""

    phase: str
    start: str
    """Local date and time."""
    slots: tuple[int, ...]
    """The hours that it covers, as slots of the calendar."""


@dataclass(frozen=True)
class Drill:
    """What is lost, and when."""

    endpoints: tuple[str, ...]
    outages: tuple[Outage, ...]
    source: ScenarioSource
    """The scenario with these outages."""


def drill_of(study: Study, source: ScenarioSource) -> Drill | None:
    """The drill that follows a study; None where no endpoint of a vendor was used."""
    lost = _primary_vendor(study, source.scenario)
    if not lost:
        return None
    outages = _outages(study, source.scenario)
    tree = copy.deepcopy(source.document.tree)
    tree.setdefault("incidents", [])
    for number, outage in enumerate(outages, 1):
        tree["incidents"].append(
            {
                "name": f"N-1 drill {number}",
                "endpoints": list(lost),
                "at": outage.start,
                "lasts": f"{DRILL_HOURS}h",
                "what": "outage",
            }
        )
    variant = replace(source, document=document_from_tree(tree))
    return Drill(lost, outages, variant)


def _primary_vendor(study: Study, scenario: Scenario) -> tuple[str, ...]:
    """The endpoint that read most tokens, and all that share its vendor or its incidents."""
    read = np.sum(
        [one.consumption.usage[:, :, Use.INPUT].sum(axis=0) for one in study.replications], axis=0
    )
    used = {
        name: int(tokens)
        for name, tokens in zip(study.names.endpoints, read.tolist(), strict=True)
        if name in scenario.endpoints and scenario.endpoints[name].station is None
    }
    if not any(used.values()):
        return ()
    found = {max(used, key=lambda name: used[name])}
    groups = _groups(scenario)
    while grown := {n for group in groups if group & found for n in group} - found:
        found |= grown
    return tuple(name for name in scenario.endpoints if name in found)


def _groups(scenario: Scenario) -> list[set[str]]:
    """Endpoints that fall together: of one vendor, or hit by one incident."""
    vendors: dict[str, set[str]] = {}
    for name, endpoint in scenario.endpoints.items():
        vendor = getattr(endpoint, "vendor", None) or endpoint.provider
        if vendor is not None:
            vendors.setdefault(str(vendor), set()).add(name)
    shared = [set(one.endpoints) for one in scenario.incidents if not one.independent]
    return [*vendors.values(), *shared]


def _outages(study: Study, scenario: Scenario) -> tuple[Outage, ...]:
    """One a phase, beginning so that the busiest hour of the phase is its second."""
    calendar = study.terms.calendar
    people = _workloads_of_people(study, scenario)
    by_hour = sum(
        one.digest.good_and_bad_by_hour[:, :, people].sum(axis=(0, 2), dtype=np.int64)
        for one in study.replications
    )
    assert isinstance(by_hour, np.ndarray)
    starts = [max(phase.start, calendar.start) for phase in scenario.phases]
    names = [phase.name for phase in scenario.phases]
    if not starts or starts[0] > calendar.start:
        starts, names = (
            [calendar.start, *starts],
            ["before the phases" if starts else "whole horizon", *names],
        )
    ends = [*starts[1:], calendar.end]
    found = []
    for name, start, end in zip(names, starts, ends, strict=True):
        first, last = (
            (start - calendar.start).days * HOURS,
            (min(end, calendar.end) - calendar.start).days * HOURS,
        )
        if last > first and by_hour[first:last].any():
            busiest = first + int(by_hour[first:last].argmax())
            found.append(_outage(calendar, name, max(busiest - 1, busiest // HOURS * HOURS)))
    return tuple(found)


def _workloads_of_people(study: Study, scenario: Scenario) -> list[int]:
    """Those whose requests people wait for; all where no population is written."""
    names = study.names.workloads
    found = [w for w, name in enumerate(names) if scenario.workloads[name].population is not None]
    return found or list(range(len(names)))


def _outage(calendar: Calendar, phase: str, slot: int) -> Outage:
    day, hour = divmod(slot, HOURS)
    midnight = datetime.combine(
        calendar.dates[day], datetime.min.time(), ZoneInfo(calendar.timezone)
    )
    moment = (midnight.astimezone(ZoneInfo("UTC")) + timedelta(hours=hour)).astimezone(
        midnight.tzinfo
    )
    real = np.flatnonzero(calendar.window_of_slot("hour") >= 0)
    place = int(np.searchsorted(real, slot))
    covered = tuple(real[place : place + DRILL_HOURS].tolist())
    return Outage(phase, moment.replace(tzinfo=None).isoformat(timespec="minutes"), covered)
