"""The limit `adaptive` beside botocore's own classes: the same successes and throttles, on a clock that stands still.

What is compared is what botocore's mode `adaptive` consists of: `RateClocker`, `CubicCalculator` and `TokenBucket`,
driven by `ClientRateLimiter` itself. The rule is in whole millionths and tenths of a millisecond, botocore in floats.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from sim.limits import NEVER, STATE_WIDTH
from sim.limits import adaptive as rule

SECOND_US = 1_000_000
TOLERANCE = 5e-4
"""Of a rate. K and t are cut to tenths of a millisecond, which moves it by at most 1.2 (t - K)² × 1e-4 a second; the
most that was seen is 2.8e-4 of it."""
WAIT_S = 2e-3
"""Of a wait; 9.5e-4 s is the most that was seen, of two."""


class Clock:
    """Botocore's clock, told what time it is."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def current_time(self) -> float:
        return self.now_s

    def sleep(self, amount: float) -> None:
        raise AssertionError("nobody sleeps here")


class Botocore:
    """Botocore's limiter of rates as its `register_retry_handler` puts it together."""

    def __init__(self) -> None:
        adaptive = pytest.importorskip("botocore.retries.adaptive")
        bucket = pytest.importorskip("botocore.retries.bucket")
        throttling = pytest.importorskip("botocore.retries.throttling")
        self.clock = Clock()
        self.cubic = throttling.CubicCalculator(starting_max_rate=0, start_time=0.0)
        self.bucket = bucket.TokenBucket(max_rate=1, clock=self.clock)
        self.clocker = adaptive.RateClocker(self.clock)
        self.limiter = adaptive.ClientRateLimiter(
            rate_adjustor=self.cubic,
            rate_clocker=self.clocker,
            token_bucket=self.bucket,
            throttling_detector=self,
            clock=self.clock,
        )

    def is_throttling_error(self, *, throttled: bool) -> bool:
        """Botocore asks its detector; here the recording says."""
        return throttled

    def hear(self, throttled: bool) -> None:
        self.limiter.on_receiving_response(throttled=throttled)

    def wait_s(self) -> float:
        """How long `acquire` would sleep now; 0 where it would not."""
        if not self.limiter._enabled:
            return 0.0
        self.bucket._refill()
        return max(0.0, self.bucket._sleep_amount(1))

    def take(self) -> None:
        if self.limiter._enabled:
            self.bucket._refill()
            self.bucket._current_capacity -= 1


class Ours:
    """The rule's state."""

    def __init__(self) -> None:
        self.p: list[int] = []
        self.state = [0] * STATE_WIDTH
        rule.start(self.p, self.state, 0)


def recording(seed: int) -> Iterator[tuple[int, str]]:
    """(when [µs], `ask`, `answer` or `throttle`): 1 to 200 a second, of which more or fewer are refused."""
    luck = random.Random(seed)
    now, allowed = 0, luck.choice((1, 4, 20, 200))
    for number in range(1_500):
        if number % 300 == 0:
            share = luck.choice((0.0, 0.005, 0.05, 0.5))
        now += int(luck.expovariate(allowed) * SECOND_US) + 1
        if luck.random() < 0.02:
            now += luck.choice((1, 5, 30)) * SECOND_US
        yield now, "ask"
        now += luck.choice((0, 1, 200_000))
        yield now, "throttle" if luck.random() < share else "answer"


def played(seed: int) -> list[tuple[float, float, float, float, float, float]]:
    """At each event (measured, rate, wait [s]) of botocore, and the same of ours."""
    theirs, ours, found = Botocore(), Ours(), []
    for now, what in recording(seed):
        theirs.clock.now_s = now / SECOND_US
        if what in ("throttle", "answer"):
            theirs.hear(what == "throttle")
            rule.settle(ours.p, ours.state, now, 1, int(what == "answer"))
        wait_s = theirs.wait_s()
        wait_us = rule.wait_us(ours.p, ours.state, now, 1, 0)
        assert wait_us < NEVER
        found.append(
            (
                theirs.clocker.measured_rate,
                theirs.bucket.max_rate,
                wait_s,
                ours.state[rule.MEASURED] / 1e6,
                ours.state[rule.RATE] / 1e6,
                wait_us / 1e6,
            )
        )
        if what == "ask" and wait_s == 0 == wait_us:
            theirs.take()
            rule.take(ours.p, ours.state, now, 1)
    return found


@pytest.mark.parametrize("seed", range(20))
def test_rates_and_waits_follow_botocores(seed):
    for measured, rate, wait_s, our_measured, our_rate, our_wait_s in played(seed):
        assert our_measured == pytest.approx(measured, rel=TOLERANCE, abs=1e-4)
        assert our_rate == pytest.approx(rate, rel=TOLERANCE, abs=1e-4)
        assert our_wait_s == pytest.approx(wait_s, rel=TOLERANCE, abs=WAIT_S)


def test_recordings_throttle_raise_and_wait():
    seen: dict[str, int] = {"slow": 0, "fast": 0, "waits": 0}
    for seed in range(20):
        for _, rate, wait_s, *_ in played(seed):
            seen["slow"] += rate == 0.5
            seen["fast"] += rate > 50
            seen["waits"] += wait_s > 0
    assert min(seen.values()) > 100, seen
