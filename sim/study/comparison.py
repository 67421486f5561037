"""Plans side by side: replication for replication, so that the luck they share cancels in the difference.

The same seed and the same numbers of replications give compared plans the same people, demand and incidents.
What differs within a pair is the plan, and the interval is Student's over the paired differences.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sim.errors import UsageError
from sim.study.figures import Figure
from sim.study.replication import Replication
from sim.study.result import Study
from sim.study.statistics import chance_interval, difference_interval
from sim.targets import Value
from sim.units import US_PER_SECOND

Worse = Literal["higher", "lower"]
Group = Literal["target", "total", "month", "line"]
Read = Callable[[Replication], Value | None]
WorkloadRead = Callable[[Replication, int], Value | None]
Head = tuple[Group, str, str | None, str | None, str, Worse | None]
"""Group, name, month, workload, unit, and which direction is worse."""

LAST_DAYS = 28
WEEK_DAYS = 7
FULL_SHARE = 0.9
"""Full benefit: a week has this share of an average week of the last `LAST_DAYS` of the plan that then has most."""


@dataclass(frozen=True)
class Difference:
    """Another plan minus the first, over the pairs in which both have the number."""

    figure: Figure
    unpaired_interval: tuple[float, float] | None
    """What two independent sets of as many replications would tell: to see what pairing gains."""
    worse: int | None
    """In how many pairs the other plan is worse; None where neither direction is worse."""
    pairs: int

    @property
    def width_ratio(self) -> float | None:
        """The width of the paired interval as a part of the unpaired one's: the less, the more pairing gains."""
        paired, unpaired = self.figure.mean_interval(), self.unpaired_interval
        if paired is None or unpaired is None or unpaired[0] == unpaired[1]:
            return None
        return (paired[1] - paired[0]) / (unpaired[1] - unpaired[0])

    @property
    def chance_worse(self) -> float | None:
        """The share of pairs in which the other plan is worse; a tie is not worse."""
        return None if self.worse is None or not self.pairs else self.worse / self.pairs

    @property
    def chance_worse_interval(self) -> tuple[float, float] | None:
        """Its exact 95 % interval."""
        if self.worse is None or not self.pairs:
            return None
        return chance_interval(self.worse, self.pairs)


