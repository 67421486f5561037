"""What an engine hands back for a day: rows of requests, counters of endpoints and nodes, a trace.

Every column is int64. Times are µs since the start of the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

HOURS = 25
"""Hours of the longest day (clocks go back); counters are by hour since the day's start."""
MINUTES = 60 * HOURS


class Row(IntEnum):
    """Columns of `DayOutcome.rows`: one row for each request, and each detached job, that ended in the day."""

    SESSION = 0
    TURN = 1
    """1 is the session's first request."""
    WORKLOAD = 2
    DETACHED = 3
    """-1 for a request; for a job that nobody waits for, the step where it began."""
    PHASE = 4
    """Phase of the rollout when it arrived."""
    ARRIVED_US = 5
    FINISHED_US = 6
    FIRST_TOKEN_US = 7
    """When the person saw the first words; of a request without an answer, when it ended."""
    STATUS = 8
    """`sim.plan.columns.Status`."""
    ATTEMPTS = 9
    """Attempts that were sent, over all calls of the request."""
    REFUSALS = 10
    """Of these, refused by a limit."""
    ENDPOINT = 11
    """The endpoint of the last attempt that succeeded at a call that streams its answer; -1: none."""
    INPUT_TOKENS = 12
    OUTPUT_TOKENS = 13
    WAIT_US = 14
    """Time in queues, of attempts that the request waited for (until served, or until it left)."""
    BACKOFF_US = 15
    """Time between attempts that its clients chose to wait."""
    FAULT_STEP = 16
    """Why it failed or was late: the step of the call of its main branch that last heard of a failed attempt
    (of a failed fork: of the child that stands first); -1: none was heard, or it ended `ok` or `blocked`."""
    FAULT_ENDPOINT = 17
    """The endpoint of the first attempt that failed in that call; -1: none."""
    FAULT_RESULT = 18
    """How that attempt failed, a `sim.plan.columns.Result`; -1: none."""
    FAULT_LIMIT = 19
    """The limit whose refusal was heard of that attempt; -1: none."""
    STAGES = 20
    """From here, one column a stage: time in it [µs], -1 where the request did not come to it."""


class Use(IntEnum):
    """Columns of `DayOutcome.usage`: what an endpoint did, by the hour in which it ended there."""

    ATTEMPTS = 0
    """Attempts sent (by the hour in which they were admitted or refused)."""
    RETRIES = 1
    """Of these, retries at the same endpoint."""
    REFUSED = 2
    ERRORS = 3
    TIMEOUTS = 4
    """Attempts that the client gave up (by the hour of giving up)."""
    ANSWERS = 5
    """Attempts that were answered while somebody waited."""
    WASTED = 6
    """Attempts that were served to the end for nobody."""
    FILTERED = 7
    """Attempts to which the vendor's content filter said no."""
    INPUT = 8
    """Input tokens of answers, cached ones included."""
    CACHED = 9
    OUTPUT = 10
    WASTED_INPUT = 11
    WASTED_CACHED = 12
    WASTED_OUTPUT = 13
    ERROR_INPUT = 14
    """Input tokens of attempts that ended in an error."""
    FILTERED_INPUT = 15
    """Input tokens of attempts to which the content filter said no."""
    LONG_INPUT = 16
    """As the last eight, of attempts whose prompt was longer than the endpoint's LONG_FROM: vendors charge more
    for all tokens of such a request."""
    LONG_CACHED = 17
    LONG_OUTPUT = 18
    WASTED_LONG_INPUT = 19
    WASTED_LONG_CACHED = 20
    WASTED_LONG_OUTPUT = 21
    ERROR_LONG_INPUT = 22
    FILTERED_LONG_INPUT = 23


LONG = int(Use.LONG_INPUT - Use.INPUT)
"""From a count of tokens to that of long prompts among them."""


