"""The event loop: instants, their moments, and the changes of the plan's cells."""

from __future__ import annotations

from sim.engine.compiled import rules
from sim.engine.compiled.basics import (
    KEY_MOMENTS,
    come_to,
    count_use,
    free_attempt,
    instant_of,
    look_at,
    note_attempt,
    pop,
    touch,
    unlink,
    use,
)
from sim.engine.compiled.branches import book, pass_on, will
from sim.engine.compiled.calls import abandon, hear, leave_queue, succeed
from sim.engine.compiled.codes import (
    ARRIVAL_WIDTH,
    CHANGE_WIDTH,
    NONE,
    A,
    At,
    B,
    Doing,
    Floats,
    Ints,
    Kind,
    L,
    Moment,
    N,
    R,
    S,
)
from sim.engine.compiled.jit import at, bare, kernel, part
from sim.engine.compiled.limiting import give_back, parameters, state
from sim.engine.compiled.requests import arrive, come_again, give_up
from sim.engine.compiled.starting import return_excess, start_all
from sim.engine.compiled.steps import decide, go_on_without, run
from sim.outcome import LONG, Event, Use
from sim.plan.columns import LIMIT_PARAMETERS, Endpoint, Limit, Node, Result

DONE = 0
"""The day is over."""
PAUSED = -1
"""The slice is used up; go on by calling again."""
ROWS_FULL = -2
"""Rows must be taken out before the next call."""
FAR = 1 << 62


@kernel
def advance(m: Ints, f: Floats, events_max: int, room: int) -> int:
    """Simulate up to `UNTIL`, for at most `events_max` events.

    Returns `DONE`, `PAUSED`, `ROWS_FULL`, or a positive number: the room that slots, heap and trace must be given
    before the next call. `room` is the most slots that one event can need.
    """
    return simulate(bare(m), bare(f), events_max, room)


@part
def simulate(m: Ints, f: Floats, events_max: int, room: int) -> int:
    """The event loop."""
    events = 0
    while True:
        if events >= events_max:
            return PAUSED
        if m[S.ROWS_SIZE] + room > m[S.ROWS_CAP]:
            return ROWS_FULL
        if lacks_room(m, room):
            return room
        instant, source = next_instant(m)
        time_us = instant // KEY_MOMENTS
        if m[S.DIRTY] != NONE and time_us > m[S.NOW]:
            missing = start_all(m, f, m[S.NOW])
            if missing > 0:
                return missing * 6
            continue
        if time_us >= m[S.UNTIL]:
            break
        events += 1
        come_to(m, time_us)
        if source == 0:
            handle(m, f, time_us)
            if m[S.HEARD] != NONE:
                branch = m[S.HEARD]
                m[S.HEARD] = NONE
                hear(m, f, branch, m[S.HEARD_RESULT], m[S.HEARD_ADVICE], time_us)
        elif source == 1:
            arrive(m, f, m[S.ARRIVALS], time_us)
            m[S.ARRIVALS] += ARRIVAL_WIDTH
        else:
            change(m, time_us)
        run(m, f, time_us)
    for row in range(m[S.NODE_COUNT]):
        touch(m, m[S.NODES] + N.WIDTH * row, m[S.UNTIL])
    m[S.NOW] = m[S.UNTIL]
    return DONE


@part
def lacks_room(m: Ints, room: int) -> bool:
    """Whether one event could run out of slots, heap or buffers."""
    if m[S.FREE_REQUESTS] < room or m[S.FREE_BRANCHES] < room or m[S.FREE_ATTEMPTS] < room:
        return True
    if m[S.HEAP_CAP] - m[S.HEAP_SIZE] < 8 * room:
        return True
    if m[S.AGENDA_CAP] - m[S.AGENDA_SIZE] < room:
        return True
    return m[S.TRACE_SESSION] != NONE and m[S.TRACE_CAP] - m[S.TRACE_SIZE] < 32 * room


