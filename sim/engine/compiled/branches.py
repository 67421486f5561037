"""What requests and branches do, up to the moment when they wait for something."""

from __future__ import annotations

import numpy as np

from sim.engine.arithmetic import MILLION
from sim.engine.compiled.basics import (
    LOADS,
    backoff_us,
    bits,
    child,
    count_wait,
    duration_us,
    expect,
    free_attempt,
    hour_of,
    link_before,
    link_last,
    look_at,
    new_serial,
    note,
    note_attempt,
    push,
    queue_of,
    ranks_before,
    sample,
    touch,
    unlink,
    whole,
)
from sim.engine.compiled.jit import part
from sim.engine.compiled.limiting import settle_unused
from sim.engine.compiled.world import E, Floats, Ints, N, NONE, A, At, B, Doing, Kind, Moment, P, R, S, W
from sim.outcome import Event, Load, Row
from sim.plan.columns import (
    Clock,
    Draw,
    Endpoint,
    Node,
    Result,
    Route,
    Status,
    Step,
    StepKind,
    Workload,
)


@part
def new_request(m: Ints) -> int:
    """A free slot for a request."""
    request = m[S.FREE_REQUEST]
    m[S.FREE_REQUEST] = m[request + R.NEXT_FREE]
    m[S.FREE_REQUESTS] -= 1
    m[request + R.SERIAL] = new_serial(m)
    m[request + R.BRANCHES] = NONE
    m[request + R.STATE] = 1
    for column in range(R.ATTEMPTS, R.BACKOFF_US + 1):
        m[request + column] = 0
    for stage in range(m[S.STAGES]):
        m[request + R.STAGES + stage] = NONE
    return request


@part
def new_branch(m: Ints, request: int, parent: int, step: int, lap: int) -> int:
    """A branch of a request that comes to its first step at this instant."""
    branch = m[S.FREE_BRANCH]
    m[S.FREE_BRANCH] = m[branch + B.AFTER]
    m[S.FREE_BRANCHES] -= 1
    first = m[request + R.BRANCHES]
    m[branch + B.REQUEST] = request
    m[branch + B.PARENT] = parent
    m[branch + B.NAME] = m[step + P.ROW]
    m[branch + B.STEP] = step
    m[branch + B.LAP] = lap
    m[branch + B.ORDINAL] = 0
    m[branch + B.ATTEMPT] = NONE
    m[branch + B.FIRST_US] = NONE
    m[branch + B.ANSWERED] = NONE
    m[branch + B.BEFORE] = NONE
    m[branch + B.AFTER] = first
    if first != NONE:
        m[first + B.BEFORE] = branch
    m[request + R.BRANCHES] = branch
    will(m, branch, Doing.COMING)
    return branch


@part
def will(m: Ints, branch: int, doing: int) -> None:
    """Put a branch on this instant's agenda."""
    m[branch + B.DOING] = doing
    m[m[S.AGENDA] + m[S.AGENDA_SIZE]] = branch
    m[S.AGENDA_SIZE] += 1


@part
def free_branch(m: Ints, branch: int) -> None:
    """Take a branch off its request's list and give its slot back."""
    before = m[branch + B.BEFORE]
    after = m[branch + B.AFTER]
    if before == NONE:
        m[m[branch + B.REQUEST] + R.BRANCHES] = after
    else:
        m[before + B.AFTER] = after
    if after != NONE:
        m[after + B.BEFORE] = before
    m[branch + B.STEP_SERIAL] = NONE
    m[branch + B.AFTER] = m[S.FREE_BRANCH]
    m[S.FREE_BRANCH] = branch
    m[S.FREE_BRANCHES] += 1


