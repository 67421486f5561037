"""The top of a scenario file.

    document = load_document("scenarios/claims_q3.yaml")
    scenario = validate(document, Scenario)

Everything is frozen and whole: names point at things that exist, phases are in order, every phase's
own version of the scenario is valid too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails

from sim.errors import PlaceError
from sim.limits.written import Limit
from sim.policies.router import Router
from sim.scenario.checks import faults_of_scenario
from sim.scenario.choices import Choice
from sim.scenario.costs import Costs
from sim.scenario.endpoints import Endpoint
from sim.scenario.horizon import Horizon, midnight
from sim.scenario.incidents import Incident
from sim.scenario.paths import Path, path_text
from sim.scenario.people import Population, WorkloadDemand
from sim.scenario.phases import PhaseVariant, changed
from sim.scenario.problems import Fault, faults_of
from sim.scenario.requests import RequestFields
from sim.scenario.rollout import Phase, Rollout
from sim.scenario.spine import Spine, fault_at
from sim.scenario.stations import Station
from sim.scenario.targets import Target
from sim.scenario.types import Currency, Name, PositiveShare
from sim.stages import Stages
from sim.vendors.expand import expanded
from sim.vendors.faults import faults_as_written

SCHEMA = "genai-rollout/v1"


class Workload(WorkloadDemand, RequestFields):
    """A kind of request: who sends it and when, what it carries, and what it goes through."""


class Scenario(Spine):
    """A plan to roll an AI assistant out: people, their requests, what serves them, what it costs."""

    schema_version: Literal["genai-rollout/v1"] = Field(alias="schema")
    """The version of this vocabulary [word]."""
    name: Name
    """What reports call the plan [text]."""
    currency: Currency = "USD"
    """The currency of all money [code]."""
    horizon: Horizon
    """The simulated time."""
    targets: tuple[Target, ...] = ()
    """What "good" means [list]."""
    precision: PositiveShare | None = None
    """With as many replications as it takes: enough where each undecided chance is known to within so much [share]."""
    populations: dict[Name, Population] = {}
    """People, by name."""
    workloads: dict[Name, Workload] = Field(min_length=1)
    """Kinds of requests, by name."""
    pipelines: dict[Name, Stages] = Field(min_length=1)
    """What requests go through: lists of stages, by name."""
    stations: dict[Name, Station] = {}
    """Queues with servers, by name."""
    endpoints: dict[Name, Endpoint] = {}
    """Deployments at vendors or on own stations, by name."""
    limits: dict[Name, Limit] = {}
    """Limits that several endpoints share, by name."""
    routes: dict[Name, Router] = {}
    """Choices among endpoints, by name."""
    incidents: tuple[Incident, ...] = ()
    """Outages and brown-outs [list]."""
    rollout: Rollout | None = None
    """Phases; without them everything is as written from the first day to the last."""
    costs: Costs = Costs()
    """Costs beside usage, and the budget."""
    unpublished: dict[Name, dict[Name, Any]] = {}
    """What no vendor publishes, by preset or model: a value instead of the preset's range [map]."""
    choices: tuple[Choice, ...] = ()
    """What may still be chosen: `simulate optimize` combines them, a run tries each where a target breaks [list]."""
    meta: dict[str, Any] = {}
    """Free text that nothing reads [map]."""

    _tree: dict[str, Any] = PrivateAttr(default_factory=dict)
    _variants: tuple[PhaseVariant, ...] = PrivateAttr(default=())

    @model_validator(mode="wrap")
    @classmethod
    def _whole(cls, value: Any, handler: ModelWrapValidatorHandler[Scenario]) -> Scenario:
        """Check what no part can check alone, and keep the raw values that phases change."""
        if not isinstance(value, dict):
            return handler(value)
        written, wrong = expanded(value)
        try:
            scenario = handler(written)
        except ValidationError as error:
            raise faults_as_written(error, value, written, wrong) from None
        if wrong:
            raise faults_as_written(None, value, written, wrong)
        scenario._tree = value
        faults = faults_of_scenario(scenario)
        if not faults:
            scenario._variants, faults = scenario._phase_scenarios()
        if faults:
            found = ValidationError.from_exception_data("Scenario", faults)
            raise faults_as_written(found, value, written, [])
        return scenario

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of the rollout."""
        return self.rollout.phases if self.rollout else ()

    def phase_variants(self) -> tuple[PhaseVariant, ...]:
        """The scenario in each phase; the first begins with the horizon."""
        return self._variants or (PhaseVariant("whole horizon", 0, self),)

    def _phase_scenarios(self) -> tuple[tuple[PhaseVariant, ...], list[Any]]:
        calendar = self.horizon.calendar()
        found: list[PhaseVariant] = []
        if self.phases and self.phases[0].start > self.horizon.start:
            found.append(PhaseVariant("before", 0, self))
        tree, current = self._tree, self
        for index, phase in enumerate(self.phases):
            place = ("rollout", "phases", index, "changes")
            try:
                if phase.changes:
                    tree = changed(tree, phase.changes)
                    current = _without_changes(tree)
            except PlaceError as error:
                return (), [fault_at((*place, *error.place), str(error), error.code)]
            except ValidationError as error:
                return (), _faults_of_changes(place, phase.changes, faults_of(error, tree))
            start_us = calendar.since_start_us(midnight(phase.start))
            found.append(PhaseVariant(phase.name, start_us, current))
        return tuple(found), []


def _without_changes(tree: dict[str, Any]) -> Scenario:
    """One phase's scenario: the same people, and no changes of its own."""
    rollout = dict(tree["rollout"])
    rollout["phases"] = [
        {key: value for key, value in phase.items() if key != "changes"}
        for phase in rollout["phases"]
    ]
    return Scenario.model_validate({**tree, "rollout": rollout})


def _faults_of_changes(
    place: Path, changes: Mapping[str, Any], faults: Sequence[Fault]
) -> list[InitErrorDetails]:
    """What is wrong with a phase's scenario, at the change that wrote it where there is one."""
    found = []
    for fault in faults:
        where = path_text(fault.path)
        wrote = next((key for key in changes if f"{where}.".startswith(f"{key}.")), None)
        at = place if wrote is None else (*place, wrote)
        there = "" if wrote == where else f"with these changes {where} is wrong: "
        found.append(fault_at(at, there + fault.message, "phase_change"))
    return found
