"""A loaded scenario as the source of a study's replications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.plan.journey import journey_of
from sim.plan.terms import calendar_of, targets_of, tariff_of
from sim.scenario.document import Document, validate
from sim.scenario.scenario import Scenario
from sim.study.size import refuse_what_is_too_large, size_of
from sim.study.source import Course, Terms


@dataclass(frozen=True)
class ScenarioSource:
    """What is asked stands at the likeliest of the unknowns; each course draws them anew."""

    document: Document
    told_inputs: tuple[Mapping[str, Any], ...] | None = None
    """What a former run told of each input; a document of plain values does not know where they stood."""

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario with its unknowns at their likeliest.

        ScenarioError tells every fault; ResourceError refuses what no machine could run.
        """
        scenario = validate(self.document, Scenario)
        refuse_what_is_too_large(size_of(scenario))
        return scenario

    def terms(self) -> Terms:
        """What the study asks."""
        scenario = self.scenario
        budget = scenario.costs.budget
        return Terms(
            calendar=calendar_of(scenario),
            targets=targets_of(scenario),
            budget_per_month=budget.per_month if budget else None,
            currency=scenario.currency,
            precision=scenario.precision,
        )

    def inputs(self) -> Mapping[str, Any]:
        """The merged scenario."""
        return self.document.tree

    def course(self, seed: int, replication: int) -> Course:
        """A replication, with its unknowns drawn and its price changes decided."""
        journey = journey_of(self.document, seed, replication)
        return Course(
            plan=journey.plan,
            days=journey.days,
            tariff=tariff_of(journey.scenario),
            price_changes=journey.price_changes,
            hear=journey.hear,
            gates=journey.gates,
            strikes=journey.strikes,
        )