@part
def begin_turn(m: Ints, f: Floats, request: int, now: int) -> None:
    """A turn of a session becomes a request; its slot holds session, turn and workload already."""
    workload = m[request + R.WORKLOAD]
    turn = m[request + R.TURN]
    key = child(np.uint64(m[request + R.SESSION_KEY]), turn)
    m[request + R.KEY] = np.int64(key)
    tokens = whole(draw_request(m, f, request, Workload.INPUT_LAW, Draw.INPUT))
    tokens += m[workload + Workload.INPUT_PER_TURN] * (turn - 1)
    m[request + R.INPUT] = tokens
    m[request + R.OUTPUT] = whole(draw_request(m, f, request, Workload.OUTPUT_LAW, Draw.OUTPUT))
    m[request + R.DETACHED] = NONE
    m[request + R.PHASE] = m[m[S.CLOCK] + Clock.PHASE]
    m[request + R.ARRIVED_US] = now
    m[request + R.PATIENCE_AT] = NONE
    if m[workload + Workload.PATIENCE_LAW] >= 0:
        patience = whole(draw_request(m, f, request, Workload.PATIENCE_LAW, Draw.PATIENCE))
        m[request + R.PATIENCE_AT] = now + max(1, patience)
    m[S.ARRIVED] += 1
    m[S.IN_FLIGHT] += 1
    step = m[workload + Workload.START_STEP]
    m[request + R.MAIN] = new_branch(m, request, NONE, step, 0)
    note_branch(m, now, m[request + R.MAIN], Event.ARRIVE, m[workload + W.ROW], tokens)


@part
def draw_request(m: Ints, f: Floats, request: int, column: int, draw: int) -> float:
    """A draw of a request from one of its workload's laws."""
    workload = m[request + R.WORKLOAD]
    key = np.uint64(m[workload + W.KEYS + draw])
    return sample(m, f, m[workload + column], key, np.uint64(m[request + R.KEY]), 0)


@part
def detach(m: Ints, branch: int, now: int) -> None:
    """Start a job at the step's ALT that nobody waits for."""
    owner = m[branch + B.REQUEST]
    start = m[m[branch + B.STEP] + Step.ALT]
    job = new_request(m)
    for column in (R.SESSION, R.TURN, R.WORKLOAD, R.PHASE, R.INPUT, R.OUTPUT):
        m[job + column] = m[owner + column]
    m[job + R.DETACHED] = m[start + P.ROW]
    m[job + R.ARRIVED_US] = now
    m[job + R.PATIENCE_AT] = NONE
    m[job + R.KEY] = m[owner + R.KEY]
    note_branch(m, now, branch, Event.DETACH, m[start + P.ROW], NONE)
    m[job + R.MAIN] = new_branch(m, job, NONE, start, m[branch + B.LAP])


@part
def note_branch(m: Ints, now: int, branch: int, event: int, where: int, value: int) -> None:
    """A line of trace about a branch."""
    if m[S.TRACE_SESSION] != NONE:
        request = m[branch + B.REQUEST]
        session = m[request + R.SESSION]
        turn = m[request + R.TURN]
        note(m, now, session, turn, m[branch + B.NAME], event, where, value)


@part
def wait_until(m: Ints, branch: int, time_us: int) -> None:
    """The branch waits at least until a time: its step's and its person's patience must be noticed before."""
    at = m[branch + B.SLOWER_AT]
    if 0 <= at <= time_us and m[branch + B.SLOWER_SET] == 0:
        m[branch + B.SLOWER_SET] = 1
        push(m, at, Moment.SLOWER, Kind.SLOWER, branch, m[branch + B.STEP_SERIAL])
    expect(m, m[branch + B.REQUEST], time_us)


@part
def come(m: Ints, branch: int, now: int) -> int:
    """A branch comes to its step; returns the step's kind."""
    step = m[branch + B.STEP]
    m[branch + B.STEP_SERIAL] = new_serial(m)
    m[branch + B.CAME_US] = now
    m[branch + B.SLOWER_AT] = NONE
    m[branch + B.SLOWER_SET] = 0
    slower = m[step + Step.SLOWER_US]
    if slower >= 0:
        m[branch + B.SLOWER_AT] = now + max(1, slower)
    note_branch(m, now, branch, Event.STEP, m[step + P.ROW], m[branch + B.LAP])
    return m[step + Step.KIND]


