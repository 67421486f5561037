"""Who pays: the mean bill shared among workloads, and so among the people who send them.

A line of an endpoint is shared, among the workloads that can come to it, by their tokens; one of a
station by their requests; every other by the requests of all. It is a key to share costs by, not a
measurement: a fallback that one workload used more than another is not told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sim.bill import total
from sim.measure import Sum
from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.reach import places_of
from sim.summary.shapes import (
    MONEY,
    MONEY_OR_NULL,
    REAL,
    SHARE,
    TEXT,
    TEXT_OR_NULL,
    list_of,
    object_of,
)
from sim.summary.text import money

KEY = (
    "Endpoints by tokens, stations by requests, of the workloads that can come to them; "
    "all else by requests."
)
CENT = Decimal("0.000001")
SCHEMA = object_of(
    {
        "key": TEXT,
        "rows": list_of(
            object_of(
                {
                    "workload": TEXT,
                    "population": TEXT_OR_NULL,
                    "cost": MONEY,
                    "share": SHARE,
                    "good_requests": REAL,
                    "cost_per_good_request": MONEY_OR_NULL,
                }
            )
        ),
    }
)


def of(study: Study, source: ScenarioSource) -> dict[str, Any]:
    """The key in words, and a row for each workload; the rows add up to the mean bill."""
    names, count = study.names.workloads, len(study.replications)
    places = places_of(source.scenario)
    requests = {
        n: _mean(study, lambda one, w=w: one.digest.requests[:, w].sum())
        for w, n in enumerate(names)
    }
    good = {
        n: _mean(study, lambda one, w=w: one.digest.good[:, w].sum()) for w, n in enumerate(names)
    }
    tokens = {n: _mean(study, lambda one, w=w: _tokens(one, w)) for w, n in enumerate(names)}
    costs = dict.fromkeys(names, Decimal(0))
    for subject, cost in _by_subject(study).items():
        sharers = [name for name in names if subject in places.get(name, ())] or list(names)
        weights = tokens if subject in source.scenario.endpoints else requests
        for name, part in _split(cost / count, {n: weights[n] for n in sharers}).items():
            costs[name] += part
    whole = total(costs.values())
    return {
        "key": KEY,
        "rows": [
            {
                "workload": name,
                "population": source.scenario.workloads[name].population,
                "cost": money(costs[name]),
                "share": float(costs[name] / whole) if whole else 0.0,
                "good_requests": float(good[name]),
                "cost_per_good_request": money(costs[name] / good[name]) if good[name] else None,
            }
            for name in names
        ],
    }


def _mean(study: Study, read: Any) -> Decimal:
    return Decimal(sum(int(read(one)) for one in study.replications)) / len(study.replications)


def _tokens(one: Any, workload: int) -> int:
    sums = one.digest.sums[workload]
    return int(sums[Sum.INPUT_TOKENS]) + int(sums[Sum.OUTPUT_TOKENS])


def _by_subject(study: Study) -> dict[str, Decimal]:
    parts: dict[str, list[Decimal]] = {}
    for one in study.replications:
        for line in one.bill.lines:
            parts.setdefault(line.subject, []).append(line.cost)
    return {subject: total(costs) for subject, costs in parts.items()}


def _split(cost: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Parts in proportion to weights (equal where all are 0); the largest takes what rounding leaves."""
    whole = sum(weights.values(), Decimal(0))
    even = Decimal(1) / len(weights)
    parts = {
        name: (cost * (weight / whole if whole else even)).quantize(CENT)
        for name, weight in weights.items()
    }
    largest = max(parts, key=lambda name: (weights[name], name))
    parts[largest] += cost - total(parts.values())
    return parts
