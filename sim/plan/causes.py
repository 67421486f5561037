"""What happens beside the phases: shifts, failures and incidents, as spans on cells of the plan.

Random ones are drawn here, before the run, each by its name and its number; so the same incident
comes at the same instant in every scenario that has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sim import demand, draws
from sim.engine.arithmetic import whole
from sim.errors import ResourceError
from sim.limits import LIMITS, NEVER, quota
from sim.plan import timeline
from sim.plan.columns import Endpoint, Limit, Node, Table
from sim.plan.starts import time_of
from sim.plan.timeline import DOWN, Combine, Moments, Span
from sim.plan.variant import Variant
from sim.scenario.endpoints import Latency
from sim.scenario.horizon import midnight
from sim.scenario.incidents import Effect, Incident, Severity, Starts, Weekly
from sim.scenario.laws import Law
from sim.scenario.stations import Shift, Station
from sim.scenario.tables import ppf

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Cell = tuple[Table, int, int]
Names = tuple[str, ...]
OCCURRENCES_MAX = 1_000_000
"""Failures or incidents of one kind in one replication; more would be a typing error."""

GAP, LENGTH, SEVERITY = range(3)
"""The draws of one occurrence."""


class Causes:
    """Everything that happens in one replication, by the cell that it touches."""

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        self.scenario = scenario
        self.seed = seed
        self.replication = replication
        self.calendar = scenario.horizon.calendar()
        self.spans: dict[Cell, list[Span]] = defaultdict(list)
        self.combine: dict[Cell, Combine] = {}
        self.bases: dict[Cell, Moments] = {}
        """What the calendar alone writes into a cell."""
        self.strikes: list[tuple[int, int, int, int]] = []
        """(incident, endpoint, start, end [us]) of every time that an incident strikes an endpoint."""

    def timetabled(self, stretches: Iterable[tuple[Variant, int, int]]) -> Causes:
        """These causes, and the shifts of each stretch's variant from one instant until another."""
        whole = Causes(self.scenario, self.seed, self.replication)
        whole.spans.update({cell: list(spans) for cell, spans in self.spans.items()})
        whole.combine.update(self.combine)
        whole.bases.update(self.bases)
        for variant, start, end in stretches:
            whole._add_shifts(variant, start, end)
        return whole

    def _add_shifts(self, variant: Variant, from_us: int, until_us: int) -> None:
        """The timetables of one phase, while it lasts."""
        for name, station in variant.scenario.stations.items():
            cell = (Table.NODES, variant.node_row(name), Node.SERVERS)
            for span in shifts(station, self.calendar):
                start, end = max(span.start_us, from_us), min(span.end_us, until_us)
                if start < end:
                    self._add(cell, Span(start, end, span.value), timeline.servers)

    def add_resets(self, variant: Variant) -> None:
        """When each quota of the calendar resets next."""
        for row, fields in enumerate(variant.limit_fields):
            if isinstance(fields, quota.Fields):
                cell = (Table.LIMITS, row, Limit.PARAMETERS + quota.RESETS_AT_US)
                self.bases[cell] = next_resets(fields, self.calendar)

    def add_failures(self, variant: Variant) -> None:
        """Failures and repairs of stations."""
        for name, station in self.scenario.stations.items():
            if station.failures is None:
                continue
            key = self._key("failures", station.failures.stream or name)
            up, down = station.failures.up_for, station.failures.down_for
            for start, end in alternating(up, down, key, self.calendar.end_us, name):
                self._stop(variant, name, start, end)

    def add_incidents(self, variant: Variant) -> None:
        """Known and random incidents."""
        for number, incident in enumerate(self.scenario.incidents):
            for group, key in groups(incident, self.seed, self.replication):
                for start, end, effect in occurrences(incident, key, self.calendar):
                    rows = self._strike(variant, group, start, end, effect)
                    self.strikes += [(number, row, start, end) for row in rows]

    def add_slow_hours(self, variant: Variant) -> None:
        """Congestion of models, and the hours of the day at which they are slower."""
        for name, endpoint in self.scenario.endpoints.items():
            latency = endpoint.latency
            if latency is None:
                continue
            row = variant.endpoints.names.index(name)
            for span in self._slow_spans(endpoint.model or name, latency):
                self._add((Table.ENDPOINTS, row, Endpoint.SLOW_PPM), span, timeline.product)

    def _slow_spans(self, luck: str, latency: Latency) -> Iterator[Span]:
        """Endpoints of one model are slow together."""
        if latency.congestion is not None:
            key = self._key("congestion", luck)
            laws = (latency.congestion.every, latency.congestion.lasts)
            stretches = _started(laws, None, key, self.calendar, f"congestion of {luck}")
            for n, (start, end) in enumerate(stretches):
                slower = ppf(latency.congestion.slower.table(), draws.uniform(key, n, SEVERITY))
                yield Span(start, end, slower)
        if latency.by_hour is not None:
            yield from hours_of_days(latency.by_hour, latency.timezone, self.calendar)

    def _key(self, *names: str) -> int:
        return draws.purpose(self.seed, self.replication, *names)

    def _strike(
        self, variant: Variant, targets: tuple[str, ...], start: int, end: int, effect: Effect
    ) -> list[int]:
        """Let an incident strike; the endpoints that feel it."""
        stations = [name for name in targets if name in self.scenario.stations]
        endpoints = [name for name in targets if name in self.scenario.endpoints]
        if effect.outage:
            for name in stations:
                self._stop(variant, name, start, end)
        share = 1.0 if effect.outage else effect.errors
        rows = [variant.endpoints.names.index(name) for name in endpoints]
        at_stations = [row for row in _endpoints_at(variant, stations) if row not in rows]
        struck = [(row, share) for row in rows] + [(row, effect.errors) for row in at_stations]
        for row, errors in struck:
            self._span(Table.ENDPOINTS, row, Endpoint.ERROR_CHANCE, start, end, errors, 0.0)
            self._span(Table.ENDPOINTS, row, Endpoint.SLOW_PPM, start, end, effect.slow, 1.0)
        for row, column in quota_cells(variant, rows):
            self._span(Table.LIMITS, row, column, start, end, effect.quota, 1.0)
        return [*rows, *at_stations]

    def _span(
        self,
        table: Table,
        row: int,
        column: int,
        start: int,
        end: int,
        value: float,
        nothing: float,
    ) -> None:
        if value != nothing:
            errors = table == Table.ENDPOINTS and column == Endpoint.ERROR_CHANCE
            combine = timeline.errors if errors else timeline.product
            self._add((table, row, column), Span(start, end, value), combine)

    def _stop(self, variant: Variant, station: str, start: int, end: int) -> None:
        row = variant.node_row(station)
        self._add((Table.NODES, row, Node.SERVERS), Span(start, end, DOWN), timeline.servers)
        self._add((Table.NODES, row, Node.PREEMPTS), Span(start, end, DOWN), timeline.preempts)

    def _add(self, cell: Cell, span: Span, combine: Combine) -> None:
        self.spans[cell].append(span)
        self.combine[cell] = combine


