"""Are known peaks on their days, and do they multiply what comes on them?"""

from __future__ import annotations

import math
from datetime import date

import pytest
from crowds import FLAT, counts, horizon, staff

from sim.demand.peaks import PeakSpec, factor_of
from sim.errors import ScenarioError
from sim.scenario.document import document_from_text

MONTH_END = PeakSpec(2.0, last_days=3)
QUARTER_END = PeakSpec(1.5, last_days=3, quarters_only=True)
LAUNCH = PeakSpec(3.0, date(2027, 8, 30), date(2027, 9, 2))


@pytest.mark.parametrize(
    ("day", "factor"),
    [
        ("2027-08-28", 1.0),
        ("2027-08-29", 2.0),
        ("2027-08-31", 6.0),
        ("2027-09-01", 3.0),
        ("2027-09-02", 1.0),
        ("2027-09-28", 3.0),
        ("2027-02-25", 1.0),
        ("2027-02-26", 2.0),
        ("2028-02-26", 1.0),
    ],
)
def test_peaks_that_meet_multiply_each_other(day, factor):
    assert factor_of((MONTH_END, QUARTER_END, LAUNCH), date.fromisoformat(day)) == factor


def test_people_come_more_often_at_a_months_end():
    peaks = [{"name": "month-end", "last_days": 2, "multiplies": 2}]
    demand = staff(horizon("2027-07-28", 5), users=2000, active_hours=FLAT, peaks=peaks)
    usual = 2000 * 8
    means = demand.mean_per_day()[0]
    assert means.tolist() == pytest.approx([usual, usual, 2 * usual, 2 * usual, usual])
    for seen, mean in zip(counts(demand), means, strict=True):
        assert abs(seen - mean) < 4 * math.sqrt(mean)


ARRIVALS = """
schema: genai-rollout/v1
name: night
horizon: {start: 2027-07-30, length: 3d}
workloads:
  read: {arrivals: {per_day: 1000, peaks: [PEAK]}, input_tokens: 1, output_tokens: 1, pipeline: main}
pipelines: {main: [{stage: wait, delay: 1s}]}
"""


def arrivals(peak: str):
    from sim.plan.journey import journey_of

    text = ARRIVALS.replace("PEAK", peak)
    return journey_of(document_from_text(text), seed=1, replication=0).demand().mean_per_day()[0]


def test_what_comes_by_itself_has_peaks_too():
    peak = "{name: launch, from: 2027-07-31, until: 2027-08-01, multiplies: 2.5}"
    assert arrivals(peak).tolist() == pytest.approx([1000, 2500, 1000])


@pytest.mark.parametrize(
    ("peak", "said"),
    [
        ("{name: a, multiplies: 2}", "write from and until, or last_days"),
        ("{name: a, multiplies: 2, from: 2027-07-31}", "write from and until, or last_days"),
        ("{name: a, multiplies: 2, from: 2027-07-31, until: 2027-07-31}", "until is after from"),
        (
            "{name: a, multiplies: 2, from: 2027-07-30, until: 2027-07-31, of: quarter}",
            "of belongs to last_days",
        ),
    ],
)
def test_a_peak_without_days_is_refused(peak, said):
    with pytest.raises(ScenarioError, match=said):
        arrivals(peak)
