"""The memory that the kernel works on: one array of integers, in which everything has an address.

A row of the plan, a request, a branch, an attempt: each is known by the address of its first cell, and
`memory[attempt + A.NODE]` is one of its cells. One array is passed to every part of the kernel, where
forty would cost more than the work; what needs more room gets new addresses at the end, so that the old
ones stay good. Free slots are linked. Nothing observable depends on where anything lies.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.engine.arithmetic import BIN_COUNT, MIXTURE
from sim.limits import LIMITS, STATE_WIDTH
from sim.outcome import HOURS, Line, Load, Row, Use
from sim.plan import Day, Laws, Plan
from sim.plan.columns import (
    LIMIT_PARAMETERS,
    PRIORITIES,
    Clock,
    Draw,
    Endpoint,
    Limit,
    Node,
    Route,
    Step,
    Table,
    Workload,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NONE = -1
DRAWS = max(Draw) + 1
LAW_WIDTH = 3
HEAP_WIDTH = 4
LINE_WIDTH = len(Line)
ROWS_CAP = 4096
"""Rows that are written before they are taken out of the memory."""
ARRIVAL_WIDTH = 4
CHANGE_WIDTH = 4
LIMIT_WIDTH = Limit.PARAMETERS + LIMIT_PARAMETERS


class S(IntEnum):
    """The first cells of the memory: scalars, and where the rest lies."""

    NOW = 0
    DAY_START = 1
    UNTIL = 2
    SERIAL = 3
    """The last serial number given; a late event finds that its serial number is gone."""
    SALT = 4
    """Not 0: shuffle events within a moment."""
    TRACE_SESSION = 5
    TRACE_TURN = 6
    ARRIVED = 7
    ENDED = 8
    IN_FLIGHT = 9
    FREE_REQUEST = 10
    FREE_REQUESTS = 11
    FREE_BRANCH = 12
    FREE_BRANCHES = 13
    FREE_ATTEMPT = 14
    FREE_ATTEMPTS = 15
    DIRTY = 16
    """How many nodes are to be looked at by the end of this instant."""
    UNSETTLED = 17
    """First limit of which an attempt ended at this instant."""
    HEARD = 18
    """Branch that heard a result in the event that is being handled; -1: none."""
    HEARD_RESULT = 19
    HEARD_ADVICE = 20
    STAGES = 21
    ROW_WIDTH = 22
    LAWS = 23
    CLOCK = 24
    NODES = 25
    NODE_COUNT = 26
    ENDPOINTS = 27
    ENDPOINT_COUNT = 28
    ARRIVALS = 29
    """Address of the next session of today."""
    ARRIVALS_END = 30
    CHANGES = 31
    """Address of the next change of today."""
    CHANGES_END = 32
    HEAP = 33
    HEAP_SIZE = 34
    HEAP_CAP = 35
    AGENDA = 36
    """Branches that have something to do at this instant."""
    AGENDA_SIZE = 37
    AGENDA_CAP = 38
    ROWS = 39
    ROWS_SIZE = 40
    ROWS_CAP = 41
    TRACE = 42
    TRACE_SIZE = 43
    TRACE_CAP = 44


class P(IntEnum):
    """What a step has behind its columns in the plan."""

    ROW = len(Step)
    KEYS = len(Step) + 1
    """The key of each of its draws."""
    WIDTH = len(Step) + 1 + DRAWS


class W(IntEnum):
    """What a workload has behind its columns in the plan."""

    ROW = len(Workload)
    KEYS = len(Workload) + 1
    WIDTH = len(Workload) + 1 + DRAWS


class E(IntEnum):
    """What an endpoint has behind its columns in the plan."""

    ROW = len(Endpoint)
    BUDGET = len(Endpoint) + 1
    """Retries that its client may still make, in ppm."""
    USAGE = len(Endpoint) + 2
    """Its counters of today, hour by hour."""
    WIDTH = len(Endpoint) + 2 + HOURS * len(Use)


class L(IntEnum):
    """What a limit has behind its columns in the plan."""

    ROW = LIMIT_WIDTH
    STATE = LIMIT_WIDTH + 1
    OLD = LIMIT_WIDTH + 1 + STATE_WIDTH
    """Its parameters before this instant's changes."""
    CHANGED = OLD + LIMIT_PARAMETERS
    PENDING = CHANGED + 1
    """1 where an attempt ended at this instant."""
    RESERVED = CHANGED + 2
    ACTUAL = CHANGED + 3
    NEXT = CHANGED + 4
    """The next limit to settle."""
    WIDTH = CHANGED + 5


