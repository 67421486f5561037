"""What branches do, step by step, up to the moment when they wait for something."""

from __future__ import annotations

import numpy as np

from sim.engine.arithmetic import MILLION
from sim.engine.compiled.basics import bits, duration_us, new_serial, push, push_decision
from sim.engine.compiled.branches import (
    book,
    counter_of,
    draw_step,
    free_branch,
    key_of_young,
    new_branch,
    note_branch,
    pass_on,
    wait_until,
    will,
)
from sim.engine.compiled.calls import abandon, begin_call, send
from sim.engine.compiled.codes import FAULTS, NONE, B, Doing, Floats, Ints, Kind, Moment, P, R, S
from sim.engine.compiled.jit import part
from sim.engine.compiled.requests import detach, drop, end_request
from sim.outcome import Event
from sim.plan.columns import Draw, Status, Step, StepKind


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
    key = np.uint64(m[branch + B.KEY])
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
    m[branch + B.WELL] = 0
    m[branch + B.DECIDING] = 0
    m[branch + B.FAILED_NAME] = NONE
    m[branch + B.CHILD_FIRST_US] = NONE
    m[branch + B.CHILD_ANSWERED] = NONE
    key = key_of_young(m, branch)
    for place in range(m[step + Step.FORK_FIRST], m[step + Step.FORK_FIRST] + count):
        new_branch(m, m[branch + B.REQUEST], branch, m[place], m[branch + B.LAP], key)
    if count == 0:
        end_fork(m, branch, now)
    elif m[branch + B.SLOWER_AT] != NONE:
        wait_until(m, branch, m[branch + B.SLOWER_AT])


@part
def end_child(m: Ints, branch: int, now: int) -> None:
    """A child of a fork ends: its parent goes on, or fails, when it was the last, or the last that was needed."""
    parent = m[branch + B.PARENT]
    status = m[branch + B.STATUS]
    name = m[branch + B.NAME]
    failed = m[parent + B.FAILED_NAME]
    if status != Status.OK and (failed == NONE or name < failed):
        m[parent + B.FAILED_NAME] = name
        m[parent + B.FAILED_STATUS] = status
        for place in range(FAULTS):
            m[parent + B.CHILD_FAULT + place] = m[branch + B.FAULT + place]
    if status == Status.OK:
        m[parent + B.WELL] += 1
        first = max(m[parent + B.CHILD_FIRST_US], m[branch + B.FIRST_US])
        m[parent + B.CHILD_FIRST_US] = first
        answered = max(m[parent + B.CHILD_ANSWERED], m[branch + B.ANSWERED])
        m[parent + B.CHILD_ANSWERED] = answered
    m[parent + B.CHILDREN] -= 1
    free_branch(m, branch)
    needs = m[m[parent + B.STEP] + Step.NEEDS]
    ended = m[parent + B.CHILDREN] == 0
    if needs == 0 and ended:
        end_fork(m, parent, now)
    elif needs > 0 and (ended or m[parent + B.WELL] >= needs) and m[parent + B.DECIDING] == 0:
        m[parent + B.DECIDING] = 1
        push_decision(m, now, m[parent + B.DEPTH], parent, m[parent + B.STEP_SERIAL])


@part
def decide(m: Ints, branch: int, now: int) -> None:
    """Enough children of a fork have done well, or all have ended."""
    step = m[branch + B.STEP]
    if m[branch + B.WELL] >= m[step + Step.NEEDS]:
        note_branch(m, now, branch, Event.ENOUGH, m[step + P.ROW], m[branch + B.WELL])
        m[branch + B.FAILED_NAME] = NONE
        drop_children(m, branch, now)
    end_fork(m, branch, now)


@part
def end_fork(m: Ints, branch: int, now: int) -> None:
    """A fork is over: all its children have ended, or are abandoned."""
    book(m, branch, now)
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
        for place in range(FAULTS):
            m[branch + B.FAULT + place] = m[branch + B.CHILD_FAULT + place]
        will(m, branch, Doing.ENDED)


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
