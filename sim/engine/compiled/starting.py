"""The last moment of an instant: at each node that anything happened to, start what can start."""

from __future__ import annotations

from sim.engine.arithmetic import MILLION
from sim.engine.compiled import breaking, limiting
from sim.engine.compiled.basics import (
    count_begun,
    count_use,
    count_wait,
    duration_us,
    link_before,
    link_last,
    note_attempt,
    push,
    queue_of,
    stands_before,
    touch,
    unlink,
    whole,
)
from sim.engine.compiled.branches import wait_until
from sim.engine.compiled.calls import retry_cost, use_load
from sim.engine.compiled.codes import NONE, A, At, B, E, Floats, Ints, Kind, L, Moment, N, R, S
from sim.engine.compiled.jit import part
from sim.engine.compiled.serving import draw, service_us, warm_up
from sim.engine.compiled.timing import set_due, wind_timeout
from sim.limits import NEVER
from sim.outcome import Event, Load, Use
from sim.plan.columns import PRIORITIES, Draw, Endpoint, Node, Result


@part
def room_for(m: Ints, node: int) -> bool:
    """Whether heap and trace hold what starting at a node can add."""
    servers = m[node + Node.SERVERS]
    startable = m[node + N.WAITING]
    if servers >= 0:
        startable = min(startable, max(0, servers - m[node + N.BUSY]) + m[node + N.UNSENT])
    count = startable + m[node + N.NEW] + 1
    if m[S.HEAP_CAP] - m[S.HEAP_SIZE] < 6 * count:
        return False
    return m[S.TRACE_SESSION] == NONE or m[S.TRACE_CAP] - m[S.TRACE_SIZE] >= 6 * count


@part
def start_all(m: Ints, f: Floats, now: int) -> int:
    """Start what can start, node by node; returns how much room is missing, 0 where all was done."""
    breaking.hear_all(m, now)
    limiting.settle_all(m, now)
    node = m[S.DIRTY]
    while node != NONE:
        if not room_for(m, node):
            return 1 + m[node + N.WAITING]
        m[S.DIRTY] = m[node + N.NEXT_DIRTY]
        m[node + N.DIRTY] = 0
        start(m, f, node, now)
        node = m[S.DIRTY]
    return 0


@part
def start(m: Ints, f: Floats, node: int, now: int) -> None:
    """Start what can start at one node."""
    touch(m, node, now)
    if m[node + N.NEW] > 0:
        door(m, f, node, now)
    serve(m, f, node, now)
    if m[node + Node.QUEUE_LIMIT] >= 0:
        overflow(m, node, now)
        serve(m, f, node, now)
    if m[node + N.WAITING] > 0:
        wind_timers(m, f, node, now)
    m[node + N.UNDER_WAY] = m[node + N.WAITING] + m[node + N.BUSY]


@part
def door(m: Ints, f: Floats, node: int, now: int) -> None:
    """Those who joined at this instant, in order: budget, then refusing limits, then the queue."""
    attempt = m[node + N.NEW_HEAD]
    while attempt != NONE:
        following = m[attempt + A.AFTER]
        m[node + N.NEW] -= 1
        admit(m, f, node, attempt, now)
        attempt = following
    m[node + N.NEW_HEAD] = NONE
    m[node + N.NEW_TAIL] = NONE


@part
def admit(m: Ints, f: Floats, node: int, attempt: int, now: int) -> None:
    """One attempt at the door."""
    endpoint = m[attempt + A.ENDPOINT]
    set_due(m, attempt, now)
    if not breaking.passes(m, attempt, now):
        note_attempt(m, now, attempt, Event.OPEN, NONE)
        turn_away(m, node, attempt, Result.OPEN, now + 1)
        return
    most = m[node + Node.SHEDS + m[attempt + A.PRIORITY]]
    under_way = m[node + N.BUSY] + m[node + N.WAITING] - m[node + N.NEW] - 1
    if 0 <= most <= under_way:
        use_load(m, node, Load.SHED, now)
        note_attempt(m, now, attempt, Event.FULL, NONE)
        turn_away(m, node, attempt, Result.FULL, now + 1)
        return
    if not in_budget(m, endpoint, m[attempt + A.RETRIED], m[attempt + A.LAST_RESULT]):
        note_attempt(m, now, attempt, Event.NO_BUDGET, NONE)
        turn_away(m, node, attempt, Result.NO_BUDGET, now + 1)
        return
    count_use(m, attempt, Use.ATTEMPTS, now)
    if m[attempt + A.RETRIED] > 0:
        count_use(m, attempt, Use.RETRIES, now)
    branch = m[attempt + A.BRANCH]
    if branch != NONE:
        m[m[branch + B.REQUEST] + R.ATTEMPTS] += 1
    limit = NONE
    if m[endpoint + Endpoint.LIMIT_COUNT] > 0:
        limit = limiting.hopeless(m, attempt)
    if limit == NONE and m[node + Node.SERVERS] >= 0:
        limit = send(m, attempt, now)
    if limit != NONE:
        refuse(m, f, node, attempt, limit, now)
        return
    m[node + N.UNSENT] += 1 - m[attempt + A.SENT]
    m[attempt + A.STATE] = At.QUEUED
    link_last(m, queue_of(m, attempt), attempt)


