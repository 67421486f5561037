"""What a branch does at a CALL: attempts, and hearing how they ended."""

from __future__ import annotations

import numpy as np

from sim.engine.arithmetic import MILLION
from sim.engine.compiled import breaking
from sim.engine.compiled.basics import (
    LOADS,
    UNIFORM_STEP,
    added_us,
    backoff_us,
    bits,
    by_weight,
    count_wait,
    free_attempt,
    hour_of,
    link_before,
    link_last,
    look_at,
    new_serial,
    note_attempt,
    pause_us,
    push,
    queue_of,
    ranks_before,
    touch,
    unlink,
)
from sim.engine.compiled.branches import (
    book,
    counter_of,
    draw_step,
    note_branch,
    pass_on,
    wait_until,
    will,
)
from sim.engine.compiled.codes import (
    NONE,
    A,
    At,
    B,
    Doing,
    E,
    Floats,
    Ints,
    Kind,
    Moment,
    N,
    P,
    R,
    S,
)
from sim.engine.compiled.jit import part
from sim.engine.compiled.limiting import settle_unused
from sim.outcome import Event, Load
from sim.plan.columns import Choose, Draw, Endpoint, Node, Result, Route, Status, Step, Workload


@part
def begin_call(m: Ints, branch: int) -> None:
    """Before a call's first attempt."""
    m[branch + B.TRIES] = 0
    m[branch + B.HOPS] = 0
    m[branch + B.TRIED] = 0
    m[branch + B.RETRIED] = 0
    m[branch + B.LAST_RESULT] = Result.OK
    m[branch + B.ROUTE] = m[m[branch + B.STEP] + Step.ROUTE]
    aim(m, branch)


@part
def aim(m: Ints, branch: int) -> None:
    """Choose the endpoint to which a call goes next."""
    route = m[branch + B.ROUTE]
    how = m[route + Route.CHOOSE]
    place = m[branch + B.HOPS]
    if how == Choose.WEIGHTS:
        place = draw_place(m, branch)
    elif how == Choose.LEAST_BUSY:
        place = least_busy(m, branch)
    m[branch + B.HOP] = place
    m[branch + B.TRIED] |= 1 << place
    m[branch + B.TARGET] = m[m[route + Route.FIRST] + place]


@part
def draw_place(m: Ints, branch: int) -> int:
    """A place of the route by weight."""
    route = m[branch + B.ROUTE]
    key = np.uint64(m[m[branch + B.STEP] + P.KEYS + Draw.CHOICE])
    counter = counter_of(m, branch, m[branch + B.TRIES])
    u = (np.float64(bits(key, np.uint64(m[branch + B.KEY]), counter)) + 0.5) * UNIFORM_STEP
    first = m[route + Route.WEIGHTS]
    return by_weight(m, first, m[route + Route.COUNT], m[branch + B.TRIED], u)


@part
def least_busy(m: Ints, branch: int) -> int:
    """The place of the route at whose node least is under way."""
    route = m[branch + B.ROUTE]
    chosen = NONE
    least = 0
    for place in range(m[route + Route.COUNT]):
        node = m[m[m[route + Route.FIRST] + place] + Endpoint.NODE]
        untried = (m[branch + B.TRIED] >> place) & 1 == 0
        if untried and (chosen == NONE or m[node + N.UNDER_WAY] < least):
            chosen = place
            least = m[node + N.UNDER_WAY]
    return chosen


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
    m[attempt + A.KEY] = m[branch + B.KEY]
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
    m[attempt + A.LAST_RESULT] = m[branch + B.LAST_RESULT]
    m[attempt + A.JOINED_US] = now
    m[attempt + A.QUEUED_US] = now
    m[attempt + A.STARTED_US] = NONE
    m[attempt + A.LEFT_US] = NONE
    m[attempt + A.FIRST_US] = NONE
    m[attempt + A.TIMEOUT_AT] = NONE
    m[attempt + A.WOUND] = 0
    m[attempt + A.SENT] = 0
    m[attempt + A.ADVICE] = 0
    m[attempt + A.LIMIT] = NONE
    m[attempt + A.SLOW_PPM] = MILLION
    breaking.meet(m, branch, attempt)
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
def succeed(m: Ints, branch: int, attempt: int, now: int) -> None:
    """A call was answered."""
    breaking.report(m, branch, 1, 0, 0)
    step = m[branch + B.STEP]
    hear_answer(m, m[attempt + A.ENDPOINT], m[attempt + A.RETRIED], m[attempt + A.LAST_RESULT])
    m[branch + B.ATTEMPT] = NONE
    book(m, branch, now)
    if m[step + Step.STREAMS] == 1:
        m[branch + B.FIRST_US] = m[attempt + A.FIRST_US]
        m[branch + B.ANSWERED] = m[m[attempt + A.ENDPOINT] + E.ROW]
    pass_on(m, branch, now)


