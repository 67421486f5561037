"""What a spreadsheet of averages would have said about the same scenario.

It is given the true demand of each day, and multiplies means: calls a request × tokens a call × price; the
mean times of the stages, one after the other. It knows no queue, quota, retry, fallback, outage or wasted work,
and no percentile. The difference to the simulation is what the averages hide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from sim.bill import Consumption, Tariff, invoice
from sim.engine.arithmetic import ATOMS, CONSTANT, KNOTS, LOGIT_MAX, MILLION, MIXTURE
from sim.outcome import Load, Use
from sim.plan import Laws, Plan
from sim.plan.columns import Endpoint, Route, Step, StepKind, Workload
from sim.units import US_PER_SECOND

CHANCE_WHOLE = 1 << 52
"""A threshold of this many is certainty."""
WEIGHT_LEAST = 1e-6
"""Paths less likely than this are left out: it ends repeats."""


@dataclass(frozen=True)
class Spreadsheet:
    """The answers of averages for one replication's unknowns and demand."""

    spend: Decimal
    spend_by_month: tuple[Decimal, ...]
    latency_s: tuple[float, ...]
    """Mean time of a request of each workload, without waiting."""


def spreadsheet(
    plan: Plan, consumption: Consumption, requests: NDArray[np.int64], tariff: Tariff
) -> Spreadsheet:
    """Multiply averages.

    Args:
        plan: the tables at time 0, with their laws.
        consumption: what was used; only its days, names and the hours of staff present are read.
        requests: (days, workloads) that arrived.
        tariff: with the price changes that came true.
    """
    walks = [Walk.of(plan, workload) for workload in range(len(plan.workloads))]
    uses = np.array([walk.uses for walk in walks])
    busy_us = np.array([walk.busy_us for walk in walks])
    load = consumption.load.copy()
    load[:, :, Load.BUSY_US] = np.rint(requests @ busy_us)
    usage = np.rint(np.tensordot(requests, uses, axes=1)).astype(np.int64)
    bill = invoice(replace(consumption, usage=usage, load=load), tariff)
    latency_s = tuple(walk.time_us / US_PER_SECOND for walk in walks)
    return Spreadsheet(bill.total(), tuple(bill.by_month().values()), latency_s)


