"""The memory that the kernel works on: one array of integers, in which everything has an address.

A row of the plan, a request, a branch, an attempt: each is known by the address of its first cell, and
`memory[attempt + A.NODE]` is one of its cells. One array is passed to every part of the kernel, where
forty would cost more than the work; what needs more room gets new addresses at the end, so that the old
ones stay good. Free slots are linked. Nothing observable depends on where anything lies.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.engine.arithmetic import BIN_COUNT, MIXTURE
from sim.engine.compiled.codes import (
    ARRIVAL_WIDTH,
    DRAWS,
    EVER,
    HEAP_WIDTH,
    LIMIT_WIDTH,
    LINE_WIDTH,
    NONE,
    ROWS_CAP,
    A,
    B,
    E,
    Ints,
    K,
    L,
    N,
    P,
    R,
    S,
    W,
)
from sim.limits import LIMITS, STATE_WIDTH
from sim.outcome import HOURS, MINUTES, Begun, Load, Row, Use
from sim.plan import Day, Laws, Plan
from sim.plan.columns import (
    Clock,
    Endpoint,
    Limit,
    Route,
    Step,
    Table,
    Workload,
)

REFERENCES: dict[tuple[int, int], Table] = {
    (Table.STEPS, Step.NEXT): Table.STEPS,
    (Table.STEPS, Step.ALT): Table.STEPS,
    (Table.STEPS, Step.ROUTE): Table.ROUTES,
    (Table.WORKLOADS, Workload.START_STEP): Table.STEPS,
    (Table.ENDPOINTS, Endpoint.NODE): Table.NODES,
}
"""Cells that hold a row of another table; in the memory they hold its address."""

WIDTHS = {
    Table.STEPS: int(P.WIDTH),
    Table.ROUTES: len(Route),
    Table.ENDPOINTS: int(E.WIDTH),
    Table.NODES: int(N.WIDTH),
    Table.LIMITS: int(L.WIDTH),
    Table.WORKLOADS: int(W.WIDTH),
    Table.CLOCK: len(Clock),
}


class World:
    """The memory of one engine, and its growth."""

    def __init__(self, plan: Plan, trace: tuple[int, int], salt: int) -> None:
        self.memory = np.zeros(1 << 16, np.int64)
        self.used = len(S)
        self.numbers = np.ascontiguousarray(plan.laws.numbers, np.float64)
        self.stages = len(plan.names.stages)
        self.workloads = len(plan.workloads)
        self._lay_tables(plan)
        self._fill_rows(plan)
        self._set(S.SALT, salt)
        self._set(S.TRACE_SESSION, trace[0])
        self._set(S.TRACE_TURN, trace[1])
        for scalar in (
            S.DIRTY,
            S.HEARD,
            S.REPORTED,
            S.UNSETTLED,
            S.FREE_REQUEST,
            S.FREE_BRANCH,
            S.FREE_ATTEMPT,
        ):
            self._set(scalar, NONE)
        self._tracing = trace[0] != NONE
        self.request_width = R.STAGES + self.stages
        self.request_blocks: list[tuple[int, int]] = []
        """Address and number of slots of each block of requests."""

    def _set(self, scalar: S, value: int) -> None:
        self.memory[scalar] = value

    def get(self, scalar: S) -> int:
        """A scalar."""
        return int(self.memory[scalar])

    def room_at(self, count: int) -> int:
        """The address of so many more cells, all 0."""
        address = self.used
        self.used += count
        if self.used > len(self.memory):
            larger = np.zeros(2 * self.used, np.int64)
            larger[:address] = self.memory[:address]
            self.memory = larger
        return address

    def add(self, cells: Ints) -> int:
        """Append cells to the memory; returns their address."""
        address = self.room_at(cells.size)
        self.memory[address : address + cells.size] = cells.ravel()
        return address

    def _lay_tables(self, plan: Plan) -> None:
        tables = {
            Table.STEPS: plan.steps,
            Table.ROUTES: plan.routes,
            Table.ENDPOINTS: plan.endpoints,
            Table.NODES: plan.nodes,
            Table.LIMITS: plan.limits,
            Table.WORKLOADS: plan.workloads,
            Table.CLOCK: plan.clock,
        }
        self.bases: dict[int, int] = {}
        for name, table in tables.items():
            rows = np.zeros((len(table), WIDTHS[name]), np.int64)
            rows[:, : table.shape[1]] = table
            if rows.shape[1] > table.shape[1]:
                rows[:, table.shape[1]] = np.arange(len(table))
            self.bases[name] = self.add(rows)
        for (of, column), to in REFERENCES.items():
            cells = self.cells(of, column, len(tables[Table(of)]))
            cells[:] = self.addresses(to, cells)
        self.rows_of = {name: len(table) for name, table in tables.items()}

    def cells(self, table: int, column: int, rows: int) -> Ints:
        """A column of a table in the memory, as a view."""
        first = self.bases[table] + column
        return self.memory[first : first + rows * WIDTHS[Table(table)] : WIDTHS[Table(table)]]

    def addresses(self, table: int, rows: Ints) -> Ints:
        """The addresses of rows; -1 stays."""
        return np.where(rows < 0, rows, self.bases[table] + rows * WIDTHS[Table(table)])

    def _fill_rows(self, plan: Plan) -> None:
        limits = self.add(self.addresses(Table.LIMITS, plan.endpoint_limits))
        endpoints = self.add(self.addresses(Table.ENDPOINTS, plan.route_endpoints))
        weights = self.add(np.ascontiguousarray(plan.route_weights, np.int64))
        breakers = self.add(np.ascontiguousarray(plan.route_breakers, np.int64))
        forks = self.add(self.addresses(Table.STEPS, plan.forks))
        rows = self.rows_of
        self.cells(Table.ENDPOINTS, Endpoint.LIMIT_FIRST, rows[Table.ENDPOINTS])[:] += limits
        self.cells(Table.ROUTES, Route.FIRST, rows[Table.ROUTES])[:] += endpoints
        self.cells(Table.ROUTES, Route.WEIGHTS, rows[Table.ROUTES])[:] += weights
        self.cells(Table.ROUTES, Route.BREAKERS, rows[Table.ROUTES])[:] += breakers
        self.cells(Table.STEPS, Step.FORK_FIRST, rows[Table.STEPS])[:] += forks
        self._route_bases = {
            int(Route.FIRST): endpoints,
            int(Route.WEIGHTS): weights,
            int(Route.BREAKERS): breakers,
        }
        budgets = plan.endpoints[:, Endpoint.BUDGET_CAP_PPM]
        self.cells(Table.ENDPOINTS, E.BUDGET, len(budgets))[:] = budgets
        self._fill_keys(Table.STEPS, P.KEYS, plan.step_keys)
        self._fill_keys(Table.WORKLOADS, W.KEYS, plan.workload_keys)
        for limit in range(len(plan.limits)):
            row = self.memory[self.bases[Table.LIMITS] + limit * L.WIDTH :][: L.WIDTH]
            parameters = row[Limit.PARAMETERS : LIMIT_WIDTH].tolist()
            LIMITS[row[Limit.KIND]].start(parameters, row[L.STATE : L.STATE + STATE_WIDTH], 0)
        for column in range(N.WAKE_AT, N.LOAD):
            if column not in (N.NEW, N.UNDER_WAY, N.UNSENT):
                self.cells(Table.NODES, column, rows[Table.NODES])[:] = NONE
        self.cells(Table.NODES, N.IDLE_SINCE, rows[Table.NODES])[:] = -EVER
        self._fill_header(plan)

    def _fill_keys(self, table: Table, first: int, keys: NDArray[np.uint64]) -> None:
        mixed = draws.mixes(keys[:, None] ^ np.arange(DRAWS, dtype=np.uint64)[None, :])
        for draw in range(DRAWS):
            self.cells(table, first + draw, len(keys))[:] = mixed[:, draw].astype(np.int64)

    def _fill_header(self, plan: Plan) -> None:
        self._set(S.LAWS, self.add(_laws(plan.laws)))
        self._set(S.CLOCK, self.bases[Table.CLOCK])
        self._set(S.NODES, self.bases[Table.NODES])
        self._set(S.NODE_COUNT, len(plan.nodes))
        self._set(S.ENDPOINTS, self.bases[Table.ENDPOINTS])
        self._set(S.ENDPOINT_COUNT, len(plan.endpoints))
        count = int(plan.route_breakers.max(initial=-1)) + 1
        self._set(S.BREAKERS, self.room_at(count * K.WIDTH))
        self._set(S.STAGES, self.stages)
        self._set(S.ROW_WIDTH, Row.STAGES + self.stages)
        self._set(S.ROWS_CAP, ROWS_CAP)
        self._set(S.ROWS, self.room_at(ROWS_CAP * (Row.STAGES + self.stages)))

    def begin(self, day: Day) -> None:
        """Lay out a day's arrivals and changes, and empty its counters."""
        self.memory[[S.DAY_START, S.UNTIL]] = day.start_us, day.until_us
        self.memory[[S.HOUR, S.HOUR_START]] = 0, day.start_us
        self.memory[[S.ROWS_SIZE, S.TRACE_SIZE, S.ARRIVED, S.ENDED]] = 0
        counted = HOURS * len(Use) + MINUTES * len(Begun)
        self.counters(Table.ENDPOINTS, E.USAGE, counted)[:] = 0
        self.counters(Table.NODES, N.LOAD, HOURS * len(Load) + BIN_COUNT)[:] = 0
        self._put(S.ARRIVALS, S.ARRIVALS_END, self._arrivals(day))
        self._put(S.CHANGES, S.CHANGES_END, self._changes(day))

    def _put(self, start: S, end: S, cells: Ints) -> None:
        """Lay out cells that only today needs, where yesterday's were if they fit there."""
        room = getattr(self, f"_{start.name}", (0, 0))
        if cells.size > room[1]:
            room = (self.room_at(2 * cells.size), 2 * cells.size)
            setattr(self, f"_{start.name}", room)
        self.memory[room[0] : room[0] + cells.size] = cells.ravel()
        self._set(start, room[0])
        self._set(end, room[0] + cells.size)

    def _arrivals(self, day: Day) -> Ints:
        coming = day.arrivals
        table = np.empty((len(coming.time_us), ARRIVAL_WIDTH), np.int64)
        table[:, 0] = coming.time_us
        table[:, 1] = coming.number
        table[:, 2] = np.ascontiguousarray(coming.key, np.uint64).view(np.int64)
        table[:, 3] = self.addresses(Table.WORKLOADS, coming.workload)
        if salt := self.get(S.SALT):
            shuffled = draws.mixes(table[:, 1].astype(np.uint64) ^ np.uint64(salt))
            table = table[np.lexsort((shuffled, table[:, 0]))]
        return table

    def _changes(self, day: Day) -> Ints:
        """Each change as (time, address of the cell, value); a limit's row is named by its own cell."""
        changes = day.changes
        order = np.lexsort((changes.column, changes.row, changes.table, changes.time_us))
        cells = []
        for place in order.tolist():
            table, row, column = (
                int(part[place]) for part in (changes.table, changes.row, changes.column)
            )
            value = int(changes.value[place])
            if (table, column) in REFERENCES:
                value = int(self.addresses(REFERENCES[table, column], np.array([value]))[0])
            if table == Table.ROUTES:
                value += self._route_bases.get(column, 0)
            base = self.bases[table] + row * WIDTHS[Table(table)]
            limit = base if table == Table.LIMITS and column >= Limit.PARAMETERS else NONE
            cells.append((int(changes.time_us[place]), base + column, value, limit))
        return np.array(cells, np.int64).reshape(-1, 4)

    def counters(self, table: Table, first: int, count: int) -> Ints:
        """The counters of each row of a table, as a view of shape (rows, count)."""
        rows = self.rows_of[table]
        base = self.bases[table]
        whole = self.memory[base : base + rows * WIDTHS[table]].reshape(rows, WIDTHS[table])
        return whole[:, first : first + count]

    def grow(self, room: int) -> None:
        """Give at least `room` to whatever has less: slots, heap, agenda, rows, trace."""
        for free, count, width, link in (
            (S.FREE_REQUEST, S.FREE_REQUESTS, R.STAGES + self.stages, R.NEXT_FREE),
            (S.FREE_BRANCH, S.FREE_BRANCHES, B.WIDTH, B.AFTER),
            (S.FREE_ATTEMPT, S.FREE_ATTEMPTS, A.WIDTH, A.AFTER),
        ):
            if self.get(count) < room:
                self._more_slots(free, count, int(width), int(link), room)
        for start, size, width, each in (
            (S.HEAP, S.HEAP_SIZE, HEAP_WIDTH, 8),
            (S.AGENDA, S.AGENDA_SIZE, 1, 2),
            (S.TRACE, S.TRACE_SIZE, LINE_WIDTH, 32 if self._tracing else 0),
        ):
            if self.get(S(size + 1)) - self.get(size) < each * room:
                self._longer(start, size, int(width), each * room)

    def _more_slots(self, free: S, count: S, width: int, link: int, room: int) -> None:
        slots = max(room, self.used // (8 * width), 16)
        cells = np.zeros((slots, width), np.int64)
        address = self.used
        cells[:, link] = address + np.arange(1, slots + 1) * width
        cells[-1, link] = self.get(free)
        self.add(cells)
        if free == S.FREE_REQUEST:
            self.request_blocks.append((address, slots))
        self._set(free, address)
        self._set(count, self.get(count) + slots)

    def _longer(self, start: S, size: S, width: int, room: int) -> None:
        held = self.get(size) * width
        cap = 2 * self.get(S(size + 1)) + room
        old = self.get(start)
        address = self.room_at(cap * width)
        self.memory[address : address + held] = self.memory[old : old + held]
        self._set(start, address)
        self._set(S(size + 1), cap)

    def take_rows(self) -> Ints:
        """The rows written so far; the buffer is empty again."""
        rows = self.table(S.ROWS, S.ROWS_SIZE, self.get(S.ROW_WIDTH))
        self._set(S.ROWS_SIZE, 0)
        return rows

    def table(self, start: S, size: S, width: int) -> Ints:
        """A buffer's rows, copied."""
        first = self.get(start)
        return self.memory[first : first + self.get(size) * width].reshape(-1, width).copy()


def _laws(laws: Laws) -> Ints:
    """Kind, start and count of each law."""
    assert not np.any(laws.kinds > MIXTURE)
    return np.stack([laws.kinds, laws.starts, laws.counts], axis=1).astype(np.int64)
