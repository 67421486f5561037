"""Clusters, a rate that wanders, and chance are told apart; a chosen law says what it was learnt from."""

from datetime import date

import numpy as np
import pytest
from fit.judging import CASES, parts_of

from sim.demand.build import workload_spec
from sim.demand.calendar import Horizon
from sim.demand.quantiles import quantiles
from sim.demand.renewal import RenewalArrivals
from sim.fit.clusters import clusters
from sim.fit.fits import FITS
from sim.scenario.laws import parse_law
from sim.scenario.people import WorkloadDemand

HORIZON = Horizon(date(2026, 5, 4), date(2026, 5, 5), "UTC")
HOUR_US = 3_600_000_000


def found_of(hours=6, replication=0, **arrivals):
    spec = workload_spec("a", WorkloadDemand(arrivals=arrivals), HORIZON)
    times = RenewalArrivals(spec, 1, replication).window(0, hours * HOUR_US)[0]
    edges = np.array([0, hours * HOUR_US])
    counts = np.ones(len(times))
    return clusters(times, counts, np.array([float(len(times))]), edges, hours * HOUR_US)


def test_chance_alone_is_neither_clusters_nor_swings():
    assert not any("swings" in found_of(rate="3/s", replication=r).written for r in range(20))


@pytest.mark.parametrize("cv", [0.5, 2.0, 6.0])
def test_clusters_are_not_taken_for_swings(cv):
    found = found_of(rate="3/s", burst={"cv": cv})
    assert "swings" not in found.written
    assert found.written["burst"]["cv"] == pytest.approx(cv, rel=0.15)


def test_swings_are_found_with_their_size_and_length():
    inside = 0
    for replication in range(10):
        found = found_of(rate="3/s", swings={"cv": 0.4, "lasts": "5min"}, replication=replication)
        values = {one.name: one for one in found.estimates}
        size, length = values["cv of the rate's swings"], values["length of the rate's swings"]
        inside += (size.low <= 0.4 <= size.high) + (length.low <= 300 <= length.high)
        assert size.value == pytest.approx(0.4, rel=0.5)
    # Binomial of 20 with 0.9: fewer than 15 come by chance once in 90.
    assert inside >= 15


def test_clusters_within_swings_are_both_told():
    found = found_of(rate="5/s", burst={"cv": 2}, swings={"cv": 0.5, "lasts": "10min"})
    assert found.written["burst"]["cv"] == pytest.approx(2, rel=0.2)
    assert found.written["swings"]["cv"] == pytest.approx(0.5, rel=0.5)


@pytest.mark.parametrize("case", CASES[:3], ids=lambda case: case.name)
@pytest.mark.parametrize("column", ["input", "output"])
def test_the_chosen_law_says_the_quantiles_it_was_learnt_from(case, column):
    learnt = parts_of(case)[0]
    written = FITS[f"{column} tokens"](learnt).workload[f"{column}_tokens"]
    tokens = learnt.integers(column)
    shares = np.array([0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])
    said = quantiles(parse_law(written, "count").table(), shares)
    assert said == pytest.approx(np.quantile(tokens[tokens > 0], shares), rel=0.03, abs=1)
