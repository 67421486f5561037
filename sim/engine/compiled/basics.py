"""The smallest parts of the kernel: events, draws, slots, lists, integrals, lines of trace."""

from __future__ import annotations

import numpy as np

from sim import draws
from sim.engine import arithmetic
from sim.engine.compiled.codes import (
    DEPTHS_MAX,
    HEAP_WIDTH,
    LAW_WIDTH,
    LINE_WIDTH,
    NONE,
    A,
    E,
    Floats,
    Ints,
    Kind,
    Moment,
    N,
    R,
    S,
)
from sim.engine.compiled.jit import leaf, module, part
from sim.outcome import Begun, Line, Load, Use
from sim.plan.columns import Node
from sim.units import US_PER_HOUR, US_PER_MINUTE

USES = len(Use)
BEGUN = len(Begun)
LOADS = len(Load)
GOLDEN = np.uint64(draws.GOLDEN)
MIX_ONE = np.uint64(draws.MIX_ONE)
MIX_TWO = np.uint64(draws.MIX_TWO)
SHIFT_30 = np.uint64(30)
SHIFT_27 = np.uint64(27)
SHIFT_31 = np.uint64(31)
SHIFT_BITS = np.uint64(64 - draws.UNIFORM_BITS)
UNIFORM_STEP = draws.UNIFORM_STEP

shared = module(arithmetic)
law_value = shared.law_value
whole = shared.whole
duration_us = shared.duration_us
decode_us = shared.decode_us
prompt_us = shared.prompt_us
backoff_us = shared.backoff_us
added_us = shared.added_us
pause_us = shared.pause_us
bin_of = shared.bin_of
slowed_ppm = shared.slowed_ppm
actual_amount = shared.actual_amount
reserved_amount = shared.reserved_amount
advice_us = shared.advice_us
by_weight = shared.by_weight


@leaf
def mix(x: np.uint64) -> np.uint64:
    """`sim.draws.mix` in uint64, which wraps in silence."""
    x = x + GOLDEN
    x = (x ^ (x >> SHIFT_30)) * MIX_ONE
    x = (x ^ (x >> SHIFT_27)) * MIX_TWO
    return x ^ (x >> SHIFT_31)


@leaf
def child(entity: np.uint64, number: int) -> np.uint64:
    """`sim.draws.child`."""
    return mix(entity ^ mix(np.uint64(number)))


@leaf
def bits(key: np.uint64, entity: np.uint64, counter: int) -> np.int64:
    """`sim.draws.bits`."""
    return np.int64(mix(mix(key ^ entity) ^ np.uint64(counter)) >> SHIFT_BITS)


@part
def sample(m: Ints, f: Floats, law: int, key: np.uint64, entity: np.uint64, counter: int) -> float:
    """A draw from a law. A constant needs no luck."""
    place = m[S.LAWS] + LAW_WIDTH * law
    if m[place] == arithmetic.CONSTANT:
        return f[m[place + 1]]
    u = (np.float64(bits(key, entity, counter)) + 0.5) * UNIFORM_STEP
    return law_value(m, f, m[S.LAWS], law, u)


# Events. A sort key is time, then moment, then (where events are to be shuffled) a hash.
KEY_MOMENTS = 8
KEY_SALTS = 256


@leaf
def instant_of(key: int) -> int:
    """Time and moment of a sort key, as time × 8 + moment."""
    return key // KEY_SALTS


@part
def move(m: Ints, one: int, to: int) -> None:
    """Copy an event to another place on the heap."""
    m[to] = m[one]
    m[to + 1] = m[one + 1]
    m[to + 2] = m[one + 2]
    m[to + 3] = m[one + 3]


@leaf
def put(m: Ints, key: int, kind: int, slot: int, serial: int) -> None:
    """Put an event on the heap by its key."""
    heap = m[S.HEAP]
    place = m[S.HEAP_SIZE]
    m[S.HEAP_SIZE] = place + 1
    while place > 0:
        above = (place - 1) >> 2
        if m[heap + HEAP_WIDTH * above] <= key:
            break
        move(m, heap + HEAP_WIDTH * above, heap + HEAP_WIDTH * place)
        place = above
    place = heap + HEAP_WIDTH * place
    m[place] = key
    m[place + 1] = kind
    m[place + 2] = slot
    m[place + 3] = serial


@part
def push(m: Ints, time_us: int, moment: int, kind: int, slot: int, serial: int) -> None:
    """Put an event on the heap (four children a node, least key on top)."""
    key = (time_us * KEY_MOMENTS + moment) * KEY_SALTS
    if m[S.SALT] != 0:
        shuffled = mix(np.uint64(m[S.SALT] * 1_000_003 + slot * 16 + kind) + np.uint64(time_us))
        key += int(shuffled >> np.uint64(56))
    put(m, key, kind, slot, serial)


