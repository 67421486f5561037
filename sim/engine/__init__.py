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
3. *slower*: branches that waited `SLOWER_US` in a step abandon it and go on; a fork before its children (who
   are abandoned with it, and then go nowhere).
4. *patience*: attempts that waited in a queue as long as `PATIENCE_LAW` said leave it, and their branch
   hears LEFT. Then persons whose patience ended give up their request: all its branches and attempts are
   abandoned, and it ends as `gave_up`.
5. *join*: sessions arrive; next turns begin; retries whose wait is over join their node.
6. *decide*: forks that need some of their children, and have them, go on; the deepest first.
7. *change*: cells of the plan get new values, in the order (table, row, column).
8. *start*: node by node, in the plan's order, each node that anything happened to at this instant.
   Nothing that starts can end at the same instant.

**What a branch does** at a step happens at once, at the moment in which it came there: CHANCE, FORK,
DETACH, BLOCK and END take no time; DELAY sets an end; CALL sends its first attempt to the first endpoint
of its route, whose node it *joins*.

**Order at a node**: (priority, joined, session, turn, branch, lap, attempt, key); `lap` is the branch's when the
attempt joined, `attempt` counts the branch's attempts since it began, and the key tells apart branches that began
at one step in different laps. Work that goes back to the queue keeps its place in this order.

**Start at a node**, in four acts:

1. *settle*: breakers hear the results of this instant; limits of which an attempt ended at this instant take back
   reserved and actual amounts.
2. *door*: those who joined at this instant, in order. The first attempt of a call at an endpoint must pass the
   breaker at that place of its route, where the route has breakers, else OPEN comes back after 1 µs. Where as many are
   under way at the node (in service or in the queue) as SHEDS says for its priority, FULL comes back after 1 µs, and
   it is no attempt that counts. A retry needs
   its cost of its endpoint's budget (a first attempt adds to it), else NO_BUDGET comes back after 1 µs. Where the
   node has servers, the attempt is *sent* now. Who is not turned away waits in the queue.
3. *serve*: while a server is free and the first in the queue may pass all queueing limits of its endpoint,
   they are told `take`; it is sent, unless it was at the door; and it starts: with the endpoint's chance it will end
   in ERROR after a drawn time, else with another chance in FILTERED after another drawn time, else in OK after its
   service. If limits hold the first back, everyone waits: the node is looked at again when the longest of their waits
   is over, or when one of them is settled or changed.
4. *overflow*: while more wait than the queue limit, the last of those who joined at this instant are FULL,
   after 1 µs. Who has gone back to the queue or waited before is never turned away.
   Since the first in the queue may be another now, act 3 follows once more.

**Sending** is when the vendor first sees an attempt, and its refusing limits are asked: if any would make it wait, all
are told `refuse` and the attempt is REFUSED, after a drawn time; its advice (retry-after) is the longest of what they
say of their waits, none if time alone would not help. Else all are told `take`. One that is REFUSED leaves the queue;
the queueing limits that let it pass, a client's own, hold it until the refusal comes back.

A timer of an attempt (patience in the queue, time-out) starts when it joins. Where the node has no servers of
its own (SERVERS is -1 at the door) its time-out starts when it is sent.
Its wait counts from joining to its (last) start, or until it is REFUSED, without time in service.

**When a branch hears a result** other than OK: if the endpoint's client retries it and has retries left, the
branch waits (the advice, if the client follows it, else the back-off) and then joins
the same node again as a new attempt. Else if the router goes on with it and has an endpoint left, it joins
that one at this instant, with its retries anew. Else the step has failed: an optional step is passed over,
any other ends its branch with the failure. After NO_BUDGET there is no retry, and the failure is the last
result before it.

**A fork** waits for all its children. If any failed, the branch that forked fails with the failure of the
child that stands first. A BLOCK in a child fails it as `blocked`. One that NEEDS some waits until so many children
have done well, or all have ended. It decides in a moment of its own: with enough, it goes on and all its other
branches are abandoned; else it fails as above. Its branch may still be torn from it at that instant (slower, patience).

