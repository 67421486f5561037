"""Slowing: what a limit makes of the time of an attempt that it lets through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from sim.scenario.types import Multiplier

MILLION = 1_000_000
SLOWER_MAX = 1_000
"""No limit slows more."""

Slower = Annotated[Multiplier, Field(ge=1, le=SLOWER_MAX)]
"""What all times of an attempt are multiplied by: `x 2`."""


def nobody(p: Sequence[int], s: Sequence[int], now: int, amount: int) -> int:
    """Most kinds slow nobody [ppm]."""
    return MILLION


def parameter(slower: float | None) -> int:
    """A written multiplier as a parameter of a limit; 0 where it slows nobody [ppm]."""
    return 0 if slower is None else round(slower * MILLION)
