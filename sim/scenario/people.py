"""What a planner writes about demand: populations, and how a workload's sessions come about.

    populations: {adjusters: {timezone: .., active_hours: .., adoption: ..}}      -> `Population`
    workloads:   {ask_claim: {population: adjusters, sessions_per_user_day: 9}}   -> `WorkloadDemand`
    workloads:   {intake:    {arrivals: {per_day: 2600, curve: evening_batch}}}   -> `Arrivals`

`sim.demand.build` turns these into the arrivals of each day.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.demand.curves import Week
from sim.errors import PlaceError
from sim.scenario.calendar import WEEKDAYS
from sim.scenario.day_curves import DayCurve, DayHours, WeekHours, week_of
from sim.scenario.laws import LawOfCount, LawOfDuration, LawOfNumber
from sim.scenario.moments import Moment, listed
from sim.scenario.types import (
    Count,
    Day,
    Model,
    Name,
    Number,
    PositiveCount,
    PositiveDuration,
    PositiveNumber,
    PositiveRate,
    PositiveWholeNumber,
    Rate,
    Share,
    TimeZone,
    Weekdays,
    WholeNumber,
)

SESSIONS_PER_USER_DAY_MAX = 2000
"""More from one person is a machine's work; write it as `arrivals` [n]."""
BURST_CV_MAX = 20
SWINGS_CV_MAX = 10
N_ARRIVALS_MAX = 1_000_000_000


class Holidays(Model):
    """Public holidays, on which people work as on a Sunday."""

    country: Annotated[str, Field(min_length=2, max_length=2)]
    """ISO 3166 code of the country, as US [text]."""
    subdivision: str | None = None
    """Code of the state or province, as IL [text]."""

    @model_validator(mode="after")
    def _known(self) -> Holidays:
        import holidays

        known = holidays.list_supported_countries()
        if self.country not in known:
            message = f"no holidays are known for {self.country!r}; write an ISO code, as US or DE"
            raise PlaceError(message, ("country",), "holidays")
        if self.subdivision is not None and self.subdivision not in known[self.country]:
            message = f"{self.country} has no {self.subdivision!r}; there are "
            message += ", ".join(known[self.country]) or "none"
            raise PlaceError(message, ("subdivision",), "holidays")
        return self


class Adoption(Model):
    """How people with access come to use it."""

    curve: Literal["logistic", "bass", "linear", "step", "immediate"] = "logistic"
    """logistic: slow, fast, slow (Bass's diffusion, usual `imitation`); bass: with your own; linear: evenly, over
    twice `half_after`; step: all at once, after `half_after`; immediate: with access [word]."""
    half_after: PositiveDuration | None = None
    """Half of those who ever will, use it so long after they got access [us]."""
    ceiling: Share = 1.0
    """Share of people with access who ever will use it [1]."""
    imitation: Annotated[Number, Field(ge=0)] | None = None
    """bass: how much stronger those who use it already pull than the thing itself; 12.7 is usual, 0 is a steady
    pull without imitation [1]."""
    stays: LawOfDuration | None = None
    """How long a person goes on using it before leaving for good; always unless written [distribution, us]."""

    @model_validator(mode="after")
    def _half_after_where_needed(self) -> Adoption:
        if self.curve == "immediate" and self.half_after is not None:
            raise PlaceError("immediate has no half_after", ("half_after",), "adoption")
        if self.curve != "immediate" and self.half_after is None:
            raise PlaceError(f"a {self.curve} curve needs half_after, as 10d", (), "adoption")
        if (self.curve == "bass") != (self.imitation is not None):
            raise PlaceError("a bass curve, and no other, has its imitation", (), "adoption")
        return self


class DayToDay(Model):
    """Whole days run hot or cold together, for everyone in the population."""

    cv: Share
    """Standard deviation / mean of a day's factor, which is lognormal with mean 1 [1]."""
    autocorrelation: Annotated[Number, Field(gt=-1, lt=1)] = 0.0
    """Correlation of one day's factor with the next day's, on the log scale [1]."""


class Surge(Model):
    """Something that now and then multiplies everyone's sessions for a while, such as a storm.

    Surges that overlap multiply each other.
    """

    name: Name
    """What charts call it; its luck goes by it [text]."""
    per_month: PositiveCount
    """Mean number of starts in a month of 30.4375 days; they are a Poisson process [n]."""
    multiplies: LawOfNumber
    """By what sessions are multiplied [distribution, 1]."""
    lasts: LawOfDuration
    """How long it lasts [distribution, us]."""


