"""The data of the page's small script: spend by month and line, from which another price follows exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sim.report import format as form
from sim.report import read
from sim.report.read import Summary


def what_if_data(summary: Summary) -> str:
    """Return JSON that may stand within a script element: no `<` can end it."""
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
    text = json.dumps(
        {"sign": form.sign(read.currency(summary)), "months": months},
        sort_keys=True,
        separators=(",", ":"),
    )
    return text.replace("<", "\\u003c")


def _sum(raw: Mapping[str, Any], bases: Mapping[str, str], basis: str) -> Decimal:
    parts = (Decimal(one["mean"]) for one in raw["items"] if bases.get(one["id"]) == basis)
    return sum(parts, Decimal(0))
