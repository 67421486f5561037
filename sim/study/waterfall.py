"""Why one plan costs more than another: steps in a stated order that sum to the whole difference, to the digit.

Usage of useful work is requests × quantity per request × price, line for line of the bill. The steps take these
in turn, each with the earlier ones at the other plan's value and the later ones at the first plan's:

    volume       more or fewer requests of all kinds, each as before
    mix          other shares of workloads, each using as much a request as before
    per request  tokens, answers and routing for each request, at the prices of before
    price        other unit prices
    reserved     units that are paid whether they are used or not
    fixed        what else is paid by the month
    waste        answers for nobody, retries and errors

What a workload uses of a line is not metered: as in a chargeback, a line of an endpoint goes by the tokens, in or out,
of the workloads that can come to it, and any other by their requests. Another order would give other steps, and the
same sum.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sim.bill import Line, total
from sim.bill.reserved import ITEM as RESERVED
from sim.measure import Sum
from sim.study.figures import Figure
from sim.study.replication import Replication

STEPS = ("volume", "mix", "per request", "price", "reserved", "fixed", "waste")
ZERO = Decimal(0)
Reach = Mapping[str, Collection[str]]
"""By workload, the endpoints and stations that its requests may come to."""


@dataclass(frozen=True)
class Waterfall:
    """The steps from the first plan's spend to another's, over pairs of replications."""

    steps: dict[str, Figure]
    """By `STEPS`, money."""


def waterfall(
    first: Sequence[Replication], other: Sequence[Replication], reach: Reach
) -> Waterfall:
    """The steps of paired replications; `reach` is the first plan's."""
    pairs = [_steps(a, b, reach) for a, b in zip(first, other, strict=True)]
    return Waterfall({name: Figure.of("money", [pair[name] for pair in pairs]) for name in STEPS})


def _steps(first: Replication, other: Replication, reach: Reach) -> dict[str, Decimal]:
    growth = Growth.of(first, other, reach)
    before, after = _useful(first), _useful(other)
    parts = [
        _usage_steps(before.get(name), after.get(name), growth)
        for name in dict.fromkeys([*before, *after])
    ]
    whole = other.bill.total() - first.bill.total()
    found = {
        name: total(part[place] for part in parts)
        for place, name in enumerate(("volume", "mix", "per request"))
    } | {
        "reserved": _fixed(other, reserved=True) - _fixed(first, reserved=True),
        "fixed": _fixed(other, reserved=False) - _fixed(first, reserved=False),
        "waste": other.bill.total(worth="wasted") - first.bill.total(worth="wasted"),
    }
    # The rest is what another price makes of the other plan's quantities.
    return {"price": whole - total(found.values()), **found}


@dataclass(frozen=True)
class Growth:
    """How many requests of each workload two plans have, and what one of the first plan's brings."""

    reach: Reach
    before: Mapping[str, Decimal]
    """Requests by workload."""
    after: Mapping[str, Decimal]
    tokens: Mapping[Sum, Mapping[str, Decimal]]
    """By kind of token and workload: of one request of the first plan."""

    @classmethod
    def of(cls, first: Replication, other: Replication, reach: Reach) -> Growth:
        """Of a pair of replications."""
        before, after = _requests(first), _requests(other)
        kinds = (Sum.INPUT_TOKENS, Sum.OUTPUT_TOKENS)
        tokens = {
            kind: {
                name: Decimal(int(first.digest.sums[w, kind])) / before[name]
                for w, name in enumerate(first.names.workloads)
                if before[name]
            }
            for kind in kinds
        }
        return cls(reach, before, after, tokens)

    @property
    def volume(self) -> Decimal:
        """Requests of the other plan for each of the first; 1 where that has none."""
        whole = total(self.before.values())
        return total(self.after.values()) / whole if whole else Decimal(1)

    def of_line(self, line: Line) -> Decimal:
        """By what a line grows where each request of a workload uses of it what it did."""
        names = [name for name in self.before if line.subject in self.reach.get(name, ())]
        weights = self._weights(line)
        known = {name: weights.get(name, ZERO) for name in names or self.before}
        whole = total(weight * self.before[name] for name, weight in known.items())
        if not whole:
            return self.volume
        return total(weight * self.after.get(name, ZERO) for name, weight in known.items()) / whole

    def _weights(self, line: Line) -> Mapping[str, Decimal]:
        if not line.item.endswith("tokens"):
            return dict.fromkeys(self.before, Decimal(1))
        return self.tokens[
            Sum.OUTPUT_TOKENS if line.item.endswith("output tokens") else Sum.INPUT_TOKENS
        ]


def _requests(one: Replication) -> dict[str, Decimal]:
    counts = one.digest.requests.sum(axis=0).tolist()
    return {name: Decimal(count) for name, count in zip(one.names.workloads, counts, strict=True)}


@dataclass(frozen=True)
class Used:
    """A line of useful usage over the horizon."""

    line: Line
    """One of its months."""
    quantity: Decimal
    cost: Decimal


def _usage_steps(
    before: Used | None, after: Used | None, growth: Growth
) -> tuple[Decimal, Decimal, Decimal]:
    """What volume, mix and use per request make of one line, at the price of before."""
    quantity, other = (one.quantity if one else ZERO for one in (before, after))
    base = before if before is not None and quantity else after
    if base is None or not base.quantity:
        return ZERO, ZERO, ZERO
    price = base.cost / base.quantity
    grown = quantity * growth.volume
    mixed = quantity * growth.of_line(before.line) if before is not None else ZERO
    return (grown - quantity) * price, (mixed - grown) * price, (other - mixed) * price


def _useful(one: Replication) -> dict[str, Used]:
    """Each line of useful usage."""
    lines: dict[str, list[Line]] = {}
    for line in one.bill.lines:
        if line.basis == "usage" and line.worth == "useful":
            lines.setdefault(line.name, []).append(line)
    return {
        name: Used(
            found[0], total(line.quantity for line in found), total(line.cost for line in found)
        )
        for name, found in lines.items()
    }


def _fixed(one: Replication, *, reserved: bool) -> Decimal:
    return total(
        line.cost
        for line in one.bill.lines
        if line.basis == "fixed" and (line.item == RESERVED) is reserved
    )