@part
def next_instant(m: Ints) -> tuple[int, int]:
    """The next time and moment, and where it comes from: 0 the heap, 1 the arrivals, 2 the changes."""
    instant = FAR
    source = 0
    if m[S.HEAP_SIZE] > 0:
        instant = instant_of(m[m[S.HEAP]])
    if m[S.ARRIVALS] < m[S.ARRIVALS_END]:
        arrival = m[m[S.ARRIVALS]] * KEY_MOMENTS + Moment.JOIN
        if arrival < instant:
            instant = arrival
            source = 1
    if m[S.CHANGES] < m[S.CHANGES_END]:
        changed = m[m[S.CHANGES]] * KEY_MOMENTS + Moment.CHANGE
        if changed < instant:
            instant = changed
            source = 2
    return instant, source


@part
def handle(m: Ints, f: Floats, now: int) -> None:
    """Take the first event off the heap and let it happen, unless it comes too late to matter."""
    kind = m[m[S.HEAP] + 1]
    slot = m[m[S.HEAP] + 2]
    serial = m[m[S.HEAP] + 3]
    pop(m)
    if kind == Kind.ATTEMPT:
        if m[slot + A.SERIAL] == serial and m[slot + A.FINISH_US] == now:
            end_attempt(m, slot, now)
    elif kind == Kind.DELAY:
        if m[slot + B.STEP_SERIAL] == serial:
            book(m, slot, now)
            pass_on(m, slot, now)
    elif kind == Kind.TURN:
        if m[slot + R.SERIAL] == serial:
            come_again(m, f, slot, now)
    elif kind == Kind.RETRY:
        if m[slot + B.STEP_SERIAL] == serial:
            will(m, slot, Doing.SENDING)
    elif kind == Kind.WAKE:
        if m[slot + N.WAKE_AT] == serial:
            m[slot + N.WAKE_AT] = NONE
            look_at(m, slot)
    elif kind == Kind.TIMEOUT:
        if m[slot + A.SERIAL] == serial and m[slot + A.BRANCH] != NONE:
            time_out(m, slot, now)
    elif kind == Kind.SLOWER:
        if m[slot + B.STEP_SERIAL] == serial:
            go_on_without(m, slot, now)
    elif kind == Kind.DECIDE:
        if m[slot + B.STEP_SERIAL] == serial:
            decide(m, slot, now)
    elif kind == Kind.QUEUE_PATIENCE:
        if m[slot + A.SERIAL] == serial:
            lose_patience(m, slot, now)
    elif m[slot + R.SERIAL] == serial:
        give_up(m, slot, now)


@part
def tell(m: Ints, branch: int, result: int, advice: int, limit: int) -> None:
    """A branch will hear a result before this event is over."""
    m[S.HEARD_LIMIT] = limit
    m[S.HEARD] = branch
    m[S.HEARD_RESULT] = result
    m[S.HEARD_ADVICE] = advice


@part
def end_attempt(m: Ints, attempt: int, now: int) -> None:
    """An attempt ends at its node, or a refusal comes back."""
    branch = m[attempt + A.BRANCH]
    result = m[attempt + A.RESULT]
    state = m[attempt + A.STATE]
    if state != At.IN_SERVICE and state != At.RETURNING and state != At.HELD:
        return
    if state == At.HELD:
        give_back(m, attempt, 0, 0, 0, 1)
        look_at(m, m[attempt + A.NODE])
    elif state == At.IN_SERVICE:
        leave_service(m, attempt, now)
        count_end(m, attempt, branch, result, now)
    if branch != NONE:
        if result == Result.OK:
            succeed(m, branch, attempt, now)
        else:
            tell(m, branch, result, m[attempt + A.ADVICE], m[attempt + A.LIMIT])
    free_attempt(m, attempt)


@part
def leave_service(m: Ints, attempt: int, now: int) -> None:
    """An attempt frees its server and gives back to its limits."""
    node = m[attempt + A.NODE]
    touch(m, node, now)
    m[node + N.BUSY] -= 1
    if m[node + N.BUSY] == 0:
        m[node + N.IDLE_SINCE] = now
    unlink(m, node + N.SERVICE_HEAD, attempt)
    look_at(m, node)
    output = m[attempt + A.OUTPUT]
    if m[attempt + A.RESULT] != Result.OK:
        output = 0
    give_back(m, attempt, output, 1, 1, 1)
    note_attempt(m, now, attempt, Event.ENDED, m[attempt + A.RESULT])


