"""Peaks that are known beforehand: month-ends, a launch. They multiply the work of whole days."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

QUARTER_ENDS = (3, 6, 9, 12)


@dataclass(frozen=True)
class PeakSpec:
    """Days on which there is more to do, or less: those of a stretch, or the last of each month or quarter."""

    multiplies: float
    start: date | None = None
    end: date | None = None
    """The day after the last one of the stretch."""
    last_days: int = 0
    """Calendar days at the end of each month."""
    quarters_only: bool = False
    """Whether only months that end a quarter count."""

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        if self.start is not None and self.end is not None:
            return self.start <= day < self.end
        if self.quarters_only and day.month not in QUARTER_ENDS:
            return False
        return day.day > monthrange(day.year, day.month)[1] - self.last_days


def factor_of(peaks: Iterable[PeakSpec], day: date) -> float:
    """By what a day's work is multiplied; peaks that meet multiply each other."""
    factor = 1.0
    for peak in peaks:
        if peak.holds(day):
            factor *= peak.multiplies
    return factor
