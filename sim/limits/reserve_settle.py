"""Reserve and settle: so much in each window of the clock; what is under way holds its reservation.

An attempt passes where what this window was charged, what is reserved by attempts under way, and its own
reservation fit. At its end the reservation is released and what it really cost is charged to the window of
that instant.

By hand: 600 a minute in windows of 60 s. An attempt that reserves 500 starts at 0:10; at 0:20 another 500
must wait; the first ends at 0:30 having cost 90: the second passes (90 + 500).
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Annotated, Literal

from pydantic import Field

from sim.limits.fields import TOKENS_MAX, Counted, LimitFields
from sim.limits.time import NEVER
from sim.scenario.types import PositiveDuration, PositiveWholeNumber

ALLOWED = 0
"""Parameter: the most that fits into a window."""
WINDOW_US = 1
"""Parameter: length of a window; windows start at whole multiples since the start of the horizon."""
USED = 0
"""State: what the window that `OPENED` names was charged."""
OPENED = 1
"""State: when that window opened [µs]."""
HELD = 2
"""State: what attempts under way have reserved."""
MINUTE_US = 60_000_000
QUOTA = (ALLOWED,)
"""Parameters that grow and shrink with the quota."""


class Fields(LimitFields):
    """Reserves what an attempt may cost, charges what it did cost, and releases the rest."""

    limit: Literal["reserve_settle"]
    """The kind [word]."""
    counts: Counted = "tokens"
    """What it counts of an attempt, or what each part of it costs [word or weights]."""
    per_minute: Annotated[PositiveWholeNumber, Field(le=TOKENS_MAX)]
    """The quota [what it counts / min]."""
    window: PositiveDuration = MINUTE_US
    """The stretch of the clock in which it is enforced, with its share of the minute [us]."""


def parameter_row(fields: Fields) -> list[int]:
    """The parameters of a written quota."""
    allowed = fields.per_minute * fields.window // MINUTE_US
    return [min(max(1, allowed), TOKENS_MAX), fields.window]


def start(p: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Nothing is charged or reserved at the start."""
    s[USED] = 0
    s[OPENED] = now - now % p[WINDOW_US]
    s[HELD] = 0


def used_at(p: Sequence[int], s: Sequence[int], now: int) -> int:
    """What the window of an instant was charged."""
    return s[USED] if now - now % p[WINDOW_US] == s[OPENED] else 0


def fits(p: Sequence[int], amount: int) -> bool:
    """Whether the amount can ever pass."""
    return amount <= p[ALLOWED]


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """Time to the next window, where its room suffices; else only an end helps, not time."""
    if s[HELD] + amount > p[ALLOWED]:
        return NEVER
    if used_at(p, s, now) + s[HELD] + amount <= p[ALLOWED]:
        return 0
    return p[WINDOW_US] - now % p[WINDOW_US]


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Reserve the amount."""
    s[HELD] += amount


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """A refused attempt costs nothing."""


def settle(p: Sequence[int], s: MutableSequence[int], now: int, reserved: int, actual: int) -> None:
    """Release what was reserved, and charge this window with what was used."""
    s[HELD] -= reserved
    s[USED] = used_at(p, s, now) + actual
    s[OPENED] = now - now % p[WINDOW_US]


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Keep what is charged and reserved; a window of another length starts with it."""
    s[USED] = used_at(old, s, now)
    s[OPENED] = now - now % new[WINDOW_US]
