"""The shape of a day: when, on the wall's clock, work is done.

A shape is one weight per minute of the wall's clock; over an ordinary 24-hour day its weights sum
to its scale. On a real day the weights follow the wall's clock: an hour that is skipped has no
work, one that comes twice has twice the work.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand.calendar import MINUTES_PER_DAY, US_PER_DAY, US_PER_MINUTE, LocalDay

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NamedCurve:
    """A day curve that a planner may name."""

    hours: tuple[float, ...]
    """Weight of each hour from midnight, in any scale [1]; (24,)."""
    about: str
    """What it is meant for, and where its numbers come from."""


# fmt: off
CURVES: dict[str, NamedCurve] = {
    "flat": NamedCurve((1,) * 24, "Every hour alike: machines."),
    "office_9_to_5": NamedCurve(
        (0, 0, 0, 0, 0, 0, 0.2, 1, 4, 10, 12.5, 12,
         7.5, 9.5, 12, 11.5, 10, 6, 2, 0.8, 0.6, 0.3, 0.1, 0),
        "Desk work: nine tenths between 9 and 18 o'clock, peaks before and after lunch. An "
        "assumption, made by hand; better are your own logs.",
    ),
    "contact_centre": NamedCurve(
        (0, 0, 0, 0, 0, 0, 0, 2, 6, 9.5, 11, 10.5, 9, 9, 9.5, 9, 8.5, 7, 4.5, 3, 1.5, 0, 0, 0),
        "Lines open from 7 to 21 o'clock, busiest in the late morning. An assumption, made by "
        "hand.",
    ),
    "evening_batch": NamedCurve(
        (2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 24, 26, 20, 12, 6),
        "The day's documents, handed in after office hours, from 18 o'clock to 1. An assumption, "
        "made by hand.",
    ),
    "night_batch": NamedCurve(
        (18, 20, 20, 18, 14, 10) + (0,) * 18,
        "Scheduled work from midnight to 6 o'clock. An assumption, made by hand.",
    ),
    "campus": NamedCurve(
        (4.8, 1.7, 1.1, 0.4, 0.3, 0.4, 0.5, 1.4, 2.8, 4.3, 5.1, 5.9,
         5.8, 7.3, 6.9, 6.9, 5.6, 5.5, 6.3, 7.2, 4.5, 5.0, 6.2, 3.9),
        "A university's RAG service with 40,000 users, 4,354 requests of four days. Source: "
        "flashserve/RAGPulse, MIT licence.",
    ),
    "round_the_clock": NamedCurve(
        (4.1, 4.0, 4.0, 3.8, 3.8, 3.7, 3.5, 3.5, 3.5, 3.8, 4.3, 4.5,
         4.2, 4.3, 4.5, 4.4, 4.3, 4.4, 4.2, 4.9, 5.0, 4.5, 4.5, 4.5),
        "Callers everywhere: a large cloud's big chat model over a week. Source: alibaba/ServeGen "
        "(m-large, week 1), Apache-2.0, arXiv 2505.09999.",
    ),
}
"""Every day curve that a scenario may name, besides `wave`."""
# fmt: on


def minute_weights(weights: Sequence[float], scale: float = 1.0) -> Floats:
    """Spread 24, 48, 96 or 1440 weights over the minutes of a day; they sum to `scale`."""
    each = MINUTES_PER_DAY // len(weights)
    assert each * len(weights) == MINUTES_PER_DAY
    shape = np.repeat(np.asarray(weights, np.float64), each)
    return np.asarray(shape * (scale / shape.sum()))


def named_weights(name: str, scale: float = 1.0) -> Floats:
    """Return the minutes' weights of a named curve; they sum to `scale`."""
    return minute_weights(CURVES[name].hours, scale)


def wave_weights(swing: float, peak_at_us: int, scale: float = 1.0) -> Floats:
    """Return the minutes' weights of 1 + swing cos(2 pi (t - peak) / day), integrated exactly."""
    edges = np.arange(MINUTES_PER_DAY + 1) / MINUTES_PER_DAY
    turn = 2.0 * math.pi
    area = edges + swing / turn * np.sin(turn * (edges - peak_at_us / US_PER_DAY))
    return np.asarray(np.diff(area) * scale)


@dataclass(frozen=True)
class Week:
    """A shape for each day of the week; a holiday takes Sunday's."""

    weights: Floats
    """(7, 1440), Monday first; a full working day sums to 1."""

    def of_day(self, day: LocalDay, holiday: bool = False) -> Floats:
        """Return the weight of each minute of a real day; (minutes,)."""
        return np.asarray(self.weights[6 if holiday else day.weekday][day.wall_minutes()])


@dataclass(frozen=True)
class DayWork:
    """How the work of a real day is spread over its minutes; linear within a minute."""

    edges_us: NDArray[np.int64]
    """Start of each minute, then the day's end [us since the horizon's start]; (minutes + 1,)."""
    cumulative: Floats
    """Weight of all that lies before each edge; (minutes + 1,)."""

    @property
    def total(self) -> float:
        """The whole day's weight."""
        return float(self.cumulative[-1])

    def times_us(self, uniforms: Floats) -> NDArray[np.int64]:
        """Return the instant before which a share of the day's work is done, for each share."""
        edges = self.edges_us.astype(np.float64)
        times = np.interp(uniforms * self.total, self.cumulative, edges).astype(np.int64)
        return np.asarray(np.minimum(times, self.edges_us[-1] - 1))

    def before(self, times_us: NDArray[np.int64] | Floats) -> Floats:
        """Return the weight of what lies before each instant; 0 before the day, `total` after."""
        edges = self.edges_us.astype(np.float64)
        return np.asarray(np.interp(times_us, edges, self.cumulative))


def day_work(day: LocalDay, weights: Floats) -> DayWork:
    """Add up the weights of a real day's minutes."""
    edges = day.start_us + np.arange(len(weights) + 1) * US_PER_MINUTE
    edges[-1] = day.until_us
    return DayWork(edges, np.concatenate(([0.0], np.cumsum(weights))))
