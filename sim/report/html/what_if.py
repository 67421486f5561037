"""The data of the page's small script: spend by month and line, from which another price follows exactly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sim.report import format as form
from sim.report import read
from sim.report.read import Summary


def what_if_data(summary: Summary) -> dict[str, Any]:
    """Return the currency's sign and the months, for JSON."""
    bases = {str(raw["id"]): raw["basis"] for raw in summary["spend"]["items"]}
    months = [
        {
            "month": form.month(date.fromisoformat(f"{raw['month']}-01")),
            "usage": str(_sum(raw, bases, "usage")),
            "fixed": str(_sum(raw, bases, "fixed")),
            "budget": raw["budget"],
        }
        for raw in summary["monthly"]
    ]
    return {"sign": form.sign(read.currency(summary)), "months": months}


def _sum(raw: Mapping[str, Any], bases: Mapping[str, str], basis: str) -> Decimal:
    parts = (Decimal(one["mean"]) for one in raw["items"] if bases.get(one["id"]) == basis)
    return sum(parts, Decimal(0))
