"""Which points no other point beats on everything: the frontier of spend against p95 and availability."""

from __future__ import annotations

from collections.abc import Sequence


def frontier(losses: Sequence[Sequence[float]]) -> list[bool]:
    """Whether each point is on the frontier; `losses` are numbers of which less is better, one row a point."""
    return [not any(_beats(other, mine) for other in losses) for mine in losses]


def _beats(other: Sequence[float], mine: Sequence[float]) -> bool:
    pairs = list(zip(other, mine, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)
