"""A figure over replications: its spread, the intervals of its mean and median, and what averages said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sim.bill import total
from sim.study.statistics import mean_interval, median_interval, quantile
from sim.targets import Unit, Value

NO_ANSWER = "so many requests had no answer that the percentile has none"
NO_TRAFFIC = "there was no traffic"


@dataclass(frozen=True)
class Figure:
    """A number of each replication in which it exists."""

    unit: Unit | str
    """`s`, `share`, `money` or what is counted."""
    values: tuple[Value, ...]
    """By replication, without those in which it does not exist; inf: no answer."""

    @classmethod
    def of(cls, unit: Unit | str, values: Sequence[Value | None]) -> Figure:
        """Leave out None and NaN, which mean that there was nothing to measure."""
        return cls(unit, tuple(v for v in values if v is not None and not math.isnan(v)))

    def quantile(self, ppm: int) -> Value | None:
        """A quantile over replications: one that was observed; None of nothing."""
        return quantile(self._ordered(), ppm) if self.values else None

    def mean(self) -> Value | None:
        """The mean over replications; None where one of them has no answer."""
        if not self.values or not all(math.isfinite(value) for value in self.values):
            return None
        if all(isinstance(value, Decimal) for value in self.values):
            return total(Decimal(value) for value in self.values) / len(self.values)
        return math.fsum(float(value) for value in self.values) / len(self.values)

    def mean_interval(self) -> tuple[float, float] | None:
        """Student's 95 % interval for the mean, over replications."""
        return mean_interval([float(value) for value in self.values])

    def median_interval(self) -> tuple[Value, Value] | None:
        """A 95 % interval for the median, from order statistics of replications."""
        return median_interval(self._ordered())

    def why_missing(self) -> str | None:
        """Why some of its numbers are not there."""
        if not self.values:
            return NO_TRAFFIC
        return None if all(math.isfinite(value) for value in self.values) else NO_ANSWER

    def _ordered(self) -> list[Value]:
        return sorted(self.values)


@dataclass(frozen=True)
class Headline:
    """One of the figures at the top, beside what a spreadsheet of averages would have said."""

    name: str
    workload: str | None
    figure: Figure
    averages_say: Value | None
    """The mean over replications of what averages give; None where they say nothing."""
    averages_note: str
    """What exactly averages say, or why nothing."""
