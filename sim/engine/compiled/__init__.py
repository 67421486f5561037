"""The compiled engine: the law of the instant as one Numba event loop over flat memory.

Read `sim/engine/reference/` first: it says the same in processes. Here `kernel.py` is the loop; `steps.py`,
`calls.py`, `branches.py` and `requests.py` are what requests do; `starting.py` is the last moment of an
instant; `timing.py` are time-outs, `limiting.py` and `rules.py` the limits; `basics.py` holds the smallest parts,
`world.py` the memory, `codes.py` its map, `jit.py` the way it is compiled. This module turns days into memory and
memory into outcomes. A kernel cannot be interrupted, so it runs in slices of a fraction of a second.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import numpy as np

from sim.engine import TRACE_NOTHING
from sim.engine.arithmetic import BIN_COUNT, bin_of
from sim.engine.compiled.codes import FAULTS, LINE_WIDTH, NONE, A, B, E, Ints, N, R, S, W
from sim.engine.compiled.kernel import DONE, PAUSED, ROWS_FULL, advance
from sim.engine.compiled.world import World
from sim.outcome import HOURS, MINUTES, Begun, DayOutcome, Load, Row, Use
from sim.plan import Arrivals, Changes, Day, Plan
from sim.plan.columns import PRIORITIES, Status, Table

SLICE_EVENTS = 500_000
"""Events between two looks at the outside world: about a tenth of a second."""


class CompiledEngine:
    """A plan under way in the compiled engine."""

    def __init__(
        self,
        plan: Plan,
        *,
        trace: tuple[int, int] = TRACE_NOTHING,
        scramble: int = 0,
        pulse: Callable[[], None] | None = None,
        slice_events: int = SLICE_EVENTS,
    ) -> None:
        self._world = World(plan, trace, scramble)
        self._room = len(plan.steps) + len(plan.forks) + 4
        self._pulse = pulse
        self._slice_events = slice_events
        self._until_us = 0

    def advance(self, day: Day) -> DayOutcome:
        """Simulate up to `day.until_us`."""
        world = self._world
        world.begin(day)
        self._until_us = day.until_us
        # Without the JIT, hashes overflow aloud; they are meant to wrap.
        rows: list[Ints] = []
        with np.errstate(over="ignore"):
            while (code := self._slice()) != DONE:
                if code == ROWS_FULL:
                    rows.append(world.take_rows())
                elif code != PAUSED:
                    world.grow(max(code, self._room))
                elif self._pulse is not None:
                    self._pulse()
        return self._outcome(day, np.concatenate([*rows, world.take_rows()]))

    def _slice(self) -> int:
        # Compiling makes much that lives and nothing that is garbage; looking for garbage costs a tenth of it.
        collecting = gc.isenabled()
        gc.disable()
        try:
            memory = self._world.memory
            return int(advance(memory, self._world.numbers, self._slice_events, self._room))
        finally:
            if collecting:
                gc.enable()

    def _outcome(self, day: Day, rows: Ints) -> DayOutcome:
        world = self._world
        usage = world.counters(Table.ENDPOINTS, E.USAGE, HOURS * len(Use))
        minutes = world.counters(Table.ENDPOINTS, E.BEGUN, MINUTES * len(Begun))
        load = world.counters(Table.NODES, N.LOAD, HOURS * len(Load))
        return DayOutcome(
            start_us=day.start_us,
            until_us=day.until_us,
            rows=rows,
            usage=usage.reshape(-1, HOURS, len(Use)).copy(),
            minutes=minutes.reshape(-1, MINUTES, len(Begun)).copy(),
            load=load.reshape(-1, HOURS, len(Load)).copy(),
            waits=world.counters(Table.NODES, N.WAITS, BIN_COUNT).copy(),
            trace=world.table(S.TRACE, S.TRACE_SIZE, LINE_WIDTH),
            arrived=world.get(S.ARRIVED),
            ended=world.get(S.ENDED),
            in_flight=world.get(S.IN_FLIGHT),
        )

    def close(self) -> DayOutcome:
        """Hand out what is still under way, as UNFINISHED at its age."""
        now = self._until_us
        nothing = np.zeros(0, np.int64)
        nobody = Arrivals(nothing, nothing, nothing.astype(np.uint64), nothing)
        day = Day(now, now, nobody, Changes(*(nothing for _ in range(5))))
        self._world.begin(day)
        self._count_last_waits(now)
        rows = [self._unfinished(request, now) for request in self._under_way()]
        width = self._world.get(S.ROW_WIDTH)
        return self._outcome(day, np.array(rows, np.int64).reshape(-1, width))

    def _queued(self) -> Iterator[int]:
        """Addresses of the attempts that wait in queues."""
        memory = self._world.memory
        for node in range(self._world.rows_of[Table.NODES]):
            queues = self._world.bases[Table.NODES] + node * N.WIDTH + N.QUEUES
            for priority in range(PRIORITIES):
                attempt = memory[queues + 2 * priority]
                while attempt != NONE:
                    yield int(attempt)
                    attempt = memory[attempt + A.AFTER]

    def _count_last_waits(self, now: int) -> None:
        memory = self._world.memory
        for attempt in self._queued():
            if memory[attempt + A.STARTED_US] == NONE:
                waited_us = int(now - memory[attempt + A.JOINED_US])
                memory[memory[attempt + A.NODE] + N.WAITS + bin_of(waited_us)] += 1

    def _under_way(self) -> Iterator[int]:
        """Addresses of the requests and jobs that have not ended."""
        for address, slots in self._world.request_blocks:
            width = self._world.request_width
            states = self._world.memory[address + R.STATE : address + slots * width : width]
            yield from (address + width * np.flatnonzero(states == 1)).tolist()

    def _unfinished(self, request: int, now: int) -> list[int]:
        """The row of a request or job that is still under way."""
        memory = self._world.memory
        row = [0] * Row.STAGES
        for column in COPIED:
            row[Row[column]] = int(memory[request + R[COPIED[column]]])
        row[Row.WORKLOAD] = int(memory[memory[request + R.WORKLOAD] + W.ROW])
        row[Row.FINISHED_US] = row[Row.FIRST_TOKEN_US] = now
        row[Row.STATUS] = Status.UNFINISHED
        row[Row.ENDPOINT] = int(memory[memory[request + R.MAIN] + B.ANSWERED])
        row[Row.FAULT_STEP :] = [NONE] * FAULTS
        stages = request + R.STAGES
        return row + memory[stages : stages + self._world.stages].tolist()


COPIED = {
    "SESSION": "SESSION",
    "TURN": "TURN",
    "DETACHED": "DETACHED",
    "PHASE": "PHASE",
    "ARRIVED_US": "ARRIVED_US",
    "ATTEMPTS": "ATTEMPTS",
    "REFUSALS": "REFUSALS",
    "INPUT_TOKENS": "INPUT",
    "OUTPUT_TOKENS": "OUTPUT",
    "WAIT_US": "WAIT_US",
    "BACKOFF_US": "BACKOFF_US",
}
"""Columns of a row that a request keeps as they are."""
