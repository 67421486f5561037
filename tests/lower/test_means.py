"""Means against what a journey really brings."""

from __future__ import annotations

import pytest
from small_scenarios import LEAST, scenario

from sim.plan.means import means

MAIN = "pipelines: {main: [{delay: 1s}]}\n"


def test_plain_arrivals() -> None:
    (ask,) = means(scenario(MAIN))
    assert ask.requests_per_day == pytest.approx([86_400.0] * 3)
    assert (ask.turns, ask.input_tokens, ask.output_tokens) == (1.0, 100.0, 10.0)


def test_turns_add_requests_and_input() -> None:
    # Sessions of 1 or 3 turns: inputs 100; 100, 150, 200. Mean of the four requests: 137.5.
    text = (
        "turns: {values: [1, 3]}, think_time: 1s, input_tokens: {values: [100], grows_per_turn: 50}"
    )
    head = LEAST.replace("input_tokens: 100", text)
    from sim.scenario.document import document_from_text, validate
    from sim.scenario.scenario import Scenario

    (ask,) = means(validate(document_from_text(head + MAIN), Scenario))
    assert ask.turns == 2.0
    assert ask.input_tokens == pytest.approx(137.5)
    assert ask.requests_per_day == pytest.approx([172_800.0] * 3)
