"""Why one plan costs more than another: steps in a stated order that sum to the whole difference, to the digit.

Usage of useful work is requests × quantity per request × price, line for line of the bill. The steps take these
in turn, each with the earlier ones at the other plan's value and the later ones at the first plan's:

    volume       more or fewer requests, each as before
    per request  tokens, answers and routing for each request, at the prices of before
    price        other unit prices
    fixed        what is paid by the month, used or not
    waste        answers for nobody, retries and errors

Another order would give other steps, and the same sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sim.bill import Line, total
from sim.study.figures import Figure
from sim.study.replication import Replication

STEPS = ("volume", "per request", "price", "fixed", "waste")


@dataclass(frozen=True)
class Waterfall:
    """The steps from the first plan's spend to another's, over pairs of replications."""

    steps: dict[str, Figure]
    """By `STEPS`, money."""


def waterfall(first: Sequence[Replication], other: Sequence[Replication]) -> Waterfall:
    """The steps of paired replications."""
    pairs = [_steps(a, b) for a, b in zip(first, other, strict=True)]
    return Waterfall({name: Figure.of("money", [pair[name] for pair in pairs]) for name in STEPS})


def _steps(first: Replication, other: Replication) -> dict[str, Decimal]:
    volumes = [Decimal(int(one.digest.requests.sum())) for one in (first, other)]
    before, after = _useful(first), _useful(other)
    parts = [
        _usage_steps(before.get(name), after.get(name), *volumes)
        for name in dict.fromkeys([*before, *after])
    ]
    whole = other.bill.total() - first.bill.total()
    found = {
        "volume": total(part[0] for part in parts),
        "per request": total(part[1] for part in parts),
        "fixed": _fixed(other) - _fixed(first),
        "waste": other.bill.total(worth="wasted") - first.bill.total(worth="wasted"),
    }
    # The rest is what another price makes of the other plan's quantities.
    return {"price": whole - total(found.values()), **found}


def _usage_steps(
    before: tuple[Decimal, Decimal] | None,
    after: tuple[Decimal, Decimal] | None,
    volume: Decimal,
    other_volume: Decimal,
) -> tuple[Decimal, Decimal]:
    """What volume and use per request make of one line, (quantity, cost) each, at the price of before."""
    quantity, cost = before or (Decimal(0), Decimal(0))
    other_quantity, other_cost = after or (Decimal(0), Decimal(0))
    price = cost / quantity if quantity else other_cost / other_quantity
    grown = quantity * other_volume / volume if volume else Decimal(0)
    return (grown - quantity) * price, (other_quantity - grown) * price


def _useful(one: Replication) -> dict[str, tuple[Decimal, Decimal]]:
    """Quantity and cost of each line of useful usage."""
    lines: dict[str, list[Line]] = {}
    for line in one.bill.lines:
        if line.basis == "usage" and line.worth == "useful":
            lines.setdefault(line.name, []).append(line)
    return {
        name: (total(line.quantity for line in found), total(line.cost for line in found))
        for name, found in lines.items()
    }


def _fixed(one: Replication) -> Decimal:
    return total(line.cost for line in one.bill.lines if line.basis == "fixed")
