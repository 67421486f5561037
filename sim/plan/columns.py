"""The columns of the plan's tables, and the codes that stand in them.

Every table is int64 and two-dimensional, so that both engines read the same cells and a change (a phase,
an incident, a shift's end) is one cell that gets another value. Times are µs, shares of one million are
`_ppm`, probabilities are thresholds of 52 random bits (`sim.draws.threshold`), -1 means "none" or
"no limit" where a column says so.
"""

from __future__ import annotations

from enum import IntEnum, unique


class StepKind(IntEnum):
    """What a step does when a branch comes to it."""

    END = 0
    """The branch is done."""
    DELAY = 1
    """Wait for a drawn time."""
    CALL = 2
    """Visit a route: attempts at endpoints until one answers or none is left."""
    FORK = 3
    """Start the children; go on when all have ended, or as many as it needs have done well."""
    CHANCE = 4
    """Go to `ALT` with a probability, else to `NEXT`. Takes no time."""
    DETACH = 5
    """Start a job at `ALT` that nobody waits for; go on to `NEXT`. Takes no time."""
    BLOCK = 6
    """End the branch by policy: the request becomes `blocked`. Takes no time."""


class Step(IntEnum):
    """Columns of `Plan.steps`."""

    KIND = 0
    NEXT = 1
    ALT = 2
    LAW = 3
    """DELAY: law of its duration [µs]."""
    CHANCE = 4
    """CHANCE: threshold of 52 random bits."""
    ROUTE = 5
    """CALL: the route."""
    STAGE = 6
    """The stage, as written, to which the step's time is booked; -1 for none."""
    HOLDS = 7
    """1 where the first words wait for this step's end."""
    STREAMS = 8
    """1 where the step's first token is the first word that the person sees."""
    SLOWER_US = 9
    """Go on without this step after so long [µs]; -1: wait."""
    OPTIONAL = 10
    """1 where a failure of this step is passed over."""
    INPUT_TOKENS = 11
    """CALL: input tokens of each attempt; -1: the request's own."""
    OUTPUT_TOKENS = 12
    """CALL: output tokens of each attempt; -1: the request's own."""
    FORK_FIRST = 13
    """FORK: first of its rows in `Plan.forks`."""
    FORK_COUNT = 14
    LAP = 15
    """CHANCE: 1 where taking `ALT` starts a new lap (a repeat), whose draws are new."""
    NEEDS = 16
    """FORK: go on, and abandon the others, when so many children have done well; 0: wait for all, and all must."""


class Route(IntEnum):
    """Columns of `Plan.routes`: where a call may go."""

    FIRST = 0
    """First of its rows in `Plan.route_endpoints`."""
    COUNT = 1
    NEXT_ON = 2
    """Mask of results (1 << Result) after which the next endpoint is tried."""
    MAX_OUTPUT_TOKENS = 3
    """An answer is cut here, and limits reserve so much; -1: no cap, limits see the true length."""
    CHOOSE = 4
    """`Choose`: which endpoint that this call has not tried comes next."""
    WEIGHTS = 5
    """First of its rows in `Plan.route_weights`, where it chooses by weight."""
    BREAKERS = 6
    """First of its rows in `Plan.route_breakers`."""
    BREAKER_ON = 7
    """Mask of results (1 << Result) that its breakers count as failures; 0: it has none."""
    LAST_RESORT = 8
    """1 where the last endpoint is tried although its breaker is open."""
    OPENS_AFTER = 9
    """From here, the eight parameters of `sim.policies.breaker`."""
    OPENS_AT_SHARE_PPM = 10
    OPENS_AT_LEAST = 11
    BREAKER_WINDOW_US = 12
    STAYS_OPEN_US = 13
    PROBES = 14
    HEEDS_ADVICE = 15
    OPENS_ON = 16


class Choose(IntEnum):
    """How a route chooses among the endpoints that a call has not tried."""

    ORDER = 0
    """The first in its order."""
    WEIGHTS = 1
    """By a draw."""
    LEAST_BUSY = 2
    """The one at whose node least is under way."""


