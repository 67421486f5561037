"""The plans that are timed, and who comes to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.engine import EngineName, start
from sim.engine.arithmetic import KNOTS, LOGIT_MAX
from sim.plan import Arrivals, Day, Plan
from sim.plan.columns import Result
from tests.plans import MINUTE_US, SECOND_US, LawRow, PlanMaker, day

SERVERS = 8
ERROR_CHANCE = 0.05
RETRIES = 2
TOKENS_PER_MINUTE = 40_000_000
REQUESTS_PER_MINUTE = 12_000
"""What the limits allow: half as much again as 120 requests a second ask for."""


def exponential(maker: PlanMaker, mean: float) -> LawRow:
    """An exponential law as a table of quantiles."""
    uniforms = 1 / (1 + np.exp(-np.linspace(-LOGIT_MAX, LOGIT_MAX, KNOTS)))
    return maker.continuous((-mean * np.log1p(-uniforms)).tolist())


def arrivals(count: int, rate: float, seed: int = 1) -> Arrivals:
    """Poisson arrivals at a rate [1/s], one session each."""
    numbers = np.arange(count, dtype=np.uint64)
    uniforms = draws.uniforms(draws.purpose(seed, 0, "gap"), numbers)
    time_us = np.cumsum(np.maximum(1, -np.log(uniforms) * SECOND_US / rate)).astype(np.int64)
    keys = draws.children(np.uint64(draws.purpose(seed, 0, "session")), numbers)
    return Arrivals(time_us, numbers.astype(np.int64), keys, np.zeros(count, np.int64))


def day_of(coming: Arrivals) -> Day:
    """All of them in one stretch of at most a day, that ends an hour after the last."""
    until_us = int(coming.time_us[-1]) + 3600 * SECOND_US
    assert until_us <= 24 * 3600 * SECOND_US
    return replace(day(until_us=until_us), arrivals=coming)


def three_limits(maker: PlanMaker) -> list[int]:
    """A bucket of tokens, a bucket of requests, and a window of requests over any minute."""
    per_minute = (TOKENS_PER_MINUTE, TOKENS_PER_MINUTE)
    return [
        maker.limit("token_bucket", *per_minute, counts="tokens"),
        maker.limit("token_bucket", REQUESTS_PER_MINUTE, REQUESTS_PER_MINUTE),
        maker.limit("sliding_window", REQUESTS_PER_MINUTE, MINUTE_US),
    ]


def assistant(*, limited: bool = False) -> Plan:
    """A small assistant: it redacts, searches at eight servers, and asks a vendor that fails now and then.

    Where it is `limited`, each of the two endpoints has three limits of its own.
    """
    maker = PlanMaker()
    limits = [three_limits(maker) if limited else [] for _ in range(2)]
    desk = maker.endpoint(maker.node(servers=SERVERS), exponential(maker, 50_000), limits=limits[0])
    vendor = maker.endpoint(
        maker.node(),
        exponential(maker, 700_000),
        speed=exponential(maker, 80),
        error_chance=ERROR_CHANCE,
        error_time=300_000,
        limits=limits[1],
        retries=RETRIES,
        retry_on=[Result.ERROR],
        backoff_us=500_000,
        backoff_growth_ppm=2_000_000,
        backoff_factor=exponential(maker, 1),
    )
    steps = (
        maker.delay(exponential(maker, 60_000), stage=0),
        maker.call(desk, stage=1),
        maker.call(vendor, stage=2, streams=1),
    )
    maker.workload(
        maker.chain(*steps),
        input_tokens=exponential(maker, 3000),
        output_tokens=exponential(maker, 250),
    )
    return maker.plan()


def tandem(stations: int, servers: int, service_s: float) -> Plan:
    """Stations in a row, each with exponential services."""
    maker = PlanMaker()
    service = exponential(maker, service_s * SECOND_US)
    steps = [
        maker.call(maker.endpoint(maker.node(servers=servers), service)) for _ in range(stations)
    ]
    maker.workload(maker.chain(*steps))
    return maker.plan()


def rows_of(plan: Plan, stretch: Day, engine: EngineName) -> NDArray[np.int64]:
    """The rows of a run, from a fresh engine to its close."""
    running = start(plan, engine)
    rows = running.advance(stretch).rows
    return np.concatenate([rows, running.close().rows])