class Begun(IntEnum):
    """Columns of `DayOutcome.minutes`: what an endpoint began to serve, by the minute of the day."""

    ATTEMPTS = 0
    INPUT = 1
    """Input tokens, cached ones included."""
    CACHED = 2
    OUTPUT = 3
    """Output tokens of the answer, were it written to its end."""


class Load(IntEnum):
    """Columns of `DayOutcome.load`: what a node did, by the hour. The first four are ∫ … dt in µs."""

    BUSY_US = 0
    """Attempts in service."""
    QUEUE_US = 1
    """Attempts waiting."""
    SERVER_US = 2
    """Servers present (0 where infinite)."""
    FULL_US = 3
    """Time in which every server was busy (never where infinite; all the time where there are none)."""
    JOINED = 4
    STARTED = 5
    SHED = 6
    """Turned away: the queue was full."""
    LEFT = 7
    """Left unserved: patience ended, or abandoned."""
    RETURNED = 8
    """Went back to the queue: servers were taken away."""


class Event(IntEnum):
    """What a line of the trace tells; `where` and `value` depend on it."""

    ARRIVE = 0
    """where: workload; value: input tokens."""
    STEP = 1
    """A branch comes to a step. where: step; value: lap."""
    JOIN = 2
    """An attempt joins a node. where: endpoint; value: attempt's number in its call."""
    START = 3
    """where: endpoint; value: how long it will take [µs]."""
    REFUSED = 4
    """where: endpoint; value: the limit."""
    FULL = 5
    """where: endpoint."""
    LEFT = 6
    """where: endpoint."""
    RETURNED = 7
    """where: endpoint; value: what is left of its service [µs]."""
    NO_BUDGET = 8
    """where: endpoint."""
    ENDED = 9
    """An attempt ends at its node. where: endpoint; value: result."""
    TIMEOUT = 10
    """where: endpoint."""
    RETRY = 11
    """The client will try again. where: endpoint; value: the wait [µs]."""
    FALLBACK = 12
    """The router goes to the next endpoint. where: endpoint."""
    SLOWER = 13
    """Going on without a step. where: step."""
    FAILED = 14
    """A step failed. where: step; value: result."""
    GAVE_UP = 15
    END = 16
    """The request ended. value: status."""
    DETACH = 17
    """where: first step of the job."""
    NEXT_TURN = 18
    """value: think time [µs]."""
    OPEN = 19
    """The router's breaker was open. where: endpoint."""
    ADVICE = 20
    """A refusal asks the client to wait. where: endpoint; value: how long [µs]."""
    ENOUGH = 21
    """A fork goes on without its other children. where: step; value: children that did well."""
    SLOWED = 22
    """An attempt starts slower, because limits say so. where: endpoint; value: by how much [ppm]."""
    COLD = 23
    """An attempt starts at a node that is not ready yet. where: endpoint; value: until it is [µs]."""


class Line(IntEnum):
    """Columns of `DayOutcome.trace`."""

    TIME_US = 0
    SESSION = 1
    TURN = 2
    BRANCH = 3
    """First step of the branch (a pipeline's first, a child's first, a detached job's first)."""
    EVENT = 4
    WHERE = 5
    VALUE = 6


@dataclass(frozen=True)
class DayOutcome:
    """What happened in a day.

    `rows` (ended, 20 + stages); `usage` (endpoints, 25, uses); `minutes` (endpoints, 1500, `Begun`);
    `load` (nodes, 25, loads);
    `waits` (nodes, bins): waits that ended in the day, in `sim.engine.arithmetic.bin_of` bins;
    `trace` (lines, 7). `arrived` and `ended` count requests without detached jobs; `in_flight` those
    under way at the end.
    """

    start_us: int
    until_us: int
    rows: NDArray[np.int64]
    usage: NDArray[np.int64]
    minutes: NDArray[np.int64]
    load: NDArray[np.int64]
    waits: NDArray[np.int64]
    trace: NDArray[np.int64]
    arrived: int
    ended: int
    in_flight: int
