"""A small made-up summary in the shape of `summary.json`."""

from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sim.summary import VERSION


def money(p10: float, p50: float, p90: float) -> dict[str, str]:
    return {key: f"{value:.2f}" for key, value in spread(p10, p50, p90).items()}


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
        "workload": "ask_claim" if unit != "money" else None,
        "station": None,
        "share": 1.0,
        "with_traffic": True,
        "chance_interval": [0.0, 1.0],
        "chance_interval_level": 0.95,
        "op": op,
        "limit": {"value": limit, "unit": unit},
        **values,
        "met": {"met": 199, "missed": 62, "close": 176}[status],
        "chance_met": {"met": 0.995, "missed": 0.31, "close": 0.88}[status],
        "required_chance": 0.9,
        "status": status,
        "worst": {"window": "2027-09"},
    }


ITEMS = [
    ("output", "LLM output tokens", "usage", "27500", "1M tokens", "15", 150_300.4),
    ("input", "LLM input tokens", "usage", "98100", "1M tokens", "2.8", 84_700.3),
    ("review", "Human review", "usage", "1840", "hour", "46", 64_640),
    ("reserved", "Reserved units", "fixed", "60", "unit month", "260", 31_200.2),
    ("people", "platform engineers", "fixed", "3", "month", "12600", 37_800),
    ("vector", "vector_db", "fixed", "3", "month", "2100", 6_300),
    ("log", "log retention", "usage", "120", "GB", "0.55", 66),
]


TOTAL = sum(item[6] for item in ITEMS)
TOKEN_KINDS = {"output": "output", "input": "input"}
FACTORS = {"2027-07": 0.1, "2027-08": 0.3, "2027-09": 0.6}


def bill_line(item: Any, factor: float) -> dict[str, Any]:
    """A line of the bill: its quantity is as fine as the true one's, and its cost exact."""
    price = Decimal(item[5])
    quantity = (Decimal(f"{item[6] * factor:.2f}") / price).quantize(Decimal("1e-12")).normalize()
    return {
        **{"subject": item[1], "item": "", "token_kind": TOKEN_KINDS.get(item[0])},
        **{"basis": item[2], "unit": item[4], "quantity": f"{quantity:f}", "unit_price": item[5]},
        **{"cost": f"{(quantity * price).normalize():f}", "price_is": "billed"},
    }


def bill() -> dict[str, Any]:
    """The same spend, line by line."""
    nothing = dict.fromkeys(("provider", "service", "model", "region", "owner"))
    azure = {"provider": "azure", "service": "azure-ptu", "model": "gpt-4.1", "region": "us"}
    return {
        "rule": "exactly so",
        "subjects": [
            {
                **{"name": item[1], **nothing, "kind": "cost"},
                **({"kind": "endpoint", **azure} if item[0] in TOKEN_KINDS else {}),
            }
            for item in ITEMS
        ],
        "months": [
            {
                "month": name,
                "lines": [{**bill_line(item, factor), "worth": "useful"} for item in ITEMS],
            }
            for name, factor in FACTORS.items()
        ],
        "horizon": [{**bill_line(item, 1), "wasted": "0"} for item in ITEMS],
    }


def month(name: str, factor: float) -> dict[str, Any]:
    total = TOTAL * factor
    return {
        "month": name,
        "items": [{"id": item[0], "mean": f"{item[6] * factor:.2f}"} for item in ITEMS],
        "smaller": f"{sum(item[6] for item in ITEMS[5:]) * factor:.2f}",
        "total": money(total * 0.9, total, total * 1.15),
        "budget": "110000.00",
        "requests": spread(1e5, 1.2e5, 1.4e5),
        "latency_p95_s": {},
        "availability": {},
    }


TARGETS = [
    ("answers are fast", "latency.p95", "<=", 12.0, "s", spread(8.7, 9.6, 10.2), "met"),
    ("it is there", "availability", ">=", 0.995, "share", spread(0.9962, 0.9971, 0.9978), "close"),
    (
        "it stays in budget",
        "spend",
        "<=",
        "110000.00",
        "money",
        money(98e3, 131e3, 149e3),
        "missed",
    ),
    ("reviews don't pile up", "wait.p90", "<=", 14_400.0, "s", spread(3e3, 5.4e3, 9.8e3), "met"),
]


