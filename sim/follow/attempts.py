"""The attempts of a followed request: their tokens, what limits reserved for them, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from sim.bill import Line, Tariff, busy_line, lines_on, total
from sim.engine.arithmetic import MILLION, reserved_amount
from sim.follow.cells import Cells
from sim.outcome import Line as Told
from sim.outcome import Row, Use
from sim.plan.columns import Endpoint, Limit, Result, Route, Step, Workload

Place = Literal["waiting", "served", "over"]


@dataclass(frozen=True, slots=True)
class Hold:
    """What a limit holds for an attempt."""

    limit: int
    """Row of the plan's limits."""
    amount: int
    """In what the limit counts."""
    queues: bool
    """Whether an attempt waits for it, instead of being refused."""


@dataclass
class Attempt:
    """One try of a call at one endpoint; what is not yet known of it is None."""

    number: int
    """Of the request's attempts, from 1, as they joined."""
    branch: int
    """First step of its branch."""
    in_call: int
    """Of its call's attempts, from 1."""
    endpoint: int
    step: int
    joined_us: int
    input_tokens: int
    """Cached ones included."""
    cached_tokens: int
    output_tokens: int
    """Those of a whole answer."""
    capped_tokens: int
    """The longest answer that the route allows."""
    long: bool
    """Whether its prompt is so long that its vendor charges more."""
    holds: tuple[Hold, ...]
    queued_us: int
    """When it last entered the queue."""
    place: Place = "waiting"
    wanted: bool = True
    """Whether the request still waits for it."""
    latest_start_us: int = 0
    ends_us: int = -1
    """When it will end, if nothing comes between."""
    served_us: int = 0
    """Time in service."""
    advice_us: int = 0
    """How long its refusal asked the client to wait; 0: nothing was said."""
    result: Result | None = None
    bill: tuple[Line, ...] = field(default=())

    @property
    def cost(self) -> Decimal:
        """What it cost, exactly."""
        return total(line.cost for line in self.bill)


def begun(cells: Cells, row: list[int], number: int, step: int, line: Sequence[int]) -> Attempt:
    """An attempt that joins.

    Args:
        cells: at the instant of joining, before its changes.
        row: of the request, or of its detached job.
        number: how many attempts there have been, with this one.
        step: the call that it belongs to.
        line: the line of trace that tells of it.
    """
    endpoint, now_us = line[Told.WHERE], line[Told.TIME_US]
    what = cells.steps[step].tolist()
    output = _or_else(what[Step.OUTPUT_TOKENS], row[Row.OUTPUT_TOKENS])
    cap = int(cells.routes[what[Step.ROUTE], Route.MAX_OUTPUT_TOKENS])
    given, cached = _input(cells, row, what, endpoint)
    output, capped = (output, output) if cap < 0 else (min(output, cap), cap)
    long_from = int(cells.endpoints[endpoint, Endpoint.LONG_FROM])
    tokens = (given - cached, cached, output, capped)
    return Attempt(
        number=number,
        branch=line[Told.BRANCH],
        in_call=line[Told.VALUE] + 1,
        endpoint=endpoint,
        step=step,
        joined_us=now_us,
        input_tokens=given,
        cached_tokens=cached,
        output_tokens=output,
        capped_tokens=capped,
        long=given > long_from > 0,
        holds=tuple(_holds(cells, endpoint, tokens)),
        queued_us=now_us,
    )


def priced(attempt: Attempt, tariff: Tariff, name: str, day: date) -> tuple[Line, ...]:
    """What an attempt that has ended costs, by the cards of its endpoint or its station.

    Args:
        attempt: with its result.
        tariff: with the replication's price changes.
        name: the endpoint's or station's.
        day: the local day on which it ended.
    """
    used = [0] * len(Use)
    answered = (attempt.input_tokens, attempt.cached_tokens, attempt.output_tokens)
    if attempt.result == Result.ERROR:
        used[Use.ERRORS], used[Use.ERROR_INPUT] = 1, attempt.input_tokens
    elif attempt.result == Result.FILTERED:
        used[Use.FILTERED], used[Use.FILTERED_INPUT] = 1, attempt.input_tokens
    elif attempt.wanted:
        used[Use.ANSWERS] = 1
        used[Use.INPUT], used[Use.CACHED], used[Use.OUTPUT] = answered
    else:
        used[Use.WASTED] = 1
        used[Use.WASTED_INPUT], used[Use.WASTED_CACHED], used[Use.WASTED_OUTPUT] = answered
    if attempt.long:
        used[Use.LONG_INPUT :] = used[Use.INPUT : Use.LONG_INPUT]
    lines = [
        *(line for c in tariff.cards if c.endpoint == name for line in lines_on(c, day, used)),
        *(busy_line(c, day, attempt.served_us) for c in tariff.stations if c.station == name),
    ]
    return tuple(line for line in lines if line.cost)


def _or_else(own: int, other: int) -> int:
    return other if own < 0 else own


def _input(cells: Cells, row: list[int], step: list[int], endpoint: int) -> tuple[int, int]:
    """Input tokens, and how many of them the endpoint's vendor has cached."""
    if step[Step.INPUT_TOKENS] >= 0:
        return step[Step.INPUT_TOKENS], 0
    given = row[Row.INPUT_TOKENS]
    share = int(cells.workloads[row[Row.WORKLOAD], Workload.CACHED_PPM])
    at_vendor = int(cells.endpoints[endpoint, Endpoint.CACHED_PPM])
    return given, given * share // MILLION * at_vendor // MILLION


def _holds(cells: Cells, endpoint: int, tokens: tuple[int, int, int, int]) -> Iterator[Hold]:
    first, many = cells.endpoints[endpoint, [Endpoint.LIMIT_FIRST, Endpoint.LIMIT_COUNT]].tolist()
    for limit in cells.plan.endpoint_limits[first : first + many].tolist():
        row = cells.limits[limit].tolist()
        amount = reserved_amount(row, Limit.RESERVES, row[Limit.JOINED], *tokens)
        yield Hold(limit, amount, bool(row[Limit.QUEUES]))
