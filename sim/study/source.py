"""What a study needs of a scenario: its terms, and the way of each replication. The only door to lowering."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any, Protocol

from sim.bill import PriceChange, Tariff
from sim.outcome import DayOutcome
from sim.plan import Day, Plan
from sim.targets import Target
from sim.windows import Calendar


@dataclass(frozen=True)
class Terms:
    """All of a scenario that measuring, pricing and judging need."""

    calendar: Calendar
    targets: tuple[Target, ...] = ()
    tariff: Tariff = field(default_factory=Tariff)
    budget_per_month: Decimal | None = None
    currency: str = "USD"


class DayPlan(Protocol):
    """One local day of a replication."""

    @property
    def day(self) -> Day:
        """Who comes and what changes."""
        ...

    @property
    def date(self) -> date:
        """The local date."""
        ...


class Journey(Protocol):
    """One replication under way: its unknowns are drawn, its days come one after the other."""

    @property
    def plan(self) -> Plan:
        """The tables at time 0."""
        ...

    @property
    def days(self) -> Iterator[DayPlan]:
        """The days; each is asked for when the one before has been simulated."""
        ...

    @property
    def price_changes(self) -> tuple[PriceChange, ...]:
        """The price changes that come true in this replication."""
        ...

    def hear(self, outcome: DayOutcome) -> None:
        """Learn what happened in the day that was handed out last: gates decide on it."""
        ...


class Source(Protocol):
    """Where replications come from. It travels to worker processes, so it is pickled."""

    def terms(self) -> Terms:
        """The scenario's terms."""
        ...

    def journey(self, seed: int, replication: int) -> Journey:
        """A new journey; the same for the same seed and number."""
        ...


@dataclass(frozen=True)
class ScenarioSource:
    """A loaded scenario as a source."""

    scenario: Any
    """`sim.scenario.Scenario`."""

    def terms(self) -> Terms:
        """What `sim.plan.terms` makes of the scenario."""
        terms: Terms = import_module("sim.plan").terms(self.scenario)
        return terms

    def journey(self, seed: int, replication: int) -> Journey:
        """What `sim.plan.journey` makes of the scenario."""
        journey: Journey = import_module("sim.plan").journey(self.scenario, seed, replication)
        return journey