class N(IntEnum):
    """What a node has behind its columns in the plan."""

    ROW = len(Node)
    BUSY = ROW + 1
    WAITING = ROW + 2
    LAST_US = ROW + 3
    """The instant up to which its integrals are counted."""
    DIRTY = ROW + 4
    WAKE_AT = ROW + 5
    NEW = ROW + 6
    """How many joined at this instant and have not come to the door."""
    NEW_HEAD = ROW + 7
    NEW_TAIL = ROW + 8
    SERVICE_HEAD = ROW + 9
    SERVICE_TAIL = ROW + 10
    QUEUES = ROW + 11
    """Head and tail of each priority's queue."""
    LOAD = QUEUES + 2 * PRIORITIES
    """Its counters of today, hour by hour."""
    WAITS = LOAD + HOURS * len(Load)
    WIDTH = WAITS + BIN_COUNT


class R(IntEnum):
    """A request, a detached job, or a session between two turns."""

    STATE = 0
    """0 free, 1 under way, 2 thinking."""
    SERIAL = 1
    SESSION = 2
    TURN = 3
    WORKLOAD = 4
    DETACHED = 5
    """Row of the step where a detached job began; -1 for a request."""
    PHASE = 6
    ARRIVED_US = 7
    INPUT = 8
    OUTPUT = 9
    ATTEMPTS = 10
    REFUSALS = 11
    WAIT_US = 12
    BACKOFF_US = 13
    PATIENCE_AT = 14
    """When the person gives up; -1: never, or the event is on its way."""
    BRANCHES = 15
    """First of its branches."""
    MAIN = 16
    KEY = 17
    SESSION_KEY = 18
    NEXT_FREE = 19
    STAGES = 20
    """Time in each stage so far [µs]."""


class B(IntEnum):
    """A branch."""

    REQUEST = 0
    PARENT = 1
    NAME = 2
    """Row of the step where it began."""
    DOING = 3
    STEP = 4
    STEP_SERIAL = 5
    """Serial number of its coming to this step."""
    CAME_US = 6
    LAP = 7
    TRIES = 8
    """Attempts made in this call."""
    ROUTE = 9
    HOP = 10
    """Place in the route."""
    TARGET = 11
    """The endpoint that it tries."""
    RETRIED = 12
    """Retries made at this endpoint."""
    ORDINAL = 13
    """Attempts made since it began."""
    ATTEMPT = 14
    LAST_RESULT = 15
    CHILDREN = 16
    """Children that have not ended."""
    FAILED_NAME = 17
    """The failed child that stands first; -1: none failed."""
    FAILED_STATUS = 18
    FIRST_US = 19
    CHILD_FIRST_US = 20
    ANSWERED = 21
    """Row of the endpoint that answered."""
    CHILD_ANSWERED = 22
    SLOWER_AT = 23
    """When it goes on without this step; -1: never."""
    SLOWER_SET = 27
    """1 where the event of that is on its way."""
    STATUS = 24
    """How it ended."""
    BEFORE = 25
    AFTER = 26
    """Neighbours among its request's branches; AFTER also links free slots."""
    WIDTH = 28


class Doing(IntEnum):
    """What a branch does."""

    COMING = 0
    """It has come to its step."""
    WAITING = 1
    """In a DELAY or CALL."""
    SENDING = 2
    """About to make an attempt."""
    FORKED = 3
    ENDED = 4


