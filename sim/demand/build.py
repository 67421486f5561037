"""From what a planner wrote to `Demand`: the only place where demand reads the scenario's models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import Protocol

from sim.demand import BurstSpec, ClosedSpec, Demand, RenewalSpec, SessionsSpec, WorkloadSpec
from sim.demand.adoption import IMITATION, Adoption, Step
from sim.demand.calendar import Horizon, holiday_test, no_holidays
from sim.demand.peaks import PeakSpec
from sim.demand.people import PopulationSpec
from sim.demand.renewal import DaySwings, Pace, pace_of_steps, week_pace
from sim.demand.swings import CELLS_PER_SWING, DayToDay, RateSwings, SurgeLaw
from sim.errors import PlaceError
from sim.scenario.law_forms import Exponential
from sim.scenario.laws import parse_law
from sim.scenario.people import Adoption as WrittenAdoption
from sim.scenario.people import Arrivals, Holidays, Peak, Population, WorkloadDemand
from sim.scenario.tables import LawTable

SECONDS_PER_DAY = 86_400
US = 1_000_000
N_CELLS_MAX = 2_000_000
"""More factors of a rate would need more memory than all the rest of a replication."""


class PhaseLike(Protocol):
    """What demand needs to know of a phase of the rollout."""

    @property
    def start(self) -> date:
        """The first local day."""
        ...

    @property
    def users(self) -> Mapping[str, int]:
        """People with access, by population."""
        ...

    @property
    def ramp(self) -> int | None:
        """How long the new people take to get access [us]."""
        ...


def demand_of(
    horizon: Horizon,
    populations: Mapping[str, Population],
    workloads: Mapping[str, WorkloadDemand],
    phases: Sequence[PhaseLike],
    seed: int,
    replication: int,
) -> Demand:
    """Return the demand of one replication of a scenario whose unknowns are resolved.

    Raises `PlaceError`, with the place from the top of the scenario, for what contradicts itself
    across its parts.
    """
    people = [
        population_spec(name, population, horizon, phases)
        for name, population in populations.items()
    ]
    specs = [workload_spec(name, workload, horizon) for name, workload in workloads.items()]
    return Demand(horizon, people, specs, seed, replication)


def population_spec(
    name: str, population: Population, horizon: Horizon, phases: Sequence[PhaseLike]
) -> PopulationSpec:
    """Return a population as tables and laws."""
    daily = population.day_to_day
    return PopulationSpec(
        name,
        population.timezone or horizon.timezone,
        population.week(),
        ladder_of(name, population, horizon, phases),
        population.stream or name,
        _holiday_test(population.holidays),
        _adoption(population.adoption),
        DayToDay(daily.cv, daily.autocorrelation) if daily else DayToDay(),
        tuple(
            SurgeLaw(surge.name, surge.per_month, surge.multiplies.table(), surge.lasts.table())
            for surge in population.surges
        ),
        _peaks(population.peaks),
    )


def _peaks(written: Sequence[Peak]) -> tuple[PeakSpec, ...]:
    return tuple(
        PeakSpec(peak.multiplies, peak.since, peak.until, peak.last_days or 0, peak.of == "quarter")
        for peak in written
    )


def _adoption(written: WrittenAdoption) -> Adoption:
    imitation = IMITATION if written.imitation is None else written.imitation
    stay = None if written.stays is None else written.stays.table()
    return Adoption(written.curve, written.half_after or 0, written.ceiling, imitation, stay)


def ladder_of(
    name: str, population: Population, horizon: Horizon, phases: Sequence[PhaseLike]
) -> tuple[Step, ...]:
    """Return the users of a population over time: its own `users`, then those of each phase."""
    ladder = [] if population.users is None else [Step(0, population.users)]
    for index, phase in enumerate(phases):
        if name not in phase.users:
            continue
        place = ("rollout", "phases", index, "users", name)
        users = phase.users[name]
        if ladder and users < ladder[-1].users:
            message = f"{users} is less than {ladder[-1].users} before: nobody loses access again"
            raise PlaceError(message, place, "users_fall")
        start_us = horizon.since_start_us(datetime.combine(phase.start, time()))
        if ladder and start_us < ladder[-1].start_us:
            raise PlaceError("phases start one after another", place[:3], "order")
        ladder.append(Step(start_us, users, phase.ramp or 0))
    if not ladder:
        message = "nobody has access: write users, here or in a phase of the rollout"
        raise PlaceError(message, ("populations", name), "missing")
    return tuple(ladder)


def workload_spec(name: str, workload: WorkloadDemand, horizon: Horizon) -> WorkloadSpec:
    """Return what starts a workload's sessions."""
    stream = workload.stream or name
    arrivals = workload.arrivals
    if arrivals is None:
        assert workload.population is not None
        assert workload.sessions_per_user_day is not None
        return SessionsSpec(name, workload.population, workload.sessions_per_user_day, stream)
    if arrivals.closed is not None:
        assert workload.think_time is not None
        return ClosedSpec(name, arrivals.closed.users, workload.think_time.table(), stream)
    if arrivals.at is not None:
        place = ("workloads", name, "arrivals", "at")
        moments = [
            _since_start_us(moment, horizon, (*place, index))
            for index, moment in enumerate(arrivals.at)
        ]
        return BurstSpec(name, tuple(moments), arrivals.count or 1, stream)
    pace = pace_of(name, arrivals, horizon)
    daily = arrivals.day_to_day
    swings = None
    if daily is not None:
        days = tuple(day.start_us for day in horizon.days(arrivals.timezone))
        swings = DaySwings(DayToDay(daily.cv, daily.autocorrelation), days)
    wanders = _wanders(name, arrivals, horizon)
    return RenewalSpec(name, pace, gaps_of(arrivals), arrivals.count, stream, swings, wanders)