@part
def count_end(m: Ints, attempt: int, branch: int, result: int, now: int) -> None:
    """Count an attempt that was served, and its tokens."""
    endpoint = m[attempt + A.ENDPOINT]
    tokens = m[attempt + A.INPUT]
    is_long = 0 < m[endpoint + Endpoint.LONG_FROM] < tokens
    if result != Result.OK:
        is_error = result == Result.ERROR
        count_use(m, attempt, Use.ERRORS if is_error else Use.FILTERED, now)
        first = Use.ERROR_INPUT if is_error else Use.FILTERED_INPUT
        use(m, endpoint, first, tokens, now)
        if is_long:
            use(m, endpoint, first + LONG, tokens, now)
        return
    count_use(m, attempt, Use.ANSWERS if branch != NONE else Use.WASTED, now)
    first = Use.INPUT if branch != NONE else Use.WASTED_INPUT
    use(m, endpoint, first, tokens, now)
    use(m, endpoint, first + 1, m[attempt + A.CACHED], now)
    use(m, endpoint, first + 2, m[attempt + A.OUTPUT], now)
    if is_long:
        use(m, endpoint, first + LONG, tokens, now)
        use(m, endpoint, first + LONG + 1, m[attempt + A.CACHED], now)
        use(m, endpoint, first + LONG + 2, m[attempt + A.OUTPUT], now)


@part
def time_out(m: Ints, attempt: int, now: int) -> None:
    """A client gives an attempt up."""
    branch = m[attempt + A.BRANCH]
    count_use(m, attempt, Use.TIMEOUTS, now)
    note_attempt(m, now, attempt, Event.TIMEOUT, NONE)
    abandon(m, branch, now)
    tell(m, branch, Result.TIMEOUT, 0, NONE)


@part
def lose_patience(m: Ints, attempt: int, now: int) -> None:
    """A waiting attempt leaves the queue: nobody served it in time."""
    if m[attempt + A.STATE] != At.QUEUED or m[attempt + A.STARTED_US] != NONE:
        return
    branch = m[attempt + A.BRANCH]
    if branch != NONE:
        request = m[branch + B.REQUEST]
        m[request + R.WAIT_US] += now - m[attempt + A.QUEUED_US]
        tell(m, branch, Result.LEFT, 0, NONE)
    leave_queue(m, attempt, now)


@part
def change(m: Ints, now: int) -> None:
    """Set all cells that change at this instant, then retune limits and take servers away."""
    first = m[S.CHANGES]
    for row in range(m[S.NODE_COUNT]):
        touch(m, m[S.NODES] + N.WIDTH * row, now)
    place = first
    while place < m[S.CHANGES_END] and m[place] == now:
        limit = m[place + 3]
        if limit != NONE and m[limit + L.CHANGED] == 0:
            m[limit + L.CHANGED] = 1
            for parameter in range(LIMIT_PARAMETERS):
                m[limit + L.OLD + parameter] = m[limit + Limit.PARAMETERS + parameter]
        m[m[place + 1]] = m[place + 2]
        place += CHANGE_WIDTH
    m[S.CHANGES] = place
    while first < place:
        retune(m, m[first + 3], now)
        first += CHANGE_WIDTH
    for row in range(m[S.NODE_COUNT]):
        node = m[S.NODES] + N.WIDTH * row
        if m[node + Node.SERVERS] >= 0 and m[node + Node.PREEMPTS] == 1:
            return_excess(m, node, now)
        look_at(m, node)


@part
def retune(m: Ints, limit: int, now: int) -> None:
    """Tell a limit with changed parameters, once."""
    if limit == NONE or m[limit + L.CHANGED] == 0:
        return
    m[limit + L.CHANGED] = 0
    old = at(m, limit + L.OLD)
    rules.retune(m[limit + Limit.KIND], old, parameters(m, limit), state(m, limit), now)
