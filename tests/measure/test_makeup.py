"""Of what is the time of slow requests made, and does it add up?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outcomes import HOUR_US, SECOND_US, layout, measured, outcome, row
from plans import PlanMaker

from sim.measure import BAD
from sim.measure.failures import FAILED
from sim.measure.makeup import FIXED_PARTS, Part, around, forks_of
from sim.plan.columns import Status

ROW = st.tuples(
    st.integers(0, 40 * SECOND_US),
    st.sampled_from([one for one in Status if one != Status.UNFINISHED]),
    st.integers(0, 1),
    st.integers(0, 1),
    st.integers(-1, 20 * SECOND_US),
    st.integers(-1, 20 * SECOND_US),
    st.integers(0, 60 * SECOND_US),
    st.integers(0, 60 * SECOND_US),
)


def rows_of(written):
    return [
        row(
            n * 1000,
            latency,
            status,
            workload=workload,
            phase=phase,
            stage0=first,
            stage1=second,
            wait_us=wait,
            backoff_us=backoff,
        )
        for n, (latency, status, workload, phase, first, second, wait, backoff) in enumerate(
            written
        )
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=60))
def test_waits_back_off_and_the_rest_make_the_whole_in_every_phase(written):
    lay = layout()
    measures = measured(lay, outcome(lay, 0, rows_of(written)))
    parts = around(measures, 950_000)
    served = parts[..., Part.LATENCY_US] - parts[..., Part.WAIT_US] - parts[..., Part.BACKOFF_US]
    assert (served >= -1e-6).all()
    heard = [one for one in written if one[1] != Status.BLOCKED]
    assert measures.makeup[..., Part.COUNT].sum() == len(heard)
    assert measures.makeup[..., Part.LATENCY_US].sum() == sum(one[0] for one in heard)
    # Four of a hundred stand near a percentile.
    near = parts[-1, :, Part.COUNT].sum()
    assert near == pytest.approx(0.04 * len(heard))


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=60))
def test_every_bad_request_has_one_cause(written):
    lay = layout()
    measures = measured(lay, outcome(lay, 0, rows_of(written)))
    for phase in range(2):
        for workload in range(2):
            found = sum(
                count
                for failure, count in measures.failures.items()
                if (failure.phase, failure.workload) == (phase, workload)
            )
            bad = [
                one for one in written if one[1] in BAD and (one[3], one[2]) == (phase, workload)
            ]
            assert found == len(bad)
    assert measures.counts[:, :, list(BAD)].sum() == sum(measures.failures.values())


def test_what_counts_as_bad_is_said_once():
    assert sorted(FAILED) == sorted(BAD)


def test_the_tail_is_made_of_what_slow_requests_were_made_of():
    """Of a hundred, the six slowest spent their time in the second stage."""
    lay = layout()
    fast = [row(n, 1000 * SECOND_US // 1000, stage0=SECOND_US) for n in range(94)]
    slow = [
        row(n, 20 * SECOND_US, stage0=SECOND_US, stage1=18 * SECOND_US, wait_us=15 * SECOND_US)
        for n in range(6)
    ]
    parts = around(measured(lay, outcome(lay, 0, fast + slow)), 950_000)[-1, 0]
    # Ranks 93 to 97: one fast one, three slow ones.
    assert parts[Part.COUNT] == pytest.approx(4)
    assert parts[FIXED_PARTS:] == pytest.approx([4 * SECOND_US, 54 * SECOND_US])
    assert parts[Part.WAIT_US] == pytest.approx(45 * SECOND_US)


def test_a_slow_request_is_laid_to_its_longest_stage_and_another_to_its_last():
    lay = layout()
    rows = [
        row(0, 40 * SECOND_US, Status.LATE, stage0=30 * SECOND_US, stage1=10 * SECOND_US),
        row(0, HOUR_US // 100, Status.RATE_LIMITED, stage0=30 * SECOND_US, stage1=SECOND_US),
    ]
    found = measured(lay, outcome(lay, 0, rows)).failures
    assert {one.endpoint for one in found} == {-1}
    assert {(one.ending, one.stage) for one in found} == {
        (Status.LATE, 0),
        (Status.RATE_LIMITED, 1),
    }


def test_of_branches_that_run_at_once_the_slowest_counts():
    maker = PlanMaker()
    inner = maker.fork(maker.delay(1, stage=1), maker.delay(1, stage=2))
    outer = maker.fork(maker.delay(1, stage=0), inner)
    maker.workload(maker.chain(outer, maker.delay(1, stage=3)))
    assert forks_of(maker.plan()) == (((1,), (2,)), ((0,), (1, 2)))
