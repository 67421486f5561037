"""The reference engine: the law of the instant as SimPy processes, written to be read.

Read it in this order:

* `world.py`: SimPy's clock. The moments of an instant are priorities; `Timer` is an event at a moment.
  What follows from an event (a process starts, hears, ends) has SimPy's own, higher priority: at once.
* `branches.py`: the processes. A session lives turn by turn; a request walks its steps; a fork starts
  children.
* `calls.py`: a call sends attempts and waits for what comes back.
* `attempts.py`: an attempt is an event for which its branch waits.
* `nodes.py`: the passive side. A node queues and serves attempts.
* `serving.py`: how an attempt that starts will end, and when.
* `limiters.py`: limits and budgets, which say no.
* `ledger.py`: what is written down.

Here: days, and the changes that each brings.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import groupby
from operator import itemgetter
from typing import Any

from simpy import Event

from sim import draws
from sim.engine.reference.branches import session
from sim.engine.reference.nodes import furnish
from sim.engine.reference.plain import Row, Status
from sim.engine.reference.world import CHANGE, JOIN, Timer, World
from sim.outcome import DayOutcome
from sim.plan import Arrivals, Changes, Day, Plan

Change = tuple[int, int, int, int, int]


class ReferenceEngine:
    """A plan under way, in SimPy."""

    def __init__(
        self,
        plan: Plan,
        *,
        trace: tuple[int, int] = (-1, -1),
        scramble: int = 0,
        pulse: Callable[[], None] | None = None,
    ) -> None:
        self._world = World(plan, trace, scramble, pulse)
        furnish(self._world, plan)

    def advance(self, day: Day) -> DayOutcome:
        """Simulate up to `day.until_us`; days follow each other without a gap."""
        world = self._world
        assert day.start_us == world.now
        world.ledger.open(int(day.start_us))
        world.process(arrivals(world, day.arrivals))
        world.process(changes(world, day.changes))
        world.run(until=int(day.until_us))
        for node in world.nodes:
            node.count_time()
        return world.ledger.close(world.now, self._in_flight())

    def close(self) -> DayOutcome:
        """Hand out what is still under way at the end, as UNFINISHED."""
        world = self._world
        in_flight = self._in_flight()
        world.ledger.open(world.now)
        for request in list(world.under_way):
            request.end(Status.UNFINISHED)
        for node in world.nodes:
            node.close()
        return world.ledger.close(world.now, in_flight)

    def _in_flight(self) -> int:
        return sum(request.row[Row.DETACHED] < 0 for request in self._world.under_way)


def arrivals(world: World, coming: Arrivals) -> Generator[Event, Any, None]:
    """The process that lets a day's sessions in."""
    columns = (coming.time_us, coming.number, coming.key, coming.workload)
    sessions = list(zip(*(column.tolist() for column in columns), strict=True))
    if world.scramble:
        sessions.sort(key=lambda each: (each[0], draws.mix(each[1] ^ world.scramble)))
    for time_us, number, key, workload in sessions:
        yield Timer(world, JOIN, time_us - world.now)
        world.process(session(world, number, key, workload))


def changes(world: World, coming: Changes) -> Generator[Event, Any, None]:
    """The process that brings a day's changes."""
    columns = (coming.time_us, coming.table, coming.row, coming.column, coming.value)
    cells = sorted(zip(*(column.tolist() for column in columns), strict=True))
    for time_us, together in groupby(cells, key=itemgetter(0)):
        yield Timer(world, CHANGE, time_us - world.now)
        change(world, list(together))


def change(world: World, cells: list[Change]) -> None:
    """All cells of an instant first; then limits, then servers; then every node is looked at."""
    for node in world.nodes:
        node.count_time()
    for _, table, row, column, value in cells:
        world.tables[table][row][column] = value
    for limiter in world.limiters:
        limiter.retune()
    for node in world.nodes:
        node.give_back_work()
        world.look(node.place)
