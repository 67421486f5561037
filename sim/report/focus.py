"""`costs_focus.csv`: the forecast in the shape of FinOps' FOCUS 1.2, for tools that read bills.

A row is a line of a month's mean bill and a workload that shares it. Quantity × unit price is the cost to the last
digit, and rows add up to the bill: a share of a quantity is rounded to 12 decimals, and the largest takes the rest.

FOCUS is made for charges; that these are means of a forecast stands in columns of our own, `x_…`. A scenario knows
one price, so list, contracted and billed costs are the same; what is paid each month for capacity is a recurring
purchase of that month, with all its cost on its own row. Months are those of the scenario's time zone, written as
days. Of columns that FOCUS asks for under a condition, those that name vendors' catalogues (SKUs) are not known here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from sim.bill.money import product, quantity_of, total
from sim.report import read
from sim.report.format import label
from sim.report.read import Summary
from sim.report.read_bill import BillLine, Sharer, Subject, bill_by_month, sharers
from sim.report.timeline import safe
from sim.summary.text import plain

COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
UNIT_PRICES = ("ContractedUnitPrice", "ListUnitPrice")
NUMBERS = (*COSTS, *UNIT_PRICES, "PricingQuantity")
NEWER = ("HostProviderName", "ServiceProviderName")
"""They take the place of PublisherName and ProviderName from FOCUS 1.3 (4 Dec 2025) on."""
FOCUS = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "HostProviderName",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
    "ServiceSubcategory",
)
"""All mandatory columns of FOCUS 1.2 (29 May 2025), those of its others that are known, and the newer two."""
OWN = (
    "x_Basis",
    "x_IsForecast",
    "x_LineId",
    "x_ModelName",
    "x_OwnerName",
    "x_Phases",
    "x_PopulationName",
    "x_PriceIs",
    "x_Replications",
    "x_Scenario",
    "x_ScenarioSha256",
    "x_Seed",
    "x_Statistic",
    "x_TimeZone",
    "x_TokenType",
    "x_WorkloadName",
    "x_Worth",
)
COLUMNS = (*FOCUS, *OWN)
TEXT_COLUMNS = frozenset(COLUMNS) - set(NUMBERS)
NOT_STATED = "not stated"
"""Of a provider, which FOCUS wants and a scenario need not name."""
UNITS = {
    "1M tokens": "1000000 Tokens",
    "unit month": "Unit-Months",
    "unit hour": "Unit-Hours",
}
"""As FOCUS writes units; others follow a rule."""
SIZES = ("B", "KB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB", "PiB")


def to_csv(summary: Summary) -> str:
    """Return a row for each line of the bill, month and workload; costs are decimals to the last digit."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in _rows(summary):
        writer.writerow(
            {k: safe(label(v, 500)) if k in TEXT_COLUMNS else v for k, v in row.items()}
        )
    return out.getvalue()


def _rows(summary: Summary) -> Iterator[dict[str, str]]:
    study, shared = _of_study(summary), sharers(summary)
    for month, lines in bill_by_month(summary):
        of_month = {**study, **_of_month(month, summary["scenario"]["horizon"])}
        of_month["x_Phases"] = _phases(summary, month)
        for line in lines:
            of_line = {**of_month, **_of_line(line), **_of_subject(line.subject)}
            for sharer, quantity in _parts(line.quantity, shared[line.subject.name]):
                yield {**of_line, **_of_part(sharer, quantity, line.unit_price)}


def _of_study(summary: Summary) -> dict[str, str]:
    scenario, engine = summary["scenario"], summary["engine"]
    return {
        "BillingAccountId": str(scenario["sha256"])[:12],
        "BillingAccountName": scenario["name"],
        "BillingCurrency": read.currency(summary),
        "ChargeClass": "",
        "PricingCategory": "Standard",
        "x_IsForecast": "true",
        "x_Replications": str(engine["replications"]),
        "x_Scenario": scenario["path"],
        "x_ScenarioSha256": scenario["sha256"],
        "x_Seed": str(engine["seed"]),
        "x_Statistic": "mean",
        "x_TimeZone": scenario["horizon"]["timezone"],
    }


