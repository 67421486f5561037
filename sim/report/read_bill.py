"""What faces read of the bill line by line: quantity × unit price = cost, to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sim.report.read import SpendLine, Summary, spend_line


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what is paid; a part that is not stated is empty."""

    name: str
    kind: str
    """`endpoint`, `station` or `cost`."""
    provider: str
    service: str
    """What the provider calls it: the name of a preset."""
    model: str
    region: str
    owner: str


@dataclass(frozen=True, slots=True)
class BillLine:
    """Means over the replications of one line at one price."""

    subject: Subject
    item: str
    """What of the subject: `output tokens`; empty where it is paid as a whole."""
    token_kind: str
    """`input`, `cache write`, `cached input`, `output`; empty where no tokens are paid."""
    basis: str
    worth: str
    """`useful` or `wasted`; empty of the horizon, where it is both."""
    unit: str
    quantity: Decimal
    unit_price: Decimal
    cost: Decimal
    wasted: Decimal
    """The part of the cost that bought no answer."""
    price_is: str
    """`billed`, or the `mean` of prices that replications draw."""

    @property
    def id(self) -> str:
        """The name of the line over all months and prices."""
        return f"{self.subject.name} {self.item}".strip()


@dataclass(frozen=True, slots=True)
class Sharer:
    """A workload that shares what a subject costs."""

    workload: str
    population: str
    """Who send it; empty where it arrives by itself."""
    share: Decimal


def bill_by_month(summary: Summary) -> list[tuple[date, list[BillLine]]]:
    """Return the lines of each month, as the bill has them."""
    found = summary["bill"]
    subjects = _subjects(found)
    return [
        (
            date.fromisoformat(f"{raw['month']}-01"),
            [_line(line, subjects) for line in raw["lines"]],
        )
        for raw in found["months"]
    ]


def bill_of_horizon(summary: Summary) -> list[BillLine]:
    """Return the lines of the whole horizon, the dearest first."""
    found = summary["bill"]
    subjects = _subjects(found)
    lines = [_line(raw, subjects) for raw in found["horizon"]]
    return sorted(lines, key=lambda line: (-line.cost, line.id))


def priced_lines(summary: Summary) -> list[tuple[SpendLine, bool]]:
    """Return the lines of the whole horizon as `read.spend_lines` does, each price apart; true: a mean of prices."""
    lines = bill_of_horizon(summary)
    whole = sum((line.cost for line in lines), Decimal(0)) or Decimal(1)
    return [
        (_spend_line(line, float(line.cost / whole)), line.price_is == "mean") for line in lines
    ]


def _spend_line(line: BillLine, share: float) -> SpendLine:
    words, numbers = (line.id, line.basis, line.unit), (line.quantity, line.unit_price, line.cost)
    return spend_line(*words, *numbers, line.wasted, share=share)


def sharers(summary: Summary) -> dict[str, list[Sharer]]:
    """Return, by subject's name, who shares its costs; their shares add up to 1."""
    chargeback = summary["chargeback"]
    people = {raw["workload"]: raw["population"] or "" for raw in chargeback["rows"]}
    found: dict[str, list[Sharer]] = {}
    for raw in chargeback["shares"]:
        one = Sharer(raw["workload"], people[raw["workload"]], Decimal(raw["share"]))
        found.setdefault(raw["subject"], []).append(one)
    return found


def _subjects(bill: Mapping[str, Any]) -> dict[str, Subject]:
    return {
        raw["name"]: Subject(**{key: str(value or "") for key, value in raw.items()})
        for raw in bill["subjects"]
    }


def _line(raw: Mapping[str, Any], subjects: Mapping[str, Subject]) -> BillLine:
    cost, worth = Decimal(raw["cost"]), str(raw.get("worth", ""))
    none = cost if worth == "wasted" else Decimal(0)
    return BillLine(
        subject=subjects[raw["subject"]],
        item=str(raw["item"]),
        token_kind=str(raw["token_kind"] or ""),
        basis=str(raw["basis"]),
        worth=worth,
        unit=str(raw["unit"]),
        quantity=Decimal(raw["quantity"]),
        unit_price=Decimal(raw["unit_price"]),
        cost=cost,
        wasted=Decimal(raw["wasted"]) if "wasted" in raw else none,
        price_is=str(raw["price_is"]),
    )
