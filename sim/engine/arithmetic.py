"""The arithmetic that both engines share: pure functions of numbers and flat sequences.

Control flow is written twice, once an engine; what one µs more or less would mean is written once,
here and in `sim/limits/`. The reference calls these functions as they are, on lists; the compiled
engine compiles them, on arrays. They may use integers, floats, `math` and indexing, nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

CONSTANT = 0
CONTINUOUS = 1
ATOMS = 2
MIXTURE = 3

KNOTS = 1025
LOGIT_MAX = 18.0

BINS_PER_OCTAVE = 128
BIN_COUNT = BINS_PER_OCTAVE * 40
"""Bins up to 2**46 µs, more than two years; what is longer falls in the last."""

MILLION = 1_000_000


def law_value(
    laws: Sequence[int], numbers: Sequence[float], base: int, law: int, u: float
) -> float:
    """The quantile at `u` of one law of the plan's pool.

    `laws` holds kind, start and count of each law, from place `base` on; `numbers` are the pool's. A
    mixture chooses its part with `u` and hands on what is left of `u`, stretched to (0, 1).
    """
    place = base + 3 * law
    while laws[place] == MIXTURE:
        start = laws[place + 1]
        count = laws[place + 2]
        part = first_at_least(numbers, start, count, u)
        below = 0.0 if part == 0 else numbers[start + part - 1]
        u = (u - below) / (numbers[start + part] - below)
        place = base + 3 * int(numbers[start + count + part])
    start = laws[place + 1]
    if laws[place] == CONSTANT:
        return numbers[start]
    if laws[place] == ATOMS:
        count = laws[place + 2]
        return numbers[start + first_at_least(numbers, start + count, count, u)]
    # A rescaled u may round to 0 or 1, where the logit is infinite.
    u = min(max(u, 1e-300), 1.0 - 1.2e-16)
    where = (math.log(u / (1.0 - u)) + LOGIT_MAX) * ((KNOTS - 1) / (2.0 * LOGIT_MAX))
    where = min(max(where, 0.0), KNOTS - 1.0)
    knot = min(int(where), KNOTS - 2)
    share = where - knot
    return numbers[start + knot] * (1.0 - share) + numbers[start + knot + 1] * share


def first_at_least(numbers: Sequence[float], start: int, count: int, u: float) -> int:
    """The first of `count` ascending numbers, from `start` on, that is not below `u` (the last, if none)."""
    low = 0
    high = count - 1
    while low < high:
        middle = (low + high) // 2
        if numbers[start + middle] >= u:
            high = middle
        else:
            low = middle + 1
    return low


def whole(value: float) -> int:
    """A drawn value as an integer: the nearest, halves up, not below 0."""
    return 0 if value < 0.0 else int(value + 0.5)


def duration_us(value: float, slow_ppm: int) -> int:
    """A drawn duration as an engine uses it: slowed by an incident, whole, at least 1 µs."""
    return max(1, whole(value) * slow_ppm // MILLION)


def slowed_ppm(one_ppm: int, other_ppm: int) -> int:
    """Two slowdowns as one [ppm]."""
    return one_ppm * other_ppm // MILLION


def decode_us(output_tokens: int, tokens_per_second: float) -> int:
    """The time to write an answer after its first token [µs]; 0 where no speed is given."""
    if tokens_per_second <= 0.0:
        return 0
    return whole(output_tokens * 1e6 / tokens_per_second)


def prompt_us(fresh_tokens: int, us_per_1k: int) -> float:
    """What reading a prompt adds to the first token, before anything slows it [µs]."""
    return fresh_tokens * us_per_1k / 1000.0


def backoff_us(
    base_us: int, growth_ppm: int, cap_us: int, retry: int, factor: float, least_us: int = 0
) -> int:
    """The wait before a retry (0 is the first): base × growth^retry, capped; the jitter's draw is the share of
    the way to it from the least."""
    wait = base_us
    for _ in range(retry):
        if wait >= cap_us:
            break
        wait = wait * growth_ppm // MILLION
    wait = min(wait, cap_us)
    if wait <= least_us:
        return max(1, least_us)
    return max(1, least_us + whole((wait - least_us) * factor))


def pause_us(own_us: int, advice_us: int, cap_us: int, habit: int) -> int:
    """How long a client waits before it tries again; -1: it does not.

    Args:
        own_us: its own back-off, after all jitter.
        advice_us: how long the refusal asked it to wait; 0: not said, or not heard.
        cap_us: what it makes of advice ends here.
        habit: `sim.plan.columns.Habit`.
    """
    if advice_us <= 0 or cap_us <= 0:
        return own_us
    if habit == 2:
        return max(own_us, min(advice_us, own_us + cap_us))
    if advice_us <= cap_us:
        return advice_us
    return -1 if habit == 1 else own_us


def added_us(wait_us: int, plus_us: float, total_cap_us: int) -> int:
    """A back-off with what is added to it, cut at the cap of the whole (-1: none)."""
    wait = wait_us + whole(plus_us)
    return max(1, min(wait, total_cap_us)) if total_cap_us >= 0 else wait


def bin_of(value_us: int) -> int:
    """The histogram bin of a duration: exact below 128 µs, then 128 bins an octave (0.8 % wide)."""
    shift = 0
    while (value_us >> shift) >= 32 * BINS_PER_OCTAVE:  # in long steps first
        shift += 4
    while (value_us >> shift) >= 2 * BINS_PER_OCTAVE:
        shift += 1
    return min(BIN_COUNT - 1, shift * BINS_PER_OCTAVE + (value_us >> shift))


def bin_start_us(place: int) -> int:
    """The least duration that falls in a bin."""
    if place < 2 * BINS_PER_OCTAVE:
        return place
    shift = place // BINS_PER_OCTAVE - 1
    return (place - shift * BINS_PER_OCTAVE) << shift


def actual_amount(
    cells: Sequence[int], counts: int, uncached_tokens: int, cached_tokens: int, output_tokens: int
) -> int:
    """What an attempt really costs a limit whose four `COUNTS` stand from a place on; part of one is one."""
    sent_ppm = cells[counts + 1] * uncached_tokens + cells[counts + 2] * cached_tokens
    return -(-(cells[counts] + sent_ppm + cells[counts + 3] * output_tokens) // MILLION)


def reserved_amount(
    cells: Sequence[int],
    reserves: int,
    joined: int,
    uncached_tokens: int,
    cached_tokens: int,
    output_tokens: int,
    capped_tokens: int,
) -> int:
    """What an attempt costs a limit at the door; `joined` is 1 where the greater of input and output counts."""
    sent_ppm = cells[reserves + 1] * uncached_tokens + cells[reserves + 2] * cached_tokens
    answer_ppm = cells[reserves + 3] * output_tokens + cells[reserves + 4] * capped_tokens
    tokens_ppm = max(sent_ppm, answer_ppm) if joined == 1 else sent_ppm + answer_ppm
    return -(-(cells[reserves] + tokens_ppm) // MILLION)


def advice_us(form: int, wait_us: int) -> int:
    """What a refusal says of a wait, by the limit's `Advice` [µs]."""
    if form == 2:
        return -(-wait_us // 1_000) * 1_000
    if form == 3:
        return -(-wait_us // MILLION) * MILLION
    return wait_us if form == 1 else 0


def by_weight(weights: Sequence[int], first: int, count: int, tried: int, u: float) -> int:
    """The place of a route that a draw chooses by weight.

    Args:
        weights: where the route's weights stand, from `first` on.
        first: see above.
        count: places of the route.
        tried: bits (1 << place) that are not to be chosen; not all.
        u: the draw, in (0, 1).

    By hand: weights 3, 1, 1 and the first tried: u = 0.6 falls on 1.2 of 2, the last. Where none that is left weighs
    anything, the first of them.
    """
    total = 0
    chosen = -1
    for place in range(count):
        if (tried >> place) & 1 == 0:
            total += weights[first + place]
            if chosen < 0:
                chosen = place
    left = u * total
    for place in range(count):
        weight = weights[first + place]
        if (tried >> place) & 1 == 0 and weight > 0:
            chosen = place
            left -= weight
            if left < 0:
                return chosen
    return chosen