**A router** goes, by CHOOSE, to the first endpoint of its order that the call has not tried; or to one of those not
tried, by weight: the CHOICE draw of the attempt that it then makes (the first of them where none weighs anything); or
to the one at whose node least was under way (in service or in the queue) when the last start there was over, of
equals the first. So what else happens at the instant of choosing cannot matter.

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

**Cold starts**: a node is cold where nothing has been in service for longer than COLD_AFTER_US, and where nothing
ever has. The first attempt that starts there begins to warm it: it is ready after duration_us(COLD_START draw of
COLD_LAW, 10^6). All attempts that start until then, that one too, begin their service when it is ready.

**First words**: a step that holds them sets them to its end; a call that streams sets them to the first
token of the attempt that answered; any other leaves them. A fork takes the latest of its children.

**Draws**: `draws.uniform(key ^ purpose, entity, counter)` with the step's key (workload's key for requests and
sessions), the purpose's `Draw`, mixed as `draws.mix(key ^ Draw)`, the branch's key (the request's for its own
laws, the session's for TURNS) and counter = lap << 32 | attempts made in this call before. A request's key is
`draws.child(session key, turn)`. QUEUE_PATIENCE, DELAY and CHANCE draw in the same way.

**The small print**, so that nothing is left to taste:

* *Arrival.* INPUT_TOKENS = whole(INPUT draw) + INPUT_PER_TURN × (turn - 1); OUTPUT_TOKENS = whole(OUTPUT draw).
  The person's patience is max(1, whole(PATIENCE draw)) after arriving. PHASE is the clock's cell at that moment.
  The next turn begins max(1, whole(THINK draw of this request)) after its end, if turn < max(1, whole(TURNS
  draw of the session)). QUIT is a chance of the request that was given up.
* *An attempt* has the step's INPUT_TOKENS and OUTPUT_TOKENS, or the request's; output is cut at the route's
  MAX_OUTPUT_TOKENS, and limits reserve that cap (the true output where there is no cap). Cached tokens are
  input × workload CACHED_PPM // 10^6 × endpoint CACHED_PPM // 10^6; 0 where the step has its own input.
  It has JOINED at its node when it joins; ATTEMPTS (and RETRIES, where its endpoint has been tried by this call
  since the router came to it) count at the door, once the budget let it pass; so do the row's ATTEMPTS, if
  the request still waits for it, and REFUSED and REFUSALS.
* *Long prompts.* Where an endpoint's LONG_FROM is not 0, tokens of an attempt with more input tokens than that are
  counted a second time, in the LONG columns of the same ending.
* *Service* = first + decode, first = duration_us(SERVICE draw of FIRST_LAW + prompt_us(uncached input,
  PROMPT_US), slow), decode =
  decode_us(output, SPEED draw) × slow // 10^6, 0 without SPEED_LAW. The first token comes `first` after the
  (first) start. Errors, refusals and what is filtered come after duration_us(draw, 10^6).
* *Cold.* What is left until its node is ready is added to `first` of an attempt that starts for the first time and will
  end OK; nothing slows it. ERROR and FILTERED come as soon as elsewhere, and yet begin to warm a cold node. Work that
  starts again does neither. While a node is not ready, its servers with attempts in service are busy.
* *Filtered.* A chance of the FILTER draw against FILTER_CHANCE, a time of FILTER_TIME's from FILTER_LAW. An attempt
  that ends in FILTERED counts as such, whether somebody waits or not, as an ERROR does.
* *Slower.* A limit is asked for its `slow_ppm` just before it is told `take`. An attempt's `slow` is its endpoint's
  SLOW_PPM, slowed (`slowed_ppm`) by what all limits that let it through have said, in the order in which they did, and
  in the endpoint's. ERROR and FILTERED come no slower.
* *Fits.* At the door an attempt that some limit of its endpoint (queueing or not) could never let pass, because
  the amount exceeds what the limit ever holds (`fits`), is REFUSED without advice.
* *Settling.* An admitted attempt's limits are settled when it ends (OK, ERROR or FILTERED): actual amounts are of its
  true output (OK) or no output (else). An attempt that leaves the queue after the door, or is FULL, settles too, with
  an actual amount of 0 tokens and 0 requests; so do the queueing limits of one that they let pass and that was
  REFUSED, when the refusal comes back, even for nobody. A limit that it had not yet taken is left alone.
* *Back-off* is `backoff_us` with the number of retries made at this endpoint so far and the BACKOFF draw of the
  attempt that failed, from BACKOFF_REFUSED_US after a refusal, else from BACKOFF_US; then `added_us` with its
  BACKOFF_PLUS draw.
* *Amounts.* A limit's COUNTS and RESERVES weigh, in ppm, the attempt, its uncached and cached input tokens and its
  output tokens, RESERVES the cap too; what it reserves is `reserved_amount` (sum, or the greater of input and
  output, by JOINED), what it really costs `actual_amount`; part of a unit counts as one.
* *Luck* of an attempt with limits that refuse by chance is its LIMIT draw, the same for all of them and whenever asked.
* *What a limit says* of its wait is `advice_us` by its ADVICE; one whose wait time alone would not end silences all.
* *Advice* is heard with its refusal (not by a client that timed out before); what the client makes of it is said by
  `pause_us` and its habit. A client that does not wait so long does not try again: the router hears the refusal.
* *Budget* in ppm: starts at BUDGET_CAP_PPM; a first attempt at an endpoint adds BUDGET_PPM up to the cap; a retry
  needs and takes BUDGET_TAKES_PPM, after a refusal BUDGET_TAKES_REFUSED_PPM. When a branch hears OK, a first attempt
  adds BUDGET_SUCCESS_PPM, and a retry what it took, where BUDGET_REFUNDS is 1.
* *Minutes.* An attempt counts in `minutes` once, in the minute of the day in which it starts for the first time: 1, its
  input and cached tokens, and its output tokens, however it ends.
* *Waits.* `WAIT_US` of the row grows by (now - last time it entered the queue) whenever an attempt that the request
  still waits for starts, leaves, is REFUSED, or is abandoned in the queue. `waits` of the node gets one entry an
  attempt, when it starts for the first time, leaves the queue (patience or abandoned), is REFUSED later than it
  joined, or is still in the queue at `close`; none for REFUSED at once, FULL and NO_BUDGET. STARTED counts first
  starts.
* *Abandoned.* TIMEOUTS count at the moment of giving up; ERRORS, ANSWERS, WASTED and tokens at the end at the node.
  An attempt that ends in ERROR counts as an error, whether somebody waits or not.
* *Stages.* When a branch leaves a DELAY, CALL or FORK (done, failed, passed over, or given up in the middle), the time
  since it came to the step is added to the stage's column (-1 becomes 0 first).
* *Laps.* A child and a detached job begin with their parent's lap; a CHANCE draws with the lap before it takes ALT.
  A main branch has the request's key. What a branch begins in a later lap than 0 has the key
  `draws.child(branch's key, lap)`, else the branch's: no two branches that begin at one step share it.
  So no step leads back to an earlier one but through a CHANCE with LAP 1.
* *First words, answering endpoint* live on the branch; a fork's branch takes the latest first words (if any child has
  some) and the greatest endpoint of its children that did well. A request that fails, or has no first words, has its
  end. A detached job's row has them too.
