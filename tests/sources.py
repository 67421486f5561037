"""Small sources of replications, in a module that worker processes can import."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from outcomes import calendar
from plans import SECOND_US, PlanMaker, day

from sim.bill import FixedCost, PriceChange, Prices, RateCard, StationCost, Tariff
from sim.plan import Day
from sim.study import Course, Terms
from sim.targets import Metric, Target

D = Decimal
FIRST = date(2027, 7, 31)
TARIFF = Tariff(
    cards=(RateCard("endpoint0", ((FIRST, Prices(D(2), D(8))),)),),
    fixed=(FixedCost("platform", D(3100)),),
    stations=(StationCost("node1", per_busy_hour=D(36)),),
)


@dataclass(frozen=True)
class OneDay:
    day: Day


@dataclass(frozen=True)
class SmallSource:
    """A vendor, then a clerk: two local days over the end of a month, one request a minute."""

    limit_s: str = "6"
    tariff: Tariff = TARIFF
    requests_a_day: int = 60

    def terms(self) -> Terms:
        targets = (
            Target(
                "fast",
                Metric.parse("latency.p95"),
                "day",
                "at_most",
                D(self.limit_s),
                workload="workload0",
            ),
            Target("cheap", Metric.parse("spend"), "month", "at_most", D(5000), chance=0.5),
        )
        return Terms(calendar("2027-07-31", "2027-08-02"), targets, budget_per_month=D(4000))

    def course(self, seed: int, replication: int) -> Course:
        maker = PlanMaker(seed=seed * 1000 + replication)
        vendor = maker.endpoint(maker.node(), service=[1 * SECOND_US, 3 * SECOND_US])
        clerk = maker.endpoint(maker.node(servers=1), service=2 * SECOND_US)
        first = maker.chain(maker.call(vendor), maker.call(clerk, input_tokens=0, output_tokens=0))
        maker.workload(
            first, input_tokens=1000, output_tokens=[100, 300], deadline_us=60 * SECOND_US
        )
        plan = maker.plan()
        edges = self.terms().calendar.day_starts_us.tolist()
        changes = (PriceChange(date(2027, 8, 1), "endpoint0", D("1.5")),) if replication % 2 else ()
        return Course(plan, self._days(edges, replication), self.tariff, changes)

    def _days(self, edges: list[int], replication: int) -> Iterator[OneDay]:
        for number, (begin, end) in enumerate(pairwise(edges)):
            count = self.requests_a_day
            who = [(begin + k * 60 * SECOND_US, number * count + k) for k in range(count)]
            yield OneDay(day(who, end, begin, seed=replication))


@dataclass(frozen=True)
class DyingSource(SmallSource):
    def course(self, seed: int, replication: int) -> Course:
        if replication == 1:
            os._exit(9)
        return super().course(seed, replication)


@dataclass(frozen=True)
class StoppedSource(SmallSource):
    def course(self, seed: int, replication: int) -> Course:
        if replication == 2:
            raise KeyboardInterrupt
        return super().course(seed, replication)
