"""Vendor limits: one file a kind, with what a planner may write and the arithmetic that both engines use.

The rule of a kind is six to eight pure functions over its parameters `p`, its state `s` (flat sequences of
integers), the instant and an amount (requests or tokens):

* `start(p, s, now)`: set the state of a fresh limit;
* `fits(p, amount)`: whether a fresh limit would ever let the amount pass;
* `wait_us(p, s, now, amount, luck)`: 0 where the amount may pass now, else the µs until it could;
  `NEVER` where time alone will not help. Changes nothing. `luck` is the attempt's draw of 52 random bits, for
  kinds that refuse by chance (0 for all others);
* `take(p, s, now, amount)`: let the amount pass (requires that `wait_us` is 0);
* `refuse(p, s, now, amount)`: what an attempt costs that was refused by this limit or another;
* `retune(old, new, s, now)`: the quota changes from parameters `old` to `new`.

A kind that gives back or charges what an attempt cost less or more than it took has another:

* `settle(p, s, now, reserved, actual)`: attempts ended at this instant; what they had taken, summed, and
  what they really used, summed; perhaps with `settles(p)`: whether that ever changes anything.

A kind that can slow has a last one, and a parameter `SLOWS` [ppm; 0: it slows nobody]:

* `slow_ppm(p, s, now, amount)`: what the time of an attempt is multiplied by that is let through now; asked just
  before `take`. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sim.limits import (
    adaptive,
    concurrency,
    fixed_window,
    leaky_bucket,
    minute_counter,
    quota,
    ramp,
    reserve_settle,
    settling,
    sliding_window,
    slowing,
    soft_threshold,
    token_bucket,
)
from sim.limits.fields import LimitFields
from sim.limits.time import NEVER

__all__ = ["LIMITS", "NEVER", "SOFT_THRESHOLD", "STATE_WIDTH", "LimitKind"]


@dataclass(frozen=True)
class LimitKind:
    """One kind of limit: its name in a scenario, its rule, and how a planner writes it."""

    name: str
    start: Callable[..., None]
    fits: Callable[..., bool]
    wait_us: Callable[..., int]
    take: Callable[..., None]
    refuse: Callable[..., None]
    settles: Callable[..., bool]
    settle: Callable[..., None]
    retune: Callable[..., None]
    slow_ppm: Callable[..., int]
    fields: type[LimitFields]
    """What a planner may write."""
    parameter_row: Callable[[Any], list[int]]
    """The parameters of what a planner wrote."""
    quota: tuple[int, ...]
    """The parameters that grow and shrink with the quota."""
    slows: int | None
    """The parameter that says how much slower it makes what is beyond it [ppm]; None: the kind cannot."""


def _kind(module: ModuleType) -> LimitKind:
    default = settling.always if hasattr(module, "settle") else settling.never
    return LimitKind(
        module.__name__.rpartition(".")[2],
        module.start,
        module.fits,
        module.wait_us,
        module.take,
        module.refuse,
        getattr(module, "settles", default),
        getattr(module, "settle", settling.nothing),
        module.retune,
        getattr(module, "slow_ppm", slowing.nobody),
        module.Fields,
        module.parameter_row,
        module.QUOTA,
        getattr(module, "SLOWS", None),
    )


LIMITS = tuple(
    _kind(module)
    for module in (
        *(token_bucket, fixed_window, concurrency, sliding_window, minute_counter),
        *(leaky_bucket, reserve_settle, soft_threshold, ramp, quota, adaptive),
    )
)
"""The registry. A row's place is the limit's `KIND` in a plan: append, never reorder."""

SOFT_THRESHOLD = 7
"""The place of the kind that refuses by chance."""

STATE_WIDTH = sliding_window.LOG + 2 * sliding_window.RING
"""Integers of state that a limit has."""