class Peak(Model):
    """Days that are known to be busier, or quieter: those of a stretch, or the last of each month or quarter.

    Peaks that meet multiply each other.
    """

    name: Name
    """What it is [text]."""
    multiplies: PositiveNumber
    """By what the day's work is multiplied [1]."""
    since: Annotated[Day | None, Field(alias="from")] = None
    """The first day of a stretch [day]."""
    until: Day | None = None
    """The day after its last one [day]."""
    last_days: PositiveWholeNumber | None = None
    """So many calendar days at the end of each month, instead of a stretch [n]."""
    of: Literal["month", "quarter"] | None = None
    """Whether every month's end counts, as it does unless written, or only a quarter's [word]."""

    @model_validator(mode="after")
    def _one_way(self) -> Peak:
        stretch = self.since is not None and self.until is not None
        if stretch == (self.last_days is not None) or (self.since is None) != (self.until is None):
            raise PlaceError("write from and until, or last_days", (), "either_or")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise PlaceError("until is after from", ("until",), "order")
        if self.of is not None and self.last_days is None:
            raise PlaceError("of belongs to last_days", ("of",), "no_effect")
        return self


class Population(Model):
    """People who share a calendar."""

    timezone: TimeZone | None = None
    """Whose clock they work by; the horizon's unless written [IANA zone]."""
    holidays: Holidays | None = None
    """Public holidays, on which they work as on a Sunday [map]."""
    active_hours: WeekHours
    """When they work: {mon-fri: office_9_to_5, sat: {scale: 0.15}}. Days not named are free. An entry without a
    curve takes that of the first entry with one [map of days to day curves]."""
    users: WholeNumber | None = None
    """People with access from the horizon's start, before any phase of the rollout [n]."""
    adoption: Adoption = Adoption(curve="immediate")
    """How people with access come to use it; at once unless written [map]."""
    day_to_day: DayToDay | None = None
    """Days that run hot or cold together; none unless written [map]."""
    surges: tuple[Surge, ...] = ()
    """What now and then multiplies everyone's sessions [list]."""
    peaks: tuple[Peak, ...] = ()
    """Days that are known to be busier [list]."""
    residency: Name | None = None
    """Calls for them use only endpoints with this `region`; any unless written [name]."""
    stream: Name | None = None
    """The name of its luck, to keep it under another name [text]."""

    @model_validator(mode="after")
    def _surges_have_names_of_their_own(self) -> Population:
        names = [surge.name for surge in self.surges]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise PlaceError(f"{name!r} stands twice", ("surges", index, "name"), "duplicate")
        return self

    def week(self) -> Week:
        """The shape of each day of the week."""
        return week_of(self.active_hours)


class Burst(Model):
    """Arrivals that come in clusters."""

    cv: Annotated[Count, Field(le=BURST_CV_MAX)]
    """Standard deviation / mean of the gaps, which are gamma: 0 a metronome, 1 Poisson [1]."""


class Swings(Model):
    """A rate that wanders: a factor, lognormal with mean 1, that slowly forgets what it was."""

    cv: Annotated[Count, Field(le=SWINGS_CV_MAX)]
    """Standard deviation / mean of the factor [1]."""
    lasts: PositiveDuration
    """How long a swing lasts: after it, the correlation of the factor's logarithm has fallen to 1/e [us]."""


class RateStep(Model):
    """A rate that holds until the next step's."""

    since: Annotated[Moment, Field(alias="from")]
    """When it begins: 0s, 10min (since the horizon's start) or 2027-07-05T09:00 [us or local time]."""
    rate: Rate
    """Mean arrivals [1/s]."""


class Closed(Model):
    """A fixed number of users, who think, ask and wait for ever."""

    users: PositiveWholeNumber
    """How many [n]."""


