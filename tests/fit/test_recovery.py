"""What the simulator was told, calibration finds again in what it made: as often as its intervals say, no wider."""

import io

import numpy as np
import pytest
from fit.recovering import MADE, MEAN_TURNS, N_DAYS, PER_DAY, estimates, found_again, made
from ruamel.yaml import YAML
from scipy.special import stdtrit

from sim.fit.fits import fit_all
from sim.fit.fragment import tree_of

P95 = 1.6448536
"""The normal law's 95th percentile; 90 % intervals are so many standard errors to each side."""
N = PER_DAY * N_DAYS * MEAN_TURNS
"""Requests in the mean log."""


def lognormal_truths(name, median, sigma, n):
    """Truth, and half the textbook's 90 % interval, of a lognormal's four numbers."""
    tail = np.exp(sigma * P95)
    # Order statistics: sqrt(p (1 - p) / n) / density.
    at_p95 = (
        median * tail**2 * sigma * np.sqrt(2 * np.pi * 0.05 * 0.95 / n) * np.exp(P95**2 / 2) / tail
    )
    return {
        f"{name} geometric mean": (median, P95 * median * sigma / np.sqrt(n)),
        f"{name} sigma of the logarithm": (sigma, P95 * sigma / np.sqrt(2 * n)),
        f"{name} p50": (median, P95 * median * sigma * np.sqrt(np.pi / 2 / n)),
        f"{name} p95": (median * tail, P95 * at_p95),
    }


FREEDOM = N_DAYS - 8
"""Whole days without seven weekdays and a trend."""
TRUTHS = {
    "sessions a day": (PER_DAY, stdtrit(FREEDOM, 0.95) * PER_DAY * 0.217 / np.sqrt(N_DAYS)),
    "trend a week": (0.0, stdtrit(FREEDOM, 0.95) * 7 * 0.217 / np.sqrt((N_DAYS**3 - N_DAYS) / 12)),
    "day-to-day cv": (0.2, P95 * 0.217**2 / 0.2 / np.sqrt(2 * FREEDOM)),
    # Exponential gaps: the cv's standard error is 1 / sqrt(n); Student's, from twenty blocks.
    "cv of gaps within the hour": (1.0, stdtrit(19, 0.95) / np.sqrt(PER_DAY * N_DAYS)),
    "turns of a session": (MEAN_TURNS, P95 * 1.136 / np.sqrt(PER_DAY * N_DAYS)),
    **lognormal_truths("thinking", 40.0, 0.7, PER_DAY * N_DAYS * (MEAN_TURNS - 1)),
    **lognormal_truths("input tokens", 3000.0, 0.5, 0.98 * N),
    **lognormal_truths("output tokens", 400.0, 0.4, 0.98 * N),
    "rank correlation of input and output": (0.0, P95 / np.sqrt(N)),
    **lognormal_truths("gpt first token", 0.7, 0.3, 0.98 * N),
    "gpt speed": (60.0, P95 * 12 / np.sqrt(0.98 * N)),
    "gpt cv of the speed": (0.2, P95 * 0.2 * np.sqrt((0.5 + 0.04) / N)),
    "gpt errors": (0.02, P95 * np.sqrt(0.02 * 0.98 / N)),
}


def coverage(n_repeats):
    """By parameter: how often the interval held the truth, and its mean half width beside the textbook's."""
    repeats = [found_again(7, number) for number in range(n_repeats)]
    found = {}
    for name, (truth, textbook) in TRUTHS.items():
        told = [one[name] for one in repeats if name in one]
        # The cv of gaps is told beside swings instead where chance looks like swings.
        assert len(told) >= 0.95 * n_repeats, name
        inside = float(np.mean([one.low <= truth <= one.high for one in told]))
        width = float(np.mean([one.high - one.low for one in told])) / 2 / textbook
        found[name] = (inside, width)
    return found


def test_every_number_is_found_again():
    found = coverage(12)
    # Binomial of 12 with 0.9: fewer than 7 come by chance once in 2,000, for one of 25 once in 80.
    assert min(inside for inside, _ in found.values()) > 6.5 / 12, found
    assert max(width for _, width in found.values()) < 1.5, found
    assert 0.84 < np.mean([inside for inside, _ in found.values()]) < 0.96


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    for name, (inside, width) in coverage(200).items():
        print(f"{name:42} {inside:.3f} {width:.2f}")
        assert 0.85 <= inside <= 0.95, name
        assert width <= 1.5, name


def again(findings):
    """The scenario with what was found in it, as text."""
    yaml = YAML()
    tree, fitted = yaml.load(MADE), tree_of(findings, "ask", {})
    tree["workloads"]["ask"].update(fitted["workloads"]["ask"])
    tree["endpoints"]["gpt"].update(fitted["endpoints"]["gpt"])
    text = io.StringIO()
    yaml.dump(tree, text)
    return text.getvalue()


def test_what_was_calibrated_is_calibrated_again_from_what_it_simulates():
    inside = []
    for number in range(4):
        first = fit_all(made(3, number))
        second = found_again(4, number, again(first))
        for name, one in estimates(first).items():
            if name in TRUTHS and name in second:
                inside.append(second[name].low <= one.value <= second[name].high)
    # The truth of the second is what the first said, except of what is only told (the trend, the rank
    # correlation). Binomial of 100 with 0.9, numbers of one log being akin: fewer than 80 come once in 1,000.
    assert len(inside) > 90
    assert np.mean(inside) >= 0.8
