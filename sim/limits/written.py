"""A limit of any kind as a planner writes it, told apart by `limit:`."""

from __future__ import annotations

from typing import Annotated

from sim.limits import LIMITS
from sim.limits.adaptive import Fields as Adaptive
from sim.limits.concurrency import Fields as Concurrency
from sim.limits.fixed_window import Fields as FixedWindow
from sim.limits.leaky_bucket import Fields as LeakyBucket
from sim.limits.minute_counter import Fields as MinuteCounter
from sim.limits.quota import Fields as Quota
from sim.limits.ramp import Fields as Ramp
from sim.limits.reserve_settle import Fields as ReserveSettle
from sim.limits.sliding_window import Fields as SlidingWindow
from sim.limits.soft_threshold import Fields as SoftThreshold
from sim.limits.token_bucket import Fields as TokenBucket
from sim.scenario.spine import kind_named

LIMIT_KINDS = {kind.name: kind.fields for kind in LIMITS}
Limit = Annotated[
    TokenBucket
    | FixedWindow
    | Concurrency
    | SlidingWindow
    | MinuteCounter
    | LeakyBucket
    | ReserveSettle
    | SoftThreshold
    | Ramp
    | Quota
    | Adaptive,
    kind_named("limit", LIMIT_KINDS),
]