@dataclass(frozen=True)
class Row:
    """One number under every plan."""

    group: Group
    name: str
    """The target, the line of the bill, or what is measured."""
    month: str | None
    workload: str | None
    unit: str
    worse_when: Worse | None
    columns: tuple[tuple[Value | None, ...], ...]
    """By plan, by replication; None: the plan has no such number."""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The number under each plan."""
        return tuple(Figure.of(self.unit, column) for column in self.columns)

    def difference(self, plan: int, among: Collection[int] | None = None) -> Difference:
        """A plan minus the first, over all pairs or those at some places."""
        pairs = [
            (first, other)
            for place, (first, other) in enumerate(
                zip(self.columns[0], self.columns[plan], strict=True)
            )
            if first is not None and other is not None and not _is_nan(first, other)
            if among is None or place in among
        ]
        return Difference(
            figure=Figure.of(self.unit, [minus(other, first) for first, other in pairs]),
            unpaired_interval=difference_interval(
                [float(first) for first, _ in pairs], [float(other) for _, other in pairs]
            ),
            worse=_count_worse(pairs, self.worse_when),
            pairs=len(pairs),
        )


@dataclass(frozen=True)
class Comparison:
    """Studies of plans that were run with the same seed and the same numbers of replications."""

    studies: tuple[Study, ...]

    def __post_init__(self) -> None:
        first = self.studies[0]
        numbers = [one.number for one in first.replications]
        for study in self.studies[1:]:
            assert study.seed == first.seed, "plans share their luck"
            assert [one.number for one in study.replications] == numbers, "pairs are whole"
            if study.terms.currency != first.terms.currency:
                raise UsageError(
                    f"plans in {first.terms.currency} and {study.terms.currency} can't be compared"
                )
            if study.terms.calendar.dates != first.terms.calendar.dates:
                raise UsageError("the plans have different horizons, and only equal ones compare")

    def rows(self) -> list[Row]:
        """Every target, total, month and line of spend."""
        return [*self._targets(), *self._totals(), *self._months(), *self._lines()]

    def places_without_hold(self, plan: int) -> set[int]:
        """The places of the pairs in which no gate of either plan held or went back: the same people come to both."""
        pairs = zip(*(self.studies[one].replications for one in (0, plan)), strict=True)
        return {
            place
            for place, pair in enumerate(pairs)
            if not any(one.gates is not None and one.gates.held_anything for one in pair)
        }

    def benefit_days(self) -> Row:
        """The day of full benefit [days from the start], None where it does not come."""
        columns = [
            _benefit_days([study.replications[number] for study in self.studies])
            for number in range(len(self.studies[0].replications))
        ]
        return Row(
            *("total", "day of full benefit", None, None, "days", "higher"),
            tuple(zip(*columns, strict=True)),
        )

    def _row(
        self,
        head: Head,
        reads: Sequence[Read],
    ) -> Row:
        columns = tuple(
            tuple(read(one) for one in study.replications)
            for study, read in zip(self.studies, reads, strict=True)
        )
        return Row(*head, columns)

    def _targets(self) -> Iterator[Row]:
        named = {target.name: target for study in self.studies for target in study.terms.targets}
        for name, target in named.items():
            worse: Worse = "higher" if target.bound == "at_most" else "lower"
            head: Head = ("target", name, None, target.workload, target.metric.unit, worse)
            yield self._row(head, [_target_reader(study, name) for study in self.studies])

    def _totals(self) -> Iterator[Row]:
        same = len(self.studies)
        yield self._row(
            ("total", "spend", None, None, "money", "higher"), [lambda one: one.bill.total()] * same
        )
        yield self._row(
            ("total", "spend.wasted", None, None, "money", "higher"),
            [lambda one: one.bill.total(worth="wasted")] * same,
        )
        yield self._row(
            ("total", "requests answered in time", None, None, "requests", "lower"),
            [lambda one: int(one.digest.good.sum())] * same,
        )
        yield self._row(
            ("total", "spend.per_good_request", None, None, "money", "higher"), [_per_good] * same
        )
        yield self.benefit_days()

    def _months(self) -> Iterator[Row]:
        for place, month in enumerate(self.studies[0].terms.calendar.months):
            yield self._row(
                ("month", "spend", month.name, None, "money", "higher"),
                [_month_spend(month.name)] * len(self.studies),
            )
            for workload in self._workloads():
                for name, unit, worse, read in _month_readers(place, list(month.days)):
                    reads = [_workload_reader(study, workload, read) for study in self.studies]
                    yield self._row(("month", name, month.name, workload, unit, worse), reads)

    def _workloads(self) -> list[str]:
        return list(dict.fromkeys(name for study in self.studies for name in study.names.workloads))

    def _lines(self) -> Iterator[Row]:
        bills = [[one.bill.by_name() for one in study.replications] for study in self.studies]
        for name in dict.fromkeys(line for plan in bills for bill in plan for line in bill):
            columns = tuple(tuple(bill.get(name, Decimal(0)) for bill in plan) for plan in bills)
            yield Row("line", name, None, None, "money", "higher", columns)


def _target_reader(study: Study, name: str) -> Read:
    names = [target.name for target in study.terms.targets]
    if name not in names:
        return lambda _: None
    place = names.index(name)
    return lambda one: one.evaluations[place].value


def _workload_reader(study: Study, workload: str, read: WorkloadRead) -> Read:
    if workload not in study.names.workloads:
        return lambda _: None
    place = study.names.workloads.index(workload)
    return lambda one: read(one, place)


def _month_spend(month: str) -> Read:
    return lambda one: one.bill.total(month)


def _month_readers(
    place: int, days: list[int]
) -> tuple[tuple[str, str, Worse | None, WorkloadRead], ...]:
    """What is compared of each workload in a month: name, unit, what is worse, how it is read."""

    def requests(one: Replication, workload: int) -> Value:
        return int(one.digest.requests[days, workload].sum())

    def p95(one: Replication, workload: int) -> Value:
        return float(one.digest.month_us["latency.p95"][place, workload]) / US_PER_SECOND

    def availability(one: Replication, workload: int) -> Value | None:
        good = int(one.digest.good[days, workload].sum())
        bad = int(one.digest.bad[days, workload].sum())
        return good / (good + bad) if good + bad else None

    return (
        ("requests", "requests", None, requests),
        ("latency.p95", "s", "higher", p95),
        ("availability", "share", "lower", availability),
    )


def _per_good(one: Replication) -> Value | None:
    good = int(one.digest.good.sum())
    return one.bill.total() / good if good else None


def _benefit_days(replications: Sequence[Replication]) -> list[int | None]:
    """Of each plan: when a week first has most of what an average week brings in the end."""
    by_day = [one.digest.good.sum(axis=1).tolist() for one in replications]
    last = min(LAST_DAYS, len(by_day[0]))
    full = FULL_SHARE * max(sum(days[-last:]) for days in by_day) * WEEK_DAYS / last
    return [_first_full_day(days, full) for days in by_day]


def _first_full_day(days: Sequence[int], full: float) -> int | None:
    for end in range(WEEK_DAYS, len(days) + 1):
        if full and sum(days[end - WEEK_DAYS : end]) >= full:
            return end - WEEK_DAYS
    return None


def _count_worse(pairs: Sequence[tuple[Value, Value]], worse_when: Worse | None) -> int | None:
    if worse_when is None:
        return None
    sign = 1 if worse_when == "higher" else -1
    return sum(sign * float(other) > sign * float(first) for first, other in pairs)


def minus(other: Value, first: Value) -> Value:
    """The difference of two values of one kind."""
    if isinstance(other, Decimal) and isinstance(first, Decimal):
        return other - first
    return float(other) - float(first)


def _is_nan(*values: Value) -> bool:
    return any(math.isnan(value) for value in values)