@part
def draw_step(m: Ints, f: Floats, branch: int, law: int, draw: int, counter: int) -> float:
    """A draw of a branch at its step."""
    step = m[branch + B.STEP]
    key = np.uint64(m[m[branch + B.REQUEST] + R.KEY])
    return sample(m, f, law, np.uint64(m[step + P.KEYS + draw]), key, counter)


@part
def counter_of(m: Ints, branch: int, tries: int) -> int:
    """The counter of a branch's draws: its lap, and the attempts it has made in this call."""
    return (m[branch + B.LAP] << 32) | tries


@part
def delay(m: Ints, f: Floats, branch: int, now: int) -> None:
    """Wait for a drawn time."""
    step = m[branch + B.STEP]
    value = draw_step(m, f, branch, m[step + Step.LAW], Draw.DELAY, counter_of(m, branch, 0))
    end = now + duration_us(value, MILLION)
    m[branch + B.DOING] = Doing.WAITING
    push(m, end, Moment.FINISH, Kind.DELAY, branch, m[branch + B.STEP_SERIAL])
    wait_until(m, branch, end)


@part
def choose(m: Ints, branch: int) -> None:
    """Go to ALT with the step's chance, else to NEXT."""
    step = m[branch + B.STEP]
    key = np.uint64(m[m[branch + B.REQUEST] + R.KEY])
    drawn = bits(np.uint64(m[step + P.KEYS + Draw.CHANCE]), key, counter_of(m, branch, 0))
    if drawn < m[step + Step.CHANCE]:
        m[branch + B.LAP] += m[step + Step.LAP]
        m[branch + B.STEP] = m[step + Step.ALT]
    else:
        m[branch + B.STEP] = m[step + Step.NEXT]


@part
def fork(m: Ints, branch: int, now: int) -> None:
    """Start the children of a fork."""
    step = m[branch + B.STEP]
    count = m[step + Step.FORK_COUNT]
    m[branch + B.DOING] = Doing.FORKED
    m[branch + B.CHILDREN] = count
    m[branch + B.FAILED_NAME] = NONE
    m[branch + B.CHILD_FIRST_US] = NONE
    m[branch + B.CHILD_ANSWERED] = NONE
    for place in range(m[step + Step.FORK_FIRST], m[step + Step.FORK_FIRST] + count):
        new_branch(m, m[branch + B.REQUEST], branch, m[place], m[branch + B.LAP])
    if count == 0:
        end_fork(m, branch, now)
    elif m[branch + B.SLOWER_AT] != NONE:
        wait_until(m, branch, m[branch + B.SLOWER_AT])


@part
def begin_call(m: Ints, branch: int) -> None:
    """Before a call's first attempt."""
    m[branch + B.TRIES] = 0
    m[branch + B.HOP] = 0
    m[branch + B.RETRIED] = 0
    m[branch + B.LAST_RESULT] = Result.OK
    m[branch + B.ROUTE] = m[m[branch + B.STEP] + Step.ROUTE]
    aim(m, branch)


@part
def aim(m: Ints, branch: int) -> None:
    """Go to the endpoint at the branch's place in its route."""
    first = m[m[branch + B.ROUTE] + Route.FIRST]
    m[branch + B.TARGET] = m[first + m[branch + B.HOP]]


