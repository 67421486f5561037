"""What was fitted is not known exactly: a backtest draws it from its interval in each replication."""

import numpy as np
import pytest

from sim.fit.finding import log_normal, normal
from sim.fit.uncertain import with_unknowns
from sim.scenario.unknown import find_unknowns

FITTED = {
    "workloads": {
        "ask": {
            "arrivals": {"per_day": 600, "day_to_day": {"cv": 0.95}},
            "input_tokens": {"law": "lognormal", "median": 3000, "sigma": 0.4},
            "output_tokens": {"law": "empirical", "values": [1, 2]},
        }
    },
    "endpoints": {
        "chat": {
            "errors": {"share": "2%"},
            "latency": {"total": {"law": "lognormal", "median": "700ms"}},
        }
    },
}
ESTIMATES = [
    normal("sessions a day", 600, 20),
    normal("day-to-day cv", 0.95, 0.1),
    log_normal("input tokens geometric mean", 3000, 0.01, "tokens"),
    log_normal("output tokens geometric mean", 50, 0.01, "tokens"),
    log_normal("gpt answer geometric mean", 0.7, 0.02, "s"),
    normal("gpt errors", 0.02, 0.002),
]


def test_a_triangle_has_the_standard_error_of_its_estimate():
    tree, drawn = with_unknowns(FITTED, ESTIMATES, "ask", {"gpt": "chat"})
    unknowns = {one.path: one for one in find_unknowns(tree)}
    for path, error in {
        ("workloads", "ask", "arrivals", "per_day"): 20,
        ("workloads", "ask", "input_tokens", "median"): 30,
        ("endpoints", "chat", "latency", "total", "median"): 14,
        ("endpoints", "chat", "errors", "share"): 0.2,
    }.items():
        unknown = unknowns[path]
        drawn_values = [unknown.at(u) for u in (np.arange(2000) + 0.5) / 2000]
        assert np.std(drawn_values) == pytest.approx(error, rel=0.03)
    assert "output tokens geometric mean" not in drawn
    assert unknowns["workloads", "ask", "arrivals", "day_to_day", "cv"].high == 1.0


def test_the_fitted_values_stay_as_they_were():
    with_unknowns(FITTED, ESTIMATES, "ask", {"gpt": "chat"})
    assert FITTED["workloads"]["ask"]["arrivals"]["per_day"] == 600


def test_what_was_never_seen_is_not_drawn():
    tree, drawn = with_unknowns(FITTED, [normal("gpt errors", 0.0, 0.01)], "ask", {"gpt": "chat"})
    assert not drawn
    assert tree == FITTED
