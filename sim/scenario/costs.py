"""What is paid beside usage: fixed prices and the budget."""

from __future__ import annotations

from typing import ClassVar

from sim.scenario.spine import Spine
from sim.scenario.types import Model, Money, Name, Share


class FixedCost(Model):
    """A price by the month, whatever the use."""

    name: Name
    """What the bill calls it [text]."""
    per_month: Money
    """[currency / month]"""
    share: Share = 1.0
    """The part of it that this plan pays [share]."""
    owner: Name | None = None
    """The team that pays it."""


class BudgetLimit(Model):
    """What may be spent."""

    per_month: Money
    """[currency / month]"""


class Costs(Spine):
    """Costs beside those of endpoints and stations."""

    NOT_YET: ClassVar = {
        "per_usage": "write a price per request at an endpoint, or a fixed cost",
        "changes": "simulate a second scenario with the other price",
    }

    fixed: tuple[FixedCost, ...] = ()
    """Prices by the month [list]."""
    budget: BudgetLimit | None = None
    """What may be spent."""