@part
def send(m: Ints, branch: int, now: int) -> None:
    """Make an attempt at the call's current endpoint: it joins the endpoint's node."""
    request = m[branch + B.REQUEST]
    step = m[branch + B.STEP]
    route = m[branch + B.ROUTE]
    endpoint = m[branch + B.TARGET]
    attempt = m[S.FREE_ATTEMPT]
    m[S.FREE_ATTEMPT] = m[attempt + A.AFTER]
    m[S.FREE_ATTEMPTS] -= 1
    m[branch + B.DOING] = Doing.WAITING
    m[branch + B.ATTEMPT] = attempt
    m[attempt + A.KEY] = m[request + R.KEY]
    m[attempt + A.SERIAL] = new_serial(m)
    m[attempt + A.BRANCH] = branch
    m[attempt + A.SESSION] = m[request + R.SESSION]
    m[attempt + A.TURN] = m[request + R.TURN]
    m[attempt + A.NAME] = m[branch + B.NAME]
    m[attempt + A.ORDINAL] = m[branch + B.ORDINAL]
    m[attempt + A.PRIORITY] = m[m[request + R.WORKLOAD] + Workload.PRIORITY]
    m[attempt + A.LAP] = m[branch + B.LAP]
    m[attempt + A.STEP] = step
    m[attempt + A.COUNTER] = counter_of(m, branch, m[branch + B.TRIES])
    m[attempt + A.ENDPOINT] = endpoint
    m[attempt + A.RETRIED] = m[branch + B.RETRIED]
    m[attempt + A.JOINED_US] = now
    m[attempt + A.QUEUED_US] = now
    m[attempt + A.STARTED_US] = NONE
    m[attempt + A.LEFT_US] = NONE
    m[attempt + A.FIRST_US] = NONE
    m[attempt + A.TIMEOUT_AT] = NONE
    m[attempt + A.WOUND] = 0
    m[attempt + A.ADVICE] = 0
    give_tokens(m, attempt, request, step, route, endpoint)
    note_attempt(m, now, attempt, Event.JOIN, m[branch + B.TRIES])
    m[branch + B.TRIES] += 1
    m[branch + B.ORDINAL] += 1
    join(m, attempt, m[endpoint + Endpoint.NODE], now)


@part
def give_tokens(m: Ints, attempt: int, request: int, step: int, route: int, endpoint: int) -> None:
    """The tokens of an attempt: the step's own, or the request's."""
    given = m[step + Step.INPUT_TOKENS]
    cached = 0
    if given < 0:
        given = m[request + R.INPUT]
        share_ppm = m[m[request + R.WORKLOAD] + Workload.CACHED_PPM]
        cached = given * share_ppm // MILLION * m[endpoint + Endpoint.CACHED_PPM] // MILLION
    output = m[step + Step.OUTPUT_TOKENS]
    if output < 0:
        output = m[request + R.OUTPUT]
    most = m[route + Route.MAX_OUTPUT_TOKENS]
    if most >= 0:
        output = min(output, most)
    m[attempt + A.INPUT] = given
    m[attempt + A.CACHED] = cached
    m[attempt + A.OUTPUT] = output
    m[attempt + A.RESERVE] = output if most < 0 else most


@part
def join(m: Ints, attempt: int, node: int, now: int) -> None:
    """Join a node: into the list of those who joined at this instant, in their order."""
    touch(m, node, now)
    m[attempt + A.NODE] = node
    m[attempt + A.STATE] = At.JOINING
    use_load(m, node, Load.JOINED, now)
    m[node + N.WAITING] += 1
    m[node + N.NEW] += 1
    after = NONE
    place = m[node + N.NEW_TAIL]
    while place != NONE and joins_before(m, attempt, place):
        after = place
        place = m[place + A.BEFORE]
    if after == NONE:
        link_last(m, node + N.NEW_HEAD, attempt)
    else:
        link_before(m, node + N.NEW_HEAD, attempt, after)
    look_at(m, node)


@part
def joins_before(m: Ints, one: int, other: int) -> bool:
    """The order among those who join a node at the same instant."""
    if m[one + A.PRIORITY] != m[other + A.PRIORITY]:
        return m[one + A.PRIORITY] < m[other + A.PRIORITY]
    return ranks_before(m, one, other)


@part
def use_load(m: Ints, node: int, column: int, now: int) -> None:
    """Count one thing that happened at a node."""
    m[node + N.LOAD + hour_of(m, now) * LOADS + column] += 1


@part
def leave_queue(m: Ints, attempt: int, now: int) -> None:
    """A waiting attempt leaves its node unserved."""
    node = m[attempt + A.NODE]
    touch(m, node, now)
    if m[attempt + A.STATE] == At.JOINING:
        unlink(m, node + N.NEW_HEAD, attempt)
        m[node + N.NEW] -= 1
    else:
        unlink(m, queue_of(m, attempt), attempt)
        settle_unused(m, attempt)
    m[node + N.WAITING] -= 1
    use_load(m, node, Load.LEFT, now)
    if m[attempt + A.STARTED_US] == NONE:
        count_wait(m, attempt, now)
    note_attempt(m, now, attempt, Event.LEFT, NONE)
    look_at(m, node)
    free_attempt(m, attempt)


