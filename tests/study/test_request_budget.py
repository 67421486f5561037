"""`auto` stops where another batch would pass its budget of requests, and only there."""

from __future__ import annotations

from sim.study.stopping import NEXT_BATCH, REQUESTS_MAX, Stopping


def test_a_batch_that_fits_the_budget_is_started():
    each = REQUESTS_MAX // (20 + NEXT_BATCH)
    assert Stopping.of("auto").affords(20 * each, 20)


def test_a_batch_that_would_pass_the_budget_is_not():
    each = REQUESTS_MAX // (20 + NEXT_BATCH) + 1
    assert not Stopping.of("auto").affords(20 * each, 20)


def test_a_number_that_was_asked_for_has_no_budget():
    assert Stopping.of(40).affords(10 * REQUESTS_MAX, 20)
