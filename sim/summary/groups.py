"""The groups of a summary beside its first figures: one module a group, one row here.

A group is a key of `summary.json` with a shape of its own. It is optional in the schema, so that a
summary of an older minor version stays readable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.summary import (
    alerts,
    assumptions,
    bill,
    blame,
    chargeback,
    coverage,
    cumulative,
    data_flows,
    endings,
    error_budgets,
    facts,
    gates,
    incidents,
    queues,
    reviews,
    spend_kinds,
    stage_times,
    unit_costs,
)
from sim.summary.shapes import Schema


@dataclass(frozen=True)
class Group:
    """A key of the summary."""

    schema: Schema
    of: Callable[[Study, ScenarioSource], Any]
    """What stands there."""


GROUPS: dict[str, Group] = {
    "bill": Group(bill.SCHEMA, bill.of),
    "cumulative": Group(cumulative.SCHEMA, cumulative.of),
    "unit_costs": Group(unit_costs.SCHEMA, unit_costs.of),
    "spend_kinds": Group(spend_kinds.SCHEMA, spend_kinds.of),
    "blame": Group(blame.SCHEMA, blame.of),
    "gates": Group(gates.SCHEMA, gates.of),
    "chargeback": Group(chargeback.SCHEMA, chargeback.of),
    "endings": Group(endings.SCHEMA, endings.of),
    "error_budgets": Group(error_budgets.SCHEMA, error_budgets.of),
    "alerts": Group(alerts.SCHEMA, alerts.of),
    "queues": Group(queues.SCHEMA, queues.of),
    "stage_times": Group(stage_times.SCHEMA, stage_times.of),
    "incidents": Group(incidents.SCHEMA, incidents.of),
    "data_flows": Group(data_flows.SCHEMA, data_flows.of),
    "reviews": Group(reviews.SCHEMA, reviews.of),
    "assumptions": Group(assumptions.SCHEMA, assumptions.of),
    "coverage": Group(coverage.SCHEMA, coverage.of),
    "facts": Group(facts.SCHEMA, facts.of),
}
"""In the order in which a reader meets them."""
