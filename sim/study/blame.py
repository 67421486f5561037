"""Who is to blame in one replication: for slow requests, for failed ones, and for money. Parts make the whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from sim.bill import Bill, Consumption, Tariff, invoice, total
from sim.bill.money import EXACT
from sim.measure import Measures
from sim.measure.failures import Failure
from sim.measure.makeup import around
from sim.plan import Plan
from sim.study.idle import SERVER_HOURS, idle_of

Floats = NDArray[np.float64]

SLOW_PPM = 950_000
TYPICAL_PPM = 500_000


@dataclass(frozen=True)
class Blame:
    """The makeup of a replication's slow requests, failures and spend."""

    slow: Floats
    """(phases + 1, workloads, parts) sums over requests near the p95, as in `sim.measure.makeup`; the horizon last."""
    typical: Floats
    """The same near the median."""
    failures: tuple[tuple[Failure, int], ...]
    """Bad requests by cause, in a fixed order."""
    money: dict[str, Decimal]
    """Spend as `used`, `failed attempts`, `abandoned`, `idle` and `fixed`; they add up to the bill."""


def blame_of(
    measures: Measures, consumption: Consumption, tariff: Tariff, bill: Bill, plan: Plan
) -> Blame:
    """Read the makeup of a replication off its measures and its bill."""
    return Blame(
        slow=around(measures, SLOW_PPM),
        typical=around(measures, TYPICAL_PPM),
        failures=tuple(sorted(measures.failures.items())),
        money=_money(consumption, tariff, bill, plan),
    )


def _money(consumption: Consumption, tariff: Tariff, bill: Bill, plan: Plan) -> dict[str, Decimal]:
    """Every amount of the bill, by what came of it."""
    wasted = bill.total(worth="wasted")
    abandoned = invoice(consumption, _without_failures(tariff)).total(worth="wasted")
    standing = total(
        line.cost for line in bill.lines if line.basis == "fixed" or line.item == SERVER_HOURS
    )
    idle = idle_of(consumption, bill, tariff, plan)
    assert idle <= standing, "no more can be idle than stands there"
    return {
        "used": EXACT.subtract(EXACT.subtract(bill.total(), wasted), standing),
        "failed attempts": EXACT.subtract(wasted, abandoned),
        "abandoned": abandoned,
        "idle": idle,
        "fixed": EXACT.subtract(standing, idle),
    }


def _without_failures(tariff: Tariff) -> Tariff:
    cards = (replace(card, bills_errors=False, bills_filtered=False) for card in tariff.cards)
    return replace(tariff, cards=tuple(cards))
