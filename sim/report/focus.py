"""`costs_focus.csv`: the forecast in the shape of FinOps' FOCUS, for tools that read bills.

It has FOCUS 1.2's mandatory columns, the provider columns that newer versions put in place of two of them, and
columns of our own, `x_…`. FOCUS is made for charges; these rows are means of a forecast, and say so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from sim.report import read
from sim.report.format import decimal, label
from sim.report.read import MonthSpend, SpendLine, Summary
from sim.report.timeline import safe

MANDATORY = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceCategory",
    "ServiceName",
)
"""Of FOCUS 1.2 (29 May 2025); its names, ChargeClass, quantity and unit may be null."""
NEWER = ("HostProviderName", "ServiceProviderName", "ServiceSubcategory")
"""The first two take the place of PublisherName and ProviderName from FOCUS 1.3 (4 Dec 2025) on."""
OWN = (
    "x_Basis",
    "x_IsForecast",
    "x_LineId",
    "x_ModelName",
    "x_Phases",
    "x_Replications",
    "x_Scenario",
    "x_ScenarioSha256",
    "x_Seed",
    "x_Statistic",
    "x_TimeZone",
    "x_TokenType",
)
COLUMNS = (*MANDATORY, *NEWER, *OWN)
NOT_STATED = "not stated"
TEXT_COLUMNS = frozenset(name for name in COLUMNS if not name.endswith(("Cost", "Quantity")))
TOKENS = " tokens"


def to_csv(summary: Summary) -> str:
    """Return a row for each line of the bill and month; costs are decimals as in `summary.json`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in _rows(summary):
        writer.writerow(
            {k: safe(label(v, 500)) if k in TEXT_COLUMNS else v for k, v in row.items()}
        )
    return out.getvalue()


def _rows(summary: Summary) -> Iterator[dict[str, str]]:
    lines = {line.id: line for line in read.spend_lines(summary)}
    horizon = summary["scenario"]["horizon"]
    for month in read.months(summary):
        shared = {**_of_study(summary), **_of_month(month, horizon), **_phases(summary, month)}
        for name, cost in month.lines.items():
            yield {**shared, **_of_line(summary, lines[name], cost)}


def _of_study(summary: Summary) -> dict[str, str]:
    scenario, engine = summary["scenario"], summary["engine"]
    return {
        "BillingAccountId": str(scenario["sha256"])[:12],
        "BillingAccountName": scenario["name"],
        "BillingCurrency": read.currency(summary),
        "ChargeClass": "",
        "x_IsForecast": "true",
        "x_Replications": str(engine["replications"]),
        "x_Scenario": scenario["path"],
        "x_ScenarioSha256": scenario["sha256"],
        "x_Seed": str(engine["seed"]),
        "x_Statistic": "mean",
        "x_TimeZone": scenario["horizon"]["timezone"],
    }


def _of_month(month: MonthSpend, horizon: Mapping[str, str]) -> dict[str, str]:
    """A calendar month of the scenario's time zone, written as days; ends are exclusive."""
    first, after = month.month, following(month.month)
    start = max(first, date.fromisoformat(str(horizon["start"])[:10]))
    end = min(after, date.fromisoformat(str(horizon["end"])[:10]))
    return {
        "BillingPeriodStart": _moment(first),
        "BillingPeriodEnd": _moment(after),
        "ChargePeriodStart": _moment(start),
        "ChargePeriodEnd": _moment(end),
    }


def following(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _phases(summary: Summary, month: MonthSpend) -> dict[str, str]:
    phases, after = read.phases(summary), following(month.month)
    ends = [phase.start for phase in phases[1:]] + [date.max] * bool(phases)
    names = [
        phase.name
        for phase, end in zip(phases, ends, strict=True)
        if phase.start < after and end > month.month
    ]
    return {"x_Phases": "; ".join(names)}


def _of_line(summary: Summary, line: SpendLine, cost: Decimal) -> dict[str, str]:
    model = _endpoint_of(summary, line)
    provider = str(model.get("provider") or NOT_STATED)
    genai = bool(model) or line.unit == "tokens"
    price = decimal(line.unit_price)
    quantity = "" if not price else f"{(cost / price).quantize(Decimal('0.000001')):f}"
    costs = dict.fromkeys(
        ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), f"{cost:f}"
    )
    return {
        **costs,
        "ChargeCategory": "Purchase" if line.basis == "fixed" else "Usage",
        "ChargeDescription": f"Forecast: {line.name}",
        "PricingQuantity": quantity,
        "PricingUnit": line.unit if quantity else "",
        "InvoiceIssuerName": provider,
        **dict.fromkeys(("ProviderName", "PublisherName"), provider),
        **dict.fromkeys(("HostProviderName", "ServiceProviderName"), provider),
        "ServiceCategory": "AI and Machine Learning" if genai else "Other",
        "ServiceSubcategory": "Generative AI" if genai else "Other (Other)",
        "ServiceName": str(model.get("endpoint") or line.name),
        "x_Basis": line.basis,
        "x_LineId": line.id,
        "x_ModelName": str(model.get("model") or ""),
        "x_TokenType": _token_type(line, model),
    }


def _endpoint_of(summary: Summary, line: SpendLine) -> Mapping[str, object]:
    """The endpoint after which a line is named; empty where it is none's."""
    flows = (summary.get("data_flows") or {}).get("flows", ())
    found = [flow for flow in flows if f"{line.id} ".startswith(f"{flow['endpoint']} ")]
    return max(found, key=lambda flow: len(flow["endpoint"]), default={})


def _token_type(line: SpendLine, model: Mapping[str, object]) -> str:
    if line.unit != "tokens":
        return ""
    return line.id.removeprefix(str(model.get("endpoint") or "")).removesuffix(TOKENS).strip()
