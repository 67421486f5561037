"""Breakers in the kernel: which one an attempt must pass, and what is heard of it."""

from __future__ import annotations

from sim.engine.compiled.basics import look_at
from sim.engine.compiled.codes import NONE, A, B, Ints, K, S
from sim.engine.compiled.jit import at, module, part
from sim.plan.columns import Endpoint, Route
from sim.policies import breaker

rule = module(breaker)
admit_rule = rule.admit
hear_rule = rule.hear
weight_rule = rule.weight
GENERATION = breaker.GENERATION


@part
def meet(m: Ints, branch: int, attempt: int) -> None:
    """An attempt is made: the first at an endpoint must pass the breaker at its place of the route."""
    m[attempt + A.BREAKER] = NONE
    if m[branch + B.RETRIED] > 0:
        return
    m[branch + B.BREAKER] = NONE
    m[branch + B.GENERATION] = NONE
    route = m[branch + B.ROUTE]
    if m[route + Route.BREAKER_ON] == 0:
        return
    hop = m[branch + B.HOP]
    found = m[S.BREAKERS] + m[m[route + Route.BREAKERS] + hop] * K.WIDTH
    m[found + K.ROUTE] = route
    m[branch + B.BREAKER] = found
    m[attempt + A.BREAKER] = found
    last = m[branch + B.HOPS] + 1 == m[route + Route.COUNT]
    m[attempt + A.LAST_RESORT] = 1 if last and m[route + Route.LAST_RESORT] == 1 else 0


@part
def passes(m: Ints, attempt: int, now: int) -> bool:
    """Whether an attempt at the door passes its breaker."""
    found = m[attempt + A.BREAKER]
    if found == NONE:
        return True
    route = m[found + K.ROUTE]
    generation = admit_rule(at(m, route + Route.OPENS_AFTER), at(m, found), now)
    if m[attempt + A.BRANCH] != NONE:
        m[m[attempt + A.BRANCH] + B.GENERATION] = generation
    return generation >= 0 or m[attempt + A.LAST_RESORT] == 1


@part
def badness(m: Ints, route: int, result: int) -> int:
    """As how many failures in a row a result counts."""
    return int(weight_rule(at(m, route + Route.OPENS_AFTER), result))


@part
def report(m: Ints, branch: int, good: int, bad: int, advice: int) -> None:
    """A branch leaves an endpoint: its breaker will hear of it at the end of this instant."""
    found = m[branch + B.BREAKER]
    if found == NONE or m[branch + B.GENERATION] != m[found + GENERATION]:
        return
    if m[found + K.PENDING] == 0:
        m[found + K.PENDING] = 1
        m[found + K.NEXT] = m[S.REPORTED]
        m[S.REPORTED] = found
    m[found + K.GOOD] += good
    m[found + K.BAD] += bad
    m[found + K.ADVICE] = max(m[found + K.ADVICE], advice)
    look_at(m, m[m[branch + B.TARGET] + Endpoint.NODE])


@part
def hear_all(m: Ints, now: int) -> None:
    """Let breakers hear the results of this instant."""
    found = m[S.REPORTED]
    while found != NONE:
        p = at(m, m[found + K.ROUTE] + Route.OPENS_AFTER)
        hear_rule(p, at(m, found), now, m[found + K.GOOD], m[found + K.BAD], m[found + K.ADVICE])
        m[found + K.PENDING] = 0
        m[found + K.GOOD] = 0
        m[found + K.BAD] = 0
        m[found + K.ADVICE] = 0
        found = m[found + K.NEXT]
    m[S.REPORTED] = NONE