@part
def send(m: Ints, attempt: int, now: int) -> int:
    """The refusing limits take an attempt, which is sent then; returns the one that refuses it, -1: none."""
    if m[m[attempt + A.ENDPOINT] + Endpoint.LIMIT_COUNT] > 0:
        limit = limiting.refuser(m, attempt, now)
        if limit != NONE:
            return limit
        limiting.take(m, attempt, 0, now)
    m[attempt + A.SENT] = 1
    return NONE


@part
def in_budget(m: Ints, endpoint: int, retried: int, last_result: int) -> bool:
    """Whether the client's retry budget lets an attempt go out; a first attempt adds to it."""
    gain_ppm = m[endpoint + Endpoint.BUDGET_PPM]
    if gain_ppm < 0:
        return True
    if retried == 0:
        cap_ppm = m[endpoint + Endpoint.BUDGET_CAP_PPM]
        m[endpoint + E.BUDGET] = min(cap_ppm, m[endpoint + E.BUDGET] + gain_ppm)
        return True
    cost_ppm = retry_cost(m, endpoint, last_result)
    if m[endpoint + E.BUDGET] < cost_ppm:
        return False
    m[endpoint + E.BUDGET] -= cost_ppm
    return True


@part
def refuse(m: Ints, f: Floats, node: int, attempt: int, limit: int, now: int) -> None:
    """429: the refusal comes back after a drawn time."""
    endpoint = m[attempt + A.ENDPOINT]
    note_attempt(m, now, attempt, Event.REFUSED, m[limit + L.ROW])
    count_use(m, attempt, Use.REFUSED, now)
    m[attempt + A.ADVICE] = limiting.advice(m, attempt, now)
    if m[attempt + A.ADVICE] > 0:
        note_attempt(m, now, attempt, Event.ADVICE, m[attempt + A.ADVICE])
    m[attempt + A.LIMIT] = m[limit + L.ROW]
    limiting.refuse(m, attempt, now)
    branch = m[attempt + A.BRANCH]
    if branch != NONE:
        m[m[branch + B.REQUEST] + R.REFUSALS] += 1
    law = m[endpoint + Endpoint.REFUSAL_LAW]
    back = duration_us(draw(m, f, attempt, law, Draw.REFUSAL_TIME), MILLION)
    turn_away(m, node, attempt, Result.REFUSED, now + back)
    if branch != NONE:
        wind_timeout(m, attempt)


@part
def turn_away(m: Ints, node: int, attempt: int, result: int, at: int) -> None:
    """An attempt is sent back unserved; it is in no list of the node any more."""
    m[node + N.WAITING] -= 1
    m[attempt + A.STATE] = At.RETURNING
    m[attempt + A.RESULT] = result
    m[attempt + A.FINISH_US] = at
    push(m, at, Moment.FINISH, Kind.ATTEMPT, attempt, m[attempt + A.SERIAL])
    branch = m[attempt + A.BRANCH]
    if branch != NONE:
        wait_until(m, branch, at)


@part
def first_waiting(m: Ints, node: int) -> int:
    """The attempt that stands first in a node's queue."""
    for priority in range(PRIORITIES):
        attempt = m[node + N.QUEUES + 2 * priority]
        if attempt != NONE:
            return attempt
    return NONE


@part
def serve(m: Ints, f: Floats, node: int, now: int) -> None:
    """Start waiting attempts while a server is free and limits let the first one pass."""
    while True:
        servers = m[node + Node.SERVERS]
        if servers >= 0 and m[node + N.BUSY] >= servers:
            return
        attempt = first_waiting(m, node)
        if attempt == NONE:
            return
        endpoint = m[attempt + A.ENDPOINT]
        fresh = m[attempt + A.LEFT_US] == NONE
        if fresh and m[endpoint + Endpoint.LIMIT_COUNT] > 0:
            wait = limiting.wait_for(m, attempt, 1, now)
            if wait > 0:
                wake_after(m, node, wait, now)
                return
            limiting.take(m, attempt, 1, now)
        unlink(m, queue_of(m, attempt), attempt)
        if m[attempt + A.SENT] == 0:
            m[node + N.UNSENT] -= 1
            limit = send(m, attempt, now)
            if limit != NONE:
                refuse_sent(m, f, node, attempt, limit, now)
                continue
        m[node + N.WAITING] -= 1
        m[node + N.BUSY] += 1
        begin(m, f, node, attempt, now)


@part
def refuse_sent(m: Ints, f: Floats, node: int, attempt: int, limit: int, now: int) -> None:
    """429 to an attempt from the queue: its time-out starts, and the queueing limits hold it till it hears."""
    if m[attempt + A.JOINED_US] < now:
        count_wait(m, attempt, now)
    if m[attempt + A.TIMEOUT_AT] == -2:
        set_due(m, attempt, now)
    branch = m[attempt + A.BRANCH]
    if branch != NONE:
        m[m[branch + B.REQUEST] + R.WAIT_US] += now - m[attempt + A.QUEUED_US]
    refuse(m, f, node, attempt, limit, now)
    m[attempt + A.STATE] = At.HELD