@leaf
def push_decision(m: Ints, time_us: int, depth: int, slot: int, serial: int) -> None:
    """Put the decision of a fork on the heap, before those of forks that stand less deep."""
    key = (time_us * KEY_MOMENTS + Moment.DECIDE) * KEY_SALTS
    key += (DEPTHS_MAX - depth) * (KEY_SALTS // (DEPTHS_MAX + 1))
    if m[S.SALT] != 0:
        shuffled = mix(np.uint64(m[S.SALT] * 1_000_003 + slot) + np.uint64(time_us))
        key += int(shuffled >> np.uint64(61))
    put(m, key, Kind.DECIDE, slot, serial)


@part
def pop(m: Ints) -> None:
    """Take the first event off the heap."""
    heap = m[S.HEAP]
    size = m[S.HEAP_SIZE] - 1
    m[S.HEAP_SIZE] = size
    last = heap + HEAP_WIDTH * size
    key = m[last]
    place = 0
    while True:
        first = 4 * place + 1
        if first >= size:
            break
        least = first
        key_of_least = m[heap + HEAP_WIDTH * first]
        for other in range(first + 1, min(first + 4, size)):
            key_of_other = m[heap + HEAP_WIDTH * other]
            if key_of_other < key_of_least:
                least = other
                key_of_least = key_of_other
        if key_of_least >= key:
            break
        move(m, heap + HEAP_WIDTH * least, heap + HEAP_WIDTH * place)
        place = least
    move(m, last, heap + HEAP_WIDTH * place)


@leaf
def new_serial(m: Ints) -> int:
    """A number that no other thing has had."""
    m[S.SERIAL] += 1
    return m[S.SERIAL]


@leaf
def expect(m: Ints, request: int, time_us: int) -> None:
    """The request waits at least until a time: see to it that its person's patience is noticed before.

    Most people's patience outlasts their answer, so the event is only made when it could matter.
    """
    at = m[request + R.PATIENCE_AT]
    if 0 <= at <= time_us:
        push(m, at, Moment.PATIENCE, Kind.PATIENCE, request, m[request + R.SERIAL])
        m[request + R.PATIENCE_AT] = NONE


@leaf
def hour_of(m: Ints, instant: int) -> int:
    """The hour of the day in which an instant lies, most often this one."""
    if 0 <= instant - m[S.HOUR_START] < US_PER_HOUR:
        return m[S.HOUR]
    return (instant - m[S.DAY_START]) // US_PER_HOUR


@leaf
def come_to(m: Ints, now: int) -> None:
    """Time goes on: from now on counters are those of this hour of the day."""
    m[S.NOW] = now
    if not 0 <= now - m[S.HOUR_START] < US_PER_HOUR:
        m[S.HOUR] = (now - m[S.DAY_START]) // US_PER_HOUR
        m[S.HOUR_START] = m[S.DAY_START] + m[S.HOUR] * US_PER_HOUR


@leaf
def use(m: Ints, endpoint: int, column: int, quantity: int, now: int) -> None:
    """Count what an endpoint did."""
    m[endpoint + E.USAGE + hour_of(m, now) * USES + column] += quantity


@part
def touch(m: Ints, node: int, now: int) -> None:
    """Bring a node's integrals up to now, before what they count changes."""
    last = m[node + N.LAST_US]
    if now == last:
        return
    busy = m[node + N.BUSY]
    waiting = m[node + N.WAITING]
    servers = m[node + Node.SERVERS]
    hour = hour_of(m, last)
    while last < now:
        until = min(now, m[S.DAY_START] + (hour + 1) * US_PER_HOUR)
        load = node + N.LOAD + hour * LOADS
        m[load + Load.BUSY_US] += busy * (until - last)
        m[load + Load.QUEUE_US] += waiting * (until - last)
        if servers >= 0:
            m[load + Load.SERVER_US] += servers * (until - last)
            if busy >= servers:
                m[load + Load.FULL_US] += until - last
        last = until
        hour += 1
    m[node + N.LAST_US] = now


@leaf
def look_at(m: Ints, node: int) -> None:
    """Have a node looked at when this instant starts what can start."""
    if m[node + N.DIRTY] == 1:
        return
    m[node + N.DIRTY] = 1
    before = NONE
    after = m[S.DIRTY]
    while after != NONE and after < node:
        before = after
        after = m[after + N.NEXT_DIRTY]
    m[node + N.NEXT_DIRTY] = after
    if before == NONE:
        m[S.DIRTY] = node
    else:
        m[before + N.NEXT_DIRTY] = node


@leaf
def tracing(m: Ints, session: int, turn: int) -> bool:
    """Whether this request's lines of trace are wanted."""
    wanted = m[S.TRACE_SESSION]
    return wanted != NONE and (wanted == -2 or (wanted == session and m[S.TRACE_TURN] == turn))


@part
def note(
    m: Ints, now: int, session: int, turn: int, name: int, event: int, where: int, value: int
) -> None:
    """A line of trace, if this request's are wanted."""
    if not tracing(m, session, turn):
        return
    line = m[S.TRACE] + LINE_WIDTH * m[S.TRACE_SIZE]
    m[S.TRACE_SIZE] += 1
    m[line + Line.TIME_US] = now
    m[line + Line.SESSION] = session
    m[line + Line.TURN] = turn
    m[line + Line.BRANCH] = name
    m[line + Line.EVENT] = event
    m[line + Line.WHERE] = where
    m[line + Line.VALUE] = value


@part
def note_attempt(m: Ints, now: int, attempt: int, event: int, value: int) -> None:
    """A line of trace about an attempt at its endpoint."""
    if m[S.TRACE_SESSION] != NONE:
        session = m[attempt + A.SESSION]
        where = m[m[attempt + A.ENDPOINT] + E.ROW]
        note(m, now, session, m[attempt + A.TURN], m[attempt + A.NAME], event, where, value)


@leaf
def link_last(m: Ints, head: int, attempt: int) -> None:
    """Put an attempt at the end of a node's lists, known by the address of its head (its tail is next to it)."""
    last = m[head + 1]
    m[attempt + A.BEFORE] = last
    m[attempt + A.AFTER] = NONE
    if last == NONE:
        m[head] = attempt
    else:
        m[last + A.AFTER] = attempt
    m[head + 1] = attempt


@leaf
def unlink(m: Ints, head: int, attempt: int) -> None:
    """Take an attempt out of one of a node's lists."""
    before = m[attempt + A.BEFORE]
    after = m[attempt + A.AFTER]
    if before == NONE:
        m[head] = after
    else:
        m[before + A.AFTER] = after
    if after == NONE:
        m[head + 1] = before
    else:
        m[after + A.BEFORE] = before


@part
def link_before(m: Ints, head: int, attempt: int, after: int) -> None:
    """Put an attempt in front of another of the same list."""
    before = m[after + A.BEFORE]
    m[attempt + A.BEFORE] = before
    m[attempt + A.AFTER] = after
    m[after + A.BEFORE] = attempt
    if before == NONE:
        m[head] = attempt
    else:
        m[before + A.AFTER] = attempt


@leaf
def stands_before(m: Ints, one: int, other: int) -> bool:
    """Whether one attempt comes before another of the same priority."""
    if m[one + A.JOINED_US] != m[other + A.JOINED_US]:
        return m[one + A.JOINED_US] < m[other + A.JOINED_US]
    return ranks_before(m, one, other)


@part
def ranks_before(m: Ints, one: int, other: int) -> bool:
    """The order among attempts of one priority that joined at the same instant."""
    if m[one + A.SESSION] != m[other + A.SESSION]:
        return m[one + A.SESSION] < m[other + A.SESSION]
    if m[one + A.TURN] != m[other + A.TURN]:
        return m[one + A.TURN] < m[other + A.TURN]
    if m[one + A.NAME] != m[other + A.NAME]:
        return m[one + A.NAME] < m[other + A.NAME]
    if m[one + A.LAP] != m[other + A.LAP]:
        return m[one + A.LAP] < m[other + A.LAP]
    if m[one + A.ORDINAL] != m[other + A.ORDINAL]:
        return m[one + A.ORDINAL] < m[other + A.ORDINAL]
    return bool(np.uint64(m[one + A.KEY]) < np.uint64(m[other + A.KEY]))


@leaf
def queue_of(m: Ints, attempt: int) -> int:
    """The head of the queue that an attempt's priority waits in."""
    return m[attempt + A.NODE] + N.QUEUES + 2 * m[attempt + A.PRIORITY]


@part
def free_attempt(m: Ints, attempt: int) -> None:
    """Give an attempt's slot back."""
    m[attempt + A.STATE] = 0
    m[attempt + A.SERIAL] = NONE
    m[attempt + A.AFTER] = m[S.FREE_ATTEMPT]
    m[S.FREE_ATTEMPT] = attempt
    m[S.FREE_ATTEMPTS] += 1


@leaf
def count_wait(m: Ints, attempt: int, now: int) -> None:
    """A node's wait has ended."""
    m[m[attempt + A.NODE] + N.WAITS + bin_of(now - m[attempt + A.JOINED_US])] += 1


@part
def count_begun(m: Ints, attempt: int, now: int) -> None:
    """Count an attempt in the minute of its first start, and its tokens."""
    minute = (now - m[S.DAY_START]) // US_PER_MINUTE
    cell = m[attempt + A.ENDPOINT] + E.BEGUN + minute * BEGUN
    m[cell + Begun.ATTEMPTS] += 1
    m[cell + Begun.INPUT] += m[attempt + A.INPUT]
    m[cell + Begun.CACHED] += m[attempt + A.CACHED]
    m[cell + Begun.OUTPUT] += m[attempt + A.OUTPUT]


@leaf
def count_use(m: Ints, attempt: int, column: int, now: int) -> None:
    """Count one attempt of its endpoint."""
    use(m, m[attempt + A.ENDPOINT], column, 1, now)
