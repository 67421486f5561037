"""Stations: queues with servers. A database, a legacy system, a GPU pool, a team of reviewers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from sim.errors import PlaceError
from sim.policies.client import Client
from sim.scenario.cold import ColdStart
from sim.scenario.laws import LawOfDuration
from sim.scenario.requests import Priority
from sim.scenario.spine import Spine, usual
from sim.scenario.types import (
    Hours,
    Model,
    Money,
    Name,
    PositiveDuration,
    PositiveWholeNumber,
    Unlimited,
    Weekdays,
    WholeNumber,
)

Servers = Annotated[WholeNumber, Field(le=10**7)]
SomeServers = Annotated[PositiveWholeNumber, Field(le=10**7)]
"""A station that never has a server never finishes anything; one that is closed at times has `staff`."""


class Shift(Model):
    """People who work the same hours on the same days of the week, in the horizon's time zone."""

    days: Weekdays
    """Days of the week on which the shift starts [words]."""
    hours: Hours
    """From when to when; may pass midnight [local clock]."""
    people: Servers
    """How many work in it [n]."""


class Failures(Model):
    """A station that fails and is repaired, over and over; work pauses and resumes."""

    up_for: LawOfDuration
    """Time from a repair to the next failure; the first counts from the start of the horizon [us]."""
    down_for: LawOfDuration
    """Time from a failure to its repair [us]."""
    stream: Name | None = None
    """Whose luck it has; the station's own name unless written [text]."""


class StationCost(Model):
    """What a station costs, in the scenario's currency."""

    per_month: Money | None = None
    """A fixed price [currency / month]."""
    per_busy_hour: Money | None = None
    """For each hour in which one server works [currency / h]."""
    per_server_hour: Money | None = None
    """For each hour in which one server is present [currency / h]."""


class Station(Spine):
    """A queue with servers, first come first served within a priority."""

    NOT_YET: ClassVar = {
        "scale": "write `servers`, and `changes` in a phase",
        "batch": "each server takes one at a time",
    }

    servers: SomeServers | Unlimited | None = None
    """How many work at once, all the time [n]."""
    staff: tuple[Shift, ...] | None = None
    """The servers by the timetable of their shifts, instead of `servers`."""
    at_shift_end: Literal["finish", "return"] = "finish"
    """Whether work under way at the end of a shift is finished, or goes back to the queue with what is
    left of it [word]."""
    search: Name | None = None
    """The vector database whose servers and `service` it has; what is written beside it stands; see
    `simulate presets vector-search` [name]."""
    service: LawOfDuration | None = None
    """Time that one server needs for one visit [us]; not needed where only endpoints run on it."""
    queue_limit: WholeNumber | None = None
    """Most that may wait; what comes above it is turned away; no bound unless written [n]."""
    sheds_above: dict[Priority, WholeNumber] = {}
    """Requests of a priority are turned away as `shed` while so many are under way here, in service or waiting:
    {low: 20, normal: 40}; none unless written [n]."""
    cold_start: ColdStart | None = None
    """What happens after it was idle; it is always ready unless written."""
    timeout: PositiveDuration | None = None
    """Callers give up an attempt after so long [us]."""
    patience: LawOfDuration | None = None
    """Who waits longer than this leaves the queue [us]."""
    abandoned: Literal["keeps_place", "leaves"] = "keeps_place"
    """Whether work that nobody waits for any more is still served, because most systems do not notice,
    or leaves the queue [word]."""
    client: Client = usual(Client())
    """How callers retry; not at all unless written."""
    failures: Failures | None = None
    """Random failures and repairs."""
    cost: StationCost | None = None
    """What it costs."""
    owner: Name | None = None
    """The team that answers for it."""

    @model_validator(mode="after")
    def _has_a_queue_of_its_own(self) -> Station:
        self.client.refuse_to_wait(at="a station has servers and a queue of its own")
        return self

    @model_validator(mode="after")
    def _some_servers(self) -> Station:
        if (self.servers is None) == (self.staff is None):
            message = "give `servers`, a number or unlimited, or a timetable of `staff`"
            raise PlaceError(message, (), "either_or")
        return self
