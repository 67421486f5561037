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
from sim.bill.money import product
from sim.measure import Sum
from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary.reach import places_of
from sim.summary.shapes import (
    DECIMAL,
    MONEY,
    MONEY_OR_NULL,
    REAL,
    SHARE,
    TEXT,
    TEXT_OR_NULL,
    list_of,
    object_of,
)
from sim.summary.text import money, plain

KEY = (
    "Endpoints by tokens, stations by requests, of the workloads that can come to them; "
    "all else by requests."
)
SHARE_STEP = Decimal("1e-12")
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
        "shares": list_of(object_of({"subject": TEXT, "workload": TEXT, "share": DECIMAL})),
    }
)


def of(study: Study, source: ScenarioSource) -> dict[str, Any]:
    """The key in words, a row for each workload, and the shares; rows add up to the mean bill, shares to 1."""
    names, count = study.names.workloads, len(study.replications)
    spent = _by_subject(study)
    shares = {subject: _shares(study, source, subject) for subject in spent}
    good = {
        n: _mean(study, lambda one, w=w: one.digest.good[:, w].sum()) for w, n in enumerate(names)
    }
    costs = {
        name: total(product(spent[s], shares[s].get(name, Decimal(0))) for s in spent) / count
        for name in names
    }
    whole = sum(costs.values(), Decimal(0))
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
        "shares": [
            {"subject": subject, "workload": name, "share": plain(share)}
            for subject, found in shares.items()
            for name, share in found.items()
        ],
    }


def _shares(study: Study, source: ScenarioSource, subject: str) -> dict[str, Decimal]:
    """Of what one subject costs, the part of each workload that can come to it."""
    places = places_of(source.scenario)
    names = study.names.workloads
    by_tokens = subject in source.scenario.endpoints
    weights = {
        name: _mean(study, lambda one, w=w: _tokens(one, w) if by_tokens else _requests(one, w))
        for w, name in enumerate(names)
    }
    sharers = [name for name in names if subject in places.get(name, ())] or list(names)
    return _split({name: weights[name] for name in sharers})


def _mean(study: Study, read: Any) -> Decimal:
    return Decimal(sum(int(read(one)) for one in study.replications)) / len(study.replications)


def _tokens(one: Any, workload: int) -> int:
    sums = one.digest.sums[workload]
    return int(sums[Sum.INPUT_TOKENS]) + int(sums[Sum.OUTPUT_TOKENS])


def _requests(one: Any, workload: int) -> int:
    return int(one.digest.requests[:, workload].sum())


def _by_subject(study: Study) -> dict[str, Decimal]:
    parts: dict[str, list[Decimal]] = {}
    for one in study.replications:
        for line in one.bill.lines:
            parts.setdefault(line.subject, []).append(line.cost)
    return {subject: total(costs) for subject, costs in parts.items()}


def _split(weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Shares in proportion to weights (equal where all are 0); the largest takes what rounding leaves."""
    whole = sum(weights.values(), Decimal(0))
    even = Decimal(1) / len(weights)
    shares = {
        name: (weight / whole if whole else even).quantize(SHARE_STEP)
        for name, weight in weights.items()
    }
    largest = max(shares, key=lambda name: (weights[name], name))
    shares[largest] += 1 - total(shares.values())
    return shares