class Arrivals(Model):
    """Sessions that come by themselves. One of per_day, rate, steps, at, closed says how."""

    per_day: PositiveCount | None = None
    """Mean number on a full day [n]."""
    rate: PositiveRate | None = None
    """Mean rate; with a `curve`, its mean over a full day [1/s]."""
    steps: Annotated[tuple[RateStep, ...], Field(min_length=1)] | None = None
    """A ladder of rates: [{from: 0s, rate: 10/s}, {from: 10min, rate: 40/s}] [list]."""
    at: (
        Annotated[
            tuple[Moment, ...],
            Field(min_length=1),
            BeforeValidator(listed, json_schema_input_type=Moment | tuple[Moment, ...]),
        ]
        | None
    ) = None
    """Instants at which `count` sessions start together [us since the horizon's start, or local time]."""
    closed: Closed | None = None
    """A closed loop: {users: 20}; each thinks first, for a `think_time` [map]."""
    count: Annotated[PositiveWholeNumber, Field(le=N_ARRIVALS_MAX)] | None = None
    """With `at`: how many at each instant, 1 unless written. Else: the most that ever come [n]."""
    curve: DayHours | None = None
    """How a day's arrivals are spread over its hours; evenly unless written [day curve]."""
    days: Weekdays | None = None
    """On which days they come; on all unless written [days]."""
    active_hours: WeekHours | None = None
    """A day curve for each day of the week, instead of `curve` and `days` [map of days to day curves]."""
    day_to_day: DayToDay | None = None
    """Days that run hot or cold; none unless written [map]."""
    swings: Swings | None = None
    """A rate that wanders within the day: {cv: 0.3, lasts: 10min}; it does not unless written [map]."""
    holidays: Holidays | None = None
    """Public holidays, on which arrivals are as on a Sunday [map]."""
    timezone: TimeZone | None = None
    """On whose clock `curve` and `days` are; the horizon's unless written [IANA zone]."""
    peaks: tuple[Peak, ...] = ()
    """Days that are known to be busier [list]."""
    gaps: LawOfNumber | None = None
    """Law of the gaps between arrivals; only its shape matters. Exponential unless written: Poisson arrivals. 1 is
    a metronome [distribution, 1]."""
    burst: Burst | None = None
    """Clusters, instead of `gaps`: {cv: 4} [map]."""

    @model_validator(mode="after")
    def _one_way(self) -> Arrivals:
        ways = ("per_day", "rate", "steps", "at", "closed")
        given = [way for way in ways if getattr(self, way) is not None]
        if len(given) != 1:
            what = " and ".join(given) + " exclude each other; " if given else ""
            message = f"{what}write one of {', '.join(ways)}"
            raise PlaceError(message, (given[1],) if given else (), "either_or")
        self._refuse(given[0], self._useless(given[0]))
        if self.gaps is not None and self.burst is not None:
            raise PlaceError("gaps and burst exclude each other", ("burst",), "either_or")
        if self.gaps is not None and not self.gaps.table().mean > 0:
            raise PlaceError("the mean of the gaps must be more than 0", ("gaps",), "too_small")
        if self.active_hours is not None and (self.curve is not None or self.days is not None):
            message = "active_hours stands instead of curve and days"
            raise PlaceError(message, ("active_hours",), "either_or")
        return self

    def _useless(self, way: str) -> tuple[str, ...]:
        if way in {"per_day", "rate"}:
            return ()
        daily = ("curve", "days", "active_hours", "day_to_day", "holidays", "timezone", "peaks")
        if way == "steps":
            return daily
        return (*daily, "swings", "gaps", "burst", *(("count",) if way == "closed" else ()))

    def _refuse(self, way: str, useless: tuple[str, ...]) -> None:
        for key in useless:
            if getattr(self, key) not in (None, ()):
                raise PlaceError(f"{key} means nothing beside {way}", (key,), "no_effect")

    def week(self) -> Week | None:
        """The shape of each day of the week; None where the rate is the same at all times."""
        if self.active_hours is not None:
            return week_of(self.active_hours)
        if self.curve is None and self.days is None and self.holidays is None and not self.peaks:
            return None
        curve = DayCurve(curve="flat") if self.curve is None else self.curve
        days = tuple(range(7)) if self.days is None else self.days
        return week_of({WEEKDAYS[day]: curve for day in days})


class WorkloadDemand(Model):
    """The part of a workload that says who starts its sessions, and when."""

    population: Name | None = None
    """The people who start its sessions [name]."""
    sessions_per_user_day: Annotated[Count, Field(le=SESSIONS_PER_USER_DAY_MAX)] | None = None
    """Mean sessions of a person who uses it, on a full working day; each day's number is Poisson [n]."""
    arrivals: Arrivals | None = None
    """Sessions that come by themselves, instead of a population's [map]."""
    turns: LawOfCount | None = None
    """Requests of a session, one after another; one unless written [distribution, n]."""
    think_time: LawOfDuration | None = None
    """From an answer to the session's next request [distribution, us]."""
    stream: Name | None = None
    """The name of its luck, to keep it under another name [text]."""

    @model_validator(mode="after")
    def _people_or_arrivals(self) -> WorkloadDemand:
        if (self.population is None) == (self.arrivals is None):
            message = "write either population, with sessions_per_user_day, or arrivals"
            raise PlaceError(message, (), "either_or")
        if self.population is not None and self.sessions_per_user_day is None:
            raise PlaceError("people need sessions_per_user_day, as 9", (), "missing")
        if self.arrivals is not None and self.sessions_per_user_day is not None:
            message = "sessions_per_user_day means nothing beside arrivals"
            raise PlaceError(message, ("sessions_per_user_day",), "no_effect")
        return self

    @model_validator(mode="after")
    def _thinks_between_turns(self) -> WorkloadDemand:
        closed = self.arrivals is not None and self.arrivals.closed is not None
        if closed and self.turns is not None:
            raise PlaceError(
                "a closed loop goes on for ever; turns end it", ("turns",), "no_effect"
            )
        if (closed or self.turns is not None) and self.think_time is None:
            raise PlaceError(
                "think_time is missing: from an answer to the next turn", (), "missing"
            )
        if self.think_time is not None and not closed and self.turns is None:
            raise PlaceError("think_time needs turns", ("think_time",), "no_effect")
        return self
