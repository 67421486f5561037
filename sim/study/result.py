"""A study: its replications, and the answers that they give together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.bill import total
from sim.measure import Sum
from sim.plan import Names
from sim.study.figures import Figure, Headline
from sim.study.replication import Replication
from sim.study.source import Terms
from sim.study.stopping import Chance, Stopped, judge
from sim.targets import Evaluation, Target, Value
from sim.units import US_PER_SECOND

if TYPE_CHECKING:
    from sim.study.remedy import Remedy


@dataclass(frozen=True)
class Verdict:
    """One target over all replications."""

    target: Target
    chance: Chance
    figure: Figure
    """The value to hold against the limit."""
    worst_window: str | None
    """The window that was worst in most replications; of equals, the earliest."""
    with_traffic: bool
    """False where no replication had a window with traffic: then it is met for want of a question."""


@dataclass(frozen=True)
class MonthRow:
    """One month over all replications."""

    month: str
    lines: dict[str, Decimal]
    """Mean cost of each line's name."""
    total: Figure
    requests: Figure
    p95_s: dict[str, Figure]
    """Latency by workload."""
    availability: dict[str, Figure]
    """By workload."""


@dataclass(frozen=True)
class Study:
    """The replications of one scenario."""

    terms: Terms
    replications: tuple[Replication, ...]
    """In order of their numbers."""
    seed: int
    level: float
    """Confidence of the interval for each target's chance."""
    stopped: Stopped = "asked"
    """Why there are no more replications."""
    precision: float | None = None
    """How wide an interval for a chance was narrow enough to stop; None: none was asked for."""
    remedies: tuple[Remedy, ...] = ()
    """The ways of the scenario's choices, tried on the target most at risk; the cheapest first."""

    @property
    def names(self) -> Names:
        """What the rows of the plan are called; the same in every replication."""
        return self.replications[0].names

    @property
    def complete(self) -> bool:
        """Whether nobody interrupted it."""
        return self.stopped != "interrupted"

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Every target, in the planner's order."""
        columns = zip(*(one.evaluations for one in self.replications), strict=True)
        return tuple(
            _verdict(target, column, self.level)
            for target, column in zip(self.terms.targets, columns, strict=True)
        )

    @cached_property
    def spend(self) -> Figure:
        """The whole bill."""
        return self.figure("money", lambda one: one.bill.total())

    @cached_property
    def wasted(self) -> Figure:
        """What was paid for answers to nobody, and for errors."""
        return self.figure("money", lambda one: one.bill.total(worth="wasted"))

    def figure(self, unit: str, read: Callable[[Replication], Value | None]) -> Figure:
        """A number of each replication, as a figure."""
        return Figure.of(unit, [read(one) for one in self.replications])

    def seconds(self, read: Callable[[Replication], float]) -> Figure:
        """A time of each replication [µs], as a figure in seconds."""
        return self.figure("s", lambda one: float(read(one)) / US_PER_SECOND)

    def months(self) -> list[MonthRow]:
        """The table of months."""
        return [self._month(place) for place in range(len(self.terms.calendar.months))]

    def _month(self, place: int) -> MonthRow:
        month = self.terms.calendar.months[place]
        names = list(
            dict.fromkeys(line.name for one in self.replications for line in one.bill.lines)
        )
        parts = [one.bill.by_name(month.name) for one in self.replications]
        days = list(month.days)
        return MonthRow(
            month=month.name,
            lines={name: _mean([part.get(name, Decimal(0)) for part in parts]) for name in names},
            total=self.figure("money", lambda one: one.bill.total(month.name)),
            requests=self.figure("requests", lambda one: int(one.digest.requests[days].sum())),
            p95_s={
                name: self.seconds(lambda one, w=w: one.digest.month_us["latency.p95"][place, w])  # type: ignore[misc]
                for w, name in enumerate(self.names.workloads)
            },
            availability={
                name: self.availability(w, days) for w, name in enumerate(self.names.workloads)
            },
        )

    def availability(self, workload: int, days: list[int]) -> Figure:
        """Good / (good + bad) of some days."""

        def read(one: Replication) -> float | None:
            good = int(one.digest.good[days, workload].sum())
            bad = int(one.digest.bad[days, workload].sum())
            return good / (good + bad) if good + bad else None

        return self.figure("share", read)

    def headlines(self) -> list[Headline]:
        """The figures at the top: money, then each workload."""
        averages = _mean([one.spreadsheet.spend for one in self.replications])
        months = [max(one.spreadsheet.spend_by_month) for one in self.replications]
        return [
            Headline("spend", None, self.spend, averages, "mean demand × mean tokens × price"),
            Headline(
                "spend.highest_month",
                None,
                self.figure("money", lambda one: max(one.bill.by_month().values())),
                _mean(months),
                "mean demand × mean tokens × price",
            ),
            Headline("spend.wasted", None, self.wasted, Decimal(0), "averages know no wasted work"),
            Headline(
                "spend.per_good_request",
                None,
                self._per_good(),
                None,
                "averages know no bad requests",
            ),
            *(
                one
                for w, name in enumerate(self.names.workloads)
                for one in self._workload_headlines(w, name)
            ),
        ]

    def _per_good(self) -> Figure:
        def read(one: Replication) -> Value | None:
            good = int(one.digest.good.sum())
            return one.bill.total() / good if good else None

        return self.figure("money", read)

    def _workload_headlines(self, workload: int, name: str) -> list[Headline]:
        whole = list(range(self.terms.calendar.day_count))
        mean_s = float(np.mean([one.spreadsheet.latency_s[workload] for one in self.replications]))
        said = "the sum of the mean times of the stages, which is not a percentile"
        silent = "averages know no quota, queue or outage"
        p95 = self.seconds(lambda one: one.digest.horizon_us["latency.p95"][0, workload])
        first = self.seconds(lambda one: one.digest.horizon_us["first_token.p95"][0, workload])
        requests = self.figure("requests", lambda one: int(one.digest.requests[:, workload].sum()))
        return [
            Headline("requests", name, requests, requests.mean(), "the demand is given to it"),
            Headline("latency.mean", name, self._mean_latency(workload), mean_s, said),
            Headline("latency.p95", name, p95, mean_s, said),
            Headline("first_token.p95", name, first, None, "averages know no percentile"),
            Headline("availability", name, self.availability(workload, whole), None, silent),
        ]

    def _mean_latency(self, workload: int) -> Figure:
        """From arriving to the end, however it ended."""

        def read(one: Replication) -> float | None:
            requests = int(one.digest.requests[:, workload].sum())
            latency_us = int(one.digest.sums[workload, Sum.LATENCY_US])
            return latency_us / requests / US_PER_SECOND if requests else None

        return self.figure("s", read)


def worst(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The target that is missed, else undecided, with the least chance; of equals, the first."""
    for status in ("missed", "close"):
        found = [one for one in verdicts if one.chance.status == status and one.with_traffic]
        if found:
            return min(found, key=lambda one: one.chance.estimate - one.target.chance)
    return None


def _verdict(target: Target, column: tuple[Evaluation, ...], level: float) -> Verdict:
    worst = [one.worst_window for one in column if one.worst_window is not None]
    return Verdict(
        target=target,
        chance=judge([one.met for one in column], target.chance, level),
        figure=Figure.of(target.metric.unit, [one.value for one in column]),
        worst_window=max(sorted(set(worst)), key=worst.count, default=None),
        with_traffic=any(one.window_count for one in column),
    )


def _mean(amounts: list[Decimal]) -> Decimal:
    """The mean of amounts, to 28 digits, as it is only shown."""
    return total(amounts) / len(amounts)
