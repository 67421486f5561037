"""The breaker's rule is what its naive twin says, in plain Python and in machine code, whatever comes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st
from naive_breaker import CLOSED, HALF_OPEN, OPEN, NaiveBreaker

from sim.engine.compiled import breaking
from sim.policies import breaker

STATES = {breaker.CLOSED: CLOSED, breaker.OPEN: OPEN, breaker.HALF_OPEN: HALF_OPEN}
FATAL, FAILURE = 3, 2
"""Two results: of the first, one alone opens it."""


@st.composite
def parameters(draw: st.DrawFn) -> list[int]:
    """In the plan's order."""
    return [
        draw(st.integers(0, 3)),
        draw(st.sampled_from((0, 250_000, 333_333, 500_000, 500_001, 1_000_000))),
        draw(st.integers(1, 4)),
        draw(st.sampled_from((1, 7, 50, 60_000_000))),
        draw(st.sampled_from((1, 10, 60))),
        draw(st.integers(0, 2)),
        draw(st.integers(0, 1)),
        draw(st.sampled_from((0, 1 << FATAL))),
    ]


@st.composite
def instants(draw: st.DrawFn) -> list[tuple[int, int, list[tuple[int, str]]]]:
    """(gap, calls, ends): of the calls under way, which end and how; then how many calls come to the door."""
    end = st.tuples(st.integers(0, 5), st.sampled_from(("good", "good", "bad", "bad", "fatal")))
    each = st.tuples(
        st.sampled_from((1, 1, 2, 6, 9, 10, 59, 60, 61)),
        st.integers(0, 3),
        st.lists(end, max_size=3),
    )
    return draw(st.lists(each, min_size=5, max_size=40))


class Both:
    """The rule and its machine code, side by side."""

    def __init__(self, p: list[int]) -> None:
        self.p, self.state = p, [0] * breaker.STATE_WIDTH
        self.compiled_p = np.array(p, np.int64)
        self.compiled = np.zeros(breaker.STATE_WIDTH, np.int64)

    def admit(self, now: int) -> int:
        found = breaker.admit(self.p, self.state, now)
        assert found == breaking.admit_rule(self.compiled_p, self.compiled, now)
        return found

    def hear(self, now: int, good: int, bad: int, advice: int) -> None:
        breaker.hear(self.p, self.state, now, good, bad, advice)
        breaking.hear_rule(self.compiled_p, self.compiled, now, good, bad, advice)
        assert self.state == self.compiled.tolist()


def naive(p: list[int]) -> NaiveBreaker:
    return NaiveBreaker(
        opens_after=p[breaker.OPENS_AFTER],
        share=Fraction(p[breaker.SHARE_PPM], 1_000_000),
        at_least=p[breaker.AT_LEAST],
        window=p[breaker.WINDOW_US],
        stays_open=p[breaker.STAYS_OPEN_US],
        probes=p[breaker.PROBES],
        heeds=bool(p[breaker.HEEDS]),
    )


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(parameters(), instants(), st.sampled_from((0, 5, 200)))
def test_a_breaker_is_what_its_naive_twin_says(p, stream, advice):
    rule, twin, now = Both(p), naive(p), 0
    under_way: list[int] = []
    for gap, calls, ends in stream:
        now += gap
        heard = []
        for place, how in ends:
            if place < len(under_way):
                generation = under_way.pop(place)
                heard += [how] if generation == rule.state[breaker.GENERATION] else []
        if heard:
            good, results = heard.count("good"), {"bad": FAILURE, "fatal": FATAL}
            bad = [results[how] for how in heard if how != "good"]
            weights = [breaker.weight(p, result) for result in bad]
            rule.hear(now, good, sum(weights), advice if bad else 0)
            alone = p[breaker.OPENS_ON] > 0 and FATAL in bad
            twin.hear(now, good, len(bad), alone, advice if bad else 0)
        for _ in range(calls):
            generation, spell = rule.admit(now), twin.admit(now)
            assert (generation if generation >= 0 else None) == spell
            under_way += [generation] if generation >= 0 else []
        assert STATES[rule.state[breaker.STATE]] == twin.spells[-1].state
        event(twin.spells[-1].state)
    event(f"{min(len(twin.spells), 6)} spells")
