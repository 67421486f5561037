"""Limits in the kernel: what an attempt costs them, asking, taking, giving back."""

from __future__ import annotations

import numpy as np

from sim.engine.compiled import rules
from sim.engine.compiled.basics import (
    actual_amount,
    advice_us,
    bits,
    look_at,
    reserved_amount,
    slowed_ppm,
)
from sim.engine.compiled.codes import NONE, A, E, Ints, L, N, P, S
from sim.engine.compiled.jit import at, part
from sim.limits import NEVER, SOFT_THRESHOLD
from sim.plan.columns import Draw, Endpoint, Limit


@part
def parameters(m: Ints, limit: int) -> Ints:
    """A limit's parameters, as a view."""
    return at(m, limit + Limit.PARAMETERS)


@part
def state(m: Ints, limit: int) -> Ints:
    """A limit's state, as a view."""
    return at(m, limit + L.STATE)


@part
def reserved(m: Ints, attempt: int, limit: int) -> int:
    """What an attempt costs a limit when it is let through."""
    return reserved_amount(
        m,
        limit + Limit.RESERVES,
        m[limit + Limit.JOINED],
        m[attempt + A.INPUT] - m[attempt + A.CACHED],
        m[attempt + A.CACHED],
        m[attempt + A.OUTPUT],
        m[attempt + A.RESERVE],
    )


@part
def luck(m: Ints, attempt: int, kind: int) -> int:
    """An attempt's luck with a limit of a kind; 0 where the kind leaves nothing to chance."""
    if kind != SOFT_THRESHOLD:
        return 0
    key = np.uint64(m[m[attempt + A.STEP] + P.KEYS + Draw.LIMIT])
    return bits(key, np.uint64(m[attempt + A.KEY]), m[attempt + A.COUNTER])


@part
def wait_at(m: Ints, attempt: int, limit: int, now: int) -> int:
    """How long one limit would make an attempt wait [µs]."""
    kind = m[limit + Limit.KIND]
    cost = reserved(m, attempt, limit)
    chance = luck(m, attempt, kind)
    return rules.wait_us(kind, parameters(m, limit), state(m, limit), now, cost, chance)


@part
def wait_for(m: Ints, attempt: int, queueing: int, now: int) -> int:
    """How long the endpoint's queueing (1) or refusing (0) limits would make an attempt wait [µs]."""
    endpoint = m[attempt + A.ENDPOINT]
    first = m[endpoint + Endpoint.LIMIT_FIRST]
    longest = 0
    for place in range(first, first + m[endpoint + Endpoint.LIMIT_COUNT]):
        limit = m[place]
        if m[limit + Limit.QUEUES] == queueing:
            longest = max(longest, wait_at(m, attempt, limit, now))
    return longest


@part
def hopeless(m: Ints, attempt: int) -> int:
    """The first limit of the endpoint that could never let an attempt pass; -1: none."""
    endpoint = m[attempt + A.ENDPOINT]
    first = m[endpoint + Endpoint.LIMIT_FIRST]
    for place in range(first, first + m[endpoint + Endpoint.LIMIT_COUNT]):
        limit = m[place]
        kind = m[limit + Limit.KIND]
        cost = reserved(m, attempt, limit)
        if not rules.fits(kind, parameters(m, limit), cost):
            return limit
    return NONE


@part
def refuser(m: Ints, attempt: int, now: int) -> int:
    """The first refusing limit of the endpoint that would make an attempt wait; -1: none."""
    endpoint = m[attempt + A.ENDPOINT]
    first = m[endpoint + Endpoint.LIMIT_FIRST]
    for place in range(first, first + m[endpoint + Endpoint.LIMIT_COUNT]):
        limit = m[place]
        if m[limit + Limit.QUEUES] == 0 and wait_at(m, attempt, limit, now) > 0:
            return limit
    return NONE


@part
def advice(m: Ints, attempt: int, now: int) -> int:
    """What a refusal says about coming back [µs]; 0: nothing."""
    endpoint = m[attempt + A.ENDPOINT]
    first = m[endpoint + Endpoint.LIMIT_FIRST]
    for place in range(first, first + m[endpoint + Endpoint.LIMIT_COUNT]):
        limit = m[place]
        kind = m[limit + Limit.KIND]
        if not rules.fits(kind, parameters(m, limit), reserved(m, attempt, limit)):
            return 0
    longest = 0
    for place in range(first, first + m[endpoint + Endpoint.LIMIT_COUNT]):
        limit = m[place]
        if m[limit + Limit.QUEUES] == 0:
            wait = wait_at(m, attempt, limit, now)
            if wait >= NEVER:
                return 0
            longest = max(longest, advice_us(m[limit + Limit.ADVICE], wait))
    return longest


