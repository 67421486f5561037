"""What a branch is: its slot, its place on the agenda, its draws, and how it leaves a step."""

from __future__ import annotations

import numpy as np

from sim.engine.compiled.basics import child, expect, note, push, sample
from sim.engine.compiled.codes import FAULTS, NONE, B, Doing, Floats, Ints, Kind, Moment, P, R, S
from sim.engine.compiled.jit import part
from sim.plan.columns import Step


@part
def new_branch(m: Ints, request: int, parent: int, step: int, lap: int, key: int) -> int:
    """A branch of a request that comes to its first step at this instant."""
    branch = m[S.FREE_BRANCH]
    m[S.FREE_BRANCH] = m[branch + B.AFTER]
    m[S.FREE_BRANCHES] -= 1
    first = m[request + R.BRANCHES]
    m[branch + B.REQUEST] = request
    m[branch + B.PARENT] = parent
    m[branch + B.DEPTH] = 0
    if parent != NONE:
        m[branch + B.DEPTH] = m[parent + B.DEPTH] + 1
    m[branch + B.NAME] = m[step + P.ROW]
    m[branch + B.STEP] = step
    m[branch + B.LAP] = lap
    m[branch + B.KEY] = key
    m[branch + B.ORDINAL] = 0
    m[branch + B.ATTEMPT] = NONE
    m[branch + B.FIRST_US] = NONE
    m[branch + B.ANSWERED] = NONE
    m[branch + B.FAULT_CALL] = NONE
    for place in range(FAULTS):
        m[branch + B.FAULT + place] = NONE
    m[branch + B.BEFORE] = NONE
    m[branch + B.AFTER] = first
    if first != NONE:
        m[first + B.BEFORE] = branch
    m[request + R.BRANCHES] = branch
    will(m, branch, Doing.COMING)
    return branch


@part
def key_of_young(m: Ints, branch: int) -> int:
    """The key of what a branch begins in its lap: of its own in every lap after the first."""
    lap = m[branch + B.LAP]
    key = m[branch + B.KEY]
    if lap > 0:
        key = np.int64(child(np.uint64(key), lap))
    return key


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
def draw_step(m: Ints, f: Floats, branch: int, law: int, draw: int, counter: int) -> float:
    """A draw of a branch at its step."""
    step = m[branch + B.STEP]
    key = np.uint64(m[branch + B.KEY])
    return sample(m, f, law, np.uint64(m[step + P.KEYS + draw]), key, counter)


@part
def counter_of(m: Ints, branch: int, tries: int) -> int:
    """The counter of a branch's draws: its lap, and the attempts it has made in this call."""
    return (m[branch + B.LAP] << 32) | tries


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
