"""Where things lie in the kernel's memory: the cells of each kind of thing, and the codes that stand in them."""

from __future__ import annotations

from enum import IntEnum, unique

import numpy as np
from numpy.typing import NDArray

from sim.engine.arithmetic import BIN_COUNT
from sim.limits import STATE_WIDTH
from sim.outcome import HOURS, MINUTES, Begun, Line, Load, Row, Use
from sim.plan.columns import (
    LIMIT_PARAMETERS,
    PRIORITIES,
    Draw,
    Endpoint,
    Limit,
    Node,
    Step,
    Workload,
)
from sim.policies import breaker

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NONE = -1
FAULTS = Row.STAGES - Row.FAULT_STEP
DRAWS = max(Draw) + 1
LAW_WIDTH = 3
HEAP_WIDTH = 4
LINE_WIDTH = len(Line)
ROWS_CAP = 4096
"""Rows that are written before they are taken out of the memory."""
ARRIVAL_WIDTH = 4
CHANGE_WIDTH = 4
LIMIT_WIDTH = Limit.PARAMETERS + LIMIT_PARAMETERS


@unique
class S(IntEnum):
    """The first cells of the memory: scalars, and where the rest lies."""

    NOW = 0
    DAY_START = 1
    UNTIL = 2
    SERIAL = 3
    """The last serial number given; a late event finds that its serial number is gone."""
    SALT = 4  # not 0: shuffle events within a moment
    TRACE_SESSION = 5
    TRACE_TURN = 6
    ARRIVED = 7
    ENDED = 8
    IN_FLIGHT = 9
    FREE_REQUEST = 10
    FREE_REQUESTS = 11
    FREE_BRANCH = 12
    FREE_BRANCHES = 13
    FREE_ATTEMPT = 14
    FREE_ATTEMPTS = 15
    DIRTY = 16
    """First of the nodes that are to be looked at by the end of this instant, in the plan's order."""
    UNSETTLED = 17  # first limit of which an attempt ended at this instant
    HEARD = 18
    """Branch that heard a result in the event that is being handled; -1: none."""
    HEARD_RESULT = 19
    HEARD_ADVICE = 20
    STAGES = 21
    ROW_WIDTH = 22
    LAWS = 23
    CLOCK = 24
    NODES = 25
    NODE_COUNT = 26
    ENDPOINTS = 27
    ENDPOINT_COUNT = 28
    ARRIVALS = 29  # address of the next session of today
    ARRIVALS_END = 30
    CHANGES = 31  # address of the next change of today
    CHANGES_END = 32
    HEAP = 33
    HEAP_SIZE = 34
    HEAP_CAP = 35
    AGENDA = 36  # branches that have something to do at this instant
    AGENDA_SIZE = 37
    AGENDA_CAP = 38
    ROWS = 39
    ROWS_SIZE = 40
    ROWS_CAP = 41
    TRACE = 42
    TRACE_SIZE = 43
    TRACE_CAP = 44
    HOUR = 45  # the hour of the day in which NOW lies
    HOUR_START = 46
    """When it began."""
    HEARD_LIMIT = 47
    BREAKERS = 48
    """First of the breakers, by number."""
    REPORTED = 49
    """First breaker that a result was heard for at this instant."""


class P(IntEnum):
    """What a step has behind its columns in the plan."""

    ROW = len(Step)
    KEYS = len(Step) + 1
    """The key of each of its draws."""
    WIDTH = len(Step) + 1 + DRAWS


class W(IntEnum):
    """What a workload has behind its columns in the plan."""

    ROW = len(Workload)
    KEYS = len(Workload) + 1
    WIDTH = len(Workload) + 1 + DRAWS


class E(IntEnum):
    """What an endpoint has behind its columns in the plan."""

    ROW = len(Endpoint)
    BUDGET = len(Endpoint) + 1
    """Retries that its client may still make, in ppm."""
    USAGE = len(Endpoint) + 2  # its counters of today, hour by hour
    BEGUN = USAGE + HOURS * len(Use)  # what it began to serve today, minute by minute
    WIDTH = BEGUN + MINUTES * len(Begun)


