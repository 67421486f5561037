"""Fitted values as unknowns: each replication of a backtest draws them from the intervals in which they were found."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.fit.finding import NORMAL_90, Estimate, rounded
from sim.units import split_quantity

SPREAD = 6**0.5 / NORMAL_90
"""A triangle so many times as wide as a 90 % interval has the standard error of its estimate."""
LEAST = 0.05
"""No fitted value is drawn below this share of itself."""

Path = tuple[str, ...]
_ARRIVALS: dict[str, tuple[str, float]] = {
    "sessions a day": ("per_day", float("inf")),
    "day-to-day cv": ("day_to_day.cv", 1.0),
    "cv of the rate's swings": ("swings.cv", 10.0),
}
"""By estimate, its place under `arrivals`, and the most that may stand there."""
_OF_ENDPOINTS: dict[str, tuple[Path, float]] = {
    "speed": (("latency", "tokens_per_second", "mean"), float("inf")),
    "errors": (("errors", "share"), 100.0),
}
_LAWS = {"geometric mean": "median", "sigma of the logarithm": "sigma"}


def with_unknowns(
    fitted: Mapping[str, Any],
    estimates: Sequence[Estimate],
    workload: str,
    rename: Mapping[str, str],
) -> tuple[dict[str, Any], list[str]]:
    """Return fitted values with `{low, likely, high}` where an interval is known, and what is drawn.

    Tables and mixtures stay as they are: their own rows are many, and their error is small beside that of days.

    Args:
        fitted: values at their places in a scenario.
        estimates: all that were made.
        workload: the workload's name.
        rename: by endpoint of the log, the scenario's name for it.
    """
    tree = copy.deepcopy(dict(fitted))
    drawn = []
    for one in estimates:
        for path, most in _places(one.name, workload, rename):
            if _put(tree, path, one, most):
                drawn.append(one.name)
    return tree, drawn


def _places(name: str, workload: str, rename: Mapping[str, str]) -> Iterator[tuple[Path, float]]:
    """Where an estimate stands in a scenario, if its law is written with it."""
    if name in _ARRIVALS:
        place, most = _ARRIVALS[name]
        yield ("workloads", workload, "arrivals", *place.split(".")), most
    for ending, key in _LAWS.items():
        what = name.removesuffix(f" {ending}")
        if what == name:
            continue
        if what in ("input tokens", "output tokens"):
            yield ("workloads", workload, what.replace(" ", "_"), key), float("inf")
        if what == "thinking":
            yield ("workloads", workload, "think_time", key), float("inf")
        for part, field in (("first token", "first_token"), ("answer", "total")):
            endpoint = what.removesuffix(f" {part}")
            if endpoint != what:
                known = rename.get(endpoint, endpoint)
                yield ("endpoints", known, "latency", field, key), float("inf")
    for ending, (path, most) in _OF_ENDPOINTS.items():
        endpoint = name.removesuffix(f" {ending}")
        if endpoint != name:
            yield ("endpoints", rename.get(endpoint, endpoint), *path), most


def _put(tree: dict[str, Any], path: Path, one: Estimate, most: float) -> bool:
    """Write an unknown at a place that holds a number; whether it did."""
    *above, key = path
    place: Any = tree
    for name in above:
        place = place.get(name) if isinstance(place, dict) else None
    if not isinstance(place, dict) or not isinstance(place.get(key), int | float | str):
        return False
    prefix, number, unit = split_quantity(place[key])
    value = float(number)
    if not one.value > 0 or not one.low < one.value < one.high or value <= 0:
        return False
    low, high = (
        value * max(1 + SPREAD * (end / one.value - 1), LEAST) for end in (one.low, one.high)
    )
    place[key] = {
        name: f"{prefix}{rounded(number_of, 6)}{unit}" if unit or prefix else rounded(number_of, 6)
        for name, number_of in (
            ("low", min(low, most)),
            ("likely", value),
            ("high", min(high, most)),
        )
    }
    return True
