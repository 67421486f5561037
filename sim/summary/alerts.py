"""How often burn-rate alerts would have paged somebody, for each target on availability.

The rules are those of Google's SRE Workbook, chapter 5 (2018): a page at 14.4 times the sustainable rate
over an hour or 6 times over six hours, a ticket at that rate over three days. Their short windows (5 and
30 minutes) end an alert sooner; requests are counted by the hour here, so an alert ends with its hour.
"""

from __future__ import annotations

from typing import Any

from sim.study import Study
from sim.study.alerts import PAGES
from sim.study.of_scenario import ScenarioSource
from sim.summary.shapes import REAL, SPREAD, TEXT, TEXT_OR_NULL, list_of, object_of
from sim.summary.text import spread

DAYS_A_MONTH = 30
RULE = object_of({"burn_rate": REAL, "hours": {"type": "integer"}})
SCHEMA = list_of(
    object_of(
        {
            "target": TEXT,
            "workload": TEXT_OR_NULL,
            "limit": REAL,
            "page_rules": list_of(RULE),
            "pages_a_month": SPREAD,
            "tickets_a_month": SPREAD,
            "minutes_to_page_in_an_outage": REAL,
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
            "page_rules": [{"burn_rate": rate, "hours": hours} for rate, hours in PAGES],
            **{
                name: spread(
                    study.figure(unit, lambda one, p=place, k=kind: one.alerts[p][k] / months)  # type: ignore[misc]
                )
                for kind, (name, unit) in enumerate(
                    (("pages_a_month", "pages"), ("tickets_a_month", "tickets"))
                )
            },
            "minutes_to_page_in_an_outage": min(
                60 * hours * rate * (1 - float(target.limit)) for rate, hours in PAGES
            ),
        }
        for place, target in enumerate(study.terms.targets)
        if target.metric.name == "availability" and float(target.limit) < 1
    ]
