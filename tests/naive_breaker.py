"""The circuit breaker said again, slowly: a list of spells, each with all that was heard in it, and fractions.

Nothing is counted as it comes: how long the run of failures is, and which share of a window failed, is looked up in
the spell's own results each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"


@dataclass
class Spell:
    """A stretch of time in which the breaker is in one state."""

    state: str
    until: int | None = None
    probed: int = 0
    heard: list[tuple[int, bool]] = field(default_factory=list)
    """(when, whether it was good), of one instant the good ones first."""

    def failures_in_a_row(self) -> int:
        run = 0
        for _, good in reversed(self.heard):
            if good:
                break
            run += 1
        return run

    def failed_of(self, first: int, until: int) -> tuple[int, int]:
        """(failed, all) of a window."""
        inside = [good for when, good in self.heard if first <= when < until]
        return inside.count(False), len(inside)


class NaiveBreaker:
    def __init__(
        self,
        *,
        opens_after: int,
        share: Fraction,
        at_least: int,
        window: int,
        stays_open: int,
        probes: int,
        heeds: bool,
    ) -> None:
        self.opens_after, self.share, self.at_least = opens_after, share, at_least
        self.window, self.stays_open, self.probes, self.heeds = window, stays_open, probes, heeds
        self.spells = [Spell(CLOSED)]

    def admit(self, now: int) -> int | None:
        """The number of the spell in which a call passes; None: it does not."""
        spell = self.spells[-1]
        if spell.until is not None and now >= spell.until:
            if self.probes == 0:
                self.spells.append(Spell(CLOSED))
            else:
                self.spells.append(Spell(HALF_OPEN, now + self.stays_open))
        spell = self.spells[-1]
        if spell.state == OPEN or (spell.state == HALF_OPEN and spell.probed == self.probes):
            return None
        spell.probed += spell.state == HALF_OPEN
        return len(self.spells) - 1

    def hear(self, now: int, good: int, bad: int, alone: bool, advice: int) -> None:
        """What an instant brought of calls of this spell; `alone`: a failure that opens it by itself is among them."""
        spell = self.spells[-1]
        spell.heard += [(now, True)] * good + [(now, False)] * bad
        if spell.state == HALF_OPEN:
            if bad:
                self.open(now, advice)
            elif len(spell.heard) >= self.probes:
                self.spells.append(Spell(CLOSED))
        elif alone or self.is_too_bad(spell, now):
            self.open(now, advice)

    def is_too_bad(self, spell: Spell, now: int) -> bool:
        if 0 < self.opens_after <= spell.failures_in_a_row():
            return True
        first = now // self.window * self.window
        failed, results = spell.failed_of(first, first + self.window)
        enough = self.share > 0 and failed > 0 and results >= self.at_least
        return enough and Fraction(failed, results) >= self.share

    def open(self, now: int, advice: int) -> None:
        rests = advice if self.heeds and advice > 0 else self.stays_open
        self.spells.append(Spell(OPEN, now + rests))
