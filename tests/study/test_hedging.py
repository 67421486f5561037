"""A hedge from what a planner writes to tail latency and money, against what theory says of it.

Answers take an exponential time of mean 1 s; a second call begins 2 s after the first where that has not answered. The
first answer counts: P(T > t) = exp(-t) up to 2 s, and exp(-t) × exp(-(t - 2)) beyond. So the p99 falls from
ln 100 = 4.605 s to (2 + ln 100) / 2 = 3.303 s, and exp(-2) = 13.5 % of calls are made twice.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from plans import run

from sim.outcome import Row, Use
from sim.plan.columns import Status
from sim.plan.journey import journey_of
from sim.scenario.document import document_from_text
from sim.study.of_scenario import ScenarioSource
from sim.study.replication import replicate

SCENARIO = """
schema: genai-rollout/v1
name: hedged
horizon: {start: 2027-07-01, length: 1d, timezone: UTC}
workloads:
  ask: {arrivals: {per_day: 40k}, input_tokens: 100, output_tokens: 10, pipeline: main}
pipelines: {main: [{stage: answer, call: chat}]}
endpoints:
  one: {latency: {total: {law: exponential, mean: 1s}}, price: {per_request: 0.001}, bills: {wasted: WASTED}}
  two: {latency: {total: {law: exponential, mean: 1s}}, price: {per_request: 0.001}, bills: {wasted: WASTED}}
routes: {chat: {order: [one, two]HEDGE}}
"""
TWICE = math.exp(-2)


def text(hedge: str = ", hedge: {after: 2s}", wasted: str = "true") -> str:
    return SCENARIO.replace("HEDGE", hedge).replace("WASTED", wasted)


@cache
def played(hedge: str, engine: str = "compiled"):
    journey = journey_of(document_from_text(text(hedge)), 3, 0)
    return run(journey.plan, [day.day for day in journey.days], engine, trace=(0, 0))


def times(outcome) -> np.ndarray:
    """How long each request took [s], in ascending order."""
    rows = outcome.rows[outcome.rows[:, Row.STATUS] == Status.OK]
    return np.sort(rows[:, Row.FINISHED_US] - rows[:, Row.ARRIVED_US]) / 1e6


def interval(p: float, seconds: np.ndarray) -> tuple[float, float]:
    """Between which of the ordered times a quantile lies, at 4.5 standard deviations of its rank."""
    n = len(seconds)
    rank, room = p * n, 4.5 * math.sqrt(n * p * (1 - p))
    return float(seconds[int(rank - room)]), float(seconds[int(rank + room)])


@pytest.mark.parametrize(
    ("hedge", "p99"),
    [("", math.log(100)), (", hedge: {after: 2s}", 1 + math.log(100) / 2)],
    ids=["plain", "hedged"],
)
def test_the_p99_is_what_theory_says_and_a_hedge_takes_1_3_s_off_it(hedge, p99):
    low, high = interval(0.99, times(played(hedge)))
    assert low < p99 < high
    assert high - low < 0.5


def test_below_the_hedges_delay_nothing_changes():
    plain, hedged = times(played("")), times(played(", hedge: {after: 2s}"))
    assert len(plain) == len(hedged)
    early = plain[plain < 2]
    assert (hedged[: len(early)] == early).all()


def test_as_many_calls_are_made_twice_as_are_slower_than_the_delay():
    plain, hedged = played(""), played(", hedge: {after: 2s}")
    attempts = hedged.usage[0, :, :, Use.ATTEMPTS].sum(axis=1)
    assert attempts[0] == len(plain.rows)
    slow, under_way = int((times(plain) > 2).sum()), int(plain.in_flight[0])
    assert slow <= attempts[1] <= slow + under_way <= slow + 5
    assert attempts[1] / attempts[0] == pytest.approx(TWICE, abs=4.5 * 0.342 / 200)


@pytest.mark.parametrize("wasted", ["true", "false"])
def test_what_the_slower_of_two_cost_is_billed_as_the_vendor_bills_it(wasted):
    one = replicate(ScenarioSource(document_from_text(text(wasted=wasted))), 3, 0)
    useful = sum(line.cost for line in one.bill.lines if line.worth == "useful")
    extra = sum(line.cost for line in one.bill.lines if line.worth == "wasted")
    assert float(useful) == pytest.approx(0.001 * len(times(played(""))))
    assert float(extra / useful) == pytest.approx(
        TWICE if wasted == "true" else 0, abs=4.5 * 0.342 / 200
    )


def test_both_engines_hedge_alike():
    few = text().replace("40k", "2k")
    journey = journey_of(document_from_text(few), 3, 0)
    days = [day.day for day in journey.days]
    reference, compiled = (run(journey.plan, days, name) for name in ("reference", "compiled"))
    assert (reference.rows == compiled.rows).all()
    assert (reference.usage == compiled.usage).all()
