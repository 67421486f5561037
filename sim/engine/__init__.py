"""The law of the instant, which both engines obey, and the one door to them.

**Time** is an integer number of µs since the start of the horizon. Every duration is at least 1 µs.

**A request** is a session's turn. It runs its workload's steps from the first. What runs is a *branch*:
the request's main branch, a child of a fork, or a detached job's branch. A branch is named by the step
where it began, so that its name is fixed in advance. At a CALL a branch has one *attempt* at a time; an
attempt that nobody waits for any more goes on alone.

**An instant** has moments, in this order. Within a moment the order of events cannot matter, and a test
scrambles it to prove so.

1. *finish*: delays, services, refusals and errors end. An attempt frees its server and settles its
   limits; if its branch still waits for it, the branch hears the result.
2. *timeout*: attempts whose client waited `TIMEOUT_US` are abandoned; the branch hears TIMEOUT.
3. *slower*: branches that waited `SLOWER_US` in a step abandon it and go on.
4. *patience*: attempts that waited in a queue as long as `PATIENCE_LAW` said leave it, and their branch
   hears LEFT. Then persons whose patience ended give up their request: all its branches and attempts are
   abandoned, and it ends as `gave_up`.
5. *join*: sessions arrive; next turns begin; retries whose wait is over join their node.
6. *change*: cells of the plan get new values, in the order (table, row, column).
7. *start*: node by node, in the plan's order, each node that anything happened to at this instant.
   Nothing that starts can end at the same instant.

**What a branch does** at a step happens at once, at the moment in which it came there: CHANCE, FORK,
DETACH, BLOCK and END take no time; DELAY sets an end; CALL sends its first attempt to the first endpoint
of its route, whose node it *joins*.

**Order at a node**: (priority, joined, session, turn, branch, attempt); `attempt` counts the branch's
attempts since it began. Work that goes back to the queue keeps its place in this order.

**Start at a node**, in four acts:

1. *settle*: limits of which an attempt ended at this instant take back reserved and actual amounts.
2. *door*: those who joined at this instant, in order. A retry needs one retry of its endpoint's budget
   (a first attempt adds to it), else NO_BUDGET comes back after 1 µs. Then the endpoint's refusing limits:
   if any would make it wait, all are told `refuse` and the attempt is REFUSED, after a drawn time; its
   advice (retry-after) is the longest of their waits, none if time alone would not help. Else all are
   told `take`, and the attempt waits in the queue.
3. *serve*: while a server is free and the first in the queue may pass all queueing limits of its endpoint,
   they are told `take` and it starts: with the endpoint's chance it will end in ERROR after a drawn time,
   else in OK after its service. If limits hold the first back, everyone waits: the node is looked at again
   when the longest of their waits is over, or when one of them is settled or changed.
4. *overflow*: while more wait than the queue limit, the last of those who joined at this instant are FULL,
   after 1 µs. Who has gone back to the queue or waited before is never turned away.

A timer of an attempt (patience in the queue, time-out) starts when it joins. Where the node has no servers of
its own (SERVERS is -1) and queueing limits hold it back, it has not been sent: its time-out starts with it.
Its wait counts from joining to its (last) start, without time in service.

**When a branch hears a result** other than OK: if the endpoint's client retries it and has retries left, the
branch waits (the advice, if the client hears it and it is within the cap, else the back-off) and then joins
the same node again as a new attempt. Else if the router goes on with it and has an endpoint left, it joins
that one at this instant, with its retries anew. Else the step has failed: an optional step is passed over,
any other ends its branch with the failure. After NO_BUDGET there is no retry, and the failure is the last
result before it.

**A fork** waits for all its children. If any failed, the branch that forked fails with the failure of the
child that stands first. A BLOCK in a child fails it as `blocked`.

**A request ends** when its main branch does: `ok` or `late`, or as its failure says. Its next turn, if its
session has one, begins a drawn think time later; after `gave_up`, by chance, the session ends instead. A
detached job has its own branch, holds up nobody, and ends when that branch does. A person who gives up leaves
detached jobs alone.

**Abandoned attempts**: one in service goes on to its end and counts as wasted. One in a queue leaves it where
the node says so (`ABANDONED_LEAVES`), at the moment of abandoning; else it keeps its place and is served for
nobody. One not yet admitted (it joined at this very instant) is treated as in the queue.

**Servers**: when SERVERS falls below the work in service, the work goes on (`PREEMPTS` 0), or the work that
started last (then: that comes last in the order) goes back to the queue with what is left of its service, until
the servers suffice (`PREEMPTS` 1). Work that starts again needs no limits and meets no chance anew.

**First words**: a step that holds them sets them to its end; a call that streams sets them to the first
token of the attempt that answered; any other leaves them. A fork takes the latest of its children.

**Draws**: `draws.uniform(key ^ purpose, entity, counter)` with the step's key (workload's key for requests and
sessions), the purpose's `Draw`, mixed as `draws.mix(key ^ Draw)`, the request's key (session's key for
TURNS) and counter = lap << 32 | attempts made in this call before. A request's key is
`draws.child(session key, turn)`. QUEUE_PATIENCE, DELAY and CHANCE draw in the same way.

**The end of a day** is an instant that belongs to the next day. At the end of all time, `close` hands out
a row for each request and job still under way (UNFINISHED), and a wait for each attempt still in a queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from sim.outcome import DayOutcome
from sim.plan import Day, Plan

if TYPE_CHECKING:
    from collections.abc import Callable

EngineName = Literal["compiled", "reference"]

TRACE_NOTHING = (-1, -1)
TRACE_ALL = (-2, -2)


class Engine(Protocol):
    """A plan under way: a day after a day."""

    def advance(self, day: Day) -> DayOutcome:
        """Simulate up to `day.until_us`; days follow each other without a gap."""
        ...

    def close(self) -> DayOutcome:
        """Hand out what is still under way at the end, as UNFINISHED."""
        ...


def start(
    plan: Plan,
    engine: EngineName = "compiled",
    *,
    trace: tuple[int, int] = TRACE_NOTHING,
    scramble: int = 0,
    pulse: Callable[[], None] | None = None,
) -> Engine:
    """An engine at time 0.

    Args:
        plan: the tables.
        engine: `compiled` (fast) or `reference` (to be read).
        trace: the (session, turn) whose lines of trace are kept; `TRACE_ALL`, `TRACE_NOTHING`.
        scramble: if not 0, shuffles the order of events within a moment; nothing may change.
        pulse: called several times a second while an engine works (to show progress, to notice Ctrl-C).
    """
    # Each engine is imported when it is wanted: Numba and SimPy take a while.
    if engine == "reference":
        from sim.engine.reference import ReferenceEngine

        return ReferenceEngine(plan, trace=trace, scramble=scramble, pulse=pulse)
    from sim.engine.compiled import CompiledEngine

    return CompiledEngine(plan, trace=trace, scramble=scramble, pulse=pulse)
