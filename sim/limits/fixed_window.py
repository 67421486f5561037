"""Fixed window: so much in each window of the clock; what comes above it waits for, or is refused until,
the next window.

By hand: 100 in 60 s; 150 at 0:30 on an untouched window: 100 pass, the rest at 1:00.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Annotated, Literal

from pydantic import Field

from sim.limits.fields import TOKENS_MAX, Counted, LimitFields
from sim.limits.time import NEVER
from sim.scenario.types import PositiveDuration, WholeNumber

ALLOWED = 0
"""Parameter: the most that passes in a window."""
WINDOW_US = 1
"""Parameter: length of a window; windows start at whole multiples since the start of the horizon."""
USED = 0
"""State: what passed in the window that `OPENED` names."""
OPENED = 1
"""State: when that window opened [µs]."""
QUOTA = (ALLOWED,)
"""Parameters that grow and shrink with the quota."""


class Fields(LimitFields):
    """So much in each window of the clock; the count starts anew with the next."""

    limit: Literal["fixed_window"]
    """The kind [word]."""
    counts: Counted = "requests"
    """What it counts of an attempt, or what each part of it costs [word or weights]."""
    allows: Annotated[WholeNumber, Field(le=TOKENS_MAX)]
    """The most that passes in a window [what it counts]."""
    window: PositiveDuration
    """How long a window is; windows start at whole multiples since the start of the horizon [us]."""


def parameter_row(fields: Fields) -> list[int]:
    """The parameters of a written window."""
    return [fields.allows, fields.window]


def start(p: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """A window starts unused."""
    s[USED] = 0
    s[OPENED] = now - now % p[WINDOW_US]


def used_at(p: Sequence[int], s: Sequence[int], now: int) -> int:
    """What has passed in the window of an instant."""
    return s[USED] if now - now % p[WINDOW_US] == s[OPENED] else 0


def fits(p: Sequence[int], amount: int) -> bool:
    """Whether the amount can ever pass."""
    return amount <= p[ALLOWED]


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """Time to the next window, unless the amount fits into this one; never, where it fits into none."""
    if amount > p[ALLOWED]:
        return NEVER
    if used_at(p, s, now) + amount <= p[ALLOWED]:
        return 0
    return p[WINDOW_US] - now % p[WINDOW_US]


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Count the amount in this window."""
    s[USED] = used_at(p, s, now) + amount
    s[OPENED] = now - now % p[WINDOW_US]


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """A refused attempt costs nothing."""


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Keep what passed in the running window; a window of another length starts with it."""
    s[USED] = used_at(old, s, now)
    s[OPENED] = now - now % new[WINDOW_US]
