"""How often burn-rate alerts would have paged somebody, and how soon, for each target on availability.

The rules are those of `sim.study.alerts`: each looks back over a long window and a short one.
"""

from __future__ import annotations

import math
from typing import Any

from sim.study import Study
from sim.study.alerts import PAGES, PULSES_AN_HOUR, TICKETS, Rule
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import COUNT, REAL, SPREAD, TEXT, TEXT_OR_NULL, list_of, object_of
from sim.summary.text import spread

DAYS_A_MONTH = 30
PULSE_MINUTES = 60 // PULSES_AN_HOUR
RULE = object_of({"burn_rate": REAL, "hours": REAL, "short_minutes": COUNT})
SCHEMA = list_of(
    object_of(
        {
            "target": TEXT,
            "workload": TEXT_OR_NULL,
            "limit": REAL,
            "page_rules": list_of(RULE),
            "ticket_rules": list_of(RULE),
            "pages_a_month": SPREAD,
            "tickets_a_month": SPREAD,
            "minutes_to_page_in_an_outage": {"type": ["number", "null"]},
        }
    )
)


def of(study: Study, source: ScenarioSource) -> list[dict[str, Any]]:
    """A row for each target on availability that allows something to fail."""
    months = study.terms.calendar.day_count / DAYS_A_MONTH
    return [
        {
            "target": target.name,
            "workload": target.workload,
            "limit": float(target.limit),
            "page_rules": [_rule(rule) for rule in PAGES],
            "ticket_rules": [_rule(rule) for rule in TICKETS],
            "pages_a_month": spread(
                study.figure("pages", lambda one, p=place: len(one.alerts[p].pages) / months)  # type: ignore[misc]
            ),
            "tickets_a_month": spread(
                study.figure("tickets", lambda one, p=place: one.alerts[p].tickets / months)  # type: ignore[misc]
            ),
            "minutes_to_page_in_an_outage": minutes_to_page(1 - float(target.limit)),
        }
        for place, target in enumerate(study.terms.targets)
        if target.metric.name == "availability" and float(target.limit) < 1
    ]


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "burn_rate": rule.burn_rate,
        "hours": rule.long / PULSES_AN_HOUR,
        "short_minutes": rule.short * PULSE_MINUTES,
    }


def minutes_to_page(allowed: float) -> int | None:
    """How long everything must fail at even traffic until a page; None where no rule can hold."""
    # Pulses of failure that make up the share of the long window; the short one has seen enough by then.
    shares = [rule.burn_rate * allowed for rule in PAGES]
    needed = [
        math.ceil(round(rule.long * share, 9))
        for rule, share in zip(PAGES, shares, strict=True)
        if share <= 1
    ]
    return min(needed) * PULSE_MINUTES if needed else None