class L(IntEnum):
    """What a limit has behind its columns."""

    ROW = LIMIT_WIDTH
    STATE = LIMIT_WIDTH + 1
    OLD = LIMIT_WIDTH + 1 + STATE_WIDTH
    """Its parameters before this instant's changes."""
    CHANGED = OLD + LIMIT_PARAMETERS
    PENDING = CHANGED + 1
    """1 where an attempt ended at this instant."""
    RESERVED = CHANGED + 2
    ACTUAL = CHANGED + 3
    NEXT = CHANGED + 4
    """The next limit to settle."""
    WIDTH = CHANGED + 5


class N(IntEnum):
    """What a node has behind its columns in the plan."""

    ROW = len(Node)
    BUSY = ROW + 1
    WAITING = ROW + 2
    LAST_US = ROW + 3  # the instant up to which its integrals are counted
    DIRTY = ROW + 4
    UNDER_WAY = ROW + 13  # in service or in the queue, as the last start left it
    WAKE_AT = ROW + 5
    NEW = ROW + 6
    """How many joined at this instant and have not come to the door."""
    NEW_HEAD = ROW + 7
    NEW_TAIL = ROW + 8
    SERVICE_HEAD = ROW + 9
    SERVICE_TAIL = ROW + 10
    NEXT_DIRTY = ROW + 11
    UNSENT = ROW + 14  # how many are in the queue and were not sent at the door
    IDLE_SINCE = ROW + 15  # when it last had nothing in service any more
    READY_AT = ROW + 16  # when it is warm, or was
    QUEUES = ROW + 17
    """Head and tail of each priority's queue."""
    LOAD = QUEUES + 2 * PRIORITIES
    """Its counters of today, hour by hour."""
    WAITS = LOAD + HOURS * len(Load)
    WIDTH = WAITS + BIN_COUNT


class K(IntEnum):
    """A breaker: its state, as in `sim.policies.breaker`, and what was heard of it at this instant."""

    PENDING = breaker.STATE_WIDTH
    """1 where something was."""
    GOOD = PENDING + 1
    BAD = PENDING + 2
    ADVICE = PENDING + 3
    """The longest."""
    ROUTE = PENDING + 4
    NEXT = PENDING + 5
    WIDTH = PENDING + 6


@unique
class R(IntEnum):
    """A request, a detached job, or a session between two turns."""

    STATE = 0
    """0 free, 1 under way, 2 thinking."""
    SERIAL = 1
    SESSION = 2
    TURN = 3
    WORKLOAD = 4
    DETACHED = 5
    """Row of the step where a detached job began; -1 for a request."""
    PHASE = 6
    ARRIVED_US = 7
    INPUT = 8
    OUTPUT = 9
    ATTEMPTS = 10
    REFUSALS = 11
    WAIT_US = 12
    BACKOFF_US = 13
    PATIENCE_AT = 14
    """When the person gives up; -1: never, or the event is on its way."""
    BRANCHES = 15
    """First of its branches."""
    MAIN = 16
    KEY = 17
    SESSION_KEY = 18
    NEXT_FREE = 19
    STAGES = 20
    """Time in each stage so far [µs]."""


