"""The busiest minutes of each day at each endpoint: what a quota by the minute must let through.

(days, endpoints, `Peak`, what was begun as in `sim.outcome.Begun` and, last, the minute since the day's midnight).
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.outcome import Begun

Integers = NDArray[np.int64]
MINUTE = len(Begun)
"""The last column: which minute it was."""


class Peak(IntEnum):
    """By what a minute is the busiest."""

    ATTEMPTS = 0
    TOKENS = 1
    """Input and output."""


def tokens_of(begun: Integers) -> Integers:
    """Input and output tokens of what was begun: (..., columns) → (...)."""
    tokens: Integers = begun[..., Begun.INPUT] + begun[..., Begun.OUTPUT]
    return tokens


def busiest(minutes: Integers) -> Integers:
    """(endpoints, minutes, `Begun`) of a day → its busiest minutes; of equals, the first."""
    found = []
    for sizes in (minutes[..., Begun.ATTEMPTS], tokens_of(minutes)):
        places = sizes.argmax(axis=1)[:, None]
        rows = np.take_along_axis(minutes, places[..., None], axis=1)[:, 0]
        found.append(np.concatenate([rows, places], axis=1))
    return np.stack(found, axis=1)


def keep_busier(kept: Integers, other: Integers) -> None:
    """Put what is busier in place of what is kept; of equals, the kept one stays."""
    for peak, size in ((Peak.ATTEMPTS, _attempts), (Peak.TOKENS, tokens_of)):
        mine, theirs = kept[..., peak, :], other[..., peak, :]
        more = size(theirs) > size(mine)
        mine[more] = theirs[more]


def _attempts(begun: Integers) -> Integers:
    attempts: Integers = begun[..., Begun.ATTEMPTS]
    return attempts
