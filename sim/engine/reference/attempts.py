"""An attempt: one try of a call at one endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Event

from sim import draws
from sim.engine.arithmetic import MILLION, added_us, backoff_us, pause_us, reserved_amount
from sim.engine.reference.plain import (
    Draw,
    Endpoint,
    Limit,
    Result,
    Route,
    Row,
    Step,
    Told,
    Use,
    Workload,
)
from sim.engine.reference.world import Timer, World

if TYPE_CHECKING:
    from sim.engine.reference.branches import Branch
    from sim.engine.reference.limiters import Breaker
    from sim.engine.reference.nodes import Node

# Where an attempt is.
OUTSIDE = 0
"""It has joined and stands before the door."""
WAITING = 1
SERVED = 2
AWAY = 3
"""It was turned away, left or has ended."""

Order = tuple[int, int, int, int, int, int, int, int]
"""Priority, joined, session, turn, branch, lap, attempt, key."""


class Attempt(Event):
    """One try of a call at one endpoint. As an event, it happens when its branch hears the result."""

    end: Timer
    result: int
    latest_start_us: int
    left_us: int
    """What is left of its service."""
    ends_us: int
    first_token_us: int

    def __init__(
        self, branch: Branch, step: int, route: int, endpoint: int, made_before: int, is_retry: bool
    ) -> None:
        super().__init__(branch.world)
        self.branch = branch
        self.step = step
        self.endpoint = endpoint
        self.counter = branch.lap << 32 | made_before
        self.is_retry = is_retry
        self.failure_before: int = branch.failure
        """How the attempt before it failed, if it is a retry."""
        self.is_wanted = True
        self.place = OUTSIDE
        self.started = False
        self.is_sent = False
        self.advice_us = 0
        self.slow_ppm = MILLION
        """How much slower limits make it."""
        self.breaker: Breaker | None = None
        """The breaker that it must pass at the door."""
        self.is_last_resort = False
        self.generation = -1
        """Of the breaker, when it passed."""
        self.limit = -1
        """The limit that refused it."""
        self.timeout: Timer | None = None
        self.patience: Timer | None = None
        world = branch.world
        self.node: Node = world.nodes[world.endpoints[endpoint][Endpoint.NODE]]
        self._count_tokens(world, route)
        self.joined_us = self.queued_us = world.now
        self.order = self._order(world)

    def _order(self, world: World) -> Order:
        branch = self.branch
        row = branch.row
        priority = world.workloads[row[Row.WORKLOAD]][Workload.PRIORITY]
        person = (row[Row.SESSION], row[Row.TURN])
        place = (branch.first_step, branch.lap, branch.attempts, branch.key)
        return (priority, world.now, *person, *place)

    def _count_tokens(self, world: World, route: int) -> None:
        row = self.branch.row
        step = world.steps[self.step]
        own_input = step[Step.INPUT_TOKENS]
        own_output = step[Step.OUTPUT_TOKENS]
        output = row[Row.OUTPUT_TOKENS] if own_output < 0 else own_output
        cap = world.routes[route][Route.MAX_OUTPUT_TOKENS]
        self.output_tokens = output if cap < 0 else min(output, cap)
        self.capped_tokens = output if cap < 0 else cap
        if own_input >= 0:
            self.input_tokens = own_input
            self.cached_tokens = 0
        else:
            self.input_tokens = row[Row.INPUT_TOKENS]
            share = world.workloads[row[Row.WORKLOAD]][Workload.CACHED_PPM]
            seen = self.input_tokens * share // MILLION
            self.cached_tokens = (
                seen * world.endpoints[self.endpoint][Endpoint.CACHED_PPM] // MILLION
            )

    def reserved(self, limit: list[int]) -> int:
        """What a limit, by its row of the plan, reserves for it."""
        return reserved_amount(
            limit,
            Limit.RESERVES,
            limit[Limit.JOINED],
            self.input_tokens - self.cached_tokens,
            self.cached_tokens,
            self.output_tokens,
            self.capped_tokens,
        )

    def luck(self) -> int:
        """Its luck with limits that refuse by chance."""
        purpose = self.branch.world.step_purposes[self.step][Draw.LIMIT]
        return draws.bits(purpose, self.branch.key, self.counter)

    def draw(self, law: int, purpose: int) -> float:
        """A draw of this attempt."""
        world = self.branch.world
        return world.draw(
            law, world.step_purposes[self.step][purpose], self.branch.key, self.counter
        )

    def chance(self, threshold: int, purpose: int) -> bool:
        """Whether something with this probability happens to it."""
        if threshold == 0:
            return False
        world = self.branch.world
        key = world.step_purposes[self.step][purpose]
        return draws.bits(key, self.branch.key, self.counter) < threshold

    def tell(self, event: int, value: int = -1) -> None:
        """A line of trace about it."""
        branch = self.branch
        branch.world.tell(branch.row, branch.first_step, event, self.endpoint, value)

    def begun(self) -> None:
        """It starts for the first time: it counts in this minute, with its tokens."""
        self.started = True
        counts = (1, self.input_tokens, self.cached_tokens, self.output_tokens)
        world = self.branch.world
        world.ledger.begun(world.now, self.endpoint, counts)

    def used(self, use: int, count: int = 1) -> None:
        """Count it at its endpoint."""
        world = self.branch.world
        world.ledger.used(world.now, self.endpoint, use, count)

    def answer(self, result: int) -> None:
        """Let the branch hear a result, if it still waits for it."""
        if self.is_wanted:
            self._no_longer_wanted()
            self.succeed(result)

    def give_up(self, _: Event) -> None:
        """The client waited as long as it would."""
        self.tell(Told.TIMEOUT)
        self.used(Use.TIMEOUTS)
        self.abandon()
        self.succeed(Result.TIMEOUT)

    def abandon(self) -> None:
        """Its branch goes away."""
        if self.place in (OUTSIDE, WAITING):
            self.book_wait()
        self._no_longer_wanted()
        self.node.abandoned(self)

    def book_wait(self) -> None:
        """The time since it entered the queue counts for its request, if that still waits for it."""
        if self.is_wanted:
            self.branch.row[Row.WAIT_US] += self.branch.world.now - self.queued_us

    def _no_longer_wanted(self) -> None:
        self.is_wanted = False
        if self.timeout is not None:
            self.timeout.cancel()


def wait_before_retry_us(endpoint: list[int], attempt: Attempt, retries: int) -> int:
    """How long a client waits before it tries again, from its back-off and the advice; -1: it does not."""
    refused = attempt.value == Result.REFUSED
    own_us = backoff_us(
        endpoint[Endpoint.BACKOFF_REFUSED_US if refused else Endpoint.BACKOFF_US],
        endpoint[Endpoint.BACKOFF_GROWTH_PPM],
        endpoint[Endpoint.BACKOFF_CAP_US],
        retries,
        attempt.draw(endpoint[Endpoint.BACKOFF_LAW], Draw.BACKOFF),
        endpoint[Endpoint.BACKOFF_LEAST_US],
    )
    plus_law = endpoint[Endpoint.BACKOFF_PLUS_LAW]
    plus_us = attempt.draw(plus_law, Draw.BACKOFF_PLUS) if plus_law >= 0 else 0.0
    own_us = added_us(own_us, plus_us, endpoint[Endpoint.BACKOFF_TOTAL_CAP_US])
    # A client that gave up before the refusal came back has heard no advice.
    advice_us = attempt.advice_us if refused else 0
    cap_us = endpoint[Endpoint.RETRY_AFTER_CAP_US]
    return pause_us(own_us, advice_us, cap_us, endpoint[Endpoint.RETRY_AFTER_HABIT])
