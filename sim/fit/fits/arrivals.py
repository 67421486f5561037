"""When sessions start: by hour and weekday, with a trend, days that run hot or cold, and clusters within the hour.

A log of less than two days gives one mean rate: hours and weekdays cannot be told apart in it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from sim.fit.clock import US, US_PER_DAY, US_PER_HOUR, local_days
from sim.fit.clusters import clusters
from sim.fit.finding import LEVEL, Estimate, Finding, Floats, Plot, log_normal, rounded, student
from sim.fit.log import Log
from sim.fit.sessions import session_starts

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEEN_TO_STAND_ALONE = 3
"""A weekday that was seen so often has a shape of its own; else it shares that of working days, or weekends."""
COUNT_TO_STAND_ALONE = 50
"""So many arrivals in the mean hour of a weekday make a shape that is more than chance."""
DAYS_SHOWN_MAX = 8
TREND_DAYS_MIN = 14


def fit(log: Log) -> Finding | None:
    """The arrivals of sessions, or of requests where the log knows no sessions."""
    times, counts = session_starts(log)
    if len(times) < 2:
        return None
    span_us = int(times[-1] - times[0])
    if span_us < 2 * US_PER_DAY:
        return _steady(times, counts, span_us)
    return _weekly(log, times, counts)


def _steady(times: NDArray[np.int64], counts: Floats, span_us: int) -> Finding:
    total = float(counts.sum())
    rate = total / (max(span_us, 1) / US)
    edges = np.linspace(times[0], times[-1] + 1, 61)
    seen = np.histogram(times, edges, weights=counts)[0]
    even = np.array([times[0], times[-1] + 1])
    found = clusters(times, counts, np.array([total]), even, span_us)
    error = max(_error_of_mean(seen.reshape(-1, batch).sum(axis=1)) for batch in (1, 3, 6))
    plot = Plot(
        np.arange(60) * span_us / 60 / 60 / US,
        seen,
        np.full(60, total / 60),
        "minutes since the first request",
        "arrivals in a sixtieth of the log",
    )
    return Finding(
        "arrivals",
        "one mean rate, because the log is shorter than two days; clusters from the gaps",
        (log_normal("rate", rate, error, "1/s"), *found.estimates),
        f"index of dispersion of sixtieths {seen.var() / max(seen.mean(), 1e-12):.3g}; Poisson is 1",
        ("hours and weekdays cannot be told apart in a log shorter than two days", *found.poor),
        plot,
        {"arrivals": {"rate": f"{rounded(rate)}/s", **found.written}},
    )


def _error_of_mean(batches: Floats) -> float:
    """Relative standard error of a mean by the means of batches; long ones see slow swings, too."""
    return float(batches.std(ddof=1) / np.sqrt(len(batches)) / max(batches.mean(), 1e-12))


def _weekly(log: Log, times: NDArray[np.int64], counts: Floats) -> Finding:
    hours = _Hours(log, times, counts)
    shapes, scales, poor = hours.week()
    days = _days(hours, shapes, scales)
    edges = hours.edges
    model = np.array([days.level * scales[w] * shapes[w][h] for w, h in hours.places])
    found = clusters(times, counts, hours.as_days_were(model), edges, US_PER_DAY, hours.n_fitted())
    correlation = float(np.corrcoef(hours.counts, model)[0, 1]) if model.std() > 0 else 0.0
    arrivals: dict[str, Any] = {
        "per_day": rounded(days.level),
        "timezone": log.timezone,
        "active_hours": {
            WEEKDAYS[day]: {
                "curve": [rounded(float(x), 3) for x in shapes[day]],
                "scale": rounded(float(scales[day])),
            }
            for day in range(7)
        },
    }
    if days.cv > 0:
        arrivals["day_to_day"] = {"cv": rounded(days.cv, 3), "autocorrelation": days.correlation}
    return Finding(
        "arrivals",
        "sessions by local hour and weekday; a trend and weekday factors by least squares of the days' logarithms",
        (*days.estimates, *found.estimates),
        f"correlation of hours with the model {correlation:.3f} over {len(model)} hours",
        (*poor, *days.poor, *found.poor),
        Plot(
            np.arange(len(model)) / 24.0,
            hours.counts,
            model,
            "days since the first hour",
            "arrivals an hour",
        ),
        {"arrivals": {**arrivals, **found.written}},
    )


class _Hours:
    """Counts of whole hours, and what local weekday and hour each is."""

    def __init__(self, log: Log, times: NDArray[np.int64], counts: Floats) -> None:
        self.days, self.midnights = local_days(log.timezone, int(times[0]), int(times[-1]))
        first = int(times[0]) // US_PER_HOUR * US_PER_HOUR
        n_hours = max(int((times[-1] - first) // US_PER_HOUR), 1)
        self.edges = first + np.arange(n_hours + 1, dtype=np.int64) * US_PER_HOUR
        self.counts = np.histogram(times, self.edges, weights=counts)[0].astype(np.float64)
        day = np.searchsorted(self.midnights, self.edges[:-1], side="right") - 1
        self.day = day
        hour = np.minimum((self.edges[:-1] - self.midnights[day]) // US_PER_HOUR, 23)
        self.weekday = np.array([self.days[d].weekday() for d in day])
        self.hour = hour
        self.places = list(zip(self.weekday.tolist(), hour.tolist(), strict=True))

    def week(self) -> tuple[list[Floats], Floats, list[str]]:
        """Shapes that sum to 1, and the weight of each weekday beside a mean day; in Monday's order."""
        poor: list[str] = []
        shapes, totals = [], np.zeros(7)
        for day in range(7):
            shape, total, said = self._of_weekday(day)
            shapes.append(shape / shape.sum())
            totals[day] = total
            poor += said
        return shapes, totals / totals.mean(), poor

    def as_days_were(self, model: Floats) -> Floats:
        """A model of the hours, each day scaled to what it brought.

        Hours scaled to their own few arrivals would make the gaps look more even than they are.
        """
        seen = np.bincount(self.day, self.counts)
        expected = np.bincount(self.day, model)
        return np.asarray(model * (np.maximum(seen, 0.5) / np.maximum(expected, 1e-12))[self.day])

    def n_fitted(self) -> int:
        """How many numbers of the hours' level were fitted: its shapes, and each day's own total."""
        kinds = {day if self._stands_alone(day) else 7 + (day < 5) for day in self.weekday}
        return 24 * len(kinds) + len(self.days)

    def _stands_alone(self, day: int) -> bool:
        own = self.weekday == day
        seen = int(own.sum()) / 24
        enough = self.counts[own].sum() >= COUNT_TO_STAND_ALONE * 24
        return bool(seen >= SEEN_TO_STAND_ALONE and enough)

    def _of_weekday(self, day: int) -> tuple[Floats, float, list[str]]:
        like = range(5) if day < 5 else range(5, 7)
        own = self.weekday == day
        kin = np.isin(self.weekday, list(like))
        said: list[str] = []
        if not kin.any():
            kin = np.ones_like(own)
            said.append(f"no day like {WEEKDAYS[day]} was seen: it is taken as a mean day")
        kin_shape = self._shape(kin)
        shape = self._shape(own) if self._stands_alone(day) else kin_shape
        if not own.any():
            if not said:
                said.append(f"{WEEKDAYS[day]} was not seen: it is taken as days like it")
            return kin_shape, float(kin_shape.sum()), said
        # What was seen of the weekday, beside what its shape would have brought in those hours.
        expected = shape[self.hour[own]].sum()
        total = shape.sum() * self.counts[own].sum() / max(expected, 1e-12)
        return shape, float(total), said

    def _shape(self, mask: NDArray[np.bool_]) -> Floats:
        exposed = np.bincount(self.hour[mask], minlength=24)
        sums = np.bincount(self.hour[mask], self.counts[mask], minlength=24)
        mean = sums.sum() / max(exposed.sum(), 1)
        shape = np.where(exposed > 0, sums / np.maximum(exposed, 1), mean)
        return np.asarray(np.maximum(shape, 1e-6 * max(mean, 1e-9)))


