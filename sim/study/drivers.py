"""What moved with a figure over a study's own replications: for each unknown, a straight line through what was drawn.

Unknowns are drawn independently of each other, so that the line of one alone tells its part without bias: the rest is
scatter, and its interval is honest with more unknowns than replications too. It is wider than what `sensitivity` finds
by moving one unknown at a time with the same luck, but costs no run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.study.statistics import LEVEL, student_quantile

RUNS_MIN = 10
"""Fewer replications tell nothing worth showing."""


@dataclass(frozen=True)
class Driver:
    """How a figure moved with one unknown; in the figure's unit."""

    at_low: float
    """On the line, at the unknown's low end."""
    at_high: float
    swing: float
    """At the high end minus at the low end."""
    swing_interval: tuple[float, float]
    """All intervals of a figure hold at once in 95 % of studies or more (Student's, after Bonferroni)."""
    explained: float
    """The share of the figure's variance that goes with the line, for one degree of freedom less (adjusted r²)."""

    @property
    def is_clear(self) -> bool:
        """Whether the swing's sign is known."""
        return self.swing_interval[0] > 0.0 or self.swing_interval[1] < 0.0


def driver(
    drawn: Sequence[float], ends: tuple[float, float], figure: Sequence[float], unknowns: int
) -> Driver | None:
    """The line of a figure on one unknown; None where either did not vary.

    Args:
        drawn: what the unknown was in each replication.
        ends: its low and its high end, between which the swing is told.
        figure: the figure of each replication, finite.
        unknowns: how many are looked at beside each other, this one included.
    """
    n = len(figure)
    assert len(drawn) == n >= RUNS_MIN, "a value of both for each of enough replications"
    middle, mean = math.fsum(drawn) / n, math.fsum(figure) / n
    xs, ys = [x - middle for x in drawn], [y - mean for y in figure]
    varied, whole = math.fsum(x * x for x in xs), math.fsum(y * y for y in ys)
    if not varied or not whole:
        return None
    slope = math.fsum(x * y for x, y in zip(xs, ys, strict=True)) / varied
    rest = math.fsum((y - slope * x) ** 2 for x, y in zip(xs, ys, strict=True))
    certain = 1.0 - (1.0 - LEVEL) / (2.0 * unknowns)
    half = student_quantile(certain, n - 2) * math.sqrt(rest / (n - 2) / varied)
    span = ends[1] - ends[0]
    at_low, at_high = (mean + slope * (end - middle) for end in ends)
    return Driver(
        at_low,
        at_high,
        slope * span,
        ((slope - half) * span, (slope + half) * span),
        max(0.0, 1.0 - rest / whole * (n - 1) / (n - 2)),
    )
