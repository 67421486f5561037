"""The floor: a kernel that makes the small assistant's draws and writes its columns, with no events at all.

Nobody queues here: a request's times follow from its draws alone. No event loop can be faster than this.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.engine import arithmetic
from sim.engine.compiled.jit import module
from sim.outcome import Row
from sim.plan import Arrivals, Plan
from sim.plan.columns import Draw, Endpoint, Status, Step, Workload
from tests.benchmarks.pipelines import RETRIES

GOLDEN, ONE, TWO = (np.uint64(each) for each in (draws.GOLDEN, draws.MIX_ONE, draws.MIX_TWO))
TO_BITS = np.uint64(64 - draws.UNIFORM_BITS)
BITS_30, BITS_27, BITS_31 = np.uint64(30), np.uint64(27), np.uint64(31)
STEP = draws.UNIFORM_STEP
MILLION = 1_000_000

# Where the rows have what.
(SESSION, TURN, DETACHED, ARRIVED, FINISHED, FIRST, STATUS, ATTEMPTS, ANSWERED, INPUT, OUTPUT) = (
    int(Row[name])
    for name in (
        *("SESSION", "TURN", "DETACHED", "ARRIVED_US", "FINISHED_US", "FIRST_TOKEN_US"),
        *("STATUS", "ATTEMPTS", "ENDPOINT", "INPUT_TOKENS", "OUTPUT_TOKENS"),
    )
)
BACKOFF, STAGES = int(Row.BACKOFF_US), int(Row.STAGES)
WIDTH = STAGES + 3
FAILED = int(Status.VENDOR_ERROR)

shared = module(arithmetic)
law_value, whole, duration_us = shared.law_value, shared.whole, shared.duration_us
decode_us, backoff_us = shared.decode_us, shared.backoff_us


@numba.njit
def mix(x):
    x = x + GOLDEN
    x = (x ^ (x >> BITS_30)) * ONE
    x = (x ^ (x >> BITS_27)) * TWO
    return x ^ (x >> BITS_31)


@numba.njit
def bits(key, entity, counter):
    return np.int64(mix(mix(key ^ entity) ^ np.uint64(counter)) >> TO_BITS)


@numba.njit
def draw(laws, numbers, law, key, entity, counter):
    uniform = (np.float64(bits(key, entity, counter)) + 0.5) * STEP
    return law_value(laws, numbers, 0, law, uniform)


@numba.njit
def fill(laws, numbers, rows_of_laws, keys, vendor, coming, session_keys, rows):
    """One row a request; `rows_of_laws` and `keys` are in the order of `tables`."""
    chance, base_us, growth_ppm, cap_us = vendor
    for place in range(len(coming)):
        entity = mix(session_keys[place] ^ mix(np.uint64(1)))
        drawn = np.empty(4)
        for which in range(4):
            law, key = rows_of_laws[which], keys[which]
            drawn[which] = draw(laws, numbers, law, key, entity, 0)
        output = whole(drawn[1])
        redacting, searching = duration_us(drawn[2], MILLION), duration_us(drawn[3], MILLION)
        now = start = coming[place] + redacting + searching
        first, attempts, paused = -1, 1, 0
        for number in range(RETRIES + 1):
            attempts += 1
            if bits(keys[4], entity, number) >= chance:
                value = draw(laws, numbers, rows_of_laws[5], keys[5], entity, number)
                speed = draw(laws, numbers, rows_of_laws[6], keys[6], entity, number)
                first = now + duration_us(value, MILLION)
                now = first + decode_us(output, speed)
                break
            value = draw(laws, numbers, rows_of_laws[7], keys[7], entity, number)
            now += duration_us(value, MILLION)
            if number < RETRIES:
                factor = draw(laws, numbers, rows_of_laws[8], keys[8], entity, number)
                pause = backoff_us(base_us, growth_ppm, cap_us, number, factor)
                paused += pause
                now += pause
        row = rows[place]
        row[:] = 0
        row[SESSION] = place
        row[TURN] = 1
        row[DETACHED] = -1
        row[ARRIVED] = coming[place]
        row[FINISHED] = now
        row[FIRST] = first if first >= 0 else now
        row[STATUS] = 0 if first >= 0 else FAILED
        row[ATTEMPTS] = attempts
        row[ANSWERED] = 1 if first >= 0 else -1
        row[INPUT] = whole(drawn[0])
        row[OUTPUT] = output
        row[BACKOFF] = paused
        row[STAGES] = redacting
        row[STAGES + 1] = searching
        row[STAGES + 2] = now - start


def tables(plan: Plan) -> tuple:
    """What `fill` needs of the small assistant."""
    workload, steps = plan.workloads[0], plan.steps
    desk, vendor = plan.endpoints
    own = int(plan.workload_keys[0])
    delay, search, ask = (int(key) for key in plan.step_keys[1:4])
    used = (
        (own, Draw.INPUT, workload[Workload.INPUT_LAW]),
        (own, Draw.OUTPUT, workload[Workload.OUTPUT_LAW]),
        (delay, Draw.DELAY, steps[1][Step.LAW]),
        (search, Draw.SERVICE, desk[Endpoint.FIRST_LAW]),
        (ask, Draw.ERROR, -1),
        (ask, Draw.SERVICE, vendor[Endpoint.FIRST_LAW]),
        (ask, Draw.SPEED, vendor[Endpoint.SPEED_LAW]),
        (ask, Draw.ERROR_TIME, vendor[Endpoint.ERROR_LAW]),
        (ask, Draw.BACKOFF, vendor[Endpoint.BACKOFF_LAW]),
    )
    columns = (
        *(Endpoint.ERROR_CHANCE, Endpoint.BACKOFF_US),
        *(Endpoint.BACKOFF_GROWTH_PPM, Endpoint.BACKOFF_CAP_US),
    )
    return (
        np.stack([plan.laws.kinds, plan.laws.starts, plan.laws.counts], axis=1).ravel(),
        plan.laws.numbers,
        np.array([law for *_, law in used], np.int64),
        np.array([draws.mix(key ^ purpose) for key, purpose, _ in used], np.uint64),
        tuple(int(vendor[column]) for column in columns),
    )


def run(plan: Plan, coming: Arrivals) -> NDArray[np.int64]:
    """All rows."""
    rows = np.empty((len(coming.time_us), WIDTH), np.int64)
    fill(*tables(plan), coming.time_us, coming.key, rows)
    return rows