class _Days:
    """What whole days say."""

    def __init__(self) -> None:
        self.level, self.cv, self.correlation = 0.0, 0.0, 0.0
        self.estimates: tuple[Estimate, ...] = ()
        self.poor: list[str] = []


def _days(hours: _Hours, shapes: list[Floats], scales: Floats) -> _Days:
    found = _Days()
    model = np.array([scales[w] * shapes[w][h] for w, h in hours.places])
    n_days = len(hours.days)
    exposed = np.bincount(hours.day, model, minlength=n_days)
    seen = np.bincount(hours.day, hours.counts, minlength=n_days)
    whole = np.bincount(hours.day, minlength=n_days) >= 23
    found.level = float(seen.sum() / max(exposed.sum(), 1e-12))
    level = np.log(np.maximum(seen[whole], 0.5) / np.maximum(exposed[whole], 1e-12))
    n_kinds = len({hours.days[d].weekday() for d in np.flatnonzero(whole)})
    freedom = len(level) - n_kinds - 1
    if freedom < 2:
        found.estimates = (
            log_normal("sessions a day", found.level, 1 / np.sqrt(max(seen.sum(), 1)), "n"),
        )
        found.poor.append("too few whole days to tell how much days differ, or a trend")
        return found
    _tell_odd_days(found, hours, np.flatnonzero(whole), level)
    at = np.flatnonzero(whole).astype(np.float64)
    slope, rest, error = _line(at, level, freedom)
    spread = np.sqrt((rest**2).sum() / freedom)
    found.cv = float(np.sqrt(max(np.expm1(spread**2) - 1 / max(seen[whole].mean(), 1.0), 0.0)))
    found.cv = min(found.cv, 1.0)
    if len(rest) > 6 and rest.std() > 0:
        found.correlation = round(
            float(np.clip(np.corrcoef(rest[1:], rest[:-1])[0, 1], -0.9, 0.9)), 3
        )
    found.estimates = (
        student(
            "sessions a day", found.level, found.level * spread / np.sqrt(len(level)), freedom, "n"
        ),
        student("trend a week", 7 * slope, 7 * error, freedom),
        _spread_of_days(found.cv, float(spread), freedom, float(seen[whole].mean())),
    )
    _tell_trend(found, hours.days, 7 * slope, 7 * error, freedom)
    return found