@part
def take(m: Ints, attempt: int, queueing: int, now: int) -> None:
    """Let an attempt through the endpoint's queueing (1) or refusing (0) limits, perhaps more slowly."""
    endpoint = m[attempt + A.ENDPOINT]
    first = m[endpoint + Endpoint.LIMIT_FIRST]
    for place in range(first, first + m[endpoint + Endpoint.LIMIT_COUNT]):
        limit = m[place]
        if m[limit + Limit.QUEUES] == queueing:
            kind = m[limit + Limit.KIND]
            amount = reserved(m, attempt, limit)
            slow_ppm = rules.slow_ppm(kind, parameters(m, limit), state(m, limit), now, amount)
            m[attempt + A.SLOW_PPM] = slowed_ppm(m[attempt + A.SLOW_PPM], slow_ppm)
            rules.take(kind, parameters(m, limit), state(m, limit), now, amount)


@part
def refuse(m: Ints, attempt: int, now: int) -> None:
    """Tell the endpoint's refusing limits that they, or one of them, said no."""
    endpoint = m[attempt + A.ENDPOINT]
    first = m[endpoint + Endpoint.LIMIT_FIRST]
    for place in range(first, first + m[endpoint + Endpoint.LIMIT_COUNT]):
        limit = m[place]
        if m[limit + Limit.QUEUES] == 0:
            rules.refuse(
                m[limit + Limit.KIND],
                parameters(m, limit),
                state(m, limit),
                now,
                reserved(m, attempt, limit),
            )


@part
def give_back(
    m: Ints, attempt: int, actual_output: int, used: int, refusing: int, queueing: int
) -> None:
    """An attempt ends: its limits will settle reserved and actual when this instant starts what can start.

    `used` is 0 where it was never served; `refusing` and `queueing` where such limits never let it through.
    """
    endpoint = m[attempt + A.ENDPOINT]
    first = m[endpoint + Endpoint.LIMIT_FIRST]
    for place in range(first, first + m[endpoint + Endpoint.LIMIT_COUNT]):
        limit = m[place]
        let_through = queueing if m[limit + Limit.QUEUES] == 1 else refusing
        if let_through == 0:
            continue
        # A queueing limit's end is news for those who wait, even if it settles nothing.
        settles = rules.settles(m[limit + Limit.KIND], parameters(m, limit))
        if not settles and m[limit + Limit.QUEUES] == 0:
            continue
        if m[limit + L.PENDING] == 0:
            m[limit + L.PENDING] = 1
            m[limit + L.NEXT] = m[S.UNSETTLED]
            m[S.UNSETTLED] = limit
        m[limit + L.RESERVED] += reserved(m, attempt, limit)
        if used == 1:
            m[limit + L.ACTUAL] += actual_amount(
                m,
                limit + Limit.COUNTS,
                m[attempt + A.INPUT] - m[attempt + A.CACHED],
                m[attempt + A.CACHED],
                actual_output,
            )


@part
def settle_unused(m: Ints, attempt: int) -> None:
    """An attempt that got through the door leaves the queue unserved."""
    sent = m[attempt + A.SENT]
    started = 1 if m[attempt + A.STARTED_US] >= 0 else 0
    m[m[attempt + A.NODE] + N.UNSENT] -= 1 - sent
    give_back(m, attempt, 0, 0, sent, started)


@part
def settle_all(m: Ints, now: int) -> None:
    """Settle the limits of attempts that ended, and look at the nodes where others wait for these limits."""
    limit = m[S.UNSETTLED]
    while limit != NONE:
        rules.settle(
            m[limit + Limit.KIND],
            parameters(m, limit),
            state(m, limit),
            now,
            m[limit + L.RESERVED],
            m[limit + L.ACTUAL],
        )
        m[limit + L.PENDING] = 0
        m[limit + L.RESERVED] = 0
        m[limit + L.ACTUAL] = 0
        if m[limit + Limit.QUEUES] == 1:
            look_at_waiters(m, limit)
        limit = m[limit + L.NEXT]
    m[S.UNSETTLED] = NONE


@part
def look_at_waiters(m: Ints, limit: int) -> None:
    """Have every node looked at where attempts may wait for a limit."""
    for row in range(m[S.ENDPOINT_COUNT]):
        endpoint = m[S.ENDPOINTS] + E.WIDTH * row
        first = m[endpoint + Endpoint.LIMIT_FIRST]
        for place in range(first, first + m[endpoint + Endpoint.LIMIT_COUNT]):
            if m[place] == limit:
                look_at(m, m[endpoint + Endpoint.NODE])