@part
def abandon(m: Ints, branch: int, now: int) -> None:
    """Nobody waits for a branch's attempt any more."""
    attempt = m[branch + B.ATTEMPT]
    if attempt == NONE:
        return
    m[branch + B.ATTEMPT] = NONE
    m[attempt + A.BRANCH] = NONE
    state = m[attempt + A.STATE]
    if state == At.JOINING or state == At.QUEUED:
        request = m[branch + B.REQUEST]
        m[request + R.WAIT_US] += now - m[attempt + A.QUEUED_US]
        if m[m[attempt + A.NODE] + Node.ABANDONED_LEAVES] == 1:
            leave_queue(m, attempt, now)


@part
def book(m: Ints, branch: int, now: int) -> None:
    """Add the time since a branch came to its step to the step's stage."""
    stage = m[m[branch + B.STEP] + Step.STAGE]
    if stage >= 0:
        request = m[branch + B.REQUEST]
        spent = max(0, m[request + R.STAGES + stage])
        m[request + R.STAGES + stage] = spent + now - m[branch + B.CAME_US]


@part
def pass_on(m: Ints, branch: int, now: int) -> None:
    """A branch leaves its DELAY, CALL or FORK for the next step."""
    step = m[branch + B.STEP]
    if m[step + Step.HOLDS] == 1:
        m[branch + B.FIRST_US] = now
    m[branch + B.STEP] = m[step + Step.NEXT]
    will(m, branch, Doing.COMING)


@part
def succeed(m: Ints, branch: int, attempt: int, now: int) -> None:
    """A call was answered."""
    step = m[branch + B.STEP]
    m[branch + B.ATTEMPT] = NONE
    book(m, branch, now)
    if m[step + Step.STREAMS] == 1:
        m[branch + B.FIRST_US] = m[attempt + A.FIRST_US]
        m[branch + B.ANSWERED] = m[m[attempt + A.ENDPOINT] + E.ROW]
    pass_on(m, branch, now)


@part
def go_on_without(m: Ints, branch: int, now: int) -> None:
    """A step took too long: abandon it and go on; a fork that encloses it goes before."""
    parent = m[branch + B.PARENT]
    while parent != NONE:
        if m[parent + B.SLOWER_AT] == now:
            return
        parent = m[parent + B.PARENT]
    note_branch(m, now, branch, Event.SLOWER, m[m[branch + B.STEP] + P.ROW], NONE)
    if m[branch + B.DOING] == Doing.FORKED:
        drop_children(m, branch, now)
    else:
        abandon(m, branch, now)
        book(m, branch, now)
    pass_on(m, branch, now)


@part
def drop_children(m: Ints, fork: int, now: int) -> None:
    """Abandon all branches that a fork's branch has under it."""
    branch = m[m[fork + B.REQUEST] + R.BRANCHES]
    while branch != NONE:
        following = m[branch + B.AFTER]
        parent = m[branch + B.PARENT]
        while parent != NONE and parent != fork:
            parent = m[parent + B.PARENT]
        if parent == fork:
            drop(m, branch, now)
            # Its own children may come later in the list; they still find the fork above it.
            m[branch + B.DOING] = Doing.ENDED
        branch = following
    branch = m[m[fork + B.REQUEST] + R.BRANCHES]
    while branch != NONE:
        following = m[branch + B.AFTER]
        if m[branch + B.DOING] == Doing.ENDED and branch != fork:
            free_branch(m, branch)
        branch = following


@part
def drop(m: Ints, branch: int, now: int) -> None:
    """Nobody waits any more for what a branch does."""
    if m[branch + B.DOING] == Doing.WAITING:
        abandon(m, branch, now)
        book(m, branch, now)


