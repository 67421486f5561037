"""Known models from scenario files through the compiled engine, against known answers."""

from __future__ import annotations

import pytest
from theory.catalogue import ALL, run, unclear
from theory.courses import DAY_US, all_arrivals, course_of, go
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


@pytest.mark.parametrize("case", ["R07", "R08", "R14", "R16"])
def test_the_reference_says_the_same_of_vendors_that_fail_and_overflow(case: str) -> None:
    sets = ("workloads.ask.arrivals.count=2000",)
    course = course_of(case, 1, 0, sets)
    parts = (course.plan, all_arrivals(course), course.lowered.changes, (DAY_US,))
    reference, compiled = (go(*parts, name=name) for name in ("reference", "compiled"))
    assert len(reference.rows) == 2000
    assert reference.rows.tolist() == compiled.rows.tolist()
