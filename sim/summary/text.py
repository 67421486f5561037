"""Values of a summary: what JSON can hold, the same bytes on every machine."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from sim.study import Figure

MONEY_STEP = Decimal("0.000001")
"""Amounts are exact inside; in a summary they stop here."""
TENTHS_PPM = {"p10": 100_000, "p50": 500_000, "p90": 900_000}


def to_text(summary: Mapping[str, Any]) -> str:
    """A summary as text: keys sorted, floats as the shortest text that reads back the same."""
    return json.dumps(summary, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def money(amount: Decimal) -> str:
    """An amount as a decimal string, at least with cents."""
    with localcontext() as context:
        context.prec = 60
        rounded = amount.quantize(MONEY_STEP, ROUND_HALF_EVEN)
    text = f"{rounded:f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{'0' if whole == '-0' and not decimals else whole}.{decimals.ljust(2, '0')}"


def plain(number: Decimal) -> str:
    """A quantity or a unit price, with the digits that it has."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def value(number: Decimal | float | None) -> str | float | int | None:
    """Money as text, others as numbers; None for what is no finite number."""
    if isinstance(number, Decimal):
        return money(number)
    return number if number is not None and math.isfinite(number) else None


def spread(figure: Figure, *, intervals: bool = False) -> dict[str, Any]:
    """P10, P50, P90 and mean over replications, and why one of them is null."""
    found: dict[str, Any] = {name: value(figure.quantile(ppm)) for name, ppm in TENTHS_PPM.items()}
    found["mean"] = value(figure.mean())
    if intervals:
        mean, median = figure.mean_interval(), figure.median_interval()
        found["mean_interval"] = (
            None if mean is None else [value(like(figure, end)) for end in mean]
        )
        found["median_interval"] = None if median is None else [value(end) for end in median]
    if any(part is None for name, part in found.items() if name in ("mean", *TENTHS_PPM)):
        found["why_null"] = figure.why_missing()
    return found


def like(figure: Figure, number: float) -> Decimal | float:
    """Bounds of money are money too."""
    return Decimal(repr(number)) if figure.unit == "money" else number
