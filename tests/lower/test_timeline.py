"""Timelines composed by hand."""

from __future__ import annotations

from datetime import date

import pytest

from sim import draws
from sim.demand import Horizon
from sim.limits import NEVER, quota
from sim.plan import timeline
from sim.plan.causes import next_resets
from sim.plan.timeline import DOWN, Span, compose

END = 100


def test_two_incidents_over_a_phase() -> None:
    base = [(0, 12), (50, 20)]
    spans = [Span(10, 30, 0.5), Span(20, 60, 0.5)]
    found = compose(base, spans, timeline.product, END)
    assert found == [(0, 12), (10, 6), (20, 3), (30, 6), (50, 10), (60, 20)]


def test_spans_that_begin_before_the_horizon_or_after_it() -> None:
    spans = [Span(-10, 5, 0.5), Span(90, 300, 0.5), Span(100, 200, 0.0)]
    assert compose([(0, 8)], spans, timeline.product, END) == [(0, 4), (5, 8), (90, 4)]


def test_one_ends_as_another_begins() -> None:
    assert compose([(0, 8)], [Span(0, 10, 0.5), Span(10, 20, 0.5)], timeline.product, END) == [
        (0, 4),
        (20, 8),
    ]


def test_nothing_happens() -> None:
    assert compose([(0, 7), (40, 7)], [], timeline.product, END) == [(0, 7)]


def test_shifts_add_up_and_a_failure_stops_all() -> None:
    spans = [Span(8, 18, 6.0), Span(12, 20, 2.0), Span(15, 19, DOWN)]
    found = compose([(0, 0)], spans, timeline.servers, END)
    assert found == [(0, 0), (8, 6), (12, 8), (15, 0), (19, 2), (20, 0)]


def test_an_unlimited_station_can_be_down() -> None:
    assert compose([(0, -1)], [Span(5, 6, DOWN)], timeline.servers, END) == [
        (0, -1),
        (5, 0),
        (6, -1),
    ]


def test_a_stop_gives_work_back_and_a_shifts_end_need_not() -> None:
    found = compose([(0, 0)], [Span(5, 6, DOWN)], timeline.preempts, END)
    assert found == [(0, 0), (5, 1), (6, 0)]


@pytest.mark.parametrize(
    ("base", "causes", "share"),
    [(0.0, [0.3], 0.3), (0.1, [0.5], 0.55), (0.0, [0.5, 0.5], 0.75), (0.2, [1.0], 1.0)],
)
def test_errors_are_independent(base: float, causes: list[float], share: float) -> None:
    found = timeline.errors(draws.threshold(base), causes)
    assert found == pytest.approx(draws.threshold(share), rel=1e-12)


@pytest.mark.parametrize(
    ("zone", "clock", "hours"),
    [
        ("America/Los_Angeles", "00:00", [7, 31, 56, 80]),
        ("UTC", "09:00", [9, 33, 57, 81]),
    ],
)
def test_a_daily_quota_resets_by_the_vendors_clock_also_when_it_changes(zone, clock, hours):
    """Clocks in California go back in the night of 1 November 2026."""
    fields = quota.Fields.model_validate(
        {"limit": "quota", "allows": 5, "per": "day", "resets_at": clock, "timezone": zone}
    )
    horizon = Horizon(date(2026, 10, 31), date(2026, 11, 3), "UTC")
    moments = next_resets(fields, horizon)
    hour_us = 3_600_000_000
    assert [value // hour_us for _, value in moments[:4]] == hours
    assert [start // hour_us for start, _ in moments[:4]] == [0, *hours[:3]]


def test_a_monthly_quota_resets_on_the_first():
    fields = quota.Fields.model_validate({"limit": "quota", "allows": 5, "per": "month"})
    moments = next_resets(fields, Horizon(date(2026, 2, 27), date(2026, 3, 3), "UTC"))
    day_us = 24 * 3_600_000_000
    assert moments[:2] == [(0, 2 * day_us), (2 * day_us, 33 * day_us)]


def test_a_credit_never_comes_back():
    fields = quota.Fields.model_validate({"limit": "quota", "allows": 5, "per": "horizon"})
    moments = next_resets(fields, Horizon(date(2026, 2, 27), date(2026, 3, 3), "UTC"))
    assert moments == [(0, NEVER)]
