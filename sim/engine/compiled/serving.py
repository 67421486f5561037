"""How an attempt that starts will end, and how long that takes: chance, cold starts, limits that slow."""

from __future__ import annotations

import numpy as np

from sim.engine.arithmetic import MILLION
from sim.engine.compiled.basics import (
    bits,
    decode_us,
    duration_us,
    note_attempt,
    prompt_us,
    sample,
    slowed_ppm,
)
from sim.engine.compiled.codes import A, Floats, Ints, N, P
from sim.engine.compiled.jit import part
from sim.outcome import Event
from sim.plan.columns import Draw, Endpoint, Node, Result


@part
def draw(m: Ints, f: Floats, attempt: int, law: int, purpose: int) -> float:
    """A draw of an attempt."""
    key = np.uint64(m[m[attempt + A.STEP] + P.KEYS + purpose])
    return sample(m, f, law, key, np.uint64(m[attempt + A.KEY]), m[attempt + A.COUNTER])


@part
def warm_up(m: Ints, f: Floats, node: int, attempt: int, now: int) -> None:
    """An attempt that starts alone begins to warm a node that was idle for too long."""
    after = m[node + Node.COLD_AFTER_US]
    if after >= 0 and now - m[node + N.IDLE_SINCE] > after:
        takes = draw(m, f, attempt, m[node + Node.COLD_LAW], Draw.COLD_START)
        m[node + N.READY_AT] = now + duration_us(takes, MILLION)


@part
def befalls(m: Ints, attempt: int, chance: int, purpose: int) -> bool:
    """Whether something with this chance happens to an attempt."""
    if chance == 0:
        return False
    key = np.uint64(m[m[attempt + A.STEP] + P.KEYS + purpose])
    return bool(bits(key, np.uint64(m[attempt + A.KEY]), m[attempt + A.COUNTER]) < chance)


@part
def service_us(m: Ints, f: Floats, attempt: int, now: int) -> int:
    """Draw how an attempt will end, and how long it takes."""
    endpoint = m[attempt + A.ENDPOINT]
    if befalls(m, attempt, m[endpoint + Endpoint.ERROR_CHANCE], Draw.ERROR):
        m[attempt + A.RESULT] = Result.ERROR
        law = m[endpoint + Endpoint.ERROR_LAW]
        return duration_us(draw(m, f, attempt, law, Draw.ERROR_TIME), MILLION)
    if befalls(m, attempt, m[endpoint + Endpoint.FILTER_CHANCE], Draw.FILTER):
        m[attempt + A.RESULT] = Result.FILTERED
        law = m[endpoint + Endpoint.FILTER_LAW]
        return duration_us(draw(m, f, attempt, law, Draw.FILTER_TIME), MILLION)
    m[attempt + A.RESULT] = Result.OK
    cold = max(0, m[m[attempt + A.NODE] + N.READY_AT] - now)
    if cold > 0:
        note_attempt(m, now, attempt, Event.COLD, cold)
    slow_ppm = slowed_ppm(m[endpoint + Endpoint.SLOW_PPM], m[attempt + A.SLOW_PPM])
    if m[attempt + A.SLOW_PPM] != MILLION:
        note_attempt(m, now, attempt, Event.SLOWED, m[attempt + A.SLOW_PPM])
    value = draw(m, f, attempt, m[endpoint + Endpoint.FIRST_LAW], Draw.SERVICE)
    value += prompt_us(
        m[attempt + A.INPUT] - m[attempt + A.CACHED], m[endpoint + Endpoint.PROMPT_US]
    )
    lasts = cold + duration_us(value, slow_ppm)
    m[attempt + A.FIRST_US] = now + lasts
    law = m[endpoint + Endpoint.SPEED_LAW]
    if law >= 0:
        speed = draw(m, f, attempt, law, Draw.SPEED)
        lasts += decode_us(m[attempt + A.OUTPUT], speed) * slow_ppm // MILLION
    return lasts