class Walk:
    """The mean request of one workload: its time, the work it gives to nodes, and its use of endpoints."""

    def __init__(self, plan: Plan, workload: int) -> None:
        self.plan = plan
        self.row = plan.workloads[workload].tolist()
        self.uses = np.zeros((len(plan.endpoints), len(Use)))
        self.busy_us = np.zeros(len(plan.nodes))
        turns = (
            self._mean(self.row[Workload.TURNS_LAW]) if self.row[Workload.TURNS_LAW] >= 0 else 1.0
        )
        growth = self.row[Workload.INPUT_PER_TURN] * max(0.0, turns - 1.0) / 2.0
        self.input = self._mean(self.row[Workload.INPUT_LAW]) + growth
        self.output = self._mean(self.row[Workload.OUTPUT_LAW])
        self.time_us = 0.0

    @classmethod
    def of(cls, plan: Plan, workload: int) -> Walk:
        """Walk all paths of a workload, each by its chance."""
        walk = cls(plan, workload)
        walk.time_us = walk._from(walk.row[Workload.START_STEP], 1.0)
        return walk

    def _mean(self, law: int) -> float:
        return law_mean(self.plan.laws, law) if law >= 0 else 0.0

    def _from(self, step: int, weight: float) -> float:
        """The mean time from a step on [µs], times `weight`."""
        row = self.plan.steps[step].tolist()
        ends = row[Step.KIND] in (StepKind.END, StepKind.BLOCK)
        if ends or weight < WEIGHT_LEAST:
            return 0.0
        if row[Step.KIND] == StepKind.CHANCE:
            chance = row[Step.CHANCE] / CHANCE_WHOLE
            return self._from(row[Step.ALT], weight * chance) + self._from(
                row[Step.NEXT], weight * (1.0 - chance)
            )
        return _VISITS[StepKind(row[Step.KIND])](self, row, weight) + self._from(
            row[Step.NEXT], weight
        )

    def _delay(self, row: list[int], weight: float) -> float:
        return weight * self._mean(row[Step.LAW])

    def _fork(self, row: list[int], weight: float) -> float:
        first = row[Step.FORK_FIRST]
        children = self.plan.forks[first : first + row[Step.FORK_COUNT]].tolist()
        return max(self._from(child, weight) for child in children)

    def _detach(self, row: list[int], weight: float) -> float:
        self._from(row[Step.ALT], weight)
        return 0.0

    def _call(self, row: list[int], weight: float) -> float:
        """Book one answer at the first endpoint of the route."""
        plan = self.plan
        route = plan.routes[row[Step.ROUTE]].tolist()
        endpoint = int(plan.route_endpoints[route[Route.FIRST]])
        cell = plan.endpoints[endpoint].tolist()
        own = row[Step.INPUT_TOKENS] >= 0
        whole = float(row[Step.INPUT_TOKENS]) if own else self.input
        shares = self.row[Workload.CACHED_PPM] / MILLION * cell[Endpoint.CACHED_PPM] / MILLION
        output = float(row[Step.OUTPUT_TOKENS]) if row[Step.OUTPUT_TOKENS] >= 0 else self.output
        if route[Route.MAX_OUTPUT_TOKENS] >= 0:
            output = min(output, float(route[Route.MAX_OUTPUT_TOKENS]))
        columns = [Use.ATTEMPTS, Use.ANSWERS, Use.INPUT, Use.CACHED, Use.OUTPUT]
        amounts = np.array([1.0, 1.0, whole, 0.0 if own else whole * shares, output])
        self.uses[endpoint, columns] += weight * amounts
        time_us: float = self._mean(cell[Endpoint.FIRST_LAW])
        fresh = whole if own else whole * (1.0 - shares)
        time_us += fresh * cell[Endpoint.PROMPT_US] / 1000.0
        if cell[Endpoint.SPEED_LAW] >= 0:
            time_us += output * US_PER_SECOND / self._mean(cell[Endpoint.SPEED_LAW])
        self.busy_us[cell[Endpoint.NODE]] += weight * time_us
        if row[Step.SLOWER_US] >= 0:
            time_us = min(time_us, float(row[Step.SLOWER_US]))
        return weight * time_us


_VISITS: dict[StepKind, Callable[[Walk, list[int], float], float]] = {
    StepKind.DELAY: Walk._delay,
    StepKind.CALL: Walk._call,
    StepKind.FORK: Walk._fork,
    StepKind.DETACH: Walk._detach,
}


def law_mean(laws: Laws, law: int) -> float:
    """The mean of a law of the pool.

    A continuous law is linear in x = logit(u) between knots, so its mean is exact: on a piece with slope b it is
    the difference of value × u, less b times the integral of u over x, which is log(1 + e^x).
    """
    kind, start, count = int(laws.kinds[law]), int(laws.starts[law]), int(laws.counts[law])
    numbers = laws.numbers[start : start + max(2 * count, KNOTS)]
    if kind == CONSTANT:
        return float(numbers[0])
    if kind in (ATOMS, MIXTURE):
        cumulated = numbers[count : 2 * count] if kind == ATOMS else numbers[:count]
        weights = np.diff(cumulated, prepend=0.0)
        if kind == ATOMS:
            return float(weights @ numbers[:count])
        parts = [law_mean(laws, int(part)) for part in numbers[count : 2 * count]]
        return float(weights @ np.array(parts))
    x = np.linspace(-LOGIT_MAX, LOGIT_MAX, KNOTS)
    u, area = 1.0 / (1.0 + np.exp(-x)), np.logaddexp(0.0, x)
    values = numbers[:KNOTS]
    slopes = np.diff(values) / np.diff(x)
    inner = np.diff(values * u) - slopes * np.diff(area)
    return float(inner.sum() + values[0] * u[0] + values[-1] * (1.0 - u[-1]))