@unique
class Endpoint(IntEnum):
    """Columns of `Plan.endpoints`: one deployment with its client. A station that a stage visits
    directly has an endpoint of its own, without limits."""

    NODE = 0
    FIRST_LAW = 1
    """Law of the time to the first token, or of the whole service [µs]."""
    SPEED_LAW = 2
    """Law of the output speed [tokens/s]; -1: the first law is the whole service."""
    ERROR_CHANCE = 3
    """Threshold: an attempt that starts now ends in a vendor's error."""
    ERROR_LAW = 4
    """Law of the time until an error comes back [µs]."""
    REFUSAL_LAW = 5
    """Law of the time until a refusal comes back [µs]."""
    SLOW_PPM = 6
    """Durations are multiplied by this, in parts per million."""
    CACHED_PPM = 7
    """1_000_000 where the endpoint's vendor caches prompts, else 0: it scales the request's cached share."""
    LIMIT_FIRST = 8
    """First of its rows in `Plan.endpoint_limits`."""
    LIMIT_COUNT = 9
    OWN_LIMITS = 31
    """Client: so many of these, the last, are its own, not the vendor's."""
    RETRIES = 10
    """Client: retries at this endpoint after the first attempt; -1: without end."""
    RETRY_ON = 11
    """Client: mask of results (1 << Result) that are retried."""
    BACKOFF_US = 12
    BACKOFF_GROWTH_PPM = 13
    BACKOFF_CAP_US = 14
    BACKOFF_LAW = 15
    """Client: law of the factor by which a back-off is multiplied (its jitter)."""
    TIMEOUT_US = 16
    """Client: an attempt is given up after so long; -1: never."""
    RETRY_AFTER_CAP_US = 17
    """Client: a refusal's advice to come back is followed up to this; 0: never heard."""
    BUDGET_PPM = 18
    """Client: retries allowed per first attempt; -1: no budget."""
    BUDGET_CAP_PPM = 19
    """Client: most retries that the budget can hold (1_000_000 is one); it starts full."""
    BUDGET_TAKES_PPM = 20
    """Client: what a retry takes from the budget."""
    BUDGET_TAKES_REFUSED_PPM = 21
    """Client: what a retry after a refusal takes."""
    BUDGET_SUCCESS_PPM = 22
    """Client: what the budget gets for an answer to a first attempt."""
    BUDGET_REFUNDS = 23
    """Client: 1 where an answer to a retry puts back what that took."""
    BACKOFF_REFUSED_US = 24
    """Client: the wait before the first retry where that follows a refusal, instead of BACKOFF_US."""
    BACKOFF_PLUS_LAW = 25
    """Client: law of what is added to a back-off [µs]; -1: nothing."""
    BACKOFF_TOTAL_CAP_US = 26
    """Client: no back-off is longer, after all jitter; -1: no such cap."""
    BACKOFF_LEAST_US = 28
    """Client: jitter stretches between this and the back-off."""
    RETRY_AFTER_HABIT = 27
    """Client: `Habit`, what it makes of advice."""
    LONG_FROM = 30
    """Prompts of more tokens than this are counted apart, because they have another price; 0: none are."""
    PROMPT_US = 29
    """What each thousand input tokens that were not cached add to the first token [µs]."""
    FILTER_CHANCE = 32
    """Threshold: the content filter says no to an attempt that starts now."""
    FILTER_LAW = 33
    """Law of the time until it does [µs]."""


class Habit(IntEnum):
    """What a client makes of a refusal's advice to come back later, by RETRY_AFTER_CAP_US."""

    FOLLOWS = 0
    """It waits as long as advised, up to the cap; longer advice is ignored."""
    OBEYS = 1
    """It waits as long as advised, up to the cap; after longer advice it does not try again."""
    STRETCHES = 2
    """Its own back-off is stretched towards the advice, by no more than the cap."""


class Node(IntEnum):
    """Columns of `Plan.nodes`: a queue with servers. A station is one; so is an endpoint of a vendor."""

    SERVERS = 0
    """Servers now; -1: infinitely many."""
    QUEUE_LIMIT = 1
    """Most attempts that may wait; -1: no limit."""
    PATIENCE_LAW = 2
    """Law of the time after which a waiting attempt leaves [µs]; -1: it stays."""
    ABANDONED_LEAVES = 3
    """1 where an abandoned attempt leaves the queue; 0 where it is served for nobody."""
    PREEMPTS = 4
    """1 where work beyond the servers goes back to the queue when servers are taken away."""
    SHEDS = 5
    """Three columns, by priority: who comes while so many are under way here is turned away; -1: nobody."""
    SHEDS_NORMAL = 6
    SHEDS_LOW = 7
    COLD_AFTER_US = 8
    """It is cold where nothing was in service for longer than this; -1: never."""
    COLD_LAW = 9
    """Law of the time that a cold one takes to be ready [µs]."""