@unique
class B(IntEnum):
    """A branch."""

    REQUEST = 0
    PARENT = 1
    NAME = 2
    """Row of the step where it began."""
    DOING = 3
    STEP = 4
    STEP_SERIAL = 5
    """Serial number of its coming to this step."""
    CAME_US = 6
    LAP = 7
    TRIES = 8
    """Attempts made in this call."""
    ROUTE = 9
    HOP = 10
    """Place in the route."""
    TARGET = 11
    """The endpoint that it tries."""
    RETRIED = 12
    """Retries made at this endpoint."""
    ORDINAL = 13
    """Attempts made since it began."""
    ATTEMPT = 14
    LAST_RESULT = 15
    CHILDREN = 16
    """Children that have not ended."""
    FAILED_NAME = 17
    """The failed child that stands first; -1: none failed."""
    FAILED_STATUS = 18
    FIRST_US = 19
    CHILD_FIRST_US = 20
    ANSWERED = 21
    """Row of the endpoint that answered."""
    CHILD_ANSWERED = 22
    SLOWER_AT = 23
    """When it goes on without this step; -1: never."""
    SLOWER_SET = 27
    """1 where the event of that is on its way."""
    STATUS = 24
    """How it ended."""
    BEFORE = 25
    AFTER = 26
    """Neighbours among its request's branches; AFTER also links free slots."""
    KEY = 28
    """Whose luck it has."""
    FAULT = 29
    """Four cells: step, endpoint, result and limit of its fault, as in its row; -1: none."""
    FAULT_CALL = 33
    """Serial number of coming to the call that this was in."""
    CHILD_FAULT = 34
    """Four cells: the fault of the failed child that stands first."""
    BREAKER = 38
    """The breaker of the endpoint that it tries; -1: none."""
    GENERATION = 39
    """The generation of it that its attempts belong to; -1: none."""
    HOPS = 40
    TRIED = 41
    """Endpoints that it tried before this one: how many, and their places in the route and its own as bits."""
    DEPTH = 42
    """Forks above it."""
    WELL = 43
    DECIDING = 44
    """Children that have done well; 1 where its fork decides at this instant."""
    WIDTH = 45


class Doing(IntEnum):
    """What a branch does."""

    COMING = 0
    """It has come to its step."""
    WAITING = 1
    """In a DELAY or CALL."""
    SENDING = 2
    """About to make an attempt."""
    FORKED = 3
    ENDED = 4


@unique
class A(IntEnum):
    """An attempt."""

    STATE = 0
    SERIAL = 1
    BRANCH = 2
    """The branch that waits for it; -1: nobody."""
    SESSION = 3
    TURN = 4
    NAME = 5
    LAP = 6
    ORDINAL = 7
    PRIORITY = 8
    STEP = 9
    COUNTER = 10
    ENDPOINT = 11
    NODE = 12
    RETRIED = 13
    JOINED_US = 14
    QUEUED_US = 15
    STARTED_US = 16
    """When it first started; -1: not yet."""
    FINISH_US = 17
    LEFT_US = 18
    """Of work that went back to the queue: what is left of its service."""
    RESULT = 19
    INPUT = 20
    CACHED = 21
    OUTPUT = 22
    RESERVE = 23
    """Output tokens that limits reserve."""
    FIRST_US = 24
    TIMEOUT_AT = 25
    """When its client gives up; -1: never; -2: so long after it starts."""
    ADVICE = 26
    KEY = 27
    BEFORE = 28
    AFTER = 29
    """Neighbours in its list; AFTER also links free slots."""
    WOUND = 30
    """1 where the event of its time-out is on its way."""
    LAST_RESULT = 31  # of the attempt before it, if it is a retry
    LIMIT = 32  # row of the limit that refused it; -1: none
    BREAKER = 33  # that it must pass at the door; -1: none
    LAST_RESORT = 34  # 1 where it passes an open one
    SLOW_PPM = 35  # how much slower limits make it
    SENT = 36  # 1 once the refusing limits have let it pass
    WIDTH = 37


class At(IntEnum):
    """Where an attempt is."""

    FREE = 0
    JOINING = 1
    """Joined at this instant; not yet through the door."""
    QUEUED = 2
    IN_SERVICE = 3
    RETURNING = 4  # a refusal is on its way back
    HELD = 5  # the same, and until then the queueing limits hold it


class Kind(IntEnum):
    """Kinds of events on the heap."""

    DELAY = 0
    ATTEMPT = 1
    TIMEOUT = 2
    SLOWER = 3
    QUEUE_PATIENCE = 4
    PATIENCE = 5
    RETRY = 6
    TURN = 7
    WAKE = 8
    DECIDE = 9


class Moment(IntEnum):
    """The moments of an instant."""

    FINISH = 0
    TIMEOUT = 1
    SLOWER = 2
    QUEUE_PATIENCE = 3
    PATIENCE = 4
    JOIN = 5
    DECIDE = 6
    CHANGE = 7


EVER = 1 << 61  # longer than anything [µs]
DEPTHS_MAX = 31
"""So many forks may enclose each other (a file's depth allows 16); the deepest decides first."""