def headline(
    name: str, workload: str | None, unit: str, values: Any, averages: Any
) -> dict[str, Any]:
    return {
        **{"name": name, "workload": workload, "unit": unit, **values, "averages_say": averages},
        **{"averages_note": "why", "mean_interval": None, "median_interval": None},
    }


def a_day(number: int) -> dict[str, Any]:
    on = date(2027, 7, 1) + timedelta(days=number)
    values = {
        "latency.p95": spread(5 + number / 20, 6 + number / 18, 7 + number / 15),
        "availability": spread(0.993, 0.997, 0.999),
    }
    return {"date": on.isoformat(), "workloads": {"ask_claim": values}}


SCENARIO = {
    "name": "Claims assistant, Q3 phased rollout",
    **{"path": "scenarios/claims_q3.yaml", "sha256": "9f3c", "overrides": [], "currency": "USD"},
    "horizon": {"start": "2027-07-01", "end": "2027-10-01", "timezone": "America/Chicago"},
    "prices_as_of": "2026-11-01",
    "phases": [
        {"name": "pilot", "start": "2027-07-01"},
        {"name": "midwest", "start": "2027-07-19"},
        {"name": "all", "start": "2027-08-16"},
    ],
}


def input_row(path: str, value: str, unit: str, span: Any = None) -> dict[str, Any]:
    return {
        **{
            "path": path,
            "value": value,
            "unit": unit,
            "set_by": "claims_q3.yaml:19",
            "range": span,
        },
        **{"source": "pilot, 2027-03", "date": "2027-03", "owner": None, "replaces": None},
    }


