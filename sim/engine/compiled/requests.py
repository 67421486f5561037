"""Requests and detached jobs: how they begin, end, and come again as the session's next turn."""

from __future__ import annotations

import numpy as np

from sim.engine.compiled.basics import bits, child, new_serial, note, push, sample, whole
from sim.engine.compiled.branches import (
    book,
    free_branch,
    key_of_young,
    new_branch,
    note_branch,
    will,
)
from sim.engine.compiled.calls import abandon
from sim.engine.compiled.codes import FAULTS, NONE, B, Doing, Floats, Ints, Kind, Moment, P, R, S, W
from sim.engine.compiled.jit import part
from sim.outcome import Event, Row
from sim.plan.columns import Clock, Draw, Status, Step, Workload


@part
def arrive(m: Ints, f: Floats, place: int, now: int) -> None:
    """A session of today's list arrives."""
    request = new_request(m)
    m[request + R.SESSION] = m[place + 1]
    m[request + R.TURN] = 1
    m[request + R.SESSION_KEY] = m[place + 2]
    m[request + R.WORKLOAD] = m[place + 3]
    begin_turn(m, f, request, now)


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
    m[request + R.MAIN] = new_branch(m, request, NONE, step, 0, m[request + R.KEY])
    note_branch(m, now, m[request + R.MAIN], Event.ARRIVE, m[workload + W.ROW], tokens)


@part
def draw_request(m: Ints, f: Floats, request: int, column: int, draw: int) -> float:
    """A draw of a request from one of its workload's laws."""
    workload = m[request + R.WORKLOAD]
    key = np.uint64(m[workload + W.KEYS + draw])
    return sample(m, f, m[workload + column], key, np.uint64(m[request + R.KEY]), 0)


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
    m[job + R.KEY] = key_of_young(m, branch)
    note_branch(m, now, branch, Event.DETACH, m[start + P.ROW], NONE)
    m[job + R.MAIN] = new_branch(m, job, NONE, start, m[branch + B.LAP], m[job + R.KEY])


@part
def end_request(m: Ints, f: Floats, request: int, status: int, now: int) -> None:
    """A request, or a detached job, ends: its row is written, and its session goes on."""
    branch = m[request + R.MAIN]
    workload = m[request + R.WORKLOAD]
    detached = m[request + R.DETACHED]
    deadline = m[workload + Workload.DEADLINE_US]
    late = deadline >= 0 and now - m[request + R.ARRIVED_US] > deadline
    if status == Status.OK and detached == NONE and late:
        status = int(Status.LATE)
    first = m[branch + B.FIRST_US]
    if first == NONE or status > Status.LATE:
        first = now
    write_row(m, request, status, first, m[branch + B.ANSWERED], now)
    write_fault(m, branch, status)
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
def write_fault(m: Ints, branch: int, status: int) -> None:
    """Write into the last row what went wrong in a request, by its main branch."""
    row = m[S.ROWS] + m[S.ROW_WIDTH] * (m[S.ROWS_SIZE] - 1)
    well = status == Status.OK or status == Status.BLOCKED
    for place in range(FAULTS):
        m[row + Row.FAULT_STEP + place] = NONE if well else m[branch + B.FAULT + place]


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
def drop(m: Ints, branch: int, now: int) -> None:
    """Nobody waits any more for what a branch does."""
    if m[branch + B.DOING] == Doing.WAITING:
        abandon(m, branch, now)
        book(m, branch, now)
    elif m[branch + B.DOING] == Doing.FORKED:
        book(m, branch, now)
