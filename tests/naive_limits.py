"""Every kind of limit said again, slowly: lists of what happened, and fractions; nothing is kept up to date.

Each class has a kind's name, its parameters as in the plan, and says how long an amount would wait at an instant
by trying: `room(now)` is what may pass, from the whole history; the wait is found by looking at the only
instants at which room can grow.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from sim.limits import NEVER

MINUTE_US = 60_000_000


class Naive:
    """A limit's history: (when, amount) of what was let in or refused, and (when, reserved, actual) of ends."""

    def __init__(self, p: list[int]) -> None:
        self.p = p
        self.taken: list[tuple[int, int]] = []
        self.refused: list[tuple[int, int]] = []
        self.ended: list[tuple[int, int, int]] = []

    def held(self) -> int:
        """What attempts under way have reserved."""
        return sum(amount for _, amount in self.taken) - sum(each[1] for each in self.ended)

    def take(self, now: int, amount: int, luck: int) -> None:
        self.taken.append((now, amount))

    def refuse(self, now: int, amount: int) -> None:
        self.refused.append((now, amount))

    def settle(self, now: int, reserved: int, actual: int) -> None:
        self.ended.append((now, reserved, actual))

    def slow_ppm(self, now: int, amount: int) -> int:
        return 1_000_000


class Concurrency(Naive):
    def wait_us(self, now: int, amount: int, luck: int) -> int:
        return 0 if self.held() + amount <= self.p[0] else NEVER