* *Breakers* (`sim.policies.breaker`), one for each place of a route; places may share one, and then their routes have
  the same parameters. A branch that leaves an endpoint, answered or
  going on or failing, reports good or, by BREAKER_ON of the failure, bad, in the generation in which its first
  attempt there passed the door; a breaker hears the sums of an instant, with the longest advice, before the first
  node's door. A failure in OPENS_ON counts as 2^20 of them. OPEN is never retried and always goes on to the next
  endpoint; the call fails with the last result before it, with OPEN if there was none. With LAST_RESORT the last
  endpoint's attempt passes though its breaker says no.
* *Faults.* A branch remembers step, endpoint, result and limit of the first failed attempt that it heard of in a call;
  the next call in which it hears of one replaces them, and so does a fork that fails it, by those of the child that
  decides. A request's row has its main branch's, -1 where it ended `ok`, `blocked` or unfinished.
* *Forked failures.* The child that began at the least step decides. A BLOCK fails with BLOCKED, other failures
  by `FAILED_AS`.
* *Changes.* All cells of an instant are set first; then each limit with a changed parameter is told `retune`, once;
  then nodes with fewer servers than work in service, if PREEMPTS, give work back. Every node is then looked at.
* *A detached job's* row has the turn's session, turn, workload, phase, tokens; it ARRIVED when it was detached. It has
  no deadline and no patience. It is in neither `arrived`, `ended` nor `in_flight`.