@part
def hear(m: Ints, f: Floats, branch: int, result: int, advice: int, now: int) -> None:
    """A branch hears how its attempt ended, other than well: retry, go to the next endpoint, or fail."""
    m[branch + B.ATTEMPT] = NONE
    route = m[branch + B.ROUTE]
    endpoint = m[branch + B.TARGET]
    retries = m[endpoint + Endpoint.RETRIES]
    retried = m[branch + B.RETRIED]
    again = (m[endpoint + Endpoint.RETRY_ON] >> result) & 1 == 1
    onward = (m[route + Route.NEXT_ON] >> result) & 1 == 1
    if result == Result.NO_BUDGET:
        result = m[branch + B.LAST_RESULT]
        again = False
    m[branch + B.LAST_RESULT] = result
    if again and (retries < 0 or retried < retries):
        wait = retry_wait(m, f, branch, endpoint, advice)
        m[branch + B.RETRIED] = retried + 1
        m[m[branch + B.REQUEST] + R.BACKOFF_US] += wait
        note_branch(m, now, branch, Event.RETRY, m[endpoint + E.ROW], wait)
        push(m, now + wait, Moment.JOIN, Kind.RETRY, branch, m[branch + B.STEP_SERIAL])
        wait_until(m, branch, now + wait)
    elif onward and m[branch + B.HOP] + 1 < m[route + Route.COUNT]:
        m[branch + B.HOP] += 1
        m[branch + B.RETRIED] = 0
        aim(m, branch)
        note_branch(m, now, branch, Event.FALLBACK, m[m[branch + B.TARGET] + E.ROW], NONE)
        will(m, branch, Doing.SENDING)
    else:
        fail(m, branch, result, now)


@part
def retry_wait(m: Ints, f: Floats, branch: int, endpoint: int, advice: int) -> int:
    """How long a client waits before it tries again [µs]."""
    if 0 < advice <= m[endpoint + Endpoint.RETRY_AFTER_CAP_US]:
        return advice
    counter = counter_of(m, branch, m[branch + B.TRIES] - 1)
    factor = draw_step(m, f, branch, m[endpoint + Endpoint.BACKOFF_LAW], Draw.BACKOFF, counter)
    return backoff_us(
        m[endpoint + Endpoint.BACKOFF_US],
        m[endpoint + Endpoint.BACKOFF_GROWTH_PPM],
        m[endpoint + Endpoint.BACKOFF_CAP_US],
        m[branch + B.RETRIED],
        factor,
    )


@part
def fail(m: Ints, branch: int, result: int, now: int) -> None:
    """A step has failed: pass over it if it is optional, else the branch ends."""
    step = m[branch + B.STEP]
    note_branch(m, now, branch, Event.FAILED, m[step + P.ROW], result)
    book(m, branch, now)
    if m[step + Step.OPTIONAL] == 1:
        pass_on(m, branch, now)
    else:
        m[branch + B.STATUS] = failed_as(result)
        will(m, branch, Doing.ENDED)


@part
def failed_as(result: int) -> int:
    """`sim.plan.columns.FAILED_AS`."""
    if result == Result.REFUSED:
        return Status.RATE_LIMITED
    if result == Result.ERROR:
        return Status.VENDOR_ERROR
    if result == Result.TIMEOUT:
        return Status.TIMED_OUT
    if result == Result.FULL:
        return Status.SHED
    return Status.GAVE_UP


@part
def end_child(m: Ints, branch: int, now: int) -> None:
    """A child of a fork ends: its parent goes on, or fails, when it was the last."""
    parent = m[branch + B.PARENT]
    status = m[branch + B.STATUS]
    name = m[branch + B.NAME]
    failed = m[parent + B.FAILED_NAME]
    if status != Status.OK and (failed == NONE or name < failed):
        m[parent + B.FAILED_NAME] = name
        m[parent + B.FAILED_STATUS] = status
    first = max(m[parent + B.CHILD_FIRST_US], m[branch + B.FIRST_US])
    m[parent + B.CHILD_FIRST_US] = first
    answered = max(m[parent + B.CHILD_ANSWERED], m[branch + B.ANSWERED])
    m[parent + B.CHILD_ANSWERED] = answered
    m[parent + B.CHILDREN] -= 1
    free_branch(m, branch)
    if m[parent + B.CHILDREN] == 0:
        end_fork(m, parent, now)


