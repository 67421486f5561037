"""The gates of a study for `summary.json`, and the sentences that tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sim.study import Study
from sim.study.gates import Course, Doors, PhaseOpening, courses, doors, histories, openings
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import COUNT, DAY, MONEY, SHARE, TEXT, by_name, list_of, object_of
from sim.summary.text import money

HISTORIES_TOLD = 3
"""Histories that a sentence is spent on; all stand in the summary."""
FALSE_BY_DAYS = 2.0
"""Where misses are so many times as often as noise foretells, that is said."""


_N = {"replications": COUNT}
SCHEMA = object_of(
    {
        "sentences": list_of(TEXT),
        "phases": list_of(
            object_of(
                {
                    "name": TEXT,
                    "planned": DAY,
                    "opened": list_of(object_of({"day": DAY, **_N})),
                    "never": COUNT,
                    "holds": list_of(object_of({"holds": COUNT, **_N})),
                }
            )
        ),
        "histories": list_of(
            object_of(
                {
                    "holds": by_name(COUNT),
                    "ending": {"enum": ["open", "never", "back"]},
                    **_N,
                    "all_open_by": {"anyOf": [DAY, {"type": "null"}]},
                    "spend": by_name(MONEY),
                }
            )
        ),
        "looks": list_of(
            object_of(
                {
                    "phase": TEXT,
                    "target": TEXT,
                    "looks": COUNT,
                    "missed": COUNT,
                    "truly_met": {"type": ["boolean", "null"]},
                    "share_missed": SHARE,
                    "share_foretold_by_noise": {"anyOf": [SHARE, {"type": "null"}]},
                }
            )
        ),
    }
)


def of(study: Study, source: ScenarioSource) -> dict[str, Any]:
    """When each phase opened, what each history of holds costs, and how often a gate was wrong."""
    phases = [(phase.name, phase.start) for phase in source.scenario.phases]
    found = histories(study.replications)
    if not found:
        return {"sentences": [], "phases": [], "histories": [], "looks": []}
    opened, ways, looks = openings(found), courses(study.replications), doors(found)
    return {
        "sentences": _sentences(study, phases, opened, ways, looks),
        "phases": [_phase(phases, one) for one in opened],
        "histories": [_history(phases, way) for way in ways],
        "looks": [_look(phases, one) for one in looks],
    }


def _phase(phases: Sequence[tuple[str, date]], one: PhaseOpening) -> dict[str, Any]:
    name, planned = phases[one.phase]
    days = sorted(day for day in one.opened if day is not None)
    return {
        "name": name,
        "planned": planned.isoformat(),
        "opened": [
            {"day": day.isoformat(), "replications": days.count(day)} for day in sorted(set(days))
        ],
        "never": one.opened.count(None),
        "holds": [{"holds": n, "replications": one.holds.count(n)} for n in sorted(set(one.holds))],
    }


def _history(phases: Sequence[tuple[str, date]], way: Course) -> dict[str, Any]:
    return {
        "holds": {name: held for (name, _), held in zip(phases, way.holds, strict=True) if held},
        "ending": way.ending,
        "replications": way.count,
        "all_open_by": None if way.last_opening is None else way.last_opening.isoformat(),
        "spend": {month: money(amount) for month, amount in way.spend.items()},
    }


def _look(phases: Sequence[tuple[str, date]], one: Doors) -> dict[str, Any]:
    return {
        "phase": phases[one.phase][0],
        "target": one.target,
        "looks": one.looks,
        "missed": one.missed,
        "truly_met": one.truly_met,
        "share_missed": one.missed / one.looks,
        "share_foretold_by_noise": one.foretold,
    }


def _sentences(
    study: Study,
    phases: Sequence[tuple[str, date]],
    opened: Sequence[PhaseOpening],
    ways: Sequence[Course],
    looks: Sequence[Doors],
) -> list[str]:
    return [
        _when(phases, opened[-1]),
        *(_closed(phases, one) for one in opened if None in one.opened),
        *(_cost(study, phases, way) for way in _told(ways)),
        *(_false(phases, one) for one in looks if one.truly_met and one.missed),
    ]


def _when(phases: Sequence[tuple[str, date]], last: PhaseOpening) -> str:
    """When all phases are open in most replications."""
    count, (_, planned) = len(last.opened), phases[-1]
    days = sorted(day for day in last.opened if day is not None)
    on_time = sum(day <= planned for day in days)
    text = (
        f"All phases are open as planned, by {_day(planned)}, in {on_time} of {count} replications"
    )
    if not days or days[-1] == planned:
        return f"{text}."
    usual = days[-1] if len(days) < count else days[max(0, -(-9 * count // 10) - 1)]
    if usual == planned:
        usual = days[-1]
    by_then = sum(day <= usual for day in days)
    return f"{text}, by {_day(usual)} in {by_then}."


def _closed(phases: Sequence[tuple[str, date]], one: PhaseOpening) -> str:
    name, count = phases[one.phase][0], len(one.opened)
    closed = one.opened.count(None)
    if closed == count:
        return f"The gate before {name} never opens within the horizon, in any of {count} replications."
    return f"{name} does not open within the horizon in {closed} of {count} replications."


def _told(ways: Sequence[Course]) -> list[Course]:
    """The commonest histories, where there are several, in the order of their holds."""
    if len(ways) < 2:
        return []
    common = sorted(ways, key=lambda way: -way.count)[:HISTORIES_TOLD]
    return [way for way in ways if way in common]


def _cost(study: Study, phases: Sequence[tuple[str, date]], way: Course) -> str:
    month, amount = list(way.spend.items())[-1]
    held = " and ".join(
        f"{name} {_times(count)}"
        for (name, _), count in zip(phases, way.holds, strict=True)
        if count
    )
    what = f"Where the gate held {held}" if held else "Where the gate held nothing"
    if way.ending == "back":
        what += " and the rollout went back"
    whole = amount.quantize(Decimal(1))
    return (
        f"{what} ({way.count} of {len(study.replications)}), "
        f"{month} costs {study.terms.currency} {whole:,}."
    )


def _false(phases: Sequence[tuple[str, date]], one: Doors) -> str:
    foretold = one.looks * (one.foretold or 0.0)
    text = (
        f'The first look before {phases[one.phase][0]} missed "{one.target}" in {one.missed} of {one.looks} runs, '
        f"though all runs together keep it; too few requests to tell would do that {foretold:.1f} times"
    )
    if one.missed > FALSE_BY_DAYS * foretold:
        return f"{text}, so it was hot days, incidents and unknowns."
    return f"{text}."


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
