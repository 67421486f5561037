"""Nodes: queues with servers, the passive side of the model."""

from __future__ import annotations

from bisect import bisect_left, insort

from sim.engine.arithmetic import MILLION, duration_us
from sim.engine.reference.attempts import AWAY, OUTSIDE, SERVED, WAITING, Attempt, Order
from sim.engine.reference.limiters import Client, Limiter
from sim.engine.reference.plain import Draw, Endpoint, Load, Result, Row, Told, Use
from sim.engine.reference.plain import Node as Column
from sim.engine.reference.serving import count_end, decide
from sim.engine.reference.world import FINISH, LOOK, QUEUE_PATIENCE, TIMEOUT, Timer, World
from sim.limits import NEVER
from sim.plan import Plan

EVER_US = 1 << 61
"""Longer than anything."""


class Node:
    """A queue with servers: a station, or an endpoint of a vendor."""

    def __init__(self, place: int, row: list[int], world: World) -> None:
        self.place = place
        self.row = row
        self.world = world
        self.newcomers: list[Attempt] = []
        """Those who joined at this instant."""
        self.queue: list[tuple[Order, Attempt]] = []
        self.served: dict[Attempt, None] = {}
        self.under_way = 0
        """In service or in the queue, as the last start left it."""
        self.idle_since_us = -EVER_US
        """When it last had nothing in service any more."""
        self.ready_us = 0
        """When it is warm, or was."""
        self.counted_us = 0
        self.next_look: Timer | None = None
        self.next_look_us = -1

    # What happens to a node before the start of an instant.

    def join(self, attempt: Attempt) -> None:
        """An attempt comes."""
        attempt.tell(Told.JOIN, attempt.counter & 0xFFFFFFFF)
        self.happened(Load.JOINED)
        self.newcomers.append(attempt)
        self.world.look(self.place)

    def end(self, attempt: Attempt) -> None:
        """An attempt ends: free the server, count it, and let the branch hear."""
        self.count_time()
        self._free_server(attempt)
        attempt.place = AWAY
        attempt.tell(Told.ENDED, attempt.result)
        count_end(attempt)
        self._give_back_to_limits(attempt, ended=True)
        self.world.look(self.place)
        attempt.answer(attempt.result)

    def _give_back_to_limits(self, attempt: Attempt, *, ended: bool) -> None:
        """All limits that let it pass get it back: refusing ones when it was sent, queueing ones when it started."""
        output = attempt.output_tokens if attempt.result == Result.OK else 0
        for limiter in self.world.limits_of[attempt.endpoint]:
            if attempt.started if limiter.queues else attempt.is_sent:
                limiter.get_back(attempt, limiter.actual_amount(attempt, output) if ended else 0)

    def abandoned(self, attempt: Attempt) -> None:
        """A branch no longer waits for its attempt, wherever that is."""
        if not self.row[Column.ABANDONED_LEAVES]:
            return
        if attempt.place == OUTSIDE:
            self.newcomers.remove(attempt)
            self._left(attempt)
        elif attempt.place == WAITING:
            self.leave(attempt)

    def lose_patience(self, attempt: Attempt) -> None:
        """An attempt has waited in the queue as long as it would."""
        attempt.book_wait()
        self.leave(attempt)
        attempt.answer(Result.LEFT)

    def leave(self, attempt: Attempt) -> None:
        """An attempt leaves the queue."""
        self.count_time()
        self._unqueue(attempt)
        attempt.result = Result.LEFT
        self._give_back_to_limits(attempt, ended=False)
        self._left(attempt)

    def _unqueue(self, attempt: Attempt) -> None:
        del self.queue[bisect_left(self.queue, (attempt.order,))]

    def _left(self, attempt: Attempt) -> None:
        attempt.place = AWAY
        attempt.tell(Told.LEFT)
        self.happened(Load.LEFT)
        if attempt.patience is not None:
            attempt.patience.cancel()
        if not attempt.started:
            self.world.ledger.waited(self.place, self.world.now - attempt.joined_us)
        self.world.look(self.place)

    def give_back_work(self) -> None:
        """After a change: work beyond the servers goes back to the queue, the latest first."""
        servers = self.row[Column.SERVERS]
        if not self.row[Column.PREEMPTS] or servers < 0:
            return
        while len(self.served) > servers:
            latest = max(self.served, key=lambda each: (each.latest_start_us, each.order))
            self._take_from_server(latest)

    def _free_server(self, attempt: Attempt) -> None:
        del self.served[attempt]
        if not self.served:
            self.idle_since_us = self.world.now

    def _take_from_server(self, attempt: Attempt) -> None:
        self._free_server(attempt)
        attempt.end.cancel()
        attempt.left_us = attempt.ends_us - self.world.now
        attempt.queued_us = self.world.now
        attempt.place = WAITING
        attempt.tell(Told.RETURNED, attempt.left_us)
        self.happened(Load.RETURNED)
        insort(self.queue, (attempt.order, attempt))

    # Start, in four acts; the first, settling limits, is the world's.

    def start(self) -> None:
        """Let in who joined, serve who may be served, turn away who is too many."""
        self.count_time()
        newcomers = sorted(self.newcomers, key=lambda attempt: attempt.order)
        self.newcomers = []
        for attempt in newcomers:
            self.meet_at_door(attempt)
        self.serve()
        if len(self.queue) > self.row[Column.QUEUE_LIMIT] >= 0:
            self.turn_away(newcomers)
            self.serve()
        for attempt in newcomers:
            self.set_timers(attempt)
        self.under_way = len(self.served) + len(self.queue)

    def meet_at_door(self, attempt: Attempt) -> None:
        """An attempt comes in, unless the breaker, the crowd, the client's budget or a limit says no."""
        if attempt.breaker is not None:
            attempt.generation = attempt.breaker.admit()
            if attempt.generation < 0 and not attempt.is_last_resort:
                self.send_away(attempt, Result.OPEN, Told.OPEN)
                return
        most = self.row[Column.SHEDS + attempt.order[0]]
        if 0 <= most <= len(self.served) + len(self.queue):
            self.happened(Load.SHED)
            self.send_away(attempt, Result.FULL, Told.FULL)
            return
        client = self.world.clients[attempt.endpoint]
        if not client.allows(attempt.is_retry, attempt.failure_before):
            self.send_away(attempt, Result.NO_BUDGET, Told.NO_BUDGET)
            return
        attempt.used(Use.ATTEMPTS)
        if attempt.is_retry:
            attempt.used(Use.RETRIES)
        if attempt.is_wanted:
            attempt.branch.row[Row.ATTEMPTS] += 1
        if self.is_hopeless(attempt):
            return
        if self.row[Column.SERVERS] >= 0 and not self.is_sent(attempt, held_by=[]):
            return
        attempt.place = WAITING
        insort(self.queue, (attempt.order, attempt))

    def is_hopeless(self, attempt: Attempt) -> bool:
        """Refuse an attempt that some limit of its endpoint could never let pass."""
        for limiter in self.world.limits_of[attempt.endpoint]:
            if not limiter.could_pass(attempt):
                self.refuse(attempt, limiter, 0, held_by=[])
                return True
        return False

    def is_sent(self, attempt: Attempt, held_by: list[Limiter]) -> bool:
        """Send an attempt: the refusing limits of its endpoint take it, or one of them refuses it."""
        refusing = self.world.refusing_of[attempt.endpoint]
        short = [limiter for limiter in refusing if limiter.wait_us(attempt) > 0]
        if short:
            hopes = all(limiter.wait_us(attempt) < NEVER for limiter in short)
            said_us = max(limiter.advice_us(attempt) for limiter in short) if hopes else 0
            self.refuse(attempt, short[0], said_us, held_by)
            return False
        for limiter in refusing:
            limiter.take(attempt)
        attempt.is_sent = True
        return True

    def refuse(
        self, attempt: Attempt, because: Limiter, advice_us: int, held_by: list[Limiter]
    ) -> None:
        """A refusal comes back after a drawn time; until then some limits hold the attempt."""
        for limiter in self.world.refusing_of[attempt.endpoint]:
            limiter.refuse(attempt)
        attempt.place = AWAY
        attempt.advice_us = advice_us
        attempt.limit = because.place
        attempt.tell(Told.REFUSED, because.place)
        if advice_us > 0:
            attempt.tell(Told.ADVICE, advice_us)
        attempt.used(Use.REFUSED)
        if attempt.is_wanted:
            attempt.branch.row[Row.REFUSALS] += 1
        law = self.world.endpoints[attempt.endpoint][Endpoint.REFUSAL_LAW]
        delay_us = duration_us(attempt.draw(law, Draw.REFUSAL_TIME), MILLION)
        Timer(self.world, FINISH, delay_us, lambda _: self.bring_back(attempt, held_by))

    def bring_back(self, attempt: Attempt, held_by: list[Limiter]) -> None:
        """A refusal comes back, even if nobody waits for it."""
        for limiter in held_by:
            limiter.get_back(attempt, 0)
            self.world.look(self.place)
        attempt.answer(Result.REFUSED)

    def send_away(self, attempt: Attempt, result: int, event: int) -> None:
        """Its result comes back after 1 µs."""
        attempt.place = AWAY
        attempt.tell(event)
        Timer(self.world, FINISH, 1, lambda _: attempt.answer(result))

    def serve(self) -> None:
        """Let the first in the queue start while there are servers and the limits let it pass."""
        servers = self.row[Column.SERVERS]
        while self.queue and (servers < 0 or len(self.served) < servers):
            attempt = self.queue[0][1]
            queueing = self.world.queueing_of[attempt.endpoint]
            if not attempt.started and not self.passes_limits(attempt, queueing):
                return
            del self.queue[0]
            if attempt.is_sent or self.is_sent_from_queue(attempt, queueing):
                self.begin(attempt)

    def is_sent_from_queue(self, attempt: Attempt, queueing: list[Limiter]) -> bool:
        """Send an attempt that has just left the queue; its time-out starts."""
        has_waited = attempt.joined_us < self.world.now
        if has_waited:
            self.set_timeout(attempt)
        if self.is_sent(attempt, held_by=queueing):
            return True
        attempt.book_wait()
        if has_waited:
            self._waited(attempt)
        return False

    def _waited(self, attempt: Attempt) -> None:
        """Its wait in the queue is over, for the first time."""
        self.world.ledger.waited(self.place, self.world.now - attempt.joined_us)
        if attempt.patience is not None:
            attempt.patience.cancel()

    def passes_limits(self, attempt: Attempt, queueing: list[Limiter]) -> bool:
        """Ask the queueing limits of an endpoint; look again when the longest wait is over."""
        wait_us = max([limiter.wait_us(attempt) for limiter in queueing], default=0)
        if wait_us == 0:
            for limiter in queueing:
                limiter.take(attempt)
        elif wait_us < NEVER:
            self.look_again(wait_us)
        return wait_us == 0

    def look_again(self, wait_us: int) -> None:
        """Look at this node again; one such look is enough."""
        when_us = self.world.now + wait_us
        if when_us != self.next_look_us:
            if self.next_look is not None:
                self.next_look.cancel()
            self.next_look_us = when_us
            self.next_look = Timer(self.world, LOOK, wait_us, lambda _: self.world.look(self.place))

    def begin(self, attempt: Attempt) -> None:
        """An attempt starts, or goes on with what is left of its service."""
        attempt.book_wait()
        attempt.place = SERVED
        attempt.latest_start_us = self.world.now
        if not attempt.started:
            self.begin_anew(attempt)
        attempt.tell(Told.START, attempt.left_us)
        attempt.ends_us = self.world.now + attempt.left_us
        attempt.end = Timer(self.world, FINISH, attempt.left_us, lambda _: self.end(attempt))
        self.served[attempt] = None

    def begin_anew(self, attempt: Attempt) -> None:
        """The first start."""
        self.happened(Load.STARTED)
        attempt.begun()
        self._waited(attempt)
        decide(self, attempt)

    def turn_away(self, newcomers: list[Attempt]) -> None:
        """While more wait than may, the last of those who joined at this instant are turned away."""
        for attempt in reversed(newcomers):
            if len(self.queue) <= self.row[Column.QUEUE_LIMIT]:
                return
            if attempt.place == WAITING:
                self._unqueue(attempt)
                self._settle_at_once(attempt)
                self.happened(Load.SHED)
                self.send_away(attempt, Result.FULL, Told.FULL)

    def _settle_at_once(self, attempt: Attempt) -> None:
        for limiter in self.world.limits_of[attempt.endpoint]:
            if attempt.is_sent and not limiter.queues:
                limiter.settle_unused(attempt)

    def set_timers(self, attempt: Attempt) -> None:
        """Patience runs from joining; so does the time-out, unless the attempt waits to be sent."""
        law = self.row[Column.PATIENCE_LAW]
        if attempt.place == WAITING and law >= 0:
            patience_us = duration_us(attempt.draw(law, Draw.QUEUE_PATIENCE), MILLION)
            attempt.patience = Timer(
                self.world, QUEUE_PATIENCE, patience_us, lambda _: self.lose_patience(attempt)
            )
        if attempt.is_sent or attempt.place != WAITING:
            self.set_timeout(attempt)

    def set_timeout(self, attempt: Attempt) -> None:
        """The client gives up so long from now."""
        timeout_us = self.world.endpoints[attempt.endpoint][Endpoint.TIMEOUT_US]
        if timeout_us >= 0 and attempt.is_wanted:
            attempt.timeout = Timer(self.world, TIMEOUT, timeout_us, attempt.give_up)

    # Counters.

    def happened(self, load: int) -> None:
        """Count something that happened here."""
        self.world.ledger.loaded(self.world.now, self.place, load)

    def count_time(self) -> None:
        """Add to the integrals what held since they were last counted."""
        now_us = self.world.now
        if now_us == self.counted_us:
            return
        servers = self.row[Column.SERVERS]
        busy = len(self.served)
        amounts = (busy, len(self.queue), max(0, servers), int(busy >= servers >= 0))
        self.world.ledger.integrate(self.counted_us, now_us, self.place, amounts)
        self.counted_us = now_us

    def close(self) -> None:
        """At the end of all time: who still waits has waited so long."""
        for _, attempt in self.queue:
            if not attempt.started:
                self.world.ledger.waited(self.place, self.world.now - attempt.joined_us)


def furnish(world: World, plan: Plan) -> None:
    """Put nodes, limits and clients into a world."""
    world.nodes = [Node(place, row, world) for place, row in enumerate(world.node_rows)]
    world.limiters = [Limiter(place, row, world) for place, row in enumerate(world.limit_rows)]
    world.clients = [Client(row) for row in world.endpoints]
    for row in world.endpoints:
        first, many = row[Endpoint.LIMIT_FIRST], row[Endpoint.LIMIT_COUNT]
        mine = [world.limiters[n] for n in plan.endpoint_limits[first : first + many].tolist()]
        world.limits_of.append(mine)
        world.refusing_of.append([each for each in mine if not each.queues])
        world.queueing_of.append([each for each in mine if each.queues])
        for limiter in mine:
            if limiter.queues:
                limiter.held_nodes.add(row[Endpoint.NODE])