@part
def end_fork(m: Ints, branch: int, now: int) -> None:
    """All children of a fork have ended."""
    if m[branch + B.FAILED_NAME] == NONE:
        if m[branch + B.CHILD_FIRST_US] != NONE:
            m[branch + B.FIRST_US] = m[branch + B.CHILD_FIRST_US]
        if m[branch + B.CHILD_ANSWERED] != NONE:
            m[branch + B.ANSWERED] = m[branch + B.CHILD_ANSWERED]
        pass_on(m, branch, now)
    elif m[m[branch + B.STEP] + Step.OPTIONAL] == 1:
        pass_on(m, branch, now)
    else:
        m[branch + B.STATUS] = m[branch + B.FAILED_STATUS]
        will(m, branch, Doing.ENDED)


@part
def end_request(m: Ints, f: Floats, request: int, status: int, now: int) -> None:
    """A request, or a detached job, ends: its row is written, and its session goes on."""
    branch = m[request + R.MAIN]
    workload = m[request + R.WORKLOAD]
    detached = m[request + R.DETACHED]
    deadline = m[workload + Workload.DEADLINE_US]
    late = deadline >= 0 and now - m[request + R.ARRIVED_US] > deadline
    if status == Status.OK and detached == NONE and late:
        status = np.int64(Status.LATE)
    first = m[branch + B.FIRST_US]
    if first == NONE or status > Status.LATE:
        first = now
    write_row(m, request, status, first, m[branch + B.ANSWERED], now)
    note_branch(m, now, branch, Event.END, NONE, status)
    free_branch(m, branch)
    if detached != NONE:
        free_request(m, request)
        return
    m[S.ENDED] += 1
    m[S.IN_FLIGHT] -= 1
    next_turn(m, f, request, status, now)


@part
def write_row(m: Ints, request: int, status: int, first: int, endpoint: int, now: int) -> None:
    """Write the row of a request that ended."""
    row = m[S.ROWS] + m[S.ROW_WIDTH] * m[S.ROWS_SIZE]
    m[S.ROWS_SIZE] += 1
    m[row + Row.SESSION] = m[request + R.SESSION]
    m[row + Row.TURN] = m[request + R.TURN]
    m[row + Row.WORKLOAD] = m[m[request + R.WORKLOAD] + W.ROW]
    m[row + Row.DETACHED] = m[request + R.DETACHED]
    m[row + Row.PHASE] = m[request + R.PHASE]
    m[row + Row.ARRIVED_US] = m[request + R.ARRIVED_US]
    m[row + Row.FINISHED_US] = now
    m[row + Row.FIRST_TOKEN_US] = first
    m[row + Row.STATUS] = status
    m[row + Row.ATTEMPTS] = m[request + R.ATTEMPTS]
    m[row + Row.REFUSALS] = m[request + R.REFUSALS]
    m[row + Row.ENDPOINT] = endpoint
    m[row + Row.INPUT_TOKENS] = m[request + R.INPUT]
    m[row + Row.OUTPUT_TOKENS] = m[request + R.OUTPUT]
    m[row + Row.WAIT_US] = m[request + R.WAIT_US]
    m[row + Row.BACKOFF_US] = m[request + R.BACKOFF_US]
    for stage in range(m[S.STAGES]):
        m[row + Row.STAGES + stage] = m[request + R.STAGES + stage]


@part
def free_request(m: Ints, request: int) -> None:
    """Give a request's slot back."""
    m[request + R.STATE] = 0
    m[request + R.SERIAL] = NONE
    m[request + R.NEXT_FREE] = m[S.FREE_REQUEST]
    m[S.FREE_REQUEST] = request
    m[S.FREE_REQUESTS] += 1