class FixedWindow(Naive):
    def counted(self) -> list[tuple[int, int]]:
        return self.taken

    def wait_us(self, now: int, amount: int, luck: int) -> int:
        allowed, window = self.p[:2]
        here = sum(each for when, each in self.counted() if when // window == now // window)
        if here + amount <= allowed:
            return 0
        return (now // window + 1) * window - now if amount <= allowed else NEVER


class MinuteCounter(FixedWindow):
    def counted(self) -> list[tuple[int, int]]:
        return self.taken + self.refused


class SlidingWindow(Naive):
    """A log of [when the last of it passed, how much]; long ones join what passes in a six-hundredth of the window."""

    def __init__(self, p: list[int]) -> None:
        super().__init__(p)
        self.entries: list[list[int]] = []

    def wait_us(self, now: int, amount: int, luck: int) -> int:
        allowed, window = self.p[:2]
        ends = [(last + window, each) for last, each in self.entries]
        for then in sorted({now, *(end for end, each in ends if end > now and each > 0)}):
            if sum(each for end, each in ends if end > then) + amount <= allowed:
                return then - now
        return NEVER

    def take(self, now: int, amount: int, luck: int) -> None:
        slot = ceil(Fraction(self.p[1], 600))
        self.entries = [each for each in self.entries if each[0] + self.p[1] > now]
        if len(self.entries) >= 600 and self.entries[-1][0] // slot == now // slot:
            self.entries[-1] = [now, self.entries[-1][1] + amount]
        else:
            self.entries.append([now, amount])


class Bucket(Naive):
    """Level of a bucket that is filled (drip > 0) or drained, bounded at each step, in fractions."""

    def level(self, now: int, start: int, low: int | None, high: int | None, drip: int) -> Fraction:
        level, last = Fraction(start), 0
        for when, change in [*self.changes(), (now, 0)]:
            level += Fraction(drip * (when - last), MINUTE_US)
            level = level if high is None or drip < 0 else min(level, Fraction(high))
            level = level if low is None or drip > 0 else max(level, Fraction(low))
            level, last = level + change, when
            level = level if high is None else min(level, Fraction(high))
            level = level if low is None else max(level, Fraction(low))
        return level

    def changes(self) -> list[tuple[int, int]]:
        return self.log

    def __init__(self, p: list[int]) -> None:
        super().__init__(p)
        self.log: list[tuple[int, int]] = []


class TokenBucket(Bucket):
    def now_holds(self, now: int) -> Fraction:
        return self.level(now, self.p[0], None, self.p[0], self.p[1])

    def wait_us(self, now: int, amount: int, luck: int) -> int:
        if amount > self.p[0]:
            return NEVER
        short = amount - self.now_holds(now)
        return max(0, ceil(short * MINUTE_US / self.p[1]))

    def take(self, now: int, amount: int, luck: int) -> None:
        self.log.append((now, -amount))

    def settle(self, now: int, reserved: int, actual: int) -> None:
        if self.p[2]:
            self.log.append((now, reserved - actual))


class SoftThreshold(TokenBucket):
    def wait_us(self, now: int, amount: int, luck: int) -> int:
        return 0 if luck >= self.p[3] else super().wait_us(now, amount, luck)

    def take(self, now: int, amount: int, luck: int) -> None:
        if amount <= self.now_holds(now):
            super().take(now, amount, luck)

    def settle(self, now: int, reserved: int, actual: int) -> None:
        pass

    def slow_ppm(self, now: int, amount: int) -> int:
        return 1_000_000 if amount <= self.now_holds(now) else self.p[4] or 1_000_000


class LeakyBucket(Bucket):
    def now_holds(self, now: int) -> Fraction:
        return self.level(now, 0, 0, None, -self.p[1])

    def wait_us(self, now: int, amount: int, luck: int) -> int:
        over = self.now_holds(now) - self.p[0]
        return max(0, ceil(over * MINUTE_US / self.p[1]))

    def take(self, now: int, amount: int, luck: int) -> None:
        self.log.append((now, amount))

    def settle(self, now: int, reserved: int, actual: int) -> None:
        self.log.append((now, actual - reserved))


class ReserveSettle(Naive):
    def wait_us(self, now: int, amount: int, luck: int) -> int:
        allowed, window = self.p[:2]
        charged = sum(actual for when, _, actual in self.ended if when // window == now // window)
        if self.held() + amount > allowed:
            return NEVER
        fits = charged + self.held() + amount <= allowed
        return 0 if fits else (now // window + 1) * window - now


class Ramp(Naive):
    def minutes(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for when, amount in self.taken:
            found[when // MINUTE_US] = found.get(when // MINUTE_US, 0) + amount
        return found

    def wait_us(self, now: int, amount: int, luck: int) -> int:
        above, grows, per = self.p[:3]
        minutes = self.minutes()
        stretch = now // per
        before = [n for minute, n in minutes.items() if minute * MINUTE_US // per == stretch - 1]
        may = max(above, int(max(before, default=0) * (1 + Fraction(grows, 1_000_000))))
        if amount > above:
            return NEVER
        fits = minutes.get(now // MINUTE_US, 0) + amount <= may
        return 0 if fits else (now // MINUTE_US + 1) * MINUTE_US - now


class Quota(Naive):
    """Its resets are not in its rule: here none comes."""

    def __init__(self, p: list[int]) -> None:
        super().__init__(p)
        self.used = 0

    def slow_ppm(self, now: int, amount: int) -> int:
        return 1_000_000 if self.used + amount <= self.p[0] else self.p[2] or 1_000_000

    def wait_us(self, now: int, amount: int, luck: int) -> int:
        if self.p[2] or self.used + amount <= self.p[0]:
            return 0
        return NEVER if amount > self.p[0] or self.p[1] == NEVER else self.p[1] - now

    def take(self, now: int, amount: int, luck: int) -> None:
        self.used += amount

    def settle(self, now: int, reserved: int, actual: int) -> None:
        self.used = max(0, self.used - reserved + actual)


class Adaptive(Naive):
    """All that happened is gone through anew each time; rates are whole millionths a second wherever they are kept."""

    def __init__(self, p: list[int]) -> None:
        super().__init__(p)
        self.log: list[tuple[int, str, int]] = []

    def take(self, now: int, amount: int, luck: int) -> None:
        self.log.append((now, "take", amount))

    def settle(self, now: int, reserved: int, actual: int) -> None:
        self.log += [(now, "answer", 1)] * actual + [(now, "refusal", 1)] * (reserved - actual)

    def whole(self, rate: Fraction) -> Fraction:
        return Fraction(floor(rate * 1_000_000), 1_000_000)

    def went(self, now: int) -> tuple[bool, Fraction, Fraction]:
        """Whether it is on, its rate, and what its bucket holds."""
        is_on, rate, cap, level, last = False, Fraction(1), Fraction(1), Fraction(0), 0
        measured, top, rise, refused_at, heard, window = Fraction(0), Fraction(0), 0, 0, 0, 0
        for when, what, amount in [*self.log, (now, "take", 0)]:
            level = min(cap, level + rate * Fraction(when - last, 1_000_000))
            last = when
            if what == "take":
                level -= amount * is_on
                continue
            heard += 1
            if when // 500_000 > window:
                recent = self.whole(Fraction(heard * 2, when // 500_000 - window))
                measured = self.whole((8 * recent + 2 * measured) / 10)
                heard, window = 0, when // 500_000
            if what == "answer":
                seconds = Fraction((when - refused_at) // 100 - rise, 10_000)
                wanted = self.whole(top + Fraction(4, 10) * max(-100, min(100, seconds)) ** 3)
            else:
                top = min(measured, rate) if is_on else measured
                rise = whole_cube_root(int(self.whole(top * 3 / 4) * 10**12))
                wanted = self.whole(top * 7 / 10)
                is_on, refused_at = True, when
            wanted = min(wanted, 2 * measured)
            rate, cap = max(wanted, Fraction(1, 2)), max(wanted, Fraction(1))
            level = min(level, cap)
        return is_on, rate, level

    def wait_us(self, now: int, amount: int, luck: int) -> int:
        is_on, rate, level = self.went(now)
        if amount > 1:
            return NEVER
        return max(0, ceil((amount - level) / rate * 1_000_000)) if is_on else 0


def whole_cube_root(number: int) -> int:
    root = round(number ** (1 / 3))
    while root**3 > number:
        root -= 1
    while (root + 1) ** 3 <= number:
        root += 1
    return root


NAIVE = {
    "token_bucket": TokenBucket,
    "fixed_window": FixedWindow,
    "concurrency": Concurrency,
    "sliding_window": SlidingWindow,
    "minute_counter": MinuteCounter,
    "leaky_bucket": LeakyBucket,
    "reserve_settle": ReserveSettle,
    "soft_threshold": SoftThreshold,
    "ramp": Ramp,
    "quota": Quota,
    "adaptive": Adaptive,
}