def groups() -> dict[str, Any]:
    """What a true run adds beside the first figures."""
    days = [(date(2027, 7, 1) + timedelta(days=n)).isoformat() for n in range(92)]
    left = [
        {"date": on, "p10": 0.9 - n / 110, "p50": 1 - n / 110, "p90": 1}
        for n, on in enumerate(days)
    ]
    months = ["2027-07", "2027-08", "2027-09"]
    waiting = [float(hour % 24) for hour in range(168)]
    return {
        "cumulative": [
            {"month": m, "total": money(9e4 * n, 1e5 * n, 11e4 * n), "budget": f"{110_000 * n}.00"}
            for n, m in enumerate(months, 1)
        ],
        "unit_costs": [
            {
                "month": m,
                "per_good_request": money(0.3 / n, 0.4 / n, 0.5 / n),
                "good_requests": spread(1, 2, 3),
            }
            for n, m in enumerate(months, 1)
        ],
        "spend_kinds": [
            {"month": m, "fixed": "20000.00", "useful": f"{9000 * n}.00", "wasted": "400.00"}
            for n, m in enumerate(months, 1)
        ],
        "blame": {
            "sentence": None,
            "choices": [],
            "slow": [
                {
                    **{
                        "workload": "ask_claim",
                        "phase": phase,
                        "replications": 200,
                        "mean_s": 14.0,
                    },
                    **{"queue_s": 1.0, "back_off_s": 2.0, "served_s": 11.0},
                    "parts": [
                        {
                            "stage": "claims_rag.answer",
                            "owner": None,
                            "mean_s": 13.0,
                            "typical_s": 4.0,
                        },
                        {
                            "stage": "claims_rag.guard",
                            "owner": None,
                            "mean_s": 1.0,
                            "typical_s": 0.1,
                        },
                    ],
                }
                for phase in ("pilot", None)
            ],
            "failures": [
                {
                    **{"workload": "ask_claim", "phase": None, "failed": 200.0},
                    "parts": [
                        {
                            **{
                                "ending": "vendor_error",
                                "stage": "claims_rag.answer",
                                "owner": None,
                                "endpoint": "gpt_standard",
                                "attempt": "vendor's error",
                                "limit": None,
                                "incident": None,
                            },
                            **{"failed": 200.0, "share": 1.0},
                        }
                    ],
                }
            ],
            "money": [],
        },
        "chargeback": {
            "key": "by tokens",
            "shares": [
                {"subject": item[1], "workload": "ask_claim", "share": "1"} for item in ITEMS
            ],
            "rows": [
                {
                    **{"workload": "ask_claim", "population": "adjusters", "cost": "375006.90"},
                    **{"share": 1.0, "good_requests": 1e5, "cost_per_good_request": "3.750069"},
                }
            ],
        },
        "endings": [
            {
                **{
                    "workload": "ask_claim",
                    "population": "adjusters",
                    "requests": spread(1e5, 1.2e5, 1.4e5),
                },
                **{"failed": spread(100, 200, 300), "failed_share": spread(0.001, 0.002, 0.003)},
                "endings": {"ok": 119_000.0, "late": 100.0, "gave_up": 50.0, "vendor_error": 50.0},
            }
        ],
        "error_budgets": [
            {"target": "it is there", "workload": "ask_claim", "limit": 0.995, "daily": left}
        ],
        "alerts": [
            {
                **{"target": "it is there", "workload": "ask_claim", "limit": 0.995},
                "page_rules": [
                    {"burn_rate": 14.4, "hours": 1, "short_minutes": 5},
                    {"burn_rate": 6.0, "hours": 6, "short_minutes": 30},
                ],
                "ticket_rules": [{"burn_rate": 1.0, "hours": 72, "short_minutes": 360}],
                "pages_a_month": spread(0.3, 1.3, 2.6),
                "tickets_a_month": spread(0, 0.3, 1),
                "minutes_to_page_in_an_outage": 5,
            }
        ],
        "queues": [{"node": "reviewers", "unit": "waiting", "waiting": waiting}],
        "stage_times": [
            {"stage": "claims_rag.answer", "p50_s": spread(3, 4, 5), "p95_s": spread(8, 9, 10)},
            {
                "stage": "claims_rag.guard",
                "p50_s": spread(0.08, 0.09, 0.1),
                "p95_s": spread(0.2, 0.26, 0.3),
            },
        ],
        "incidents": [
            {
                **{"name": "maintenance", "hits": ["gpt_standard"], "start": "2027-08-14T21:00"},
                **{"mean_length_s": 5400.0, "what": "quota x 0.5", "why": "announced"},
            }
        ],
        "data_flows": {
            "flows": [
                {
                    **{
                        "workload": "ask_claim",
                        "stage": "answer",
                        "endpoint": "gpt_standard",
                        "owner": None,
                    },
                    **{"provider": "azure", "model": "gpt-4.1", "region": "us"},
                }
            ],
            "endpoints": [
                {
                    "endpoint": "gpt_standard",
                    "attempts": 1e5,
                    "input_tokens": 4e8,
                    "output_tokens": 3e7,
                }
            ],
            "logs": [{"name": "log retention", "each_request": "0.000006 GB", "kept": True}],
        },
        "reviews": [
            {
                **{"station": "reviewers", "owner": "claims quality", "pipeline": "claims_rag"},
                **{
                    "stage": "review",
                    "share": 0.012,
                    "people_at_most": 6,
                    "visits": spread(1e4, 2e4, 3e4),
                },
                **{"wait_p50_s": spread(0, 0, 60), "wait_p90_s": spread(200, 4600, 9000)},
            }
        ],
        "assumptions": [
            input_row("workloads.ask_claim.deadline", "30s", "s"),
            input_row(
                "populations.adjusters.adoption.ceiling",
                "70%",
                "%",
                {"low": "55%", "likely": "70%", "high": "85%"},
            ),
        ],
        "drill": {
            **{"endpoints": ["gpt_standard"], "hours": 4, "replications": 3},
            "phases": [
                {
                    **{"phase": "all", "start": "2027-09-09T09:00"},
                    "first_pages": [
                        {
                            **{"target": "it is there", "workload": "ask_claim", "paged": 3},
                            "after_s": spread(300, 600, 900),
                        }
                    ],
                    "workloads": [
                        {
                            **{"workload": "ask_claim", "requests": spread(3e4, 33_288, 4e4)},
                            "availability": spread(0.997, 0.998, 0.999),
                            "availability_in_drill": spread(0.17, 0.18, 0.19),
                        }
                    ],
                }
            ],
        },
        "coverage": {
            **{"inputs": 2, "with_comment": 2, "with_owner": 0, "unknown": 1, "old_facts": 0},
            **{"without_owner": ["endpoints.gpt_standard"], "without_region": []},
            **{"without_deadline": [], "without_incident": []},
        },
    }