@part
def next_turn(m: Ints, f: Floats, request: int, status: int, now: int) -> None:
    """The session's person thinks and comes again, or the session is over."""
    workload = m[request + R.WORKLOAD]
    turn = m[request + R.TURN]
    turns = 1
    law = m[workload + Workload.TURNS_LAW]
    if law >= 0:
        key = np.uint64(m[workload + W.KEYS + Draw.TURNS])
        turns = whole(sample(m, f, law, key, np.uint64(m[request + R.SESSION_KEY]), 0))
    quits = False
    if status == Status.GAVE_UP:
        key = np.uint64(m[workload + W.KEYS + Draw.QUIT])
        drawn = bits(key, np.uint64(m[request + R.KEY]), 0)
        quits = drawn < m[workload + Workload.QUIT_CHANCE]
    if turn >= turns or quits:
        free_request(m, request)
        return
    think = max(1, whole(draw_request(m, f, request, Workload.THINK_LAW, Draw.THINK)))
    name = m[m[workload + Workload.START_STEP] + P.ROW]
    note(m, now, m[request + R.SESSION], turn, name, Event.NEXT_TURN, NONE, think)
    m[request + R.STATE] = 2
    m[request + R.SERIAL] = new_serial(m)
    m[request + R.TURN] = turn + 1
    push(m, now + think, Moment.JOIN, Kind.TURN, request, m[request + R.SERIAL])


@part
def come_again(m: Ints, f: Floats, request: int, now: int) -> None:
    """A session's next turn begins in the slot that the one before it had."""
    m[request + R.STATE] = 1
    m[request + R.SERIAL] = new_serial(m)
    for column in range(R.ATTEMPTS, R.BACKOFF_US + 1):
        m[request + column] = 0
    for stage in range(m[S.STAGES]):
        m[request + R.STAGES + stage] = NONE
    begin_turn(m, f, request, now)


@part
def give_up(m: Ints, request: int, now: int) -> None:
    """A person gives up: all that the request does is abandoned."""
    main = m[request + R.MAIN]
    note_branch(m, now, main, Event.GAVE_UP, NONE, NONE)
    branch = m[request + R.BRANCHES]
    while branch != NONE:
        following = m[branch + B.AFTER]
        drop(m, branch, now)
        if branch != main:
            free_branch(m, branch)
        branch = following
    m[main + B.STATUS] = Status.GAVE_UP
    will(m, main, Doing.ENDED)


@part
def run(m: Ints, f: Floats, now: int) -> None:
    """Let every branch on the agenda do what it can do at this instant."""
    while m[S.AGENDA_SIZE] > 0:
        m[S.AGENDA_SIZE] -= 1
        branch = m[m[S.AGENDA] + m[S.AGENDA_SIZE]]
        doing = m[branch + B.DOING]
        while doing == Doing.COMING:
            kind = come(m, branch, now)
            if kind == StepKind.CHANCE:
                choose(m, branch)
            elif kind == StepKind.DETACH:
                detach(m, branch, now)
                m[branch + B.STEP] = m[m[branch + B.STEP] + Step.NEXT]
            elif kind == StepKind.DELAY:
                delay(m, f, branch, now)
                doing = Doing.WAITING
            elif kind == StepKind.CALL:
                begin_call(m, branch)
                doing = Doing.SENDING
            elif kind == StepKind.FORK:
                fork(m, branch, now)
                doing = Doing.FORKED
            else:
                m[branch + B.STATUS] = Status.OK if kind == StepKind.END else Status.BLOCKED
                doing = Doing.ENDED
        if doing == Doing.SENDING:
            send(m, branch, now)
        elif doing == Doing.ENDED:
            if m[branch + B.PARENT] != NONE:
                end_child(m, branch, now)
            else:
                request = m[branch + B.REQUEST]
                end_request(m, f, request, m[branch + B.STATUS], now)


@part
def arrive(m: Ints, f: Floats, place: int, now: int) -> None:
    """A session of today's list arrives."""
    request = new_request(m)
    m[request + R.SESSION] = m[place + 1]
    m[request + R.TURN] = 1
    m[request + R.SESSION_KEY] = m[place + 2]
    m[request + R.WORKLOAD] = m[place + 3]
    begin_turn(m, f, request, now)


