"""Concurrency: so many at once; an attempt gives its place back when it ends.

What is counted may be requests, or tokens: a batch interface holds so many input tokens until their batch is done.

By hand: allows 100, counts input tokens. 60 and 40 are under way; the next waits until one of them ends.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Annotated, Literal

from pydantic import Field

from sim.limits.fields import Counted, LimitFields
from sim.limits.time import NEVER
from sim.scenario.types import WholeNumber

ALLOWED = 0
"""Parameter: the most under way at once."""
HELD = 0
"""State: what is under way."""
HELD_MAX = 10**12
"""No more may be held; batch queues of 15 billion tokens are sold."""
QUOTA = (ALLOWED,)
"""Parameters that grow and shrink with the quota."""


class Fields(LimitFields):
    """So many at once; an attempt gives its place back when it ends."""

    limit: Literal["concurrency"]
    """The kind [word]."""
    counts: Counted = "requests"
    """What it counts of an attempt, or what each part of it costs [word or weights]."""
    allows: Annotated[WholeNumber, Field(le=HELD_MAX)]
    """The most that is under way at once [what it counts]."""


def parameter_row(fields: Fields) -> list[int]:
    """The parameters of a written concurrency limit."""
    return [fields.allows]


def start(p: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Nothing is under way at the start."""
    s[HELD] = 0


def fits(p: Sequence[int], amount: int) -> bool:
    """Whether the amount can ever pass."""
    return amount <= p[ALLOWED]


def wait_us(p: Sequence[int], s: Sequence[int], now: int, amount: int, luck: int) -> int:
    """0 where there is room; else only an end helps, not time."""
    return 0 if s[HELD] + amount <= p[ALLOWED] else NEVER


def take(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """Hold the places."""
    s[HELD] += amount


def refuse(p: Sequence[int], s: MutableSequence[int], now: int, amount: int) -> None:
    """A refused attempt holds nothing."""


def settle(p: Sequence[int], s: MutableSequence[int], now: int, reserved: int, actual: int) -> None:
    """Give back the places of attempts that ended."""
    s[HELD] -= reserved


def retune(old: Sequence[int], new: Sequence[int], s: MutableSequence[int], now: int) -> None:
    """Who is under way stays; a smaller limit is reached as they end."""
