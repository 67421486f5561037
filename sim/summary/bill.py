"""The mean bill line by line: what was used of what, at which price, and what it cost.

Nothing is rounded after it has become money: a mean quantity is rounded to 12 decimals, and its cost is that
quantity × unit price, to the last digit. Prices at which only one replication was billed, because each draws
its own, stand as one line at their mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import Any, get_args

from sim.bill import Basis, Line, TokenKind, Worth, total
from sim.bill.money import product, quantity_of
from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import DECIMAL, TEXT, TEXT_OR_NULL, list_of, object_of
from sim.summary.text import plain

RULE = (
    "Quantities are means over replications, rounded to 12 decimals; a cost is quantity × unit price, exactly. A "
    "price that each replication draws is its mean by quantity, rounded to 18 decimals."
)
PRICE_STEP = Decimal("1e-18")
Numbered = tuple[int, Line]
"""A line and the number of its replication."""
_LINE = {
    **dict.fromkeys(("subject", "item", "unit"), TEXT),
    "token_kind": TEXT_OR_NULL,
    "basis": {"enum": ["fixed", "usage"]},
    **dict.fromkeys(("quantity", "unit_price", "cost"), DECIMAL),
    "price_is": {"enum": ["billed", "mean"]},
}
_OF_MONTH = {**_LINE, "worth": {"enum": ["useful", "wasted"]}}
SCHEMA = object_of(
    {
        "rule": TEXT,
        "subjects": list_of(
            object_of(
                {
                    "name": TEXT,
                    "kind": {"enum": ["endpoint", "station", "cost"]},
                    **dict.fromkeys(
                        ("provider", "service", "model", "region", "owner"), TEXT_OR_NULL
                    ),
                }
            )
        ),
        "months": list_of(object_of({"month": TEXT, "lines": list_of(object_of(_OF_MONTH))})),
        "horizon": list_of(object_of({**_LINE, "wasted": DECIMAL})),
    }
)


def of(study: Study, source: ScenarioSource) -> dict[str, Any]:
    """The rule, who is paid, the lines of each month by their worth, and those of the whole horizon."""
    lines = [
        (number, line) for number, one in enumerate(study.replications) for line in one.bill.lines
    ]
    count = len(study.replications)
    subjects = dict.fromkeys(line.subject for _, line in lines)
    return {
        "rule": RULE,
        "subjects": [_subject(source, name) for name in subjects],
        "months": [
            {"month": month.name, "lines": _of_month(lines, month.name, count)}
            for month in study.terms.calendar.months
        ],
        "horizon": [
            {**row, "wasted": _cost_of(_wasted(used), price, count)}
            for row, price, used in _priced(lines, count)
        ],
    }


def _of_month(lines: Sequence[Numbered], month: str, count: int) -> list[dict[str, Any]]:
    return [
        {**row, "worth": worth}
        for worth in get_args(Worth)
        for row, _, _ in _priced(
            [one for one in lines if (one[1].month, one[1].worth) == (month, worth)], count
        )
    ]


def _subject(source: ScenarioSource, name: str) -> dict[str, Any]:
    scenario = source.scenario
    endpoint, station = scenario.endpoints.get(name), scenario.stations.get(name)
    costs = {cost.name: cost.owner for cost in scenario.costs.fixed}
    vendor = getattr(endpoint, "vendor", None)
    return {
        "name": name,
        "kind": "endpoint" if endpoint else "station" if station else "cost",
        "provider": getattr(endpoint, "provider", None) or vendor,
        "service": vendor,
        "model": getattr(endpoint, "model", None),
        "region": getattr(endpoint, "region", None),
        "owner": getattr(endpoint or station, "owner", None) or costs.get(name),
    }


@dataclass(frozen=True, slots=True)
class _What:
    """What lines have in common that are added up."""

    subject: str
    item: str
    token_kind: TokenKind | None
    basis: Basis
    unit: str


def _priced(
    lines: Sequence[Numbered], count: int
) -> Iterator[tuple[dict[str, Any], Decimal, list[Line]]]:
    """Rows of means over `count` replications, each with its price and the lines that are in it.

    What one replication alone was billed at shares a row with others of that kind.
    """
    found: dict[_What, dict[Decimal, list[Numbered]]] = {}
    for number, line in lines:
        what = _What(line.subject, line.item, line.token_kind, line.basis, line.unit)
        found.setdefault(what, {}).setdefault(line.unit_price, []).append((number, line))
    for what, by_price in found.items():
        alone = [price for price, used in by_price.items() if len({n for n, _ in used}) == 1]
        drawn = alone if count > 1 and len(alone) > 1 else []
        for price, used in by_price.items():
            if price not in drawn:
                yield _row(what, price, "billed", [line for _, line in used], count)
        if drawn:
            mixed = [line for price in drawn for _, line in by_price[price]]
            yield _row(what, _mean_price(mixed), "mean", mixed, count)


def _row(
    what: _What, price: Decimal, price_is: str, lines: list[Line], count: int
) -> tuple[dict[str, Any], Decimal, list[Line]]:
    row = {
        "subject": what.subject,
        "item": what.item,
        "token_kind": what.token_kind,
        "basis": what.basis,
        "unit": what.unit,
        "quantity": plain(_quantity(lines, count)),
        "unit_price": plain(price),
        "cost": _cost_of(lines, price, count),
        "price_is": price_is,
    }
    return row, price, lines


def _cost_of(lines: Sequence[Line], price: Decimal, count: int) -> str:
    return plain(product(_quantity(lines, count), price))


def _quantity(lines: Sequence[Line], count: int) -> Decimal:
    return quantity_of(Fraction(total(line.quantity for line in lines)) / count)


def _wasted(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.worth == "wasted"]


def _mean_price(lines: Sequence[Line]) -> Decimal:
    quantity = total(line.quantity for line in lines)
    with localcontext() as context:
        context.prec = 100
        price = total(line.cost for line in lines) / quantity
        return price.quantize(PRICE_STEP, ROUND_HALF_EVEN)
