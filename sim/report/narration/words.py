"""Words that several sentences share: names, times, tokens, money, and what vendors answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sim.follow import Attempt, Followed
from sim.outcome import Row
from sim.plan.columns import Result, Status
from sim.report import format as form
from sim.units import US_PER_SECOND

STATUSES = {
    Status.OK: "ok",
    Status.LATE: "late, after its deadline",
    Status.GAVE_UP: "given up by the person",
    Status.TIMED_OUT: "timed out",
    Status.RATE_LIMITED: "rate limited (429)",
    Status.VENDOR_ERROR: "a vendor's error (5xx)",
    Status.SHED: "shed",
    Status.BLOCKED: "blocked by policy",
    Status.UNFINISHED: "still under way when the horizon ends",
}
RESULTS = {
    Result.OK: "an answer",
    Result.REFUSED: "429, a limit said no",
    Result.ERROR: "5xx, an error",
    Result.TIMEOUT: "a time-out",
    Result.FULL: "a full queue",
    Result.LEFT: "patience in the queue ended",
    Result.NO_BUDGET: "no retry budget",
    Result.OPEN: "an open breaker",
    Result.FILTERED: "400, the content filter said no",
}
STATION_ERROR = "an error"


@dataclass(frozen=True)
class Told:
    """A followed request, and where it was found."""

    followed: Followed
    stations: frozenset[str]
    """Endpoints that are stations of the scenario: they have queues and servers, and no status codes."""
    seed: int
    replication: int
    engine: str
    picked: str = ""
    """The word that chose it; empty where it was asked for by number."""
    own_queues: frozenset[str] = frozenset()
    """Endpoints whose clients have limits of their own."""

    @property
    def number(self) -> str:
        """`1234.2`: session and turn."""
        return f"{self.followed.row[Row.SESSION]}.{self.followed.row[Row.TURN]}"

    def local(self, at_us: int) -> datetime:
        """The scenario's clock at an instant."""
        calendar = self.followed.calendar
        zone = ZoneInfo(calendar.timezone)
        zero = datetime.combine(calendar.start, time(), zone).astimezone(ZoneInfo("UTC"))
        return (zero + timedelta(microseconds=at_us)).astimezone(zone)

    def endpoint(self, row: int) -> str:
        """What the planner calls an endpoint or a station."""
        return form.label(self.followed.names.endpoints[row], 40)

    def is_station(self, row: int) -> bool:
        """Whether people or machines of one's own work there."""
        return self.followed.names.endpoints[row] in self.stations

    def queue(self, row: int) -> str:
        """Where an attempt waits at an endpoint or a station."""
        name = self.followed.names.endpoints[row]
        return "its client's queue" if name in self.own_queues else "the queue"

    def limit(self, row: int, endpoint: int) -> str:
        """A limit's name, without that of its endpoint."""
        own = f"{self.followed.names.endpoints[endpoint]}."
        return form.label(self.followed.names.limits[row].removeprefix(own), 40)

    def step(self, row: int) -> str:
        """A step's name, without that of its pipeline."""
        name = self.followed.names.steps[row]
        return form.label(name.partition(".")[2] or name, 40)

    def money(self, value: Decimal) -> str:
        """A cost of one attempt: parts of a cent count."""
        return form.money_unit(value, self.followed.currency)

    def result(self, code: int, endpoint: int | None = None) -> str:
        """How an attempt ended; a station knows no status codes."""
        if endpoint is not None and self.is_station(endpoint) and code == Result.ERROR:
            return STATION_ERROR
        return RESULTS.get(Result(code), Result(code).name)


def span(us: int) -> str:
    """A time that passed."""
    return form.duration(us / US_PER_SECOND, digits=3)


def tokens(count: int) -> str:
    """A number of tokens."""
    return f"{form.count(count)} token{'' if count == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def tokens_of(attempt: Attempt) -> str:
    """What an attempt sends, and the longest answer that it may get."""
    cached = f" ({form.count(attempt.cached_tokens)} cached)" if attempt.cached_tokens else ""
    cap = attempt.capped_tokens
    allowed = f", at most {form.count(cap)} out" if cap > attempt.output_tokens else ""
    return f"{tokens(attempt.input_tokens)} in{cached}{allowed}"