* *Last* in its route, for a breaker's LAST_RESORT, is the endpoint after which none is left to try. The n-th choice of
  an order is its n-th place, whatever was chosen by other means before the order changed.
* *Trace lines.* ARRIVE; STEP at every step a branch comes to; JOIN; START at each start; at the door OPEN and
  NO_BUDGET; at the door or when sent REFUSED and, where the refusal gives advice, ADVICE; at overflow FULL; LEFT
  (patience, or abandoned in the queue); RETURNED; COLD, then SLOWED, before the first START of one that will end OK
  where the node is not ready, or limits slow it; ENDED when an attempt that started ends at its node, even for nobody;
  TIMEOUT, then RETRY or FALLBACK or FAILED, when the branch hears; SLOWER; ENOUGH when a fork goes on without others;
  DETACH; GAVE_UP; END; NEXT_TURN.
* *Of these lines:* `where` or `value` is -1 where `Event` says nothing of it. JOIN's value counts from 0 in each call.
  FALLBACK names the endpoint that the router goes to. REFUSED names, at the door, the first limit in the endpoint's
  order that could never let the attempt pass, else the first that would make it wait. FAILED is of calls only,
  optional ones too; its value is the failure (never NO_BUDGET). GAVE_UP is of the person's patience only. ARRIVE,
  GAVE_UP, END and NEXT_TURN have the main branch; a detached job has an END too, with its branch, and no ARRIVE.
* *Cells are read when they are needed.* An attempt's tokens, cap and priority are fixed when it joins; its time-out
  and its patience are read in the start of that instant, after the changes (or when it is sent, for the time-out
  of one that was not sent at once); a branch keeps the route of the call that it is in, and asks that route for its
  n-th endpoint when it goes there. TURNS, THINK, QUIT and the deadline are read when a request ends. NODE, the
  columns of limits before PARAMETERS and the `_FIRST`, `_COUNT` columns of limits and forks never change.
* *Time in back-off.* The row's BACKOFF_US grows by the whole wait when the wait begins.
* *NO_BUDGET and the router.* Whether the next endpoint is tried is said by NEXT_ON's bit of NO_BUDGET itself.
* *Quitting* follows the status `gave_up`, be it by the person's patience or by LEFT.
* *HOLDS, SLOWER_US and OPTIONAL* have a meaning at DELAY, CALL and FORK only. A step that holds the first words sets
  them whenever the branch goes on from it: done, passed over or too slow; it beats STREAMS. A fork that failed but is
  optional is passed over (even if a child was blocked); it, or one that was too slow, takes nothing from its children.
  Children begin without first words and endpoint; a fork whose children have no endpoint keeps its branch's.
* *Patience in a queue* ends with the first start, for good. An abandoned attempt that kept its place still has its
  patience, and then leaves for nobody.
* *Work that started last* is the one whose latest start is the latest.
* *Not sent at the door* (SERVERS is -1 there) means sent by act 3, even if the node has got servers since. Whatever
  holds back the queue, the time-out runs from that instant; for who is turned away unsent, from joining.
* *Settling comes first:* all limits of which an attempt ended or left at this instant, at whatever node, are settled
  (once each, with the sums) before the first node's door; the nodes that wait for them are looked at as well. A FULL
  attempt settles at once, in act 4.

**The end of a day** is an instant that belongs to the next day. At the end of all time, `close` hands out
a row for each request and job still under way (UNFINISHED, finished and first words at the end, with what was booked
so far), and a wait for each attempt still in a queue that has none yet; its counters hold nothing else: `arrived` and
`ended` are 0, `in_flight` is what it was.
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
