"""What people do: sessions, their requests, and the branches in which a request walks its steps.

Each session is a SimPy process, and so is each child of a fork and each detached job. A process waits by
`yield`; it is torn from a wait by SimPy's `Interrupt` (its step takes too long, its person gives up), or
by `Abandoned` (the branch that forked it goes away).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any

from simpy import Event, Interrupt, Process

from sim import draws
from sim.engine.arithmetic import MILLION, duration_us, whole
from sim.engine.reference.attempts import Attempt
from sim.engine.reference.calls import Waits, call
from sim.engine.reference.plain import (
    Clock,
    Draw,
    Result,
    Row,
    Status,
    Step,
    StepKind,
    Told,
    Workload,
)
from sim.engine.reference.world import DECIDE, FINISH, JOIN, PATIENCE, SLOWER, Timer, World

TOO_SLOW = "too slow"
GIVEN_UP = "given up"


KEPT_BY_JOBS = (Row.SESSION, Row.TURN, Row.WORKLOAD, Row.PHASE, Row.INPUT_TOKENS, Row.OUTPUT_TOKENS)
"""Columns that the row of a detached job has from its turn."""


NO_FAULT = (-1, -1, -1, -1)


class Abandoned(Exception):  # noqa: N818 - not an error
    """Thrown into a branch of which nobody wants to know any more."""


def session(world: World, number: int, key: int, workload: int) -> Generator[Event, Any, None]:
    """The process of a person's session: a turn, a time to think, the next turn."""
    turn = 1
    while True:
        request = Request.of_turn(world, number, turn, draws.child(key, turn), workload)
        yield from request.live()
        think_us = request.think_us(key)
        if think_us is None:
            return
        request.tell(Told.NEXT_TURN, value=think_us)
        yield Timer(world, JOIN, think_us)
        turn += 1


class Request:
    """One turn of a session, or a detached job of it: its row in the making, and its main branch."""

    __slots__ = ("key", "main", "purposes", "row", "workload", "world")

    def __init__(
        self, world: World, key: int, workload: int, row: list[int], first_step: int, lap: int
    ) -> None:
        self.world = world
        self.key = key
        self.workload = world.workloads[workload]
        self.purposes = world.workload_purposes[workload]
        self.row = row
        row[Row.WORKLOAD] = workload
        row[Row.ARRIVED_US] = world.now
        self.main = Branch(self, first_step, lap, key, depth=0)
        world.under_way[self] = None

    @classmethod
    def of_turn(cls, world: World, number: int, turn: int, key: int, workload: int) -> Request:
        """A request that arrives now."""
        row = world.ledger.empty_row()
        row[Row.SESSION] = number
        row[Row.TURN] = turn
        row[Row.DETACHED] = -1
        row[Row.PHASE] = world.clock[0][Clock.PHASE]
        first_step = world.workloads[workload][Workload.START_STEP]
        request = cls(world, key, workload, row, first_step, lap=0)
        more = request.workload[Workload.INPUT_PER_TURN] * (turn - 1)
        row[Row.INPUT_TOKENS] = request.draw(Workload.INPUT_LAW, Draw.INPUT) + more
        row[Row.OUTPUT_TOKENS] = request.draw(Workload.OUTPUT_LAW, Draw.OUTPUT)
        return request

    def detach(self, first_step: int, lap: int, key: int) -> None:
        """Start a job of this request that nobody waits for, a process with a row of its own."""
        row = self.world.ledger.empty_row()
        for kept in KEPT_BY_JOBS:
            row[kept] = self.row[kept]
        row[Row.DETACHED] = first_step
        job = Request(self.world, key, row[Row.WORKLOAD], row, first_step, lap)
        job.main.process = self.world.process(job.live_alone())

    def live(self) -> Generator[Event, Any, None]:
        """From its arrival to its end."""
        world = self.world
        world.ledger.arrived += 1
        self.tell(Told.ARRIVE, self.row[Row.WORKLOAD], self.row[Row.INPUT_TOKENS])
        process = world.active_process
        assert process is not None
        self.main.process = process
        patience = None
        if self.workload[Workload.PATIENCE_LAW] >= 0:
            patience_us = max(1, self.draw(Workload.PATIENCE_LAW, Draw.PATIENCE))
            patience = Timer(world, PATIENCE, patience_us, lambda _: process.interrupt(GIVEN_UP))
        try:
            failure = yield from self.main.walk()
        except Interrupt:
            self.tell(Told.GAVE_UP)
            failure = Status.GAVE_UP
        if patience is not None:
            patience.cancel()
        world.ledger.ended += 1
        self.end(self._in_time() if failure is None else failure)

    def live_alone(self) -> Generator[Event, Any, None]:
        """A detached job, from its first step to its end."""
        failure = yield from self.main.walk()
        self.end(Status.OK if failure is None else failure)

    def _in_time(self) -> int:
        deadline_us = self.workload[Workload.DEADLINE_US]
        age_us = self.world.now - self.row[Row.ARRIVED_US]
        return Status.LATE if age_us > deadline_us >= 0 else Status.OK

    def end(self, status: int) -> None:
        """Hand out the row."""
        row = self.row
        row[Row.STATUS] = status
        row[Row.FINISHED_US] = row[Row.FIRST_TOKEN_US] = self.world.now
        if status in (Status.OK, Status.LATE) and self.main.first_words_us >= 0:
            row[Row.FIRST_TOKEN_US] = self.main.first_words_us
        row[Row.ENDPOINT] = self.main.endpoint
        if status not in (Status.OK, Status.BLOCKED, Status.UNFINISHED):
            row[Row.FAULT_STEP : Row.STAGES] = self.main.fault
        self.world.ledger.rows.append(row)
        del self.world.under_way[self]
        if status != Status.UNFINISHED:
            self.tell(Told.END, value=status)

    def think_us(self, session_key: int) -> int | None:
        """How long the person thinks before the next turn; None where there is none."""
        if self.row[Row.STATUS] == Status.GAVE_UP and self._quits():
            return None
        law = self.workload[Workload.TURNS_LAW]
        if law < 0:
            return None
        turns = whole(self.world.draw(law, self.purposes[Draw.TURNS], session_key))
        if self.row[Row.TURN] >= max(1, turns):
            return None
        return max(1, self.draw(Workload.THINK_LAW, Draw.THINK))

    def _quits(self) -> bool:
        chance = self.workload[Workload.QUIT_CHANCE]
        return draws.bits(self.purposes[Draw.QUIT], self.key, 0) < chance

    def draw(self, law: int, purpose: int) -> int:
        """A whole number of one of its workload's laws."""
        return whole(self.world.draw(self.workload[law], self.purposes[purpose], self.key))

    def tell(self, event: int, where: int = -1, value: int = -1) -> None:
        """A line of trace about the request."""
        self.world.tell(self.row, self.main.first_step, event, where, value)


