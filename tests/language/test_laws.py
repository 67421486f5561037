"""Every law against scipy: quantiles within 0.1 %, means, and exact atoms."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from sim.errors import PlaceError, QuantityError
from sim.scenario.laws import LAWS, parse_law
from sim.scenario.tables import TableKind, mean, ppf, table_mean

U = [
    1e-6,
    1e-4,
    0.003,
    0.02,
    0.1,
    0.25,
    0.4,
    0.5,
    0.61,
    0.75,
    0.9,
    0.95,
    0.99,
    0.999,
    1 - 1e-5,
    1 - 1e-7,
]


def lognormal(mu: float, sigma: float) -> Any:
    return stats.lognorm(sigma, scale=math.exp(mu))


SIGMA_95 = math.log(1.9 / 0.48) / stats.norm.ppf(0.95)
CV_SIGMA = math.sqrt(math.log1p(0.16))
CONTINUOUS: list[tuple[dict[str, Any], Any]] = [
    ({"median": 0.48, "p95": 1.9}, lognormal(math.log(0.48), SIGMA_95)),
    ({"p50": 0.48, "p95": 1.9}, lognormal(math.log(0.48), SIGMA_95)),
    ({"mean": 2, "cv": 0.4}, lognormal(math.log(2) - CV_SIGMA**2 / 2, CV_SIGMA)),
    ({"law": "lognormal", "median": 3, "sigma": 1.5}, lognormal(math.log(3), 1.5)),
    ({"law": "exponential", "mean": 3}, stats.expon(scale=3)),
    ({"law": "uniform", "low": 1, "high": 4}, stats.uniform(1, 3)),
    ({"law": "triangular", "low": 1, "likely": 2, "high": 5}, stats.triang(0.25, 1, 4)),
    ({"law": "gamma", "mean": 3, "cv": 1.4}, stats.gamma(1 / 1.96, scale=3 * 1.96)),
    ({"law": "erlang", "mean": 3, "shape": 4}, stats.gamma(4, scale=0.75)),
    ({"law": "weibull", "shape": 0.7, "scale": 3}, stats.weibull_min(0.7, scale=3)),
    ({"law": "weibull", "shape": 2, "mean": 3}, stats.weibull_min(2, scale=3 / math.gamma(1.5))),
    ({"law": "pareto", "shape": 2.5, "scale": 3}, stats.lomax(2.5, scale=3)),
    ({"law": "pareto", "shape": 1.5, "mean": 3}, stats.lomax(1.5, scale=1.5)),
    ({"law": "normal", "mean": 3, "sd": 2}, stats.truncnorm(-1.5, np.inf, 3, 2)),
]


@pytest.mark.parametrize(("written", "law"), CONTINUOUS, ids=str)
def test_a_continuous_law_is_within_a_thousandth_of_scipy(
    written: dict[str, Any], law: Any
) -> None:
    table = parse_law(written, "number").table()
    assert table.kind == TableKind.CONTINUOUS
    for u in U:
        exact = law.ppf(u) if u < 0.5 else law.isf(1 - u)
        assert ppf(table, u) == pytest.approx(exact, rel=1e-3), u
    assert mean(table) == pytest.approx(law.mean(), rel=1e-9)
    if np.isfinite(law.std()):
        assert table_mean(table) == pytest.approx(law.mean(), rel=1e-4)
    assert np.all(np.diff(table.knots) >= 0.0)


def test_the_balanced_hyperexponential_has_its_mean_its_cv_and_its_quantiles() -> None:
    table = parse_law({"law": "hyperexponential", "mean": 3, "cv": 2}, "number").table()
    p = 0.5 * (1 + math.sqrt(3 / 5))
    fast, slow = stats.expon(scale=3 / (2 * p)), stats.expon(scale=3 / (2 * (1 - p)))
    second = p * 2 * fast.mean() ** 2 + (1 - p) * 2 * slow.mean() ** 2
    assert second / 9 - 1 == pytest.approx(4)
    for u in U:
        x = ppf(table, u)
        below, above = (
            p * fast.cdf(x) + (1 - p) * slow.cdf(x),
            p * fast.sf(x) + (1 - p) * slow.sf(x),
        )
        assert min(below, above) == pytest.approx(min(u, 1 - u), rel=3e-3)
    assert mean(table) == 3
    assert table_mean(table) == pytest.approx(3, rel=1e-4)


def atoms(table: Any) -> dict[float, float]:
    return dict(
        zip(table.values.tolist(), np.diff(table.cumulative, prepend=0.0).tolist(), strict=True)
    )


def test_a_geometric_law_has_exact_atoms_until_its_tail_is_gone() -> None:
    table = parse_law({"law": "geometric", "mean": 2.5}, "count").table()
    found = atoms(table)
    for k in range(1, 30):
        assert found[k] == pytest.approx(stats.geom(0.4).pmf(k), rel=1e-9)
    assert stats.geom(0.4).sf(table.values[-1]) < 1e-12
    assert table.cumulative[-1] == 1.0
    assert mean(table) == pytest.approx(2.5)


def test_a_geometric_law_with_a_maximum_keeps_its_proportions_and_its_mean() -> None:
    table = parse_law({"law": "geometric", "mean": 2.4, "max": 12}, "count").table()
    found = list(atoms(table).values())
    ratios = [b / a for a, b in pairwise(found)]
    assert table.values.tolist() == list(range(1, 13))
    assert ratios == pytest.approx([ratios[0]] * 11)
    assert mean(table) == pytest.approx(2.4, rel=1e-12)


def test_a_poisson_law_has_exact_atoms() -> None:
    for rate in (0.3, 7.0, 250.0):
        table = parse_law({"law": "poisson", "mean": rate}, "count").table()
        for k, mass in atoms(table).items():
            assert mass == pytest.approx(stats.poisson(rate).pmf(k), rel=1e-6, abs=1e-14)
        assert stats.poisson(rate).sf(table.values[-1]) < 2e-12
        assert mean(table) == pytest.approx(rate)


def test_data_keeps_exactly_its_values_and_weights() -> None:
    table = parse_law({"values": [4, 1, 2, 1], "weights": [1, 1, 5, 1]}, "count").table()
    assert atoms(table) == pytest.approx({1.0: 0.25, 2.0: 0.625, 4.0: 0.125})
    assert [ppf(table, u) for u in (0.1, 0.25, 0.2501, 0.87, 0.8751)] == [1, 1, 2, 2, 4]
    assert mean(table) == 2.0


def test_a_mixture_draws_each_part_within_its_own_slice() -> None:
    written = {
        "law": "mixture",
        "parts": [
            {"weight": 9, "of": "1s"},
            {"weight": 1, "of": {"law": "exponential", "mean": "20s"}},
        ],
    }
    table = parse_law(written, "duration").table()
    assert table.kind == TableKind.MIXTURE
    assert ppf(table, 0.5) == 1_000_000
    assert ppf(table, 0.95) == pytest.approx(20e6 * math.log(2), rel=1e-3)
    assert mean(table) == pytest.approx(2.9e6)


def test_plus_shifts_and_limits_hold_the_sum() -> None:
    written = {
        "law": "exponential",
        "mean": "1s",
        "plus": "300ms",
        "at_least": "500ms",
        "at_most": "2s",
    }
    table = parse_law(written, "duration").table()
    assert ppf(table, 0.01) == 500_000
    assert ppf(table, 0.99) == 2_000_000
    assert ppf(table, 0.5) == pytest.approx(300_000 + 1e6 * math.log(2), rel=1e-3)
    exact = 0.5 + math.exp(-0.2) - math.exp(-1.7)
    assert mean(table) == pytest.approx(1e6 * exact, rel=1e-3)


def test_limits_move_the_mass_of_atoms_onto_them_exactly() -> None:
    table = parse_law({"law": "poisson", "mean": 3, "at_most": 4, "at_least": 1}, "count").table()
    law = stats.poisson(3)
    assert atoms(table) == pytest.approx(
        {1: law.cdf(1), 2: law.pmf(2), 3: law.pmf(3), 4: law.sf(3)}
    )


def test_a_bare_quantity_is_constant_and_equal_laws_share_a_table() -> None:
    assert ppf(parse_law("480ms", "duration").table(), 0.3) == 480_000
    first = parse_law({"mean": "2s", "cv": 0.4}, "duration")
    assert first.table() is parse_law({"cv": 0.4, "mean": "2000ms"}, "duration").table()
    assert not first.table().knots.flags.writeable


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"median": "3s", "p95": "1s"}, "p95 is less than median"),
        ({"median": "3s"}, "give two different ones"),
        ({"median": "3s", "p50": "4s"}, "give two different ones"),
        ({"median": "1s", "p90": "2s", "p95": "3s"}, "give two different ones"),
        ({"mean": "2s"}, "give mean and cv"),
        ({"mean": "0s", "cv": 1}, "greater than 0"),
        ({"mean": 2, "cv": 0.4}, "a duration needs a unit"),
        ({"law": "gama", "mean": "2s"}, 'did you mean "gamma"?'),
        ({"law": "uniform", "low": "2s", "high": "1s"}, "high is less than low"),
        ({"law": "weibull", "shape": 2}, "give either scale or mean"),
        ({"law": "pareto", "shape": 0.9, "mean": "1s"}, "greater than 1"),
        ({"law": "geometric", "mean": "2s"}, "about counts, not durations"),
        ({"values": ["1s"], "weights": [0]}, "the weights sum to zero"),
        ({"values": ["1s"], "weights": [1, 2]}, "need as many weights"),
        ({"law": "mixture", "parts": [{"weight": 0, "of": "1s"}]}, "the weights sum to zero"),
        (
            {"median": "1s", "p95": "2s", "at_least": "3s", "at_most": "1s"},
            "at_least is more than at_most",
        ),
        ({"spread": 3}, "a distribution is a bare quantity"),
        (["1s"], "a list is not a distribution"),
        (True, "true is not a duration"),
    ],
    ids=str,
)
def test_an_impossible_law_is_refused_with_a_sentence(written: Any, sentence: str) -> None:
    with pytest.raises((ValidationError, QuantityError, PlaceError)) as caught:
        parse_law(written, "duration")
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", LAWS)
def test_every_law_of_the_registry_has_a_name_a_meaning_and_fields_with_units(name: str) -> None:
    form = LAWS[name]
    assert form.__doc__
    for field, about in form.model_fields.items():
        assert about.description, (name, field)
        assert about.description.rstrip(".").endswith("]"), (name, field)
