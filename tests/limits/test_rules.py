"""Every kind of limit keeps its own law on adversarial arrivals, and is what its naive version says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_limits import MINUTE_US, NAIVE

from sim import draws
from sim.engine.compiled import rules
from sim.limits import LIMITS, NEVER, STATE_WIDTH
from sim.plan.columns import LIMIT_PARAMETERS

YEAR_US = 365 * 24 * 60 * MINUTE_US
MILLION = 1_000_000
KINDS = {kind.name: place for place, kind in enumerate(LIMITS)}
HALF = draws.threshold(0.5)
MILLION = 1_000_000


@dataclass
class Course:
    """What a limit did with a stream of arrivals."""

    p: list[int]
    admitted: list[tuple[int, int]] = field(default_factory=list)
    lucky: list[bool] = field(default_factory=list)
    slowed: list[bool] = field(default_factory=list)
    under_way: list[tuple[int, int]] = field(default_factory=list)
    ended: list[tuple[int, int, int, int]] = field(default_factory=list)
    """(when it began, when it ended, reserved, actual)."""


def padded(*parameters: int) -> list[int]:
    return [*parameters, *[0] * (LIMIT_PARAMETERS - len(parameters))]


@st.composite
def parameters(draw: st.DrawFn, name: str) -> list[int]:
    """Parameters of a kind, small ones and the greatest that a scenario may write."""
    amount = draw(st.sampled_from((1, 7, 100, 10**6, 10**10)))
    rate = draw(st.sampled_from((1, 60, 600, 10**6, 200_000_000, 10**10)))
    window = draw(st.sampled_from((1, 7, 60, 61, 1_000_003, MINUTE_US, 3600 * 10**6)))
    return padded(
        *{
            "token_bucket": (amount, rate, draw(st.integers(0, 1))),
            "soft_threshold": (amount, rate, 0, HALF, draw(SLOWS)),
            "leaky_bucket": (amount, rate),
            "ramp": (amount, 500_000, draw(st.sampled_from((1, 2, 15))) * MINUTE_US),
            "quota": (amount, draw(st.sampled_from((NEVER, 100 * YEAR_US))), draw(SLOWS)),
            "concurrency": (amount,),
            "adaptive": (),
        }.get(name, (amount, window))
    )


SLOWS = st.sampled_from((0, 2 * MILLION, 1000 * MILLION))
GAPS = (0, 0, 0, 1, 2, 59, 999_999, 1_000_000, 20_000_000, 59_999_999, MINUTE_US, 15 * MINUTE_US)


@st.composite
def events(draw: st.DrawFn, p: list[int]) -> list[tuple[str, int, int, int]]:
    """(what, gap, amount, luck): arrivals, ends of those under way, and waits of just the advice."""
    amounts = sorted({0, 1, p[0] // 3, p[0] // 2 + 1, p[0], p[0] + 1})
    gaps = (*GAPS, p[1] % MINUTE_US + 1, YEAR_US)
    event = st.tuples(
        st.sampled_from(("arrive", "arrive", "arrive", "end", "obey")),
        st.sampled_from(gaps),
        st.sampled_from(amounts),
        st.sampled_from((0, HALF)),
    )
    return draw(st.lists(event, max_size=25))


def run(name: str, p: list[int], stream: list[tuple[str, int, int, int]]) -> Course:
    """A stream through the rule, its naive version and its machine code, which say the same."""
    rule, kind = LIMITS[KINDS[name]], KINDS[name]
    naive: Any = NAIVE[name](p)
    state, course, now = [0] * STATE_WIDTH, Course(p), 0
    rule.start(p, state, now)
    compiled_p, compiled = np.array(p, np.int64), np.array(state, np.int64)
    for what, gap, amount, luck in stream:
        now += gap
        if what == "end" and course.under_way:
            began, reserved = course.under_way.pop(0)
            actual = amount if name != "concurrency" else 0
            before = list(state)
            rule.settle(p, state, now, reserved, actual)
            assert rule.settles(p) or state == before
            assert rules.settles(kind, compiled_p) == rule.settles(p)
            naive.settle(now, reserved, actual)
            rules.settle(kind, compiled_p, compiled, now, reserved, actual)
            course.ended.append((began, now, reserved, actual))
        elif what != "end":
            wait_us = rule.wait_us(p, state, now, amount, luck)
            assert wait_us == naive.wait_us(now, amount, luck)
            assert wait_us == rules.wait_us(kind, compiled_p, compiled, now, amount, luck)
            if not rule.fits(p, amount):
                assert wait_us > 0
            if wait_us > 0:
                advice_suffices(rule, p, state, now, amount, luck, wait_us)
                rule.refuse(p, state, now, amount)
                naive.refuse(now, amount)
                rules.refuse(kind, compiled_p, compiled, now, amount)
                if what == "obey" and wait_us < NEVER and name != "quota":
                    now += wait_us
                    wait_us = 0
            if wait_us == 0:
                slow_ppm = rule.slow_ppm(p, state, now, amount)
                assert slow_ppm == naive.slow_ppm(now, amount)
                assert slow_ppm == rules.slow_ppm(kind, compiled_p, compiled, now, amount)
                rule.take(p, state, now, amount)
                naive.take(now, amount, luck)
                rules.take(kind, compiled_p, compiled, now, amount)
                course.admitted.append((now, amount))
                course.lucky.append(luck >= HALF)
                course.slowed.append(slow_ppm > MILLION)
                course.under_way.append((now, amount))
        assert state == compiled.tolist()
    return course


def advice_suffices(
    rule: Any, p: list[int], state: list[int], now: int, amount: int, luck: int, wait_us: int
) -> None:
    """Who waits just so long passes, if nobody else came; who comes 1 µs earlier does not."""
    if wait_us >= NEVER:
        return
    then, later = list(state), list(p)
    if rule.name == "quota":
        later[1] = NEVER
        rule.retune(p, later, then, now + wait_us)
    assert rule.wait_us(later, then, now + wait_us, amount, luck) == 0
    assert rule.wait_us(p, state, now + wait_us - 1, amount, luck) > 0


# What each kind may admit.


def between(course: Course, first: int, until: int) -> int:
    return sum(amount for when, amount in course.admitted if first <= when < until)


def at_most_in_each_window(course: Course) -> None:
    window = course.p[1]
    for when, _ in course.admitted:
        opened = when - when % window
        assert between(course, opened, opened + window) <= course.p[0]


def at_most_in_any_window(course: Course) -> None:
    for when, _ in course.admitted:
        assert between(course, when, when + course.p[1]) <= course.p[0]


def at_most_at_once(course: Course) -> None:
    for when, _ in course.admitted:
        begun = between(course, 0, when + 1)
        gone = sum(reserved for _, ended, reserved, _ in course.ended if ended <= when)
        assert begun - gone <= course.p[0] or any(ended == when for _, ended, *_ in course.ended)


def drips(course: Course) -> None:
    """In any stretch: what the full bucket holds, what drips in, and what was put back."""
    cap, rate = course.p[:2]
    for place, (first, _) in enumerate(course.admitted):
        for last, _ in course.admitted[place:]:
            back = [r - a for _, when, r, a in course.ended if first <= when <= last and r > a]
            room = cap * MINUTE_US + rate * (last - first) + course.p[2] * sum(back) * MINUTE_US
            assert between(course, first, last + 1) * MINUTE_US <= room


def brims_over_by_one(course: Course) -> None:
    """In any stretch, all but the last: the full bucket, what drains, and what was taken out."""
    full, rate = course.p[:2]
    for place, (first, _) in enumerate(course.admitted):
        for number, (last, _) in enumerate(course.admitted[place:], start=place):
            inside = sum(amount for _, amount in course.admitted[place:number])
            out = [r - a for _, when, r, a in course.ended if first <= when <= last and r > a]
            room = full * MINUTE_US + rate * (last - first) + sum(out) * MINUTE_US
            assert inside * MINUTE_US <= room


def never_overcommits(course: Course) -> None:
    """What a window was charged before, and what is reserved, fit together at every admission."""
    allowed, window = course.p[:2]
    for place, (when, _) in enumerate(course.admitted):
        begun = sum(amount for _, amount in course.admitted[: place + 1])
        gone = [(e, r, a) for b, e, r, a in course.ended if e < when]
        charged = sum(a for e, _, a in gone if e // window == when // window)
        late = any(e == when for _, e, _, _ in course.ended)
        assert late or charged + begun - sum(r for _, r, _ in gone) <= allowed


def unlucky_ones_stay_below(course: Course) -> None:
    """Those whom chance would refuse pass only below the threshold, and those above it are slower, if any is."""
    slows = course.p[4] > 0
    for beyond in (course.lucky, course.slowed)[: 1 + slows]:
        pairs = zip(course.admitted, beyond, strict=True)
        drips(Course(course.p, [each for each, is_beyond in pairs if not is_beyond]))
    assert slows or not any(course.slowed)


def grows_by_a_share(course: Course) -> None:
    above, grows, per = course.p[:3]
    minutes = {when // MINUTE_US for when, _ in course.admitted}
    sums = {n: between(course, n * MINUTE_US, (n + 1) * MINUTE_US) for n in minutes}
    for minute, brought in sums.items():
        stretch = minute * MINUTE_US // per
        before = [n for m, n in sums.items() if m * MINUTE_US // per == stretch - 1]
        assert brought <= max(above, max(before, default=0) * (1_000_000 + grows) // 1_000_000)


def never_more_than_allowed(course: Course) -> None:
    """Nobody passes beyond it, or nobody passes there as fast."""
    if all(actual >= reserved for _, _, reserved, actual in course.ended):
        pairs = zip(course.admitted, course.slowed, strict=True)
        assert sum(amount for (_, amount), slowed in pairs if not slowed) <= course.p[0]
    assert course.p[2] > 0 or not any(course.slowed)


def no_more_than_twice_what_comes_back(course: Course) -> None:
    """Once it has heard a refusal: in a stretch in which nothing is heard, twice the rate of all that came, or one."""
    refused = [ended for _, ended, reserved, actual in course.ended if actual < reserved]
    heard = sorted({ended for _, ended, *_ in course.ended})
    for when, _ in course.admitted:
        since = max((each for each in heard if each <= when), default=0)
        if refused and refused[0] < since < when:
            came = 4 * sum(reserved for _, ended, reserved, _ in course.ended if ended <= since)
            room = max(1, came) * MILLION + max(1, came) * (when - since)
            assert between(course, since + 1, when + 1) * MILLION <= room


LAWS = {
    "token_bucket": drips,
    "fixed_window": at_most_in_each_window,
    "concurrency": at_most_at_once,
    "sliding_window": at_most_in_any_window,
    "minute_counter": at_most_in_each_window,
    "leaky_bucket": brims_over_by_one,
    "reserve_settle": never_overcommits,
    "soft_threshold": unlucky_ones_stay_below,
    "ramp": grows_by_a_share,
    "quota": never_more_than_allowed,
    "adaptive": no_more_than_twice_what_comes_back,
}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_keeps_its_law_and_agrees_with_its_naive_version_and_its_machine_code(name):
    @settings(max_examples=80, deadline=None, derandomize=True, database=None)
    @given(st.data())
    def keeps(data):
        p = data.draw(parameters(name))
        LAWS[name](run(name, p, data.draw(events(p))))

    keeps()


def test_a_long_log_joins_what_passes_at_nearly_one_time_and_still_never_admits_too_much():
    p = padded(2_300, MINUTE_US)
    stream = [("arrive", (0, 1, 20_000, 50_000)[n % 4], 1, 0) for n in range(2_350)]
    # A minute after the first; then what is left of the log, and an empty one.
    stream += [("obey", gap, 300, 0) for gap in (20_000_000, 5_000_000, 7, 30_000_000, MINUTE_US)]
    course = run("sliding_window", p, stream)
    assert 2_300 < len(course.admitted) < len(stream)
    at_most_in_any_window(course)
