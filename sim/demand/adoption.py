"""Who may use it, and who does: from users over time to the instant at which each person starts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.scenario.tables import LawTable, ppf

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
CurveName = Literal["logistic", "bass", "linear", "step", "immediate"]

NEVER_US = 1 << 60
"""Later than any horizon, and far from overflow when a delay is added."""
IMITATION = 0.38 / 0.03
"""Pull of those who use it already over the pull of the thing itself.

Source: means over 213 diffusions, Sultan, Farley and Lehmann, J. Marketing Research 27 (1990).
"""


@dataclass(frozen=True)
class Step:
    """From `start_us` on, users goes to `users`, evenly over `ramp_us`."""

    start_us: int
    users: int
    ramp_us: int = 0


def onboarded_us(ladder: Sequence[Step], n_people: int) -> Times:
    """Return when each person gets access: the first instant t with users(t) > person; (people,).

    A step begins at the level that was reached when it starts, even if the ramp before it was not
    over. The most that was reached counts; `revoked_us` says who loses access again.
    """
    onboarded = np.full(n_people, NEVER_US, np.int64)
    steps = sorted(ladder, key=lambda step: step.start_us)
    level, reached = 0.0, 0
    for index, step in enumerate(steps):
        until_us = steps[index + 1].start_us if index + 1 < len(steps) else NEVER_US
        share = 1.0 if step.ramp_us == 0 else min(1.0, (until_us - step.start_us) / step.ramp_us)
        top = level + (step.users - level) * share
        people = np.arange(reached, min(n_people, math.ceil(top)))
        done = np.maximum(people - level, 0.0) / max(step.users - level, 1.0)
        onboarded[people] = step.start_us + np.rint(done * step.ramp_us).astype(np.int64)
        level, reached = top, max(reached, math.ceil(top))
    return onboarded


def revoked_us(ladder: Sequence[Step], n_people: int) -> Times:
    """Return when each person loses access again, as users fall: those who came last go first; (people,)."""
    revoked = np.full(n_people, NEVER_US, np.int64)
    steps = sorted(ladder, key=lambda step: step.start_us)
    for before, step in pairwise(steps):
        if step.users < before.users:
            gone = revoked[step.users :]
            np.minimum(gone, step.start_us, out=gone)
    return revoked


@dataclass(frozen=True)
class Adoption:
    """How long people with access take to use it, and how many ever will.

    The share of people who use it, by time t since their access, is ceiling x F(t / half_after):
    `bass` F(s) = (e^{ks} - 1) / (e^{ks} - 2 + e^k) with F(1) = 1/2 and e^k = 2 + `imitation`;
    `logistic` the same with the usual `IMITATION`; `linear` F(s) = min(1, s / 2); `step` all of
    them at s = 1; `immediate` all of them at 0.

    Source: Bass, A new product growth model for consumer durables, Management Science 15 (1969).
    """

    curve: CurveName = "immediate"
    half_after_us: int = 0
    ceiling: float = 1.0
    imitation: float = IMITATION
    """Pull of those who use it already over the pull of the thing itself [1]."""
    stay: LawTable | None = None
    """Law of how long a person goes on using it [us]; None: for good."""

    def stays_us(self, luck: Floats) -> Times:
        """Return how long each person goes on using it, by luck of its own."""
        if self.stay is None:
            return np.full(luck.shape, NEVER_US, np.int64)
        drawn = [max(1.0, ppf(self.stay, float(u))) for u in luck]
        return np.minimum(np.rint(drawn), NEVER_US).astype(np.int64)

    def delays_us(self, luck: Floats) -> Times:
        """Return each person's delay from access to use; `NEVER_US` for luck above the ceiling."""
        adopters = luck < self.ceiling
        share = np.where(adopters, luck, 0.0) / (self.ceiling or 1.0)
        delays = np.rint(self._inverse(share) * self.half_after_us).astype(np.int64)
        return np.where(adopters, delays, NEVER_US)

    def share(self, since_us: Floats) -> Floats:
        """Return the share of people that use it, by the time since their access."""
        since = np.asarray(since_us, np.float64) / max(self.half_after_us, 1)
        if self.curve == "immediate":
            reached = (since >= 0).astype(np.float64)
        elif self.curve == "step":
            reached = (since >= 1).astype(np.float64)
        elif self.curve == "linear":
            reached = np.clip(since / 2.0, 0.0, 1.0)
        else:
            grown = np.expm1(np.maximum(since, 0.0) * math.log(2.0 + self.imitation))
            reached = grown / (grown + 1.0 + self.imitation)
        return self.ceiling * reached

    def _inverse(self, share: Floats) -> Floats:
        """Return s with F(s) = share, in units of half_after."""
        if self.curve == "immediate":
            return np.zeros_like(share)
        if self.curve == "step":
            return np.ones_like(share)
        if self.curve == "linear":
            return 2.0 * share
        grown = (1.0 + self.imitation) * share / (1.0 - share)
        return np.asarray(np.log1p(grown) / math.log(2.0 + self.imitation))
