"""What to ask the vendors for: by endpoint and phase, what its busiest minutes take, with a margin, and by when.

Counted is what was let in, not what was refused: where a quota binds, ask for what a run with more of it shows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np

from sim.measure.peaks import MINUTE, Integers, Peak, tokens_of
from sim.outcome import Begun
from sim.plan import Plan
from sim.scenario.scenario import Scenario
from sim.study.figures import Figure
from sim.study.idle import PPM, limit_of_units, weighed
from sim.study.result import Study
from sim.windows import Calendar

ASKED_PPM = 900_000
"""Asked for is what nine replications of ten stay at or below."""


@dataclass(frozen=True)
class Units:
    """Reserved units of an endpoint, at the first instant."""

    planned: int
    limit: list[int]
    """The row of the limit that stands for them: how it weighs tokens."""
    each: Fraction
    """What one lets through in a minute, so weighed."""

    def needed(self, begun: Integers) -> float:
        """How many a minute takes, in parts of one."""
        counts = [int(count) for count in begun]
        fresh = counts[Begun.INPUT] - counts[Begun.CACHED]
        row = (counts[Begun.ATTEMPTS], fresh, counts[Begun.CACHED], counts[Begun.OUTPUT])
        return float(Fraction(weighed(row, self.limit), PPM) / self.each)


@dataclass(frozen=True)
class Busiest:
    """The busiest minute of a phase at an endpoint, by requests or by tokens."""

    figure: Figure
    """Of each replication."""
    asked: int
    """What nine of ten stay at or below, and the margin."""
    at: datetime
    """Local time of the minute that asks for it."""


@dataclass(frozen=True)
class QuotaRow:
    """What to ask a vendor for, for one phase."""

    endpoint: str
    phase: str
    by: date
    """The phase's first day."""
    requests: Busiest
    tokens: Busiest
    units_planned: int | None
    """Reserved units at the first instant; None where there are none."""
    units: int | None
    """Units that carry the minute with the most tokens, and the margin."""


def units_of(scenario: Scenario, plan: Plan) -> dict[str, Units]:
    """The reserved units of each endpoint that has some, and a limit that says what they carry."""
    found = {}
    for name, endpoint in scenario.phase_variants()[0].scenario.endpoints.items():
        limit = limit_of_units(plan, plan.names.endpoints.index(name))
        if endpoint.reserved is not None and limit is not None:
            row, per_minute = limit
            units = endpoint.reserved.units
            found[name] = Units(units, row, per_minute / units)
    return found


def quota_sheet(
    study: Study,
    phases: Sequence[tuple[str, date]],
    margin: Decimal,
    units: Mapping[str, Units],
) -> list[QuotaRow]:
    """A row for each endpoint and phase in which it did anything."""
    calendar = study.terms.calendar
    spans = phases or [("whole horizon", calendar.start)]
    rows = []
    for place, (phase, start) in enumerate(spans):
        until = spans[place + 1][1] if place + 1 < len(spans) else calendar.end
        days = [d for d, day in enumerate(calendar.dates) if start <= day < until]
        for e, endpoint in enumerate(study.names.endpoints if days else ()):
            peaks = [one.digest.busiest_minute[days, e] for one in study.replications]
            requests = _busiest(calendar, days, peaks, Peak.ATTEMPTS, margin)
            if requests.asked:
                tokens = _busiest(calendar, days, peaks, Peak.TOKENS, margin)
                have = units.get(endpoint)
                needed = None if have is None else _units(have, peaks, margin)
                planned = None if have is None else have.planned
                rows.append(QuotaRow(endpoint, phase, start, requests, tokens, planned, needed))
    return rows


def _busiest(
    calendar: Calendar, days: Sequence[int], peaks: Sequence[Integers], peak: Peak, margin: Decimal
) -> Busiest:
    """Of (days, `Peak`, columns) of each replication."""
    found = []
    for number, by_day in enumerate(peaks):
        minutes = by_day[:, peak]
        sizes = minutes[:, Begun.ATTEMPTS] if peak == Peak.ATTEMPTS else tokens_of(minutes)
        day = int(np.argmax(sizes))
        found.append((int(sizes[day]), number, days[day], int(minutes[day, MINUTE])))
    size, _, day, minute = sorted(found)[_rank(len(found))]
    return Busiest(
        Figure.of("", [float(one[0]) for one in found]),
        math.ceil(size * (1 + margin)),
        _clock(calendar, day, minute),
    )


def _units(have: Units, peaks: Sequence[Integers], margin: Decimal) -> int:
    needed = sorted(max(have.needed(row) for row in by_day[:, Peak.TOKENS]) for by_day in peaks)
    return math.ceil(needed[_rank(len(needed))] * float(1 + margin))


def _rank(count: int) -> int:
    """The place, in ascending order, of what so many of a million stay at or below."""
    return max(1, -(-count * ASKED_PPM // 1_000_000)) - 1


def _clock(calendar: Calendar, day: int, minute: int) -> datetime:
    """The wall clock so many minutes after a local midnight, through a change of clocks as well."""
    zone = ZoneInfo(calendar.timezone)
    on = calendar.dates[day]
    midnight = datetime(on.year, on.month, on.day, tzinfo=zone)
    later = midnight.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minute)
    return later.astimezone(zone).replace(tzinfo=None)
