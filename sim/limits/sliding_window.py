"""Sliding window: at most so much in any stretch of time of one length, wherever it begins.

What passed is kept in a log, and counts until it is a window old. So that the log has an end, once it has 600 entries
what passes within one six-hundredth of the window is one entry, which counts until the last of it is a window old: the
limit is never passed, and what waits waits at most a six-hundredth longer than an endless log would say.

By hand: 2 in 60 s; one passes at 0:00.5, one at 0:07: the next may pass at 1:00.5, and the one after at 1:07.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Annotated, Literal

from pydantic import Field

from sim.limits.fields import TOKENS_MAX, Counted, LimitFields
from sim.limits.time import NEVER
from sim.scenario.types import PositiveDuration, WholeNumber

ALLOWED = 0
"""Parameter: the most that passes in any window."""
WINDOW_US = 1
"""Parameter: length of the window."""
SLOTS = 600
"""A window is cut into so many slots, on the clock; what passes in one slot is one entry where there are as many."""
FIRST = 0
"""State: number of the oldest entry that counts; entries are numbered from the first on."""
NEXT = 1
"""State: number of the entry that comes next."""
USED = 2
"""State: the sum of the entries that count."""
SLOT_ENDS = 3
"""State: when the newest entry's slot ends."""
LOG = 4
"""State: from here, two integers of each entry, the n-th at n modulo `RING`: when its last passed, and how much."""
RING = 2 * SLOTS + 2
QUOTA = (ALLOWED,)
"""Parameters that grow and shrink with the quota."""


class Fields(LimitFields):
    """At most so much in any stretch of one length."""

    limit: Literal["sliding_window"]
    """The kind [word]."""
    counts: Counted = "requests"
    """What it counts of an attempt, or what each part of it costs [word or weights]."""
    allows: Annotated[WholeNumber, Field(le=TOKENS_MAX)]
    """The most that passes in any window [what it counts]."""
    window: PositiveDuration
    """How long the window is [us]."""


def parameter_row(fields: Fields) -> list[int]:
    """The parameters of a written window."""
    return [fields.allows, fields.window]


def start(p: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """The log starts empty."""
    s[FIRST] = 0
    s[NEXT] = 0
    s[USED] = 0
    s[SLOT_ENDS] = 0


def place_of(entry: int) -> int:
    """Where an entry stands in the state."""
    return LOG + 2 * (entry % RING)


def counting(p: Sequence[int], s: Sequence[int], now: int) -> tuple[int, int]:
    """The oldest entry that counts at an instant, and the sum from it on."""
    entry, used = s[FIRST], s[USED]
    while entry < s[NEXT] and s[place_of(entry)] + p[WINDOW_US] <= now:
        used -= s[place_of(entry) + 1]
        entry += 1
    return entry, used


def fits(p: Sequence[int], amount: int) -> bool:
    """Whether the amount can ever pass."""
    return amount <= p[ALLOWED]


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """Time until so many old entries are a window old that the amount fits; never, where it fits into no window."""
    if amount > p[ALLOWED]:
        return NEVER
    entry, used = counting(p, s, now)
    short = used + amount - p[ALLOWED]
    if short <= 0:
        return 0
    while short > s[place_of(entry) + 1]:
        short -= s[place_of(entry) + 1]
        entry += 1
    return s[place_of(entry)] + p[WINDOW_US] - now


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Write the amount into the log: in a new entry, or in the newest where there are many and it is of this slot."""
    s[FIRST], s[USED] = counting(p, s, now)
    is_new = s[NEXT] - s[FIRST] < SLOTS
    if now >= s[SLOT_ENDS]:
        slot_us = -(-p[WINDOW_US] // SLOTS)
        s[SLOT_ENDS] = (now // slot_us + 1) * slot_us
        is_new = True
    if is_new:
        s[NEXT] += 1
        s[place_of(s[NEXT] - 1) + 1] = 0
    newest = place_of(s[NEXT] - 1)
    s[newest] = now
    s[newest + 1] += amount
    s[USED] += amount


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """A refused attempt costs nothing."""


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Keep the log; for a window of another length, all of it counts as if it had just passed."""
    if old[WINDOW_US] != new[WINDOW_US]:
        _, used = counting(old, s, now)
        start(new, s, now)
        take(new, s, now, used)
