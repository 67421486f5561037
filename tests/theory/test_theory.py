"""Known models from scenario files through the compiled engine, against known answers."""

from __future__ import annotations

import pytest
from theory.catalogue import ALL, run, unclear
from theory.judging import FAIL, FILE, Judged

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason="the expected values, shared/cases/analytic_cases.json, are not here"
)


def failed(judged: list[Judged]) -> list[Judged]:
    assert judged
    return [one for one in judged if one.verdict == FAIL]


@pytest.mark.parametrize("case", ALL)
def test_fast(case: str) -> None:
    judged = run(case, "fast")
    assert not failed(judged)
    assert not unclear(judged)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("case", ALL)
def test_slow(case: str) -> None:
    judged = run(case, "slow")
    assert not failed(judged)
    if unclear(judged):
        pytest.skip(f"not precise enough yet: {unclear(judged)}")
