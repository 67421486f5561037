"""An attempt may fail in any way that an engine knows: each has words in the summary and in the narration."""

import pytest

from sim.plan.columns import Result
from sim.report.narration.words import RESULTS as TOLD
from sim.summary.blame import RESULTS as BLAMED


@pytest.mark.parametrize("result", set(Result) - {Result.OK})
def test_every_way_to_fail_has_words(result):
    assert BLAMED[result]
    assert TOLD[result]
