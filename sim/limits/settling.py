"""Settling: what a limit makes of what an attempt really cost, for kinds that make nothing of it."""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence


def nothing(
    p: Sequence[int], s: MutableSequence[int], now: int, reserved: int, actual: int
) -> None:
    """What was counted stays counted."""


def never(p: Sequence[int]) -> bool:
    """Such a kind need not hear of an attempt's end."""
    return False


def always(p: Sequence[int]) -> bool:
    """Any other must, unless it says when."""
    return True
