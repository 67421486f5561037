"""Made-up days of outcomes, for what comes after an engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from sim.engine.arithmetic import BIN_COUNT
from sim.measure import Layout, Measures
from sim.outcome import HOURS, MINUTES, Begun, DayOutcome, Load, Row, Use
from sim.plan import Names
from sim.plan.columns import Status
from sim.windows import Calendar

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
CHICAGO = "America/Chicago"


def calendar(
    start: str = "2027-07-01", end: str = "2027-07-03", timezone: str = CHICAGO
) -> Calendar:
    return Calendar(date.fromisoformat(start), date.fromisoformat(end), timezone)


def layout(
    cal: Calendar | None = None, deadlines_us: Sequence[int] = (30 * SECOND_US, -1)
) -> Layout:
    names = Names(
        steps=(),
        stages=("rag.search", "rag.answer"),
        routes=(),
        endpoints=("gpt", "claude"),
        nodes=("reviewers", "gpt"),
        limits=(),
        workloads=("ask", "intake"),
        phases=("pilot", "all"),
    )
    return Layout(cal or calendar(), names, tuple(deadlines_us))


def row(arrived_us: int, latency_us: int, status: Status = Status.OK, **columns: int) -> list[int]:
    """A row; other columns by name, stages as `stage0` and `stage1`."""
    values = [0] * Row.FAULT_STEP + [-1] * (Row.STAGES - Row.FAULT_STEP) + [0, 0]
    values[Row.TURN], values[Row.DETACHED] = 1, -1
    values[Row.ARRIVED_US], values[Row.FINISHED_US] = arrived_us, arrived_us + latency_us
    values[Row.FIRST_TOKEN_US], values[Row.STATUS] = arrived_us + latency_us, status
    values[Row.STAGES :] = [-1, -1]
    for name, value in columns.items():
        place = Row.STAGES + int(name[-1]) if name.startswith("stage") else Row[name.upper()]
        values[place] = value
    return values


def outcome(
    lay: Layout,
    day: int = 0,
    rows: Sequence[Sequence[int]] = (),
    usage: Sequence[tuple[int, int, Use, int]] = (),
    load: Sequence[tuple[int, int, Load, int]] = (),
    minutes: Sequence[tuple[int, int, Begun, int]] = (),
    waits: Sequence[tuple[int, int]] = (),
) -> DayOutcome:
    """A day. usage: (endpoint, hour, use, amount); load: (node, hour, load, amount); waits: (node, bin)."""
    starts = lay.calendar.day_starts_us
    used = np.zeros((len(lay.names.endpoints), HOURS, len(Use)), np.int64)
    loaded = np.zeros((len(lay.names.nodes), HOURS, len(Load)), np.int64)
    waited = np.zeros((len(lay.names.nodes), BIN_COUNT), np.int64)
    for endpoint, hour, use, amount in usage:
        used[endpoint, hour, use] += amount
    for node, hour, column, amount in load:
        loaded[node, hour, column] += amount
    for node, place in waits:
        waited[node, place] += 1
    begun = np.zeros((len(lay.names.endpoints), MINUTES, len(Begun)), np.int64)
    for endpoint, minute, column, amount in minutes:
        begun[endpoint, minute, column] += amount
    table = np.array(rows, np.int64).reshape(-1, Row.STAGES + 2)
    n = len(table)
    start_us = int(starts[day])
    until_us = int(starts[min(day + 1, lay.days)])
    return DayOutcome(
        start_us, until_us, table, used, begun, loaded, waited, np.zeros((0, 7), np.int64), n, n, 0
    )


def measured(lay: Layout, *outcomes: DayOutcome) -> Measures:
    measures = Measures(lay)
    for each in outcomes:
        measures.fold(each)
    return measures
