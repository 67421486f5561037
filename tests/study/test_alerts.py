"""Burn-rate alerts begin when the errors of their hours pass the rate, and not before."""

import numpy as np
import pytest

from sim.study.alerts import PAGES, TICKETS, _begins

GOOD = np.full(240, 1000)


@pytest.mark.parametrize(
    ("bad_at", "pages"),
    [
        ({}, 0),
        ({50: 60}, 0),  # 5.7 % of an hour; 14.4 x 0.5 % is 7.2 %
        ({50: 80}, 1),  # 7.4 %
        ({50: 80, 51: 80}, 1),  # the same alert goes on
        ({50: 80, 90: 80}, 2),
        (dict.fromkeys(range(50, 56), 32), 1),  # 3.1 % over six hours; 6 x 0.5 % is 3 %
    ],
)
def test_a_page_begins_once_for_each_stretch_of_burning(bad_at, pages):
    bad = np.zeros(240, dtype=np.int64)
    for hour, count in bad_at.items():
        bad[hour] = count
    assert _begins(GOOD, bad, 0.005, PAGES) == pages


def test_a_slow_burn_opens_a_ticket_and_pages_nobody():
    bad = np.full(240, 6)
    assert _begins(GOOD, bad, 0.005, TICKETS) == 1
    assert _begins(GOOD, bad, 0.005, PAGES) == 0


def test_hours_without_requests_raise_nothing():
    nothing = np.zeros(240, dtype=np.int64)
    assert _begins(nothing, nothing, 0.005, PAGES) == 0