def _of_month(month: date, horizon: Mapping[str, str]) -> dict[str, str]:
    """A calendar month; ends are exclusive."""
    after = following(month)
    start = max(month, date.fromisoformat(str(horizon["start"])[:10]))
    end = min(after, date.fromisoformat(str(horizon["end"])[:10]))
    return {
        "BillingPeriodStart": _moment(month),
        "BillingPeriodEnd": _moment(after),
        "ChargePeriodStart": _moment(start),
        "ChargePeriodEnd": _moment(end),
    }


def following(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _phases(summary: Summary, month: date) -> str:
    phases, after = read.phases(summary), following(month)
    ends = [phase.start for phase in phases[1:]] + [date.max] * bool(phases)
    names = [
        phase.name
        for phase, end in zip(phases, ends, strict=True)
        if phase.start < after and end > month
    ]
    return "; ".join(names)


def _of_line(line: BillLine) -> dict[str, str]:
    fixed = line.basis == "fixed"
    return {
        "ChargeCategory": "Purchase" if fixed else "Usage",
        "ChargeDescription": f"Forecast: {line.id}",
        "ChargeFrequency": "Recurring" if fixed else "Usage-Based",
        **dict.fromkeys(UNIT_PRICES, plain(line.unit_price)),
        "PricingUnit": unit_of(line.unit),
        "x_Basis": line.basis,
        "x_LineId": line.id,
        "x_PriceIs": line.price_is,
        "x_TokenType": line.token_kind,
        "x_Worth": line.worth,
    }


def unit_of(unit: str) -> str:
    """Return a unit as FOCUS writes it: `1000000 Tokens`, `Hours`, `GB`, `GB-Months`."""
    if unit in UNITS:
        return UNITS[unit]
    first, _, per = unit.rpartition(" ")
    if first and per == "month":
        return f"{first if first in SIZES else first.capitalize()}-Months"
    if unit in SIZES:
        return unit
    return f"{unit[:1].upper()}{unit[1:]}{'' if unit.endswith('s') else 's'}"


def _of_subject(subject: Subject) -> dict[str, str]:
    endpoint, place = subject.kind == "endpoint", subject.kind != "cost"
    provider = subject.provider or NOT_STATED
    return {
        **dict.fromkeys(("InvoiceIssuerName", "ProviderName", "PublisherName", *NEWER), provider),
        "RegionId": subject.region,
        "ResourceId": subject.name if place else "",
        "ResourceName": subject.name if place else "",
        "ResourceType": subject.kind if place else "",
        "ServiceCategory": "AI and Machine Learning" if endpoint else "Other",
        "ServiceName": subject.service or subject.model or subject.name,
        "ServiceSubcategory": "Generative AI" if endpoint else "Other (Other)",
        "x_ModelName": subject.model,
        "x_OwnerName": subject.owner,
    }


def _parts(quantity: Decimal, shared: Sequence[Sharer]) -> Iterator[tuple[Sharer, Decimal]]:
    """What each workload bears of a quantity; the parts add up to it."""
    largest = max(shared, key=lambda one: (one.share, one.workload))
    rest = quantity
    for one in shared:
        if one is not largest:
            part = quantity_of(Fraction(product(quantity, one.share)))
            rest = total([rest, -part])
            if part:
                yield one, part
    yield largest, rest


def _of_part(sharer: Sharer, quantity: Decimal, unit_price: Decimal) -> dict[str, str]:
    return {
        **dict.fromkeys(COSTS, plain(product(quantity, unit_price))),
        "PricingQuantity": plain(quantity),
        "x_PopulationName": sharer.population,
        "x_WorkloadName": sharer.workload,
    }
