"""The example's verdict is contested: each of its targets can be met, and can be missed."""

from pathlib import Path

import pytest

from sim.scenario.document import load_document
from sim.study import run
from sim.study.of_scenario import ScenarioSource

CLAIMS = Path(__file__).parents[2] / "scenarios" / "claims_q3.yaml"


@pytest.mark.slow
def test_no_target_of_the_example_is_sure():
    study = run(ScenarioSource(load_document(str(CLAIMS))), seed=0, replications=20, jobs=2)
    chances = {verdict.target.name: verdict.chance.estimate for verdict in study.verdicts}
    assert len(chances) == 6
    assert all(0 < chance < 1 for chance in chances.values()), chances