@part
def wake_after(m: Ints, node: int, wait: int, now: int) -> None:
    """Look at the node again when the first in its queue may pass; one such event at a time."""
    if wait >= NEVER:
        return
    at = m[node + N.WAKE_AT]
    if at <= now or at > now + wait:
        m[node + N.WAKE_AT] = now + wait
        push(m, now + wait, Moment.JOIN, Kind.WAKE, node, now + wait)


@part
def begin(m: Ints, f: Floats, node: int, attempt: int, now: int) -> None:
    """An attempt starts, or starts again after it went back to the queue."""
    branch = m[attempt + A.BRANCH]
    m[attempt + A.STATE] = At.IN_SERVICE
    if m[attempt + A.STARTED_US] == NONE:
        m[attempt + A.STARTED_US] = now
        use_load(m, node, Load.STARTED, now)
        count_begun(m, attempt, now)
        count_wait(m, attempt, now)
        if m[node + N.BUSY] == 1:
            warm_up(m, f, node, attempt, now)
        lasts = service_us(m, f, attempt, now)
    else:
        lasts = m[attempt + A.LEFT_US]
    note_attempt(m, now, attempt, Event.START, lasts)
    m[attempt + A.FINISH_US] = now + lasts
    push(m, now + lasts, Moment.FINISH, Kind.ATTEMPT, attempt, m[attempt + A.SERIAL])
    link_last(m, node + N.SERVICE_HEAD, attempt)
    if m[attempt + A.TIMEOUT_AT] == -2:
        set_due(m, attempt, now)
    if branch != NONE:
        request = m[branch + B.REQUEST]
        m[request + R.WAIT_US] += now - m[attempt + A.QUEUED_US]
        wait_until(m, branch, now + lasts)
        wind_timeout(m, attempt)


@part
def overflow(m: Ints, node: int, now: int) -> None:
    """Turn away the last of those who joined at this instant while more wait than may."""
    most = m[node + Node.QUEUE_LIMIT]
    for place in range(PRIORITIES):
        head = node + N.QUEUES + 2 * (PRIORITIES - 1 - place)
        while m[node + N.WAITING] > most:
            attempt = m[head + 1]
            if attempt == NONE or m[attempt + A.JOINED_US] != now:
                break
            unlink(m, head, attempt)
            use_load(m, node, Load.SHED, now)
            limiting.settle_unused(m, attempt)
            limiting.settle_all(m, now)
            note_attempt(m, now, attempt, Event.FULL, NONE)
            turn_away(m, node, attempt, Result.FULL, now + 1)


@part
def wind_timers(m: Ints, f: Floats, node: int, now: int) -> None:
    """Those who joined at this instant and could not start have to wait: make the events that may end that."""
    for priority in range(PRIORITIES):
        attempt = m[node + N.QUEUES + 2 * priority + 1]
        while attempt != NONE and m[attempt + A.JOINED_US] == now:
            law = m[node + Node.PATIENCE_LAW]
            if law >= 0:
                patience = max(1, whole(draw(m, f, attempt, law, Draw.QUEUE_PATIENCE)))
                serial = m[attempt + A.SERIAL]
                push(m, now + patience, Moment.QUEUE_PATIENCE, Kind.QUEUE_PATIENCE, attempt, serial)
            branch = m[attempt + A.BRANCH]
            if branch != NONE:
                wait_until(m, branch, NEVER)
                if m[attempt + A.SENT] == 1:
                    wind_timeout(m, attempt)
                else:
                    m[attempt + A.TIMEOUT_AT] = -2
            attempt = m[attempt + A.BEFORE]


@part
def return_excess(m: Ints, node: int, now: int) -> None:
    """Servers were taken away: the work that started last goes back to its place in the queue."""
    while m[node + N.BUSY] > m[node + Node.SERVERS]:
        attempt = m[node + N.SERVICE_TAIL]
        unlink(m, node + N.SERVICE_HEAD, attempt)
        m[node + N.BUSY] -= 1
        if m[node + N.BUSY] == 0:
            m[node + N.IDLE_SINCE] = now
        m[node + N.WAITING] += 1
        use_load(m, node, Load.RETURNED, now)
        left = m[attempt + A.FINISH_US] - now
        m[attempt + A.STATE] = At.QUEUED
        m[attempt + A.LEFT_US] = left
        m[attempt + A.QUEUED_US] = now
        note_attempt(m, now, attempt, Event.RETURNED, left)
        queue_again(m, attempt)
        branch = m[attempt + A.BRANCH]
        if branch != NONE:
            wait_until(m, branch, NEVER)
            wind_timeout(m, attempt)


@part
def queue_again(m: Ints, attempt: int) -> None:
    """Put an attempt back to its place in the queue's order."""
    head = queue_of(m, attempt)
    other = m[head]
    while other != NONE and stands_before(m, other, attempt):
        other = m[other + A.AFTER]
    if other == NONE:
        link_last(m, head, attempt)
    else:
        link_before(m, head, attempt, other)