def next_resets(fields: quota.Fields, calendar: demand.Horizon) -> Moments:
    """From when on each reset of a quota is its next one."""
    first, last = calendar.start - timedelta(days=2), calendar.end + timedelta(days=33)
    moments = quota.resets(fields, first, last)
    instants = sorted({calendar.since_start_us(each, fields.timezone) for each in moments})
    ahead = [instant for instant in instants if instant > 0]
    return list(zip([0, *ahead], [*ahead, NEVER], strict=True))


def hours_of_days(
    by_hour: tuple[float, ...], timezone: str | None, calendar: demand.Horizon
) -> Iterator[Span]:
    """A factor for each hour of the local day."""
    for day in calendar.days(timezone):
        instants = [
            calendar.since_start_us(midnight(day.date) + timedelta(hours=hour), day.timezone)
            for hour in range(24)
        ]
        for start, end, factor in zip(
            instants, [*instants[1:], day.until_us], by_hour, strict=True
        ):
            if start < end:
                yield Span(start, end, factor)


def shifts(station: Station, calendar: demand.Horizon) -> Iterator[Span]:
    """Every shift of a station that touches the horizon, with its people."""
    first = calendar.start - timedelta(days=1)
    for n in range((calendar.end - first).days):
        day = first + timedelta(days=n)
        for shift in station.staff or ():
            if day.weekday() in shift.days:
                yield _span_of(shift, calendar, n)


def _span_of(shift: Shift, calendar: demand.Horizon, n: int) -> Span:
    start = midnight(calendar.start + timedelta(days=n - 1))
    opens = start + timedelta(microseconds=shift.hours.start_us)
    closes = start + timedelta(microseconds=shift.hours.end_us)
    return Span(calendar.since_start_us(opens), calendar.since_start_us(closes), shift.people)


def alternating(up: Law, down: Law, key: int, end_us: int, what: str) -> Iterator[tuple[int, int]]:
    """Stretches in which something is down, in turns with being up."""
    now = 0
    for n in _numbers(what):
        start = now + _drawn(up, key, n, GAP)
        if start >= end_us:
            return
        now = start + _drawn(down, key, n, LENGTH)
        yield start, now


