"""The cheapest plan that keeps every target at its chance, among all combinations of a scenario's choices.

A race (ranking and selection with common random numbers): all plans are played twice with the same luck; who surely
misses a target, or is surely dearer than the best plan that keeps them, plays no further, the others play on in
rounds of twice as many replications. A plan that was dropped as dearer comes back when the best one falls.

With `halving` no more than the better half of them (by the chance that lacks most, then by spend) plays on in each
round, at least `FEWEST`: many plans then cost little more than two replications each, and a plan that only had bad
luck may be lost. In the end the cheapest plan, and the cheapest without each target, are played until all that are
compared have as many replications: no price rests on a plan that was looked at less than the best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from sim import draws
from sim.bill import total
from sim.errors import UsageError
from sim.study.points import Field, Point, Readings
from sim.study.statistics import mean_interval
from sim.study.stopping import judge
from sim.targets import Target

FIRST_ROUND = 2
SAME_SPEND = Decimal("0.001")
"""Spends that differ by no larger a part are alike: which plan is the cheaper is then of no consequence."""
FEWEST = 3
"""So many plans stay to the end of a race that halves."""
RESAMPLES = 1_000
PURPOSE = "optimize: resample"


@dataclass(frozen=True)
class Candidate:
    """A plan and how it did."""

    point: Point
    choices: tuple[str, ...]
    """By choice, the way taken."""
    readings: Readings

    @property
    def spend(self) -> Decimal:
        """The mean over its replications."""
        return total(one.spend for one in self.readings) / len(self.readings)

    def shares(self) -> list[float]:
        """In what share of its replications each target is met."""
        met = np.array([one.met for one in self.readings], float)
        return [float(share) for share in met.mean(axis=0)]

    def lacks(self, targets: Sequence[Target]) -> list[float]:
        """By how much the chance of each target falls short; 0 where it is kept."""
        return [
            max(0.0, target.chance - share)
            for target, share in zip(targets, self.shares(), strict=True)
        ]


@dataclass(frozen=True)
class Optimum:
    """What a race found."""

    targets: tuple[Target, ...]
    best: Candidate | None
    """The cheapest plan that keeps all targets; None: no plan does."""
    nearest: Candidate
    """The plan that falls least short; the best one, where there is one."""
    candidates: tuple[Candidate, ...]
    """Every plan, in the order of the choices."""
    as_good: tuple[Candidate, ...]
    """The other plans that keep all targets in as many replications, and cost the same to within `SAME_SPEND`."""
    chance_right: float | None
    """In what share of resampled replications the same plan is chosen, or one that is as good."""
    prices: dict[str, Decimal | None]
    """By target: what would be saved without it; None where nothing else keeps the rest."""

    @property
    def binding(self) -> str | None:
        """The target that costs most; None where none alone costs more than `SAME_SPEND` of the spend."""
        least = self.nearest.spend * SAME_SPEND
        priced = {name: price for name, price in self.prices.items() if price and price > least}
        return max(priced, key=lambda name: priced[name]) if priced else None

    @property
    def tightest(self) -> str:
        """The target whose chance has least to spare; of equals, the first."""
        pairs = zip(self.targets, self.nearest.shares(), strict=True)
        return min(pairs, key=lambda pair: pair[1] - pair[0].chance)[0].name


def optimize(
    plans: Sequence[tuple[tuple[str, ...], Point]],
    field: Field,
    replications: int,
    *,
    halving: bool = False,
) -> Optimum:
    """Race plans, to at most so many replications of each.

    Args:
        plans: the names of the choices, and the scenario with them.
        field: the seed and the workers.
        replications: of the plans that stay to the end.
        halving: whether only the better half plays on in each round.
    """
    targets = plans[0][1].terms().targets
    if not targets:
        raise UsageError(
            "the scenario has no targets, so the cheapest plan would be to serve nobody"
        )
    race = Race([Candidate(point, choices, ()) for choices, point in plans], targets, field)
    for size, among in rounds(len(plans), replications, halving=halving):
        race.round(size, among)
    return race.result(replications)


def rounds(plans: int, replications: int, *, halving: bool) -> Iterator[tuple[int, int]]:
    """(replications of each, plans that play) of each round of a race."""
    size, among = min(FIRST_ROUND, replications), plans
    while True:
        yield size, among
        if size == replications:
            return
        size = min(2 * size, replications)
        among = max(FEWEST, among // 2) if halving else among


def most_replications(plans: int, replications: int, *, halving: bool) -> int:
    """What a race plays where nobody surely loses, but for what is played in the end to compare prices."""
    played, before = 0, 0
    for size, among in rounds(plans, replications, halving=halving):
        played += (size - before) * min(among, plans)
        before = size
    return played


class Race:
    """Candidates and their readings so far."""

    def __init__(
        self, candidates: list[Candidate], targets: tuple[Target, ...], field: Field
    ) -> None:
        self._all = candidates
        self._targets = targets
        self._field = field

    def round(self, size: int, among: int) -> None:
        """Play on until everyone who may still win, of so many who do best, has so many replications."""
        best = self._places_of_best(among)
        while todo := [
            place
            for place in best
            if len(self._all[place].readings) < size and self._may_win(self._all[place])
        ]:
            # Only those of one length play together, as they need the same numbers.
            least = min(len(self._all[place].readings) for place in todo)
            todo = [place for place in todo if len(self._all[place].readings) == least]
            self._play(todo, range(least, size))

    def _places_of_best(self, among: int) -> list[int]:
        """The places of so many who lack least, and of those that cost least."""
        everyone = range(len(self._all))
        if among == len(self._all):
            return list(everyone)

        def rank(place: int) -> tuple[float, Decimal]:
            one = self._all[place]
            return max(one.lacks(self._targets)), one.spend

        return sorted(sorted(everyone, key=rank)[:among])

    def _settle(self, replications: int, without: int | None = None) -> Candidate | None:
        """The cheapest that keeps every target but one, when it is played in full."""
        while True:
            best = cheapest(self._all, self._targets, without)
            if best is None or len(best.readings) == replications:
                return best
            self._play([self._all.index(best)], range(len(best.readings), replications))

    def _play(self, places: Sequence[int], numbers: range) -> None:
        points = [self._all[place].point for place in places]
        for place, more in zip(places, self._field.play(points, numbers), strict=True):
            one = self._all[place]
            self._all[place] = Candidate(one.point, one.choices, one.readings + more)

    def _may_win(self, one: Candidate) -> bool:
        if not one.readings:
            return True
        if self._surely_misses(one):
            return False
        best = cheapest(self._all, self._targets)
        return best is None or best is one or not _surely_dearer(one, best)

    def _surely_misses(self, one: Candidate) -> bool:
        columns = zip(*(reading.met for reading in one.readings), strict=True)
        return any(
            judge(column, target.chance).status == "missed"
            for target, column in zip(self._targets, columns, strict=True)
        )

    def result(self, replications: int) -> Optimum:
        """What the race has come to, after what is compared is played in full."""
        best = self._settle(replications)
        prices = {} if best is None else self._prices(best, replications)
        as_good = () if best is None else tuple(self._as_good(best))
        nearest = min(self._all, key=lambda one: (max(one.lacks(self._targets)), one.spend))
        return Optimum(
            targets=self._targets,
            best=best,
            nearest=best or nearest,
            candidates=tuple(self._all),
            as_good=as_good,
            chance_right=None if best is None else self._chance_right(best, as_good),
            prices=prices,
        )

    def _prices(self, best: Candidate, replications: int) -> dict[str, Decimal | None]:
        prices: dict[str, Decimal | None] = {}
        for place, target in enumerate(self._targets):
            other = self._settle(replications, without=place)
            prices[target.name] = (
                None if other is None else max(Decimal(0), best.spend - other.spend)
            )
        return prices

    def _as_good(self, best: Candidate) -> Iterator[Candidate]:
        for one in self._all:
            same = one is not best and len(one.readings) == len(best.readings)
            if same and max(one.lacks(self._targets)) <= ROUNDING:
                if abs(one.spend - best.spend) <= best.spend * SAME_SPEND:
                    yield one

    def _chance_right(self, best: Candidate, as_good: Sequence[Candidate]) -> float:
        """Resample the replications of those who stayed, and choose again."""
        stayed = [one for one in self._all if len(one.readings) == len(best.readings)]
        count = len(best.readings)
        met = np.array([[reading.met for reading in one.readings] for one in stayed], float)
        spend = np.array([[float(reading.spend) for reading in one.readings] for one in stayed])
        asked = np.array([target.chance for target in self._targets])
        key = draws.purpose(self._field.seed, 0, PURPOSE)
        entities = np.arange(RESAMPLES, dtype=np.uint64)[:, None]
        picks = (
            draws.uniforms(key, entities, np.arange(count, dtype=np.uint64)[None, :]) * count
        ).astype(np.int64)
        mine = {
            place
            for place, one in enumerate(stayed)
            if any(one is good for good in (best, *as_good))
        }
        right = 0
        for pick in picks:
            keeps = (met[:, pick].mean(axis=1) >= asked - ROUNDING).all(axis=1)
            costs = np.where(keeps, spend[:, pick].mean(axis=1), np.inf)
            right += bool(keeps.any()) and int(costs.argmin()) in mine
        return right / RESAMPLES


ROUNDING = 1e-12
"""A mean of shares is as good as the share."""


def cheapest(
    candidates: Sequence[Candidate], targets: Sequence[Target], without: int | None = None
) -> Candidate | None:
    """The cheapest plan that keeps every target but one in its replications so far; of equals, the first."""
    keep = [
        one
        for one in candidates
        if one.readings
        and all(
            lack <= ROUNDING for place, lack in enumerate(one.lacks(targets)) if place != without
        )
    ]
    return min(keep, key=lambda one: one.spend, default=None)


def _surely_dearer(one: Candidate, best: Candidate) -> bool:
    pairs = zip(one.readings, best.readings, strict=False)
    interval = mean_interval([float(mine.spend - other.spend) for mine, other in pairs])
    return interval is not None and interval[0] > 0
