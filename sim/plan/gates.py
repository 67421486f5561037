"""Gates at work: which phases are open in one replication, as it goes, and why.

    keeper = Keeper(scenario)
    changed = keeper.decide(day, measures)     # at each local midnight, on what was finished by then
    keeper.schedule(), keeper.ladders()        # for the plan, and for demand

Both engines hand out the same measures, so they and any number of workers come to the same decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sim.demand.adoption import Step
from sim.measure import Measures
from sim.policies.gate import Action, Gate
from sim.scenario.horizon import midnight
from sim.targets import Target as JudgedTarget
from sim.targets import Value, as_one, breaches, evaluate

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Look:
    """What a gate saw of one target."""

    target: str
    met: bool
    value: Value | None
    """What is held against the limit [metric's unit]; None: there was no traffic."""
    breaches: tuple[int, int, int] | None
    """Requests, those on the wrong side, and how many may be; None where the target counts no requests."""


@dataclass(frozen=True)
class Decision:
    """What a gate did at a midnight."""

    phase: int
    """Row of the scenario's phases."""
    day: date
    held: int
    """How often the phase had been held before."""
    action: Action
    looks: tuple[Look, ...]


@dataclass(frozen=True)
class GateHistory:
    """All that the gates of one replication did."""

    decisions: tuple[Decision, ...]
    opened: tuple[date | None, ...]
    """First day of each phase; None: not within the horizon."""
    left: date | None = None
    """When the rollout went back a phase; None: it did not."""

    @property
    def holds(self) -> tuple[int, ...]:
        """How often each phase was held."""
        held = [0] * len(self.opened)
        for decision in self.decisions:
            held[decision.phase] += decision.action == "hold"
        return tuple(held)

    @property
    def held_anything(self) -> bool:
        """Whether the rollout went another way than planned."""
        return self.left is not None or any(one.action != "open" for one in self.decisions)


class Keeper:
    """The rollout of one replication: as planned, until a gate says otherwise."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._rollout = scenario.rollout
        self._calendar = scenario.horizon.calendar()
        self._targets = {target.name: target.judged() for target in scenario.targets}
        # A scenario whose first phase comes later has a phase of its own before it.
        self._before = len(scenario.phase_variants()) - len(scenario.phases)
        self._opens: list[date | None] = [phase.start for phase in scenario.phases]
        self._held = [0] * len(scenario.phases)
        self._back: tuple[date, int] | None = None
        self._decisions: list[Decision] = []

    @property
    def decides(self) -> bool:
        """Whether any phase has a gate."""
        return any(self._gate(number) for number in range(len(self._opens)))

    @property
    def history(self) -> GateHistory:
        """What was decided so far."""
        opened = tuple(day if self._comes(day) else None for day in self._opens)
        return GateHistory(tuple(self._decisions), opened, self._back[0] if self._back else None)

    def decide(self, day: int, measures: Measures | None) -> bool:
        """Decide on the phase that should open with a day of the horizon; whether the rest has changed."""
        today = self._calendar.start + timedelta(days=day)
        if today not in self._opens:
            return False
        number = self._opens.index(today)
        gate = self._gate(number)
        if gate is None:
            return False
        assert measures is not None, "a gate decides on what it has heard"
        seen = measures.stretch(range(max(0, day - gate.over_days), day))
        looks = tuple(_look(self._targets[name], seen) for name in gate.hold_if)
        missed = any(not look.met for look in looks)
        action = gate.decide(missed=missed, held=self._held[number])
        self._decisions.append(Decision(number, today, self._held[number], action, looks))
        return self._act(action, number, today, gate)

    def schedule(self) -> list[tuple[int, int]]:
        """(from when [us], row of the plan's phases), ascending: for `Lowered.rescheduled`."""
        found = [(0, 0)] if self._before or not self._opens else []
        for number, day in enumerate(self._opens):
            if day is not None and self._comes(day):
                found.append((self._at_us(day), number + self._before))
        if self._back is not None:
            day, number = self._back
            found.append((self._at_us(day), max(0, number + self._before)))
        return found

    def ladders(self) -> dict[str, list[Step]]:
        """Users over time, by population: for `Demand.onboard`."""
        return {
            name: self._ladder(name, population.users or 0)
            for name, population in self._scenario.populations.items()
        }

    def _ladder(self, population: str, users: int) -> list[Step]:
        ladder, levels = [Step(0, users)], [users]
        for phase, day in zip(self._scenario.phases, self._opens, strict=True):
            levels.append(phase.users.get(population, levels[-1]))
            if population in phase.users and day is not None:
                ladder.append(Step(self._at_us(day), levels[-1], phase.ramp or 0))
        if self._back is not None:
            day, number = self._back
            ladder.append(Step(self._at_us(day), levels[number + 1]))
        return ladder

    def _act(self, action: Action, number: int, today: date, gate: Gate) -> bool:
        if action in ("open", "proceed"):
            return False
        later = range(number, len(self._opens))
        if action == "hold":
            self._held[number] += 1
            for phase in later:
                day = self._opens[phase]
                assert day is not None, "phases come in order"
                self._opens[phase] = day + timedelta(days=gate.retry_days)
        else:
            for phase in later:
                self._opens[phase] = None
        if action == "roll back":
            self._back = (today, number - 2)
        return True

    def _gate(self, number: int) -> Gate | None:
        return self._rollout.gate_of(number) if self._rollout else None

    def _comes(self, day: date | None) -> bool:
        return day is not None and day < self._calendar.end

    def _at_us(self, day: date) -> int:
        return self._calendar.since_start_us(midnight(day))


def _look(target: JudgedTarget, seen: Measures) -> Look:
    whole = as_one(target)
    found = evaluate(whole, seen, None)
    return Look(target.name, found.met, found.value, breaches(whole, seen))


def phase_of(schedule: Sequence[tuple[int, int]], at_us: int) -> int:
    """The row of the plan's phases that holds at an instant."""
    return [phase for start_us, phase in schedule if start_us <= at_us][-1]
