"""Sliding window: at most so much in any stretch of time of one length, wherever it begins.

What passed is kept in a log of at most 60 slots: what passes within one sixtieth of the window is released
together, when the last instant of that slot is a window ago. So the limit is never passed, and what waits
waits at most a sixtieth longer than an endless log would say (not at all where the window is 60 µs or less).

By hand: 10 in 60 s; 10 pass at 0:00.5 (slot 0 s to 1 s): the next may pass at 1:01, less 1 µs.
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
SLOTS = 60
"""A window is cut into so many slots."""
NEWEST = 0
"""State: number of the newest slot; slots are numbered from the start of the horizon."""
LOG = 1
"""State: from here, what passed in each of the last slots, slot n at n modulo `RING`."""
RING = SLOTS + 2
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
    s[NEWEST] = now // slot_us(p)
    for place in range(RING):
        s[LOG + place] = 0


def slot_us(p: Sequence[int]) -> int:
    """The length of a slot."""
    return -(-p[WINDOW_US] // SLOTS)


def oldest(p: Sequence[int], s: Sequence[int], now: int) -> int:
    """The first slot of the log that still counts."""
    return max((now + 1 - p[WINDOW_US]) // slot_us(p), s[NEWEST] + 1 - RING)


def used_at(p: Sequence[int], s: Sequence[int], now: int) -> int:
    """What passed in the window that ends at an instant."""
    used = 0
    for slot in range(oldest(p, s, now), s[NEWEST] + 1):
        used += s[LOG + slot % RING]
    return used


def fits(p: Sequence[int], amount: int) -> bool:
    """Whether the amount can ever pass."""
    return amount <= p[ALLOWED]


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """Time until so many old slots are released that the amount fits; never, where it fits into no window."""
    if amount > p[ALLOWED]:
        return NEVER
    short = used_at(p, s, now) + amount - p[ALLOWED]
    if short <= 0:
        return 0
    slot = oldest(p, s, now)
    while short > s[LOG + slot % RING]:
        short -= s[LOG + slot % RING]
        slot += 1
    return (slot + 1) * slot_us(p) - 1 + p[WINDOW_US] - now


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Write the amount into the slot of this instant."""
    slot = now // slot_us(p)
    for empty in range(max(s[NEWEST] + 1, slot + 1 - RING), slot + 1):
        s[LOG + empty % RING] = 0
    s[NEWEST] = max(s[NEWEST], slot)
    s[LOG + slot % RING] += amount


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """A refused attempt costs nothing."""


def settle(p: Sequence[int], s: MutableSequence[int], now: int, reserved: int, actual: int) -> None:
    """What was counted stays counted."""


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Keep the log; for a window of another length, all of it counts as if it had just passed."""
    if old[WINDOW_US] != new[WINDOW_US]:
        used = used_at(old, s, now)
        start(new, s, now)
        s[LOG + s[NEWEST] % RING] = used