def groups(incident: Incident, seed: int, replication: int) -> Iterator[tuple[Names, int]]:
    """Those that an incident hits together, and the key of their luck in a replication."""
    targets = (*incident.endpoints, *incident.stations)
    if not incident.independent:
        yield targets, draws.purpose(seed, replication, "incident", incident.luck)
        return
    for target in targets:
        yield (target,), draws.purpose(seed, replication, "incident", incident.luck, target)


def occurrences(
    incident: Incident, key: int, calendar: demand.Horizon
) -> Iterator[tuple[int, int, Effect]]:
    """Every time that an incident happens: start, end [us], and what it does."""
    for n, past in enumerate(incident.list):
        start = _instant(past.at, calendar)
        effect = chosen(past.what, draws.uniform(key, n, SEVERITY))
        yield start, start + past.lasts, effect
    for n, (start, end) in enumerate(_stretches(incident, key, calendar)):
        yield start, end, chosen(incident.what, draws.uniform(key, n, SEVERITY))


def _stretches(incident: Incident, key: int, calendar: demand.Horizon) -> Iterator[tuple[int, int]]:
    if incident.weekly is not None:
        yield from _weekly(incident.weekly, calendar)
    if incident.lasts is None:
        return
    if incident.at is not None:
        start = _instant(incident.at, calendar)
        yield start, start + _drawn(incident.lasts, key, 0, LENGTH)
    elif incident.up_for is not None:
        up, down = incident.up_for, incident.lasts
        yield from alternating(up, down, key, calendar.end_us, incident.luck)
    elif incident.every is not None:
        laws = (incident.every, incident.lasts)
        yield from _started(laws, incident.starts, key, calendar, incident.luck)


def _instant(at: int | datetime, calendar: demand.Horizon) -> int:
    return at if isinstance(at, int) else calendar.since_start_us(at)


def _weekly(weekly: Weekly, calendar: demand.Horizon) -> Iterator[tuple[int, int]]:
    """The hours of every week that touch the horizon."""
    for n in range(-1, (calendar.end - calendar.start).days):
        day = calendar.start + timedelta(days=n)
        if day.weekday() in weekly.days:
            opens, closes = weekly.hours.start_us, weekly.hours.end_us
            moments = (midnight(day) + timedelta(microseconds=us) for us in (opens, closes))
            start, end = (calendar.since_start_us(moment) for moment in moments)
            if end > 0:
                yield start, end


def _started(
    laws: tuple[Law, Law],
    starts: Starts | None,
    key: int,
    calendar: demand.Horizon,
    what: str,
) -> Iterator[tuple[int, int]]:
    """Stretches whose starts are a random gap apart, so that they may overlap."""
    gap, length = laws
    clock = 0
    for n in _numbers(what):
        clock += _drawn(gap, key, n, GAP)
        start = time_of(clock, starts, calendar)
        if start >= calendar.end_us:
            return
        yield start, start + _drawn(length, key, n, LENGTH)


def chosen(severities: Iterable[Severity], u: float) -> Effect:
    """The effect that a uniform draw chooses among weighted ones."""
    found = [severity for severity in severities if severity.weight > 0]
    left = u * sum(severity.weight for severity in found)
    for severity in found:
        left -= severity.weight
        if left < 0:
            return severity.effect
    return found[-1].effect


def quota_cells(variant: Variant, endpoints: Iterable[int]) -> list[tuple[int, int]]:
    """The (row, column) of every parameter of a vendor's limit that follows the quota of some endpoints."""
    limits: set[int] = set()
    pooled = variant.pools.endpoint_limits.array()
    for row in endpoints:
        cells = variant.endpoints.cells[row]
        first = cells[Endpoint.LIMIT_FIRST]
        last = first + cells[Endpoint.LIMIT_COUNT] - cells[Endpoint.OWN_LIMITS]
        limits.update(int(limit) for limit in pooled[first:last])
    kinds = [(row, LIMITS[variant.limits.cells[row][Limit.KIND]]) for row in sorted(limits)]
    return [(row, Limit.PARAMETERS + column) for row, kind in kinds for column in kind.quota]


def _endpoints_at(variant: Variant, stations: Iterable[str]) -> list[int]:
    nodes = {variant.node_row(name) for name in stations}
    rows = enumerate(variant.endpoints.cells)
    return [row for row, cells in rows if cells[Endpoint.NODE] in nodes]


def _drawn(law: Law, key: int, entity: int, counter: int) -> int:
    """A drawn length of time, at least 1 µs."""
    return max(1, whole(ppf(law.table(), draws.uniform(key, entity, counter))))


def _numbers(what: str) -> Iterator[int]:
    yield from range(OCCURRENCES_MAX)
    message = (
        f"{what}: more than {OCCURRENCES_MAX} happen in the horizon; were they meant so often?"
    )
    raise ResourceError(message)
