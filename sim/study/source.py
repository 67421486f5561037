"""What a study needs of a scenario: what is asked, and the course of each replication."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.bill import PriceChange, Tariff
from sim.measure import Measures
from sim.measure.failures import NO_STRIKES
from sim.plan import Day, Plan
from sim.plan.gates import GateHistory
from sim.targets import Target
from sim.windows import Calendar


@dataclass(frozen=True)
class Terms:
    """What a study asks, the same in every replication."""

    calendar: Calendar
    targets: tuple[Target, ...] = ()
    budget_per_month: Decimal | None = None
    currency: str = "USD"
    precision: float | None = None
    """An interval for a target's chance that is no wider needs no more replications; None: none is asked for."""


class DayPlan(Protocol):
    """One local day of a replication."""

    @property
    def day(self) -> Day:
        """Who comes and what changes."""
        ...


def heed_nothing(measures: Measures) -> None:
    """Hear what was measured and do nothing: there is no gate."""


def no_gates() -> GateHistory | None:
    """There is none."""
    return None


@dataclass(frozen=True)
class Course:
    """One replication: its unknowns are drawn, its days come one after the other."""

    plan: Plan
    """The tables at time 0."""
    days: Iterable[DayPlan]
    """Each day is asked for when the one before has been simulated and heard."""
    tariff: Tariff = field(default_factory=Tariff)
    """With this replication's unknowns, before price changes."""
    price_changes: tuple[PriceChange, ...] = ()
    """Those that come true in this replication."""
    hear: Callable[[Measures], None] = heed_nothing
    """Told after each day what has been measured so far: gates decide on it."""
    gates: Callable[[], GateHistory | None] = no_gates
    """What the gates have decided; None where there are none."""
    strikes: NDArray[np.int64] = field(default_factory=lambda: NO_STRIKES)
    """Which incidents strike which endpoints, and when: (strikes, 4) as in `sim.measure.failures`."""


class Source(Protocol):
    """Where replications come from. It travels to worker processes, so it is pickled."""

    def terms(self) -> Terms:
        """What the study asks."""
        ...

    def inputs(self) -> Mapping[str, Any]:
        """All that its courses depend on beside seed and number, as JSON can hold it."""
        ...

    def course(self, seed: int, replication: int) -> Course:
        """A new course; the same for the same seed and number."""
        ...
