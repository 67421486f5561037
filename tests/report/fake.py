"""A small made-up summary in the shape of `summary.json`."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any


def spread(p10: float, p50: float, p90: float) -> dict[str, float]:
    return {"p10": p10, "p50": p50, "p90": p90, "mean": p50}


def target(
    name: str, metric: str, op: str, limit: float, unit: str, values: Any, status: str
) -> dict[str, Any]:
    return {
        "name": name,
        "owner": "claims platform",
        "metric": metric,
        "window": "month",
        "workload": "ask_claim",
        "op": op,
        "limit": {"value": limit, "unit": unit},
        **values,
        "chance_met": {"met": 0.995, "missed": 0.31, "close": 0.88}[status],
        "required_chance": 0.9,
        "status": status,
        "worst": {"when": "Sep 2027", "phase": "phase all"},
    }


ITEMS = [
    ("output", "LLM output tokens", "usage", 27.5e9, "tokens", 15e-6, 150_300.4),
    ("input", "LLM input tokens", "usage", 98.1e9, "tokens", 2.8e-6, 84_700.3),
    ("review", "Human review", "usage", 1_840, "h", 46, 64_640),
    ("reserved", "Reserved units", "fixed", 60, "unit-months", 260, 31_200.2),
    ("people", "platform engineers", "fixed", 3, "months", 12_600, 37_800),
    ("vector", "vector_db", "fixed", 3, "months", 2_100, 6_300),
    ("log", "log retention", "usage", 120, "GB", 0.55, 66),
]


def month(name: str, factor: float) -> dict[str, Any]:
    total = sum(item[6] for item in ITEMS) * factor
    return {
        "month": name,
        "items": [{"id": item[0], "mean": str(round(item[6] * factor, 2))} for item in ITEMS],
        "total": spread(total * 0.9, total, total * 1.15),
        "budget": "110000.00",
    }


def summary() -> dict[str, Any]:
    start = date(2027, 7, 1)
    return deepcopy(
        {
            "schema": "simulate-summary/1.0",
            "scenario": {
                "name": "Claims assistant, Q3 phased rollout",
                "currency": "USD",
                "horizon": {
                    "start": "2027-07-01",
                    "end": "2027-10-01",
                    "timezone": "America/Chicago",
                },
                "prices_as_of": "2026-11-01",
                "phases": [
                    {"name": "pilot", "start": "2027-07-01"},
                    {"name": "midwest", "start": "2027-07-19"},
                    {"name": "all", "start": "2027-08-16"},
                ],
            },
            "engine": {"version": "0.1.0", "seed": 42, "replications": 200, "complete": True},
            "verdict": {
                "status": "missed",
                "sentence": "1 of 4 targets missed. Spend passes $110k in September 2027.",
            },
            "targets": [
                target(
                    "answers are fast",
                    "latency.p95",
                    "<=",
                    12.0,
                    "s",
                    spread(8.7, 9.6, 10.2),
                    "met",
                ),
                target(
                    "it is there",
                    "availability",
                    ">=",
                    0.995,
                    "share",
                    spread(0.9962, 0.9971, 0.9978),
                    "close",
                ),
                target(
                    "it stays in budget",
                    "spend",
                    "<=",
                    110_000,
                    "money",
                    spread(98_000, 131_000, 149_000),
                    "missed",
                ),
                target(
                    "reviews don't pile up",
                    "wait.p90",
                    "<=",
                    14_400.0,
                    "s",
                    spread(3_000, 5_400, 9_800),
                    "met",
                ),
            ],
            "spend": {
                "items": [
                    {
                        "id": i,
                        "name": n,
                        "basis": b,
                        "qty": q,
                        "unit": u,
                        "unit_price": p,
                        "mean": c,
                    }
                    for i, n, b, q, u, p, c in ITEMS
                ]
            },
            "monthly": [month("2027-07", 0.1), month("2027-08", 0.3), month("2027-09", 0.6)],
            "daily": [
                {
                    "date": (start + timedelta(days=day)).isoformat(),
                    "workloads": {
                        "ask_claim": {
                            "latency.p95": spread(5 + day / 20, 6 + day / 18, 7 + day / 15),
                            "availability": spread(0.993, 0.997, 0.999),
                        }
                    },
                }
                for day in range(92)
            ],
            "averages": {
                "sentence": "p95 4.1 s and $91k a month: the quota wall on Mondays is not in an average."
            },
            "undecided": [
                "it is there: 88% of runs met it and 90% are asked for; add replications."
            ],
        }
    )