class Branch:
    """A walk from step to step: a request's own, a child's, or a detached job's."""

    process: Process
    """The process that walks."""
    waits: Waits
    """What a child's process does."""

    def __init__(self, request: Request, first_step: int, lap: int, key: int, depth: int) -> None:
        self.world = request.world
        self.request = request
        self.row = request.row
        self.key = key
        """Whose luck it has."""
        self.first_step = first_step
        self.lap = lap
        self.depth = depth
        self.attempts = 0
        """Attempts made since the branch began."""
        self.made = 0
        """Of these, in the call that it is in."""
        self.failure: int = Result.OK
        """How the last attempt that was sent failed."""
        self.attempt: Attempt | None = None
        """The attempt that it waits for."""
        self.children: list[Branch] = []
        self.decision: Timer | None = None
        """Of its fork, at this instant."""
        self.first_words_us = -1
        self.endpoint = -1
        self.fault = NO_FAULT
        """Step, endpoint, result and limit of the first failed attempt of the last call that heard of one."""
        self.has_heard = False
        """Whether the call that it is in has heard of a failed attempt."""

    def walk(self) -> Waits:
        """Step by step to END, or to the step that fails."""
        step = self.first_step
        while True:
            self.tell(Told.STEP, step, self.lap)
            row = self.world.steps[step]
            kind = row[Step.KIND]
            if kind in TAKES_TIME:
                failure = yield from self.stay(step, row)
                if failure is not None and not row[Step.OPTIONAL]:
                    return failure
                if row[Step.HOLDS]:
                    self.first_words_us = self.world.now
            elif kind == StepKind.END:
                return None
            elif kind == StepKind.BLOCK:
                return Status.BLOCKED
            elif kind == StepKind.DETACH:
                self.tell(Told.DETACH, row[Step.ALT])
                self.request.detach(row[Step.ALT], self.lap, self.key_of_young())
            elif kind == StepKind.CHANCE and self.draws_alternative(step, row):
                self.lap += row[Step.LAP]
                step = row[Step.ALT]
                continue
            step = row[Step.NEXT]

    def stay(self, step: int, row: list[int]) -> Waits:
        """Do a step that takes time, unless the branch is torn from it."""
        came_us = self.world.now
        slower = None
        if row[Step.SLOWER_US] >= 0:
            slower = Timer(self.world, SLOWER + self.depth, row[Step.SLOWER_US], self.hurry)
        try:
            failure = yield from TAKES_TIME[row[Step.KIND]](self, step, row)
        except (Interrupt, Abandoned) as torn:
            self.let_go()
            self.leave(row, came_us, slower)
            if isinstance(torn, Abandoned) or torn.cause != TOO_SLOW:
                raise
            self.tell(Told.SLOWER, step)
            return None
        self.leave(row, came_us, slower)
        return failure

    def hurry(self, _: Event) -> None:
        """The step took too long: go on without it."""
        self.process.interrupt(TOO_SLOW)

    def let_go(self) -> None:
        """Abandon what this branch waits for."""
        if self.attempt is not None:
            self.attempt.abandon()
            self.attempt = None
        if self.decision is not None:
            self.decision.cancel()
            self.decision = None
        for child in self.children:
            child.abandon()
        self.children = []

    def abandon(self) -> None:
        """End this branch here and now; if it has ended already, nothing happens."""
        with suppress(Abandoned):
            self.waits.throw(Abandoned())

    def leave(self, row: list[int], came_us: int, slower: Timer | None) -> None:
        """Leave a step: book the time in it to its stage."""
        if slower is not None:
            slower.cancel()
        if row[Step.STAGE] >= 0:
            stage = Row.STAGES + row[Step.STAGE]
            self.row[stage] = max(0, self.row[stage]) + self.world.now - came_us

    def key_of_young(self) -> int:
        """The key of what begins in this lap: of its own in every lap after the first."""
        return draws.child(self.key, self.lap) if self.lap else self.key

    def draws_alternative(self, step: int, row: list[int]) -> bool:
        """Whether chance leads to `ALT`."""
        key = self.world.step_purposes[step][Draw.CHANCE]
        return draws.bits(key, self.key, self.lap << 32) < row[Step.CHANCE]

    def tell(self, event: int, where: int, value: int = -1) -> None:
        """A line of trace about this branch."""
        self.world.tell(self.row, self.first_step, event, where, value)

    # The steps that take time.

    def delay(self, step: int, row: list[int]) -> Waits:
        """Wait for a drawn time."""
        purpose = self.world.step_purposes[step][Draw.DELAY]
        value = self.world.draw(row[Step.LAW], purpose, self.key, self.lap << 32)
        yield Timer(self.world, FINISH, duration_us(value, MILLION))
        return None

    def fork(self, step: int, row: list[int]) -> Waits:
        """Start the children, each a process, and wait for all, or for as many as it needs."""
        first = row[Step.FORK_FIRST]
        key = self.key_of_young()
        for child_step in self.world.forks[first : first + row[Step.FORK_COUNT]]:
            child = Branch(self.request, child_step, self.lap, key, self.depth + 1)
            self.children.append(child)
            child.waits = child.walk()
            child.process = self.world.process(child.waits)
        children = self.children
        if row[Step.NEEDS] and children:
            yield self.enough(row[Step.NEEDS])
            well = [child for child in children if child.did_well()]
            if len(well) >= row[Step.NEEDS]:
                self.tell(Told.ENOUGH, step, len(well))
                self.let_go()
                self.gather(well)
                return None
        else:
            for child in children:
                yield child.process
        self.children = []
        failed = [child for child in children if not child.did_well()]
        if not failed:
            self.gather(children)
            return None
        decides = min(failed, key=lambda child: child.first_step)
        if not row[Step.OPTIONAL]:
            self.fault = decides.fault
        return decides.process.value

    def enough(self, needs: int) -> Event:
        """Happens when so many children have done well, or all have ended, in a moment of its own."""
        decided = Event(self.world)
        children = self.children

        def consider(_: Event) -> None:
            # A child that was abandoned with its fork ends too, and nobody wants to know.
            if self.children is not children or self.decision is not None:
                return
            well = sum(child.did_well() for child in children)
            if well >= needs or all(child.process.triggered for child in children):
                moment = DECIDE - self.depth
                self.decision = Timer(self.world, moment, 0, lambda _: decide())

        def decide() -> None:
            self.decision = None
            decided.succeed()

        for child in children:
            child.process.callbacks.append(consider)
        return decided

    def did_well(self) -> bool:
        """Whether a child has come to its end."""
        return self.process.triggered and self.process.value is None

    def gather(self, children: list[Branch]) -> None:
        """What a fork has from children that did well: the latest first words."""
        words_us = max((child.first_words_us for child in children), default=-1)
        endpoint = max((child.endpoint for child in children), default=-1)
        if words_us >= 0:
            self.first_words_us = words_us
        if endpoint >= 0:
            self.endpoint = endpoint


TAKES_TIME: dict[int, Callable[[Branch, int, list[int]], Waits]] = {
    StepKind.DELAY: Branch.delay,
    StepKind.CALL: call,
    StepKind.FORK: Branch.fork,
}