class Limit(IntEnum):
    """Columns of `Plan.limits`: one limit; the columns from `PARAMETERS` on belong to its kind."""

    KIND = 0
    """Row in `sim.limits.LIMITS`."""
    QUEUES = 1
    """1 where an attempt waits for it; 0 where it is refused."""
    ADVICE = 2
    """`Advice`: how a refusal says when to come back."""
    JOINED = 3
    """0 where it reserves what is sent and the answer; 1 where the greater of the two."""
    COUNTS = 4
    """Four columns: what an attempt really costs [ppm of its unit], by a request, an uncached and a cached
    input token, and an output token."""
    RESERVES = 8
    """Five columns: what it costs when it is let through; the same, and by each token of the answer's cap."""
    PARAMETERS = 13


LIMIT_PARAMETERS = 8
"""Columns that a kind of limit has for its own parameters."""


class Advice(IntEnum):
    """How a refusal says when to come back."""

    NONE = 0
    """Not at all."""
    EXACT = 1
    """To the microsecond."""
    MILLISECONDS = 2
    """In whole milliseconds, rounded up."""
    SECONDS = 3
    """In whole seconds, rounded up."""


class Workload(IntEnum):
    """Columns of `Plan.workloads`."""

    START_STEP = 0
    PRIORITY = 1
    """0 is served first."""
    INPUT_LAW = 2
    OUTPUT_LAW = 3
    INPUT_PER_TURN = 4
    """Input tokens that each turn adds."""
    CACHED_PPM = 5
    """Share of the input that a caching vendor has seen before."""
    DEADLINE_US = 6
    """-1: none."""
    PATIENCE_LAW = 7
    """Law of the time after which the person gives up [µs]; -1: never."""
    TURNS_LAW = 8
    """Law of the number of turns of a session; -1: one; a draw of 0 counts as one."""
    THINK_LAW = 9
    """Law of the time from an answer to the next turn [µs]."""
    QUIT_CHANCE = 10
    """Threshold: a person who gave up a request gives up the session."""


PRIORITIES = 3
"""Priorities are 0 (high), 1 (normal) and 2 (low)."""


class Clock(IntEnum):
    """Columns of `Plan.clock`, a table of one row that only changes touch."""

    PHASE = 0


class Result(IntEnum):
    """How an attempt ended."""

    OK = 0
    REFUSED = 1
    """429: a limit said no."""
    ERROR = 2
    """5xx."""
    TIMEOUT = 3
    """The client gave up waiting."""
    FULL = 4
    """The queue was full."""
    LEFT = 5
    """Left the queue unserved: its patience ended."""
    NO_BUDGET = 6
    """A retry that the client's budget did not allow; never sent."""
    OPEN = 7
    """The router's breaker was open; never sent."""
    FILTERED = 8
    """400: the vendor's content filter said no."""


class Status(IntEnum):
    """How a request ended."""

    OK = 0
    LATE = 1
    GAVE_UP = 2
    TIMED_OUT = 3
    RATE_LIMITED = 4
    VENDOR_ERROR = 5
    SHED = 6
    BLOCKED = 7
    UNFINISHED = 8
    """Still under way when the simulated time ended; its times are ages."""


FAILED_AS = {
    Result.REFUSED: Status.RATE_LIMITED,
    Result.ERROR: Status.VENDOR_ERROR,
    Result.TIMEOUT: Status.TIMED_OUT,
    Result.FULL: Status.SHED,
    Result.LEFT: Status.GAVE_UP,
    Result.OPEN: Status.SHED,
    Result.FILTERED: Status.BLOCKED,
}
"""The status of a request whose call failed with a result."""


class Table(IntEnum):
    """The tables whose cells a change may set."""

    STEPS = 0
    ROUTES = 1
    ENDPOINTS = 2
    NODES = 3
    LIMITS = 4
    WORKLOADS = 5
    CLOCK = 6


@unique
class Draw(IntEnum):
    """What a draw is for: mixed into the key of the step, workload or node that draws."""

    SERVICE = 1
    SPEED = 2
    ERROR = 3
    ERROR_TIME = 4
    REFUSAL_TIME = 5
    BACKOFF = 6
    QUEUE_PATIENCE = 7
    DELAY = 8
    CHANCE = 9
    INPUT = 10
    OUTPUT = 11
    PATIENCE = 12
    TURNS = 13
    THINK = 14
    QUIT = 15
    BACKOFF_PLUS = 16
    LIMIT = 17
    """An attempt's luck with limits that refuse by chance."""
    CHOICE = 18
    """Which endpoint of a route a call goes to."""
    FILTER = 19
    FILTER_TIME = 20
    COLD_START = 21
