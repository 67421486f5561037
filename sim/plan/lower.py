"""From a scenario to a plan: tables for its first instant, and every change that follows.

Each phase is lowered as a scenario of its own, with shared pools; where cells differ between phases,
a change sets them at the phase's midnight. Shifts, failures and incidents are composed with them
into one timeline per cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.limits.fields import LimitFields
from sim.limits.quota import Fields as Quota
from sim.plan import Changes, Names, Plan, Table2D
from sim.plan.causes import Causes
from sim.plan.columns import Endpoint, Limit, Step, Table
from sim.plan.rows import Pools
from sim.plan.sizes import refuse_what_overflows
from sim.plan.timeline import Moments, compose
from sim.plan.variant import Variant

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

FIXED: dict[Table, tuple[int, ...]] = {
    Table.STEPS: (
        *(Step.KIND, Step.NEXT, Step.ALT, Step.STAGE),
        *(Step.FORK_FIRST, Step.FORK_COUNT, Step.LAP),
    ),
    Table.ENDPOINTS: (
        *(Endpoint.NODE, Endpoint.LIMIT_FIRST),
        *(Endpoint.LIMIT_COUNT, Endpoint.OWN_LIMITS),
    ),
    Table.LIMITS: tuple(range(Limit.PARAMETERS)),
}
"""Columns that hold the plan together; no phase may change them."""

SHAPES = {
    Table.STEPS: "the stages of a pipeline or a residency",
    Table.ROUTES: "which routes there are or a residency",
    Table.ENDPOINTS: "which endpoints there are, their station and which limits they have",
    Table.NODES: "which stations there are",
    Table.LIMITS: "the kind of a limit, what it counts, whether it waits and its advice",
    Table.WORKLOADS: "which workloads there are",
}
"""What each table's shape stands for, in a planner's words."""


Schedule = Sequence[tuple[int, int]]
"""(from when [us], which phase), ascending, the first at 0: the phases as they come."""


@dataclass(frozen=True)
class Composer:
    """The tables of each phase and all that happens, ready to be composed for any schedule."""

    variants: tuple[Variant, ...]
    tables: tuple[dict[Table, Table2D], ...]
    causes: Causes
    """Failures and incidents; shifts depend on the schedule."""

    def moments(self, schedule: Schedule) -> dict[tuple[Table, int, int], Moments]:
        """What each cell that ever changes holds over time."""
        ends = (*(start for start, _ in schedule[1:]), self.causes.calendar.end_us)
        stretches = [
            (self.variants[phase], start, end)
            for (start, phase), end in zip(schedule, ends, strict=True)
        ]
        return dict(_timelines(self.tables, schedule, self.causes.timetabled(stretches)))


@dataclass(frozen=True)
class Lowered:
    """A plan and what changes in it."""

    plan: Plan
    """The tables at the first instant."""
    changes: Changes
    """Every later change of the whole horizon, in the order in which they happen."""
    schedule: tuple[tuple[int, int], ...]
    """When each phase of `plan.names.phases` starts, as planned."""
    composer: Composer

    def rescheduled(self, schedule: Schedule) -> Lowered:
        """The same plan with its phases at other times; what lies before the first difference stays."""
        changes = _changes(self.composer.moments(schedule))
        return Lowered(self.plan, changes, tuple(schedule), self.composer)


def lower(scenario: Scenario, seed: int, replication: int) -> Lowered:
    """The plan of one replication.

    Args:
        scenario: validated, its unknowns already drawn.
        seed: the study's seed.
        replication: from 0.
    """
    pools = Pools()
    phases = scenario.phase_variants()
    variants = [
        Variant(phase.scenario, seed, replication, pools, number)
        for number, phase in enumerate(phases)
    ]
    for number, variant in enumerate(variants[1:], start=1):
        _refuse_another_shape(variants[0], variant, phases[number].name)
    tables = tuple({t: rows.array() for t, rows in v.tables().items()} for v in variants)
    causes = _causes(scenario, variants[0], seed, replication)
    composer = Composer(tuple(variants), tables, causes)
    schedule = tuple((phase.start_us, number) for number, phase in enumerate(phases))
    moments = composer.moments(schedule)
    names = tuple(phase.name for phase in phases)
    plan = _plan(variants[0], _first_instant(tables[0], moments), names)
    refuse_what_overflows(scenario.name, plan, moments)
    return Lowered(plan, _changes(moments), schedule, composer)


def _causes(scenario: Scenario, variant: Variant, seed: int, replication: int) -> Causes:
    causes = Causes(scenario, seed, replication)
    causes.add_resets(variant)
    causes.add_failures(variant)
    causes.add_incidents(variant)
    return causes


def _timelines(
    tables: Sequence[dict[Table, Table2D]], schedule: Schedule, causes: Causes
) -> Iterator[tuple[tuple[Table, int, int], Moments]]:
    """What each cell that ever changes holds over time."""
    cells = set(causes.spans) | set(causes.bases)
    for table in Table:
        stack = np.stack([variant[table] for variant in tables])
        differing = np.argwhere((stack != stack[0]).any(axis=0))
        cells |= {(table, int(row), int(column)) for row, column in differing}
    for cell in sorted(cells):
        table, row, column = cell
        phased = [(start, int(tables[phase][table][row, column])) for start, phase in schedule]
        base = causes.bases.get(cell) or phased
        combine = causes.combine.get(cell, lambda value, _: value)
        spans = causes.spans.get(cell, [])
        yield cell, compose(base, spans, combine, causes.calendar.end_us)


def _first_instant(
    written: dict[Table, Table2D], moments: dict[tuple[Table, int, int], Moments]
) -> dict[Table, Table2D]:
    tables = {table: cells.copy() for table, cells in written.items()}
    for (table, row, column), timeline in moments.items():
        tables[table][row, column] = timeline[0][1]
    return tables


def _changes(moments: dict[tuple[Table, int, int], Moments]) -> Changes:
    rows = sorted(
        (now, *cell, value) for cell, timeline in moments.items() for now, value in timeline[1:]
    )
    columns = np.array(rows, np.int64).reshape(-1, 5).T
    return Changes(*(np.ascontiguousarray(column) for column in columns))


def _plan(variant: Variant, tables: dict[Table, Table2D], phases: tuple[str, ...]) -> Plan:
    maker, pools = variant.maker, variant.pools
    return Plan(
        steps=tables[Table.STEPS],
        forks=np.array(maker.forks, np.int64),
        routes=tables[Table.ROUTES],
        route_endpoints=pools.route_endpoints.array(),
        route_weights=pools.route_weights.array(),
        route_breakers=pools.route_breakers.array(),
        endpoints=tables[Table.ENDPOINTS],
        endpoint_limits=pools.endpoint_limits.array(),
        nodes=tables[Table.NODES],
        limits=tables[Table.LIMITS],
        workloads=tables[Table.WORKLOADS],
        clock=tables[Table.CLOCK],
        laws=pools.laws.laws(),
        step_keys=np.array(maker.keys, np.uint64),
        workload_keys=np.array(variant.workload_keys, np.uint64),
        names=_names(variant, phases),
    )


def _names(variant: Variant, phases: tuple[str, ...]) -> Names:
    return Names(
        steps=tuple(variant.maker.rows.names),
        stages=tuple(variant.maker.stages),
        routes=tuple(variant.routes.table.names),
        endpoints=tuple(variant.endpoints.names),
        nodes=tuple(variant.nodes.names),
        limits=tuple(variant.limits.names),
        workloads=tuple(variant.workloads.names),
        phases=phases,
    )


def _refuse_another_shape(first: Variant, other: Variant, phase: str) -> None:
    """Refuse a phase whose tables cannot be reached by changing cells."""
    for table, rows in first.tables().items():
        theirs = other.tables()[table]
        same = rows.names == theirs.names and all(
            mine[column] == changed[column]
            for mine, changed in zip(rows.cells, theirs.cells, strict=False)
            for column in FIXED.get(table, ())
        )
        if not same or (table == Table.STEPS and first.maker.forks != other.maker.forks):
            message = f"phase {phase!r} changes {SHAPES[table]}; a phase can change numbers only"
            problem = Problem(first.scenario.name, 0, 0, "phase_shape", "rollout.phases", message)
            raise ScenarioError([problem])
    for mine, changed in zip(first.limit_fields, other.limit_fields, strict=True):
        if _clock(mine) != _clock(changed):
            message = f"phase {phase!r} changes when the quota {mine.label!r} resets; it can change what it allows"
            problem = Problem(first.scenario.name, 0, 0, "phase_shape", "rollout.phases", message)
            raise ScenarioError([problem])


def _clock(limit: LimitFields) -> tuple[object, ...]:
    """When a quota resets; nothing for other limits."""
    return (limit.per, limit.resets_at, limit.timezone) if isinstance(limit, Quota) else ()
