"""What FOCUS 1.2 asks of the columns that `costs_focus.csv` has, as rules that a row or a file keeps or breaks.

Read from the specification's own text, tag v1.2 (29 May 2025): columns and the attributes NullHandling, NumericFormat,
DateTimeFormat, CurrencyCodeFormat, UnitFormat and ColumnHandling.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

MANDATORY = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
    "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost",
    "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName",
    "ServiceCategory", "ServiceName",
)  # fmt: skip
NULLABLE = {
    "BillingAccountName", "ChargeClass", "ChargeDescription", "ContractedUnitPrice", "ListUnitPrice", "PricingCategory",
    "PricingQuantity", "PricingUnit", "RegionId", "ResourceId", "ResourceName", "ResourceType",
}  # fmt: skip
DECIMALS = (
    "BilledCost", "ContractedCost", "EffectiveCost", "ListCost", "ContractedUnitPrice", "ListUnitPrice",
    "PricingQuantity",
)  # fmt: skip
MOMENTS = ("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart")
ALLOWED = {
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
    "ChargeClass": {"", "Correction"},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
    "PricingCategory": {"Standard", "Dynamic", "Committed", "Other"},
}
SUBCATEGORIES = {
    "AI and Machine Learning": {"Bots", "Generative AI", "Machine Learning", "Natural Language Processing",
                                "Other (AI and Machine Learning)"},
    "Other": {"Other (Other)"},
}  # fmt: skip
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
SIZE = r"(K?B|[KMGTP]i?B)"
UNIT = re.compile(rf"([1-9]\d* )?({SIZE}|[A-Z][^-/]*s|({SIZE}|[A-Z][^-/]*)-(Hours|Days|Months))")


def broken_by_columns(columns: tuple[str, ...]) -> Iterator[str]:
    """Rules of the file's columns that are broken."""
    focus = [name for name in columns if not name.startswith("x_")]
    own = [name for name in columns if name.startswith("x_")]
    if missing := set(MANDATORY) - set(focus):
        yield f"missing: {sorted(missing)}"
    if [*focus, *own] != list(columns) or focus != sorted(focus) or own != sorted(own):
        yield "FOCUS columns come first, each group in the order of the alphabet"
    for name in columns:
        if not re.fullmatch(r"(x_)?([A-Z][a-z0-9]+)+", name) or len(name) > 50:
            yield f"{name} is not in Pascal case"


def broken_by(row: dict[str, str]) -> Iterator[str]:
    """Rules that a row breaks."""
    for name, value in row.items():
        if not value.strip() and name not in NULLABLE and not name.startswith("x_"):
            yield f"{name} must not be null"
        if name in DECIMALS and value and not NUMBER.fullmatch(value):
            yield f"{name} is no plain decimal: {value}"
        if name in ALLOWED and value not in ALLOWED[name]:
            yield f"{name} has no such value: {value}"
    if not re.fullmatch(r"[A-Z]{3}", row["BillingCurrency"]):
        yield "BillingCurrency is no ISO 4217 code"
    if row["ServiceSubcategory"] not in SUBCATEGORIES.get(row["ServiceCategory"], ()):
        yield "ServiceSubcategory has another parent"
    yield from _broken_by_price(row)
    yield from _broken_by_period(row)


def _broken_by_price(row: dict[str, str]) -> Iterator[str]:
    if row["ChargeCategory"] in ("Usage", "Purchase"):
        for name in (
            "PricingQuantity",
            "PricingUnit",
            "PricingCategory",
            "ListUnitPrice",
            "ContractedUnitPrice",
        ):
            if not row[name]:
                yield f"{name} must not be null for {row['ChargeCategory']}"
    if row["PricingUnit"] and not UNIT.fullmatch(row["PricingUnit"]):
        yield f"PricingUnit is not as UnitFormat has it: {row['PricingUnit']}"
    quantity = row["PricingQuantity"]
    for price, cost in (("ListUnitPrice", "ListCost"), ("ContractedUnitPrice", "ContractedCost")):
        if not all(NUMBER.fullmatch(text) for text in (quantity, row[price], row[cost])):
            continue
        if row[price].startswith("-") or Decimal(row[price]) * Decimal(quantity) != Decimal(
            row[cost]
        ):
            yield f"{price} x PricingQuantity is not {cost}"
    if bool(row["ResourceId"]) != bool(row["ResourceType"]):
        yield "ResourceType goes with ResourceId"


def _broken_by_period(row: dict[str, str]) -> Iterator[str]:
    if wrong := [name for name in MOMENTS if not MOMENT.fullmatch(row[name])]:
        yield f"no moments in UTC: {wrong}"
        return
    billed, until, charged, end = (
        datetime.fromisoformat(row[name])
        for name in (
            "BillingPeriodStart",
            "BillingPeriodEnd",
            "ChargePeriodStart",
            "ChargePeriodEnd",
        )
    )
    if not billed <= charged < end <= until:
        yield "the charge's period is not within the bill's"