def drivers_of(name: str, workload: str | None, unit: str) -> dict[str, Any]:
    """One unknown whose swing is clear, and one that may be chance."""

    def amount(value: float) -> Any:
        return f"{value:.2f}" if unit == "money" else value

    unknowns = [
        {
            "path": path,
            "owner": owner,
            **{"p10": "55%", "p90": "85%", "clear": clear, "explained": explained},
            **{"at_p10": amount(9 - swing / 2), "at_p90": amount(9 + swing / 2)},
            "swing": amount(swing),
            "swing_interval": [amount(swing - 2), amount(swing + 2)],
        }
        for path, owner, swing, clear, explained in (
            ("populations.adjusters.adoption.ceiling", "claims platform", 6.5, True, 0.6),
            ("workloads.ask_claim.output_tokens", None, -1.5, False, 0.1),
        )
    ]
    return {
        **{"name": name, "workload": workload, "unit": unit, "runs": 200, "interval_level": 0.95},
        "method": "What moved with it over 200 runs.",
        **{"why_none": None, "moves_most": unknowns[0]["path"], "unknowns": unknowns},
    }


SENTENCE = "1 of 4 targets missed: it stays in budget."


def summary() -> dict[str, Any]:
    whole = money(340e3, 375e3, 410e3)
    items = [
        dict(zip(("id", "name", "basis", "qty", "unit", "unit_price"), item, strict=False))
        | {"mean": f"{item[6]:.2f}", "wasted_mean": "0.00", "share": item[6] / TOTAL}
        for item in ITEMS
    ]
    engine = {"version": "0.1.0", "seed": 42, "replications": 200, "complete": True}
    found = {
        "schema": VERSION,
        "scenario": SCENARIO,
        "engine": {**engine, "replications_asked": "200"},
        "verdict": {"status": "missed", "sentence": SENTENCE, "met": 2, "missed": 1, "close": 1},
        "targets": [target(*row) for row in TARGETS],
        "headlines": [
            headline("spend", None, "money", whole, "291000.00"),
            headline("latency.p95", "ask_claim", "s", spread(8.1, 9.1, 9.9), 4.1),
            headline("availability", "ask_claim", "share", spread(0.99, 0.995, 0.999), None),
        ],
        "averages": {"spend": "291000.00", "latency_mean_s": {"ask_claim": 4.1}, "sentence": "So."},
        "spend": {
            "total": {
                **whole,
                "mean": f"{TOTAL:.2f}",
                "mean_interval": None,
                "median_interval": None,
            },
            "wasted": money(0, 1, 2),
            "items": items,
            "smaller": {
                "lines": [item[0] for item in ITEMS[5:]],
                "mean": f"{sum(item[6] for item in ITEMS[5:]):.2f}",
                "share": sum(item[6] for item in ITEMS[5:]) / TOTAL,
            },
        },
        "bill": bill(),
        "monthly": [month(*one) for one in FACTORS.items()],
        "daily": [a_day(number) for number in range(92)],
        "units": {"availability": "share", "latency.p95": "s"},
        "undecided": ["it is there: 176 of 200 replications met it; add replications."],
        "drivers": [
            drivers_of("spend", None, "money"),
            drivers_of("latency.p95", "ask_claim", "s"),
            drivers_of("availability", "ask_claim", "share"),
        ],
        **groups(),
    }
    return deepcopy(found)
