"""The world in which the reference engine's processes live: SimPy's clock, the plan's tables, and chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, cast

import numpy as np
from simpy import Environment, Event

from sim import draws
from sim.engine.arithmetic import CONSTANT, law_value
from sim.engine.reference.ledger import Ledger
from sim.engine.reference.plain import Row
from sim.plan import Plan
from sim.plan.columns import Draw

if TYPE_CHECKING:
    from simpy.events import EventPriority

    from sim.engine.reference.branches import Request
    from sim.engine.reference.limiters import Breaker, Client, Limiter
    from sim.engine.reference.nodes import Node

# The moments of an instant, as SimPy's priorities. SimPy's own URGENT (0) and NORMAL (1) come before them: a
# process that starts, is interrupted, hears or ends does so at once, before the next event of the instant.
FINISH = 2
TIMEOUT = 3
SLOWER = 4
"""Plus the depth of the branch: a fork is torn from its children before they could go on by themselves."""
QUEUE_PATIENCE = 1_000
PATIENCE = 1_001
JOIN = 1_002
DECIDE = 2_000
"""Less the depth of the fork: the deepest first, whose branch may be a child of another."""
CHANGE = 2_001
LOOK = 2_002
"""Nothing happens, but a node wants to be looked at in the start that follows."""
START = 2_003

PULSE_STARTS = 2_048
"""The pulse beats each time so many instants have been started: several times a second."""


class Timer(Event):
    """An event at a moment so many µs from now, which calls a function unless it is cancelled."""

    def __init__(
        self,
        world: World,
        moment: int,
        delay_us: int,
        call: Callable[[Event], None] | None = None,
    ) -> None:
        self.env = world
        self.callbacks = [] if call is None else [call]
        self._ok = True
        self._value = None
        # SimPy's type names only its own two priorities; any integer orders events.
        world.schedule(self, cast("EventPriority", moment), delay_us)

    def cancel(self) -> None:
        """Call nothing (SimPy lets the event itself run down)."""
        if self.callbacks:
            self.callbacks.clear()


class World(Environment):
    """SimPy's environment, with what every process looks up: tables, chance, ledger, nodes."""

    now: int

    def __init__(
        self,
        plan: Plan,
        trace: tuple[int, int],
        scramble: int,
        pulse: Callable[[], None] | None,
    ) -> None:
        super().__init__()
        if scramble:
            self._eid = cast("count[int]", _shuffled(scramble))
        self.scramble = scramble
        self.trace = trace
        self.pulse = pulse
        self.ledger = Ledger(plan)
        self._copy(plan)
        self.nodes: list[Node] = []
        self.limiters: list[Limiter] = []
        self.limits_of: list[list[Limiter]] = []
        """The limits of each endpoint; those of them that refuse, and those that are waited for, below."""
        self.refusing_of: list[list[Limiter]] = []
        self.queueing_of: list[list[Limiter]] = []
        self.clients: list[Client] = []
        self.breakers: dict[int, Breaker] = {}
        """By number."""
        self._reported: dict[Breaker, None] = {}
        self.under_way: dict[Request, None] = {}
        self._looks: set[int] = set()
        self._unsettled: dict[Limiter, None] = {}
        self._start_is_due = False
        self._starts = 0

    def _copy(self, plan: Plan) -> None:
        """The tables as lists: a cell of a list is read five times as fast as a cell of an array."""
        self.steps: list[list[int]] = plan.steps.tolist()
        self.routes: list[list[int]] = plan.routes.tolist()
        self.endpoints: list[list[int]] = plan.endpoints.tolist()
        self.workloads: list[list[int]] = plan.workloads.tolist()
        self.node_rows: list[list[int]] = plan.nodes.tolist()
        self.limit_rows: list[list[int]] = plan.limits.tolist()
        self.clock: list[list[int]] = plan.clock.tolist()
        self.forks: list[int] = plan.forks.tolist()
        self.route_endpoints: list[int] = plan.route_endpoints.tolist()
        self.route_weights: list[int] = plan.route_weights.tolist()
        self.route_breakers: list[int] = plan.route_breakers.tolist()
        self.tables = (
            self.steps,
            self.routes,
            self.endpoints,
            self.node_rows,
            self.limit_rows,
            self.workloads,
            self.clock,
        )
        self.step_purposes = _purposes(plan.step_keys.tolist())
        self.workload_purposes = _purposes(plan.workload_keys.tolist())
        laws = plan.laws
        self._laws: list[int] = (
            np.stack([laws.kinds, laws.starts, laws.counts], axis=1).ravel().tolist()
        )
        self._numbers: list[float] = plan.laws.numbers.tolist()

    def draw(self, law: int, purpose: int, entity: int, counter: int = 0) -> float:
        """A value of a law; a constant needs no chance."""
        if self._laws[3 * law] == CONSTANT:
            return self._numbers[self._laws[3 * law + 1]]
        u = draws.uniform(purpose, entity, counter)
        return law_value(self._laws, self._numbers, 0, law, u)

    def tell(
        self, row: list[int], branch: int, event: int, where: int = -1, value: int = -1
    ) -> None:
        """A line of trace, if somebody wants the trace of this request."""
        wanted, turn = self.trace
        if wanted == -2 or (wanted == row[Row.SESSION] and turn == row[Row.TURN]):
            self.ledger.line(self.now, row, branch, event, where, value)

    def look(self, node: int) -> None:
        """Something happened at a node: start runs over it at the end of this instant."""
        self._looks.add(node)
        self._start_soon()

    def _start_soon(self) -> None:
        if not self._start_is_due:
            self._start_is_due = True
            Timer(self, START, 0, self._start)

    def settle_later(self, limiter: Limiter) -> None:
        """A limit gets something back: settle it at the end of this instant."""
        self._unsettled[limiter] = None

    def hear_later(self, breaker: Breaker) -> None:
        """A breaker hears results at the end of this instant."""
        self._reported[breaker] = None
        self._start_soon()

    def _start(self, _: Event) -> None:
        """The last moment of an instant: settle the limits, then start node by node."""
        for breaker in self._reported:
            breaker.hear()
        self._reported.clear()
        for limiter in self._unsettled:
            limiter.settle()
            self._looks.update(limiter.held_nodes)
        self._unsettled.clear()
        for node in sorted(self._looks):
            self.nodes[node].start()
        self._looks.clear()
        self._start_is_due = False
        self._starts += 1
        if self.pulse is not None and self._starts % PULSE_STARTS == 0:
            self.pulse()


def _shuffled(scramble: int) -> Iterator[int]:
    """SimPy's event numbers, shuffled: those of one moment come in another order."""
    for number in count():
        yield draws.mix(number ^ scramble)


def _purposes(keys: list[int]) -> list[list[int]]:
    """For each key, the mixed purpose of each `Draw`."""
    return [[draws.mix(key ^ purpose) for purpose in (0, *Draw)] for key in keys]
