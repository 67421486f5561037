"""How much a replication is, before it runs: what is too much for a machine is refused, with the figure."""

from __future__ import annotations

from dataclasses import dataclass

from sim.demand.build import demand_of
from sim.errors import ResourceError
from sim.outcome import Row
from sim.scenario.scenario import Scenario

SESSIONS_MAX = 2_000_000_000
"""Sessions of one replication: about an hour of one processor, were each a single request."""
BYTES_MAX = 16 * 2**30
"""Memory of the busiest day of one replication [B]."""
BYTES_A_SESSION = 8 * (3 * Row.STAGES + 12)
"""A session's arrival, and the row of its first request in the engine, on its way and in the measures [B]."""
SECONDS_A_SESSION = 8e-6
"""What a session of two or three requests takes one processor of 2024 [s]; good to a factor of three."""


@dataclass(frozen=True)
class Size:
    """What a replication amounts to at the likeliest of the unknowns: later turns come on top."""

    sessions: float
    """Sessions of the whole horizon [n]."""
    busiest_day: float
    """Sessions of the day that has the most [n]."""

    @property
    def seconds(self) -> float:
        """What a replication takes one processor, roughly [s]."""
        return self.sessions * SECONDS_A_SESSION

    @property
    def day_bytes(self) -> float:
        """The memory that the busiest day takes at least [B]."""
        return self.busiest_day * BYTES_A_SESSION


def size_of(scenario: Scenario) -> Size:
    """The size of one replication, from means alone."""
    demand = demand_of(
        *(scenario.horizon.calendar(), scenario.populations, scenario.workloads, scenario.phases),
        seed=0,
        replication=0,
    )
    sessions = demand.mean_per_day().sum(axis=0)
    return Size(float(sessions.sum()), float(sessions.max(initial=0.0)))


def refuse_what_is_too_large(size: Size) -> None:
    """ResourceError where a replication would not end in hours, or not fit into memory."""
    if size.sessions > SESSIONS_MAX:
        raise ResourceError(
            f"one replication would have {size.sessions:,.0f} sessions, and at most {SESSIONS_MAX:,} "
            "are simulated; shorten the horizon or lower the rates"
        )
    if size.day_bytes > BYTES_MAX:
        raise ResourceError(
            f"the busiest day has {size.busiest_day:,.0f} sessions and would need at least "
            f"{size.day_bytes / 2**30:,.0f} GiB of memory, and at most {BYTES_MAX // 2**30} GiB are "
            "taken; lower the rates"
        )