def _spread_of_days(cv: float, spread: float, freedom: int, a_day: float) -> Estimate:
    """The cv of days, with the interval of a variance; Poisson's part is taken out."""
    ends = [
        float(np.sqrt(max(np.expm1(spread**2 * freedom / chdtri(freedom, share)) - 1 / a_day, 0)))
        for share in ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    ]
    return Estimate("day-to-day cv", cv, min(ends[0], cv), max(ends[1], cv), "1")


def _tell_odd_days(found: _Days, hours: _Hours, places: NDArray[np.intp], level: Floats) -> None:
    """Days at less than half of their kind: holidays, as a rule, for which a scenario has a word."""
    middle = float(np.median(level))
    low = [
        hours.days[at] for at, one in zip(places, level, strict=True) if one < middle - np.log(2)
    ]
    if low and len(low) <= len(level) / 4:
        said = ", ".join(f"{day}" for day in low[:DAYS_SHOWN_MAX])
        found.poor.append(
            f"{len(low)} days brought less than half of what days like them bring ({said}): if they are holidays, "
            "write `holidays: {country: ..}` under arrivals and leave them out of the log"
        )


def _line(at: Floats, level: Floats, freedom: int) -> tuple[float, Floats, float]:
    middle = at - at.mean()
    slope = float((middle * level).sum() / (middle**2).sum())
    rest = level - level.mean() - slope * middle
    error = float(np.sqrt((rest**2).sum() / freedom / (middle**2).sum()))
    return slope, rest, error


def _tell_trend(found: _Days, days: list[date], weekly: float, error: float, freedom: int) -> None:
    bounds = student("", weekly, error, freedom)
    if len(days) < TREND_DAYS_MIN:
        found.poor.append(f"{len(days)} days are too few to tell a trend from luck")
    elif bounds.low > 0 or bounds.high < 0:
        found.poor.append(
            f"demand moves by {weekly:+.1%} a week; a week's shape holds none of it: write it as phases or adoption"
        )