def _wanders(name: str, arrivals: Arrivals, horizon: Horizon) -> RateSwings | None:
    if arrivals.swings is None or arrivals.swings.cv == 0:
        return None
    law = RateSwings(arrivals.swings.cv, arrivals.swings.lasts)
    if horizon.end_us // law.cell_us >= N_CELLS_MAX:
        least_s = horizon.end_us * CELLS_PER_SWING / N_CELLS_MAX / US
        message = (
            f"in this horizon swings must last at least {least_s:.3g} s; write a burst instead"
        )
        raise PlaceError(message, ("workloads", name, "arrivals", "swings", "lasts"), "too_small")
    return law


def pace_of(name: str, arrivals: Arrivals, horizon: Horizon) -> Pace:
    """Return how many arrivals are expected by when."""
    if arrivals.steps is not None:
        place = ("workloads", name, "arrivals", "steps")
        steps = [
            (_since_start_us(step.since, horizon, (*place, index, "from")), step.rate)
            for index, step in enumerate(arrivals.steps)
        ]
        for index, (before, after) in enumerate(pairwise(steps)):
            if after[0] <= before[0]:
                raise PlaceError("steps go up in time", (*place, index + 1, "from"), "order")
        return pace_of_steps(steps, horizon.end_us)
    per_day = arrivals.per_day or (arrivals.rate or 0.0) * SECONDS_PER_DAY
    week = arrivals.week()
    if week is None:
        rate = arrivals.rate or per_day / SECONDS_PER_DAY
        return pace_of_steps([(0, rate)], horizon.end_us)
    days = horizon.days(arrivals.timezone)
    is_holiday = _holiday_test(arrivals.holidays)
    holidays = [is_holiday(day.date) for day in days]
    peaks = _peaks(arrivals.peaks)
    return week_pace(days, week, holidays, per_day, peaks)


def gaps_of(arrivals: Arrivals) -> LawTable | None:
    """Return the law of the gaps; None for exponential ones, which need no table."""
    if arrivals.burst is not None:
        cv = arrivals.burst.cv
        if cv == 1.0:
            return None
        written = {"law": "gamma", "mean": 1, "cv": cv} if cv > 0 else 1
        return parse_law(written, "number").table()
    law = arrivals.gaps
    if law is None or (isinstance(law, Exponential) and not _bent(law)):
        return None
    return law.table()


def _bent(law: Exponential) -> bool:
    return bool(law.plus) or law.at_least is not None or law.at_most is not None


def _since_start_us(moment: int | datetime, horizon: Horizon, place: tuple[str | int, ...]) -> int:
    at_us = moment if isinstance(moment, int) else horizon.since_start_us(moment)
    if not 0 <= at_us < horizon.end_us:
        raise PlaceError("this is outside the horizon", place, "outside")
    return at_us


def _holiday_test(written: Holidays | None) -> Callable[[date], bool]:
    return holiday_test(written.country, written.subdivision) if written else no_holidays