@part
def hear(m: Ints, f: Floats, branch: int, result: int, advice: int, now: int) -> None:
    """A branch hears how its attempt ended, other than well: retry, go to the next endpoint, or fail."""
    m[branch + B.ATTEMPT] = NONE
    note_fault(m, branch, result)
    route = m[branch + B.ROUTE]
    endpoint = m[branch + B.TARGET]
    retries = m[endpoint + Endpoint.RETRIES]
    retried = m[branch + B.RETRIED]
    again = (m[endpoint + Endpoint.RETRY_ON] >> result) & 1 == 1
    onward = (m[route + Route.NEXT_ON] >> result) & 1 == 1
    if result == Result.NO_BUDGET:
        result = m[branch + B.LAST_RESULT]
        again = False
    elif result == Result.OPEN:
        again = False
        onward = True
        if m[branch + B.LAST_RESULT] != Result.OK:
            result = m[branch + B.LAST_RESULT]
    m[branch + B.LAST_RESULT] = result
    wait = -1
    if again and (retries < 0 or retried < retries):
        wait = retry_wait(m, f, branch, endpoint, result, advice)
    if wait >= 0:
        m[branch + B.RETRIED] = retried + 1
        m[m[branch + B.REQUEST] + R.BACKOFF_US] += wait
        note_branch(m, now, branch, Event.RETRY, m[endpoint + E.ROW], wait)
        push(m, now + wait, Moment.JOIN, Kind.RETRY, branch, m[branch + B.STEP_SERIAL])
        wait_until(m, branch, now + wait)
        return
    if (m[route + Route.BREAKER_ON] >> result) & 1 == 1:
        breaking.report(m, branch, 0, breaking.badness(m, route, result), advice)
    if onward and m[branch + B.HOPS] + 1 < m[route + Route.COUNT]:
        m[branch + B.HOPS] += 1
        m[branch + B.RETRIED] = 0
        aim(m, branch)
        note_branch(m, now, branch, Event.FALLBACK, m[m[branch + B.TARGET] + E.ROW], NONE)
        will(m, branch, Doing.SENDING)
    else:
        fail(m, branch, result, now)


@part
def note_fault(m: Ints, branch: int, result: int) -> None:
    """Remember the first failed attempt of a call."""
    if m[branch + B.FAULT_CALL] != m[branch + B.STEP_SERIAL]:
        m[branch + B.FAULT_CALL] = m[branch + B.STEP_SERIAL]
        m[branch + B.FAULT] = m[m[branch + B.STEP] + P.ROW]
        m[branch + B.FAULT + 1] = m[m[branch + B.TARGET] + E.ROW]
        m[branch + B.FAULT + 2] = result
        m[branch + B.FAULT + 3] = m[S.HEARD_LIMIT]


@part
def retry_wait(m: Ints, f: Floats, branch: int, endpoint: int, result: int, advice: int) -> int:
    """How long a client waits before it tries again [µs]; -1: it does not."""
    counter = counter_of(m, branch, m[branch + B.TRIES] - 1)
    factor = draw_step(m, f, branch, m[endpoint + Endpoint.BACKOFF_LAW], Draw.BACKOFF, counter)
    base = m[endpoint + Endpoint.BACKOFF_US]
    if result == Result.REFUSED:
        base = m[endpoint + Endpoint.BACKOFF_REFUSED_US]
    own = backoff_us(
        base,
        m[endpoint + Endpoint.BACKOFF_GROWTH_PPM],
        m[endpoint + Endpoint.BACKOFF_CAP_US],
        m[branch + B.RETRIED],
        factor,
        m[endpoint + Endpoint.BACKOFF_LEAST_US],
    )
    plus = 0.0
    law = m[endpoint + Endpoint.BACKOFF_PLUS_LAW]
    if law >= 0:
        plus = draw_step(m, f, branch, law, Draw.BACKOFF_PLUS, counter)
    own = added_us(own, plus, m[endpoint + Endpoint.BACKOFF_TOTAL_CAP_US])
    cap = m[endpoint + Endpoint.RETRY_AFTER_CAP_US]
    return pause_us(own, advice, cap, m[endpoint + Endpoint.RETRY_AFTER_HABIT])


@part
def hear_answer(m: Ints, endpoint: int, retried: int, last_result: int) -> None:
    """An answer adds to the client's budget: what its retry took, or what a first success is worth."""
    if m[endpoint + Endpoint.BUDGET_PPM] < 0:
        return
    gain_ppm = 0
    if retried == 0:
        gain_ppm = m[endpoint + Endpoint.BUDGET_SUCCESS_PPM]
    elif m[endpoint + Endpoint.BUDGET_REFUNDS] == 1:
        gain_ppm = retry_cost(m, endpoint, last_result)
    else:
        return
    cap_ppm = m[endpoint + Endpoint.BUDGET_CAP_PPM]
    m[endpoint + E.BUDGET] = min(cap_ppm, m[endpoint + E.BUDGET] + gain_ppm)


@part
def retry_cost(m: Ints, endpoint: int, last_result: int) -> int:
    """What a retry takes from the client's budget after a failure [ppm of a retry]."""
    if last_result == Result.REFUSED:
        return m[endpoint + Endpoint.BUDGET_TAKES_REFUSED_PPM]
    return m[endpoint + Endpoint.BUDGET_TAKES_PPM]


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
    if result == Result.FULL or result == Result.OPEN:
        return Status.SHED
    if result == Result.FILTERED:
        return Status.BLOCKED
    return Status.GAVE_UP
