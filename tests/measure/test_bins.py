"""Bins are the engine's, and quantiles from them are off by less than 1 %."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.arithmetic import bin_of
from sim.measure.bins import SPAN, bins_of
from sim.measure.tally import Tally, distinct_counts


@given(st.lists(st.integers(0, 2**47), min_size=1))
def test_bins_of_arrays_are_the_engines_bins(values):
    assert bins_of(np.array(values, np.int64)).tolist() == [bin_of(value) for value in values]


def test_bins_agree_at_every_edge():
    edges = [
        (128 + step << shift) + off
        for shift in range(40)
        for step in (0, 1, 127)
        for off in (-1, 0, 1)
    ]
    values = [*range(600), *edges]
    assert bins_of(np.array(values, np.int64)).tolist() == [bin_of(value) for value in values]


@pytest.mark.parametrize("ppm", [10_000, 500_000, 900_000, 950_000, 990_000, 999_900])
@pytest.mark.parametrize("scale", [3.0, 1e3, 4e6, 1e10])
def test_a_quantile_is_within_one_per_cent_of_an_observed_one(ppm, scale):
    rng = np.random.default_rng(7)
    values = np.rint(rng.lognormal(0.0, 1.3, 20_001) * scale).astype(np.int64)
    tally = Tally()
    tally.add(bins_of(values))
    exact = float(np.quantile(values, ppm / 1e6, method="inverted_cdf"))
    assert abs(tally.quantiles_us(1, ppm)[0] - exact) <= 0.01 * exact


def test_small_samples_have_observed_quantiles():
    tally = Tally()
    tally.add(np.array([10, 20, 30, SPAN - 1]))
    assert tally.quantiles_us(1, 500_000)[0] == 20
    assert tally.quantiles_us(1, 750_000)[0] == 30
    assert tally.quantiles_us(1, 760_000)[0] == math.inf
    assert np.isnan(tally.quantiles_us(2, 500_000)[1])


def test_merging_in_any_order_gives_the_same():
    rng = np.random.default_rng(3)
    parts = [rng.integers(0, 4 * SPAN, 500) for _ in range(3)]
    tallies = []
    for order in ((0, 1, 2), (2, 0, 1)):
        whole = Tally()
        for place in order:
            one = Tally()
            one.add(parts[place])
            whole.merge(one)
        tallies.append(whole)
    keys, counts = distinct_counts(np.concatenate(parts))
    for whole in tallies:
        assert whole.pairs()[0].tolist() == keys.tolist()
        assert whole.pairs()[1].tolist() == counts.tolist()
