"""The circuit breaker: when a router leaves an endpoint of its route alone, and when it tries it again.

What a planner may write, and the rule that both engines use: four pure functions over the route's parameters `p`
and the breaker's state `s` (flat sequences of integers). A breaker is closed (calls pass), open (none passes),
or half-open (so many probes pass; all must do well to close it, one that fails opens it again). Every transition
begins a new generation, and what is heard of an older generation does not count. Probes of which nothing was
heard for as long as the breaker stays open are replaced by new ones.

By hand: opens after 2, stays open 10 s, 1 probe. Failures at 1 s and 2 s: open until 12 s; the first call from then
on is the probe.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Annotated, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.errors import PlaceError
from sim.scenario.spine import EVERYDAY, ResultWord, result_mask
from sim.scenario.types import (
    Model,
    Name,
    PositiveDuration,
    PositiveShare,
    PositiveWholeNumber,
    WholeNumber,
)

OPENS_AFTER = 0
"""Parameter: failures in a row that open it; 0: it does not count them."""
SHARE_PPM = 1
"""Parameter: share of failures in a window that opens it; 0: it does not count it."""
AT_LEAST = 2
"""Parameter: results in a window below which the share opens nothing."""
WINDOW_US = 3
"""Parameter: length of a window of the clock."""
STAYS_OPEN_US = 4
"""Parameter: how long it stays open."""
PROBES = 5
"""Parameter: probes that pass while it is half-open."""
HEEDS = 6
"""Parameter: 1 where a refusal's advice says how long it stays open."""
OPENS_ON = 7
"""Parameter: mask of results (1 << Result) of which one alone opens it."""

STATE = 0
"""State: `CLOSED`, `OPEN` or `HALF_OPEN`."""
UNTIL = 1
"""State: when open or half-open ends [µs]."""
GENERATION = 2
IN_A_ROW = 3
"""State: failures since the last good result."""
OPENED = 4
"""State: when the window of the two counts began [µs]."""
WELL = 5
"""State: good results of this window, or of these probes."""
FAILED = 6
PROBED = 7
"""State: probes let through."""
STATE_WIDTH = 8

CLOSED = 0
OPEN = 1
HALF_OPEN = 2
MILLION = 1_000_000
ALONE = 1 << 20
"""As so many failures in a row counts a result that opens it by itself."""


class Breaker(Model):
    """When the router leaves an endpoint alone; each endpoint of a route has a breaker of its own."""

    from_: Name | None = Field(default=None, alias="from")
    """The router whose habits it has; what is written beside it stands; see `simulate presets` [name]."""
    name: Name | None = None
    """Routes whose breakers have the same name share them, each endpoint's; a route's own unless written [name]."""
    opens_after: PositiveWholeNumber | None = None
    """Failures in a row that open it [n]."""
    opens_on: tuple[ResultWord, ...] = ()
    """Failures of which one alone opens it; none unless written [words]."""
    opens_at_share: PositiveShare | None = None
    """Share of failures in a window that opens it [share]."""
    at_least: PositiveWholeNumber = 1
    """Results in a window below which the share opens nothing [n]."""
    window: PositiveDuration = 60_000_000
    """The stretch of the clock over which the share is taken [us]."""
    stays_open: PositiveDuration
    """How long it stays open before probes pass [us]."""
    half_open_probes: WholeNumber = 1
    """Calls let through then; all must do well. With 0 it closes at once [n]."""
    heeds_retry_after: bool = False
    """Whether a refusal's advice, where there is one, says how long it stays open [true or false]."""
    counts: Annotated[tuple[ResultWord, ...], Field(min_length=1)] = EVERYDAY
    """Results that are failures to it, those of `opens_on` among them; others are neither good nor bad [words]."""
    when_all_open: Literal["fails", "tries_last"] = "fails"
    """Whether a call that finds no closed breaker fails at once (it ends as `shed`), or the last endpoint of the
    route is tried whatever its breaker says [word]."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A router's name alone is a breaker too; it is written out before it is read."""
        name = {"type": "string", "description": "The name of a router: `litellm-router`."}
        return {"anyOf": [name, handler(core)]}

    @model_validator(mode="after")
    def _opens_somehow(self) -> Breaker:
        if self.opens_after is None and self.opens_at_share is None and not self.opens_on:
            message = (
                "say when it opens: `opens_after` failures in a row, `opens_at_share`, `opens_on`"
            )
            raise PlaceError(message, (), "missing")
        return self

    def parameters(self) -> list[int]:
        """The parameters in the plan's order."""
        return [
            self.opens_after or 0,
            round((self.opens_at_share or 0.0) * MILLION),
            self.at_least,
            self.window,
            self.stays_open,
            self.half_open_probes,
            int(self.heeds_retry_after),
            result_mask(self.opens_on),
        ]


def admit(p: Sequence[int], s: MutableSequence[int], now: int) -> int:
    """Let a call pass: the generation that it belongs to; -1: it may not."""
    if s[STATE] != CLOSED and now >= s[UNTIL]:
        turn(s, CLOSED if p[PROBES] == 0 else HALF_OPEN)
        s[UNTIL] = now + p[STAYS_OPEN_US]
    if s[STATE] == OPEN:
        return -1
    if s[STATE] == HALF_OPEN:
        if s[PROBED] >= p[PROBES]:
            return -1
        s[PROBED] += 1
    return s[GENERATION]


def weight(p: Sequence[int], result: int) -> int:
    """As how many failures in a row a failure counts."""
    return ALONE if p[OPENS_ON] >> result & 1 else 1


def turn(s: MutableSequence[int], state: int) -> None:
    """Begin a new generation."""
    s[STATE] = state
    s[GENERATION] += 1
    s[IN_A_ROW] = 0
    s[WELL] = 0
    s[FAILED] = 0
    s[PROBED] = 0


def is_too_bad(p: Sequence[int], s: Sequence[int]) -> bool:
    """Whether the counts of a closed breaker open it."""
    if s[IN_A_ROW] >= ALONE or 0 < p[OPENS_AFTER] <= s[IN_A_ROW]:
        return True
    results = s[WELL] + s[FAILED]
    if p[SHARE_PPM] == 0 or results < p[AT_LEAST] or s[FAILED] == 0:
        return False
    return s[FAILED] * MILLION >= p[SHARE_PPM] * results


def hear(
    p: Sequence[int], s: MutableSequence[int], now: int, well: int, failed: int, advice_us: int
) -> None:
    """Good and bad results of this generation, heard at one instant; the good ones count as the earlier."""
    if s[STATE] == CLOSED and now - now % p[WINDOW_US] != s[OPENED]:
        s[OPENED] = now - now % p[WINDOW_US]
        s[WELL] = 0
        s[FAILED] = 0
    s[IN_A_ROW] = failed if well > 0 else s[IN_A_ROW] + failed
    s[WELL] += well
    s[FAILED] += failed
    if s[STATE] == HALF_OPEN and failed == 0:
        if s[WELL] >= p[PROBES]:
            turn(s, CLOSED)
    elif s[STATE] == HALF_OPEN or is_too_bad(p, s):
        turn(s, OPEN)
        heeded = p[HEEDS] == 1 and advice_us > 0
        s[UNTIL] = now + (advice_us if heeded else p[STAYS_OPEN_US])
