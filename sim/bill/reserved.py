"""Reserved throughput: units that are paid whether they are used or not.

Units by the hour cost their hours. A commitment is paid by the month, in proportion to its days in the horizon,
and binds: for so many days after they were bought, units are paid even if a later phase, or a phase that is
held, needs fewer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np

from sim.bill.lines import Line
from sim.bill.money import quantity_of
from sim.units import US_PER_HOUR
from sim.windows import Calendar, Month

ITEM = "reserved units"
"""What its lines are called."""


@dataclass(frozen=True, slots=True)
class ReservedCost:
    """The units of one endpoint."""

    endpoint: str
    periods: tuple[tuple[date, int], ...]
    """(first local day, units), ascending; from the first of them on."""
    per_unit: Decimal
    """For an hour or a month."""
    per: Literal["hour", "month"]
    bound_days: int = 0
    """For so many days units are paid once they are bought."""
    owner: str = ""

    def paid(self, dates: Sequence[date]) -> list[int]:
        """Units paid on each day."""
        wanted = [_on(self.periods, day) for day in dates]
        bound = max(1, self.bound_days)
        return [max(wanted[max(0, n - bound + 1) : n + 1]) for n in range(len(wanted))]


def _on(periods: tuple[tuple[date, int], ...], day: date) -> int:
    held = [units for first, units in periods if first <= day]
    return held[-1] if held else 0


def lines_of(cost: ReservedCost, calendar: Calendar, month: Month) -> Iterator[Line]:
    """The line of a month."""
    days = list(month.days)
    paid = [cost.paid(calendar.dates)[day] for day in days]
    if cost.per == "month":
        number = Fraction(sum(paid), month.full_day_count)
    else:
        lengths = np.diff(calendar.day_starts_us)[days].tolist()
        number = Fraction(sum(u * us for u, us in zip(paid, lengths, strict=True)), US_PER_HOUR)
    quantity, unit = quantity_of(number), f"unit {cost.per}"
    yield Line(
        *(month.name, cost.endpoint, ITEM, "fixed", "useful"),
        quantity,
        unit,
        cost.per_unit,
    )
