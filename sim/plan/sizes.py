"""Whether every time that a plan can draw fits the engines' 64 bits; a wrapped one would be silent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.limits import LIMITS
from sim.plan import Laws, Plan
from sim.plan.columns import Endpoint, Limit, Node, Step, StepKind, Table
from sim.plan.timeline import Moments
from sim.scenario.tables import TableKind

INT_MAX = (1 << 63) - 1
MILLION = 1_000_000


def refuse_what_overflows(
    name: str, plan: Plan, moments: dict[tuple[Table, int, int], Moments]
) -> None:
    """Refuse times that, slowed by their worst incident and limits, would not fit; they are of months."""
    for row, endpoint in enumerate(plan.endpoints):
        cell = (Table.ENDPOINTS, row, Endpoint.SLOW_PPM)
        slow = max(value for _, value in moments.get(cell, [(0, int(endpoint[cell[2]]))]))
        first, count = endpoint[[Endpoint.LIMIT_FIRST, Endpoint.LIMIT_COUNT]].tolist()
        for limit in plan.endpoint_limits[first : first + count].tolist():
            slow = slow * _slows(plan, moments, limit) // MILLION
        law = int(endpoint[Endpoint.FIRST_LAW])
        _refuse(name, largest(plan.laws, law), slow, plan.names.endpoints[row])
    for row, node in enumerate(plan.nodes):
        if node[Node.COLD_LAW] >= 0:
            takes = largest(plan.laws, int(node[Node.COLD_LAW]))
            _refuse(name, takes, MILLION, f"a cold start of {plan.names.nodes[row]}")
    for row, step in enumerate(plan.steps):
        if step[Step.KIND] == StepKind.DELAY:
            longest = largest(plan.laws, int(step[Step.LAW]))
            _refuse(name, longest, MILLION, plan.names.steps[row])


def _slows(plan: Plan, moments: dict[tuple[Table, int, int], Moments], limit: int) -> int:
    """How much slower a limit ever makes an attempt [ppm]."""
    place = LIMITS[plan.limits[limit, Limit.KIND]].slows
    if place is None:
        return MILLION
    cell = (Table.LIMITS, limit, Limit.PARAMETERS + place)
    written = [(0, int(plan.limits[cell[1:]]))]
    return max(MILLION, *(value for _, value in moments.get(cell, written)))


def _refuse(name: str, longest_us: float, slow_ppm: int, what: str) -> None:
    # A second at least, because two slowdowns are multiplied before they are divided.
    if max(longest_us, MILLION) * max(slow_ppm, MILLION) > INT_MAX:
        days = longest_us * slow_ppm / MILLION / 86_400e6
        message = f"{what} can take {days:,.0f} days; add `at_most` to its law"
        raise ScenarioError([Problem(name, 0, 0, "too_large", "", message)])


def largest(laws: Laws, law: int) -> float:
    """The largest value that a law of the pool can take."""
    start, count, kind = int(laws.starts[law]), int(laws.counts[law]), laws.kinds[law]
    values: Sequence[float] = laws.numbers[start : start + count].tolist()
    if kind == TableKind.MIXTURE:
        parts = laws.numbers[start + count : start + 2 * count].astype(np.int64).tolist()
        return max(largest(laws, part) for part in parts)
    return max(values)
