"""Models with known answers can be written, and the exact ones come out exactly."""

from __future__ import annotations

import numpy as np
import pytest
from analytic_scenarios import CASES, text_of

from sim.engine import start
from sim.outcome import Row
from sim.plan.journey import journey_of
from sim.scenario.document import document_from_text


@pytest.mark.parametrize("case", CASES)
def test_a_known_model_can_be_written(case: str) -> None:
    journey = journey_of(document_from_text(text_of(case)), seed=1, replication=0)
    assert journey.plan.steps.shape[0] >= 2


@pytest.mark.parametrize(
    ("case", "mean_s", "max_s"),
    [("T08", 5.1, 30.0), ("T09", 10.0, 30.0), ("T10", 9.666777777777778, 24.06666666666667)],
)
def test_bursts_wait_exactly_as_long_as_limits_say(case: str, mean_s: float, max_s: float) -> None:
    journey = journey_of(document_from_text(text_of(case, "1d")), seed=1, replication=0)
    engine = start(journey.plan, "reference")
    rows = np.concatenate([engine.advance(day.day).rows for day in journey.days])
    waits = rows[:, Row.WAIT_US] / 1e6
    assert waits.mean() == pytest.approx(mean_s, abs=1e-5)
    assert waits.max() == pytest.approx(max_s, abs=1e-5)


def test_an_outage_delays_as_a_fluid() -> None:
    text = text_of("R15", "1d").replace("gaps: 1", "gaps: 1, count: 20000").replace("1h", "10min")
    journey = journey_of(document_from_text(text), seed=1, replication=0)
    engine = start(journey.plan, "reference")
    rows = np.concatenate([engine.advance(day.day).rows for day in journey.days])
    waits = rows[:, Row.WAIT_US] / 1e6
    delayed = waits[waits > 0]
    assert delayed.max() == pytest.approx(300.0, abs=0.2)
    assert len(delayed) == pytest.approx(12_000, abs=20)
    assert delayed.mean() == pytest.approx(150.0, abs=0.3)
