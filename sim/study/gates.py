"""What the gates of many replications did, told by history: a mean over histories would be of none of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sim.bill import total
from sim.plan.gates import Decision, GateHistory, Look
from sim.study.replication import Replication


@dataclass(frozen=True)
class PhaseOpening:
    """When one phase opened, over replications."""

    phase: int
    opened: tuple[date | None, ...]
    """By replication; None: not within the horizon."""
    holds: tuple[int, ...]
    """By replication: how often it was held."""


@dataclass(frozen=True)
class Course:
    """The replications in which the gates held each phase equally often, and ended alike."""

    holds: tuple[int, ...]
    """By phase."""
    ending: str
    """`open`, `never`: a phase did not open; `back`: the rollout went back."""
    last_opening: date | None
    """When the last phase opened; None where it did not."""
    count: int
    spend: dict[str, Decimal]
    """Mean spend of each month."""


@dataclass(frozen=True)
class Doors:
    """How often a gate's first look at a phase missed one target, beside what its noise foretells.

    The truth is the target over what all replications saw at this look together. Where that is met, a miss is
    false. Were requests independent, a replication would miss it as often as a binomial number of requests on the
    wrong side is more than allowed; beyond that, misses come from days, incidents and unknowns.
    """

    phase: int
    target: str
    looks: int
    missed: int
    requests: int
    truly_met: bool | None
    """None where the target counts no requests, or there were none."""
    foretold: float | None
    """Expected share of misses by noise alone."""


def histories(replications: Sequence[Replication]) -> list[GateHistory]:
    """The history of each replication; nothing where there are no gates."""
    return [one.gates for one in replications if one.gates is not None]


def openings(found: Sequence[GateHistory]) -> list[PhaseOpening]:
    """By phase."""
    return [
        PhaseOpening(
            phase,
            tuple(history.opened[phase] for history in found),
            tuple(history.holds[phase] for history in found),
        )
        for phase in range(len(found[0].opened))
    ]


def courses(replications: Sequence[Replication]) -> list[Course]:
    """Replications by what their gates did, those with the fewest holds first."""
    groups: dict[tuple[tuple[int, ...], str], list[Replication]] = {}
    for one in replications:
        if one.gates is not None:
            groups.setdefault((one.gates.holds, _ending(one.gates)), []).append(one)
    ordered = sorted(groups.items(), key=lambda group: (sum(group[0][0]), group[0]))
    return [_course(holds, ending, members) for (holds, ending), members in ordered]


def doors(found: Sequence[GateHistory]) -> list[Doors]:
    """The first looks at each phase, by target."""
    first: dict[tuple[int, str], list[Look]] = {}
    for history in found:
        for decision in history.decisions:
            if decision.held == 0:
                _note(first, decision)
    return [_doors(phase, target, looks) for (phase, target), looks in first.items()]


def _note(first: dict[tuple[int, str], list[Look]], decision: Decision) -> None:
    for look in decision.looks:
        first.setdefault((decision.phase, look.target), []).append(look)


def _doors(phase: int, target: str, looks: Sequence[Look]) -> Doors:
    missed = sum(not look.met for look in looks)
    counted = [look.breaches for look in looks if look.breaches is not None and look.breaches[0]]
    requests = sum(count for count, _, _ in counted)
    if not requests:
        return Doors(phase, target, len(looks), missed, 0, None, None)
    wrong = sum(bad for _, bad, _ in counted)
    allowed = sum(most for _, _, most in counted)
    chances = [_exceeds(count, most, wrong / requests) for count, _, most in counted]
    foretold = math.fsum(chances) / len(looks)
    return Doors(phase, target, len(looks), missed, requests, wrong <= allowed, foretold)


def _exceeds(count: int, most: int, share: float) -> float:
    """The chance that a binomial number is more than so many."""
    from scipy.special import bdtrc

    return float(bdtrc(most, count, share)) if most < count else 0.0


def _ending(history: GateHistory) -> str:
    if history.left is not None:
        return "back"
    return "never" if None in history.opened else "open"


def _course(holds: tuple[int, ...], ending: str, members: Sequence[Replication]) -> Course:
    days = [one.gates.opened[-1] for one in members if one.gates is not None]
    last = [day for day in days if day is not None]
    bills = [one.bill.by_month() for one in members]
    spend = {month: total(bill[month] for bill in bills) / len(bills) for month in bills[0]}
    return Course(holds, ending, max(last, default=None), len(members), spend)