class A(IntEnum):
    """An attempt."""

    STATE = 0
    SERIAL = 1
    BRANCH = 2
    """The branch that waits for it; -1: nobody."""
    SESSION = 3
    TURN = 4
    NAME = 5
    LAP = 6
    ORDINAL = 7
    PRIORITY = 8
    STEP = 9
    COUNTER = 10
    ENDPOINT = 11
    NODE = 12
    RETRIED = 13
    JOINED_US = 14
    QUEUED_US = 15
    STARTED_US = 16
    """When it first started; -1: not yet."""
    FINISH_US = 17
    LEFT_US = 18
    """Of work that went back to the queue: what is left of its service."""
    RESULT = 19
    INPUT = 20
    CACHED = 21
    OUTPUT = 22
    RESERVE = 23
    """Output tokens that limits reserve."""
    FIRST_US = 24
    TIMEOUT_AT = 25
    """When its client gives up; -1: never; -2: so long after it starts."""
    ADVICE = 26
    KEY = 27
    BEFORE = 28
    AFTER = 29
    """Neighbours in its list; AFTER also links free slots."""
    WOUND = 30
    """1 where the event of its time-out is on its way."""
    WIDTH = 31


class At(IntEnum):
    """Where an attempt is."""

    FREE = 0
    JOINING = 1
    """Joined at this instant; not yet through the door."""
    QUEUED = 2
    IN_SERVICE = 3
    RETURNING = 4
    """A refusal is on its way back."""


class Kind(IntEnum):
    """Kinds of events on the heap."""

    DELAY = 0
    ATTEMPT = 1
    TIMEOUT = 2
    SLOWER = 3
    QUEUE_PATIENCE = 4
    PATIENCE = 5
    RETRY = 6
    TURN = 7
    WAKE = 8


class Moment(IntEnum):
    """The moments of an instant."""

    FINISH = 0
    TIMEOUT = 1
    SLOWER = 2
    QUEUE_PATIENCE = 3
    PATIENCE = 4
    JOIN = 5
    CHANGE = 6


REFERENCES = {
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
        for scalar in (S.HEARD, S.UNSETTLED, S.FREE_REQUEST, S.FREE_BRANCH, S.FREE_ATTEMPT):
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
        for (name, column), to in REFERENCES.items():
            cells = self.cells(name, column, len(tables[name]))
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
        forks = self.add(self.addresses(Table.STEPS, plan.forks))
        rows = self.rows_of
        self.cells(Table.ENDPOINTS, Endpoint.LIMIT_FIRST, rows[Table.ENDPOINTS])[:] += limits
        self.cells(Table.ROUTES, Route.FIRST, rows[Table.ROUTES])[:] += endpoints
        self.cells(Table.STEPS, Step.FORK_FIRST, rows[Table.STEPS])[:] += forks
        self._route_base = endpoints
        budgets = plan.endpoints[:, Endpoint.BUDGET_CAP_PPM]
        self.cells(Table.ENDPOINTS, E.BUDGET, len(budgets))[:] = budgets
        self._fill_keys(Table.STEPS, P.KEYS, plan.step_keys)
        self._fill_keys(Table.WORKLOADS, W.KEYS, plan.workload_keys)
        for limit in range(len(plan.limits)):
            row = self.memory[self.bases[Table.LIMITS] + limit * L.WIDTH :][: L.WIDTH]
            parameters = row[Limit.PARAMETERS : LIMIT_WIDTH].tolist()
            LIMITS[row[Limit.KIND]].start(parameters, row[L.STATE : L.STATE + STATE_WIDTH], 0)
        for column in range(N.WAKE_AT, N.LOAD):
            if column != N.NEW:
                self.cells(Table.NODES, column, rows[Table.NODES])[:] = NONE
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
        self._set(S.STAGES, self.stages)
        self._set(S.ROW_WIDTH, Row.STAGES + self.stages)
        self._set(S.ROWS_CAP, ROWS_CAP)
        self._set(S.ROWS, self.room_at(ROWS_CAP * (Row.STAGES + self.stages)))

    def begin(self, day: Day) -> None:
        """Lay out a day's arrivals and changes, and empty its counters."""
        self.memory[[S.DAY_START, S.UNTIL]] = day.start_us, day.until_us
        self.memory[[S.ROWS_SIZE, S.TRACE_SIZE, S.ARRIVED, S.ENDED]] = 0
        self.counters(Table.ENDPOINTS, E.USAGE, HOURS * len(Use))[:] = 0
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
                value = int(self.addresses(REFERENCES[Table(table), column], np.int64(value)))
            if (table, column) == (Table.ROUTES, Route.FIRST):
                value += self._route_base
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
