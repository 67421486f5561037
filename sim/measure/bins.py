"""Histogram bins on whole arrays, and quantiles from them.

The bins are those of `sim.engine.arithmetic.bin_of`: exact below 256 µs, then 128 an octave, so that a
quantile is off by less than 1/128 of its value. One bin more, `NO_ANSWER`, holds what is slower than any
duration: requests that were never answered.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.engine.arithmetic import BIN_COUNT, BINS_PER_OCTAVE, bin_of, bin_start_us

NO_ANSWER = BIN_COUNT
"""The bin of what never came: it is above every other."""
SPAN = BIN_COUNT + 1
"""Bins in all."""
PPM = 1_000_000

CODE_SHIFT = 45
"""What is left of a double without the last 45 bits: its exponent, and 7 bits of its mantissa."""
CODE_ZERO = (1023 << 7) - 1
"""Codes count from here: the code of 1 µs is 1, that of 0 and of anything negative is 0."""
CODE_NO_ANSWER = 47 * BINS_PER_OCTAVE
CODE_COUNT = CODE_NO_ANSWER + 1


def _least_of_code(code: int) -> int:
    """The least whole number with a code."""
    exponent, step = divmod(code - 1, BINS_PER_OCTAVE)
    return -(-((BINS_PER_OCTAVE + step) << exponent) // BINS_PER_OCTAVE)


BIN_OF_CODE: NDArray[np.int64] = np.array(
    [0, *(bin_of(_least_of_code(code)) for code in range(1, CODE_NO_ANSWER)), NO_ANSWER],
    dtype=np.int64,
)
"""The bin of each code; many codes of small numbers stand for no whole number and are never met."""
STARTS_US: NDArray[np.float64] = np.array(
    [*(float(bin_start_us(place)) for place in range(BIN_COUNT)), math.inf]
)
"""The least duration of each bin [µs]."""
WIDTHS_US: NDArray[np.float64] = np.array(
    [*(bin_start_us(place + 1) - bin_start_us(place) for place in range(BIN_COUNT)), 1], dtype=float
)


def codes_of(values_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """Codes of durations: `BIN_OF_CODE[codes_of(x)]` is `bin_of(x)`, with four passes and no logarithm.

    A double's bits, read as an integer, grow with its value; shifted, they are exponent and leading
    bits: the bin. Doubles hold whole numbers up to 2^53 µs, 285 years.
    """
    codes = values_us.astype(np.float64).view(np.int64)
    codes >>= CODE_SHIFT
    codes -= CODE_ZERO
    np.maximum(codes, 0, out=codes)
    np.minimum(codes, CODE_NO_ANSWER - 1, out=codes)
    return codes


def bins_of(values_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """The bin of each duration."""
    return BIN_OF_CODE[codes_of(values_us)]


def quantile_values_us(
    bins: NDArray[np.int64],
    counts: NDArray[np.int64],
    ends: NDArray[np.int64],
    totals: NDArray[np.int64],
    quantile_ppm: int,
) -> NDArray[np.float64]:
    """One quantile of many histograms that stand one after the other.

    Args:
        bins, counts: (pairs,), by histogram, then ascending by bin.
        ends: (pairs,) running total of `counts`.
        totals: (histograms,) their totals, in the same order; 0 for one that is empty.
        quantile_ppm: 950000 for p95.

    Returns:
        (histograms,) the value of rank ceil(n × q), placed within its bin [µs]; inf where it has no
        answer, NaN where there is nothing.
    """
    values = np.full(len(totals), np.nan)
    some = np.flatnonzero(totals)
    if len(some) == 0:
        return values
    before = np.cumsum(totals) - totals
    rank = before + np.maximum(1, -(-totals * quantile_ppm // PPM))
    pair = np.searchsorted(ends, rank[some], side="left")
    share = (rank[some] - (ends[pair] - counts[pair]) - 0.5) / counts[pair]
    place = bins[pair]
    values[some] = STARTS_US[place] + share * (WIDTHS_US[place] - 1.0)
    return values
