"""What is kept of outcomes, by hand and against whole arrays."""

import math

import numpy as np
import pytest
from naive_fold import naive_fold
from outcomes import HOUR_US, SECOND_US, calendar, layout, measured, outcome, row

from sim.engine.arithmetic import bin_of
from sim.measure import OVERDUE, Sum
from sim.measure.reading import good_and_bad, quantiles_us, stage_quantiles_us, wait_quantiles_us
from sim.outcome import HOURS, Begun, Load, Row, Use
from sim.plan.columns import Status

DAY_US = 24 * HOUR_US


def test_a_request_counts_in_the_hour_in_which_it_arrived():
    lay = layout()
    measures = measured(
        lay,
        outcome(lay, 0, [row(HOUR_US - 1, 5)]),
        outcome(lay, 1, [row(DAY_US - 1, 5), row(DAY_US + 2 * HOUR_US, 5, workload=1)]),
    )
    slots, workloads, endings = np.nonzero(measures.counts)
    assert list(zip(slots.tolist(), workloads.tolist(), endings.tolist(), strict=True)) == [
        (0, 0, Status.OK),
        (23, 0, Status.OK),
        (HOURS + 2, 1, Status.OK),
    ]


def test_what_is_left_at_the_end_is_bad_if_older_than_its_deadline():
    lay = layout()
    left = [
        row(2 * DAY_US - 40 * SECOND_US, 40 * SECOND_US, Status.UNFINISHED),
        row(2 * DAY_US - 20 * SECOND_US, 20 * SECOND_US, Status.UNFINISHED),
        row(0, 2 * DAY_US, Status.UNFINISHED, workload=1),
    ]
    measures = measured(lay, outcome(lay, 0), outcome(lay, 2, left))
    assert measures.counts[:, 0, OVERDUE].sum() == 1
    good, bad = good_and_bad(measures, None, "horizon")
    assert (good.tolist(), bad.tolist()) == ([0], [1])
    assert quantiles_us(measures, "latency", 0, "horizon", 990_000)[0] == pytest.approx(
        40 * SECOND_US, rel=0.01
    )


@pytest.mark.parametrize(
    "status", [Status.GAVE_UP, Status.TIMED_OUT, Status.RATE_LIMITED, Status.SHED]
)
def test_no_answer_is_slower_than_any_answer(status):
    lay = layout()
    rows = [row(0, 1000)] * 18 + [row(0, 5, status)] * 2
    measures = measured(lay, outcome(lay, 0, rows))
    assert quantiles_us(measures, "latency", 0, "day", 900_000)[0] == pytest.approx(1000, rel=0.01)
    assert quantiles_us(measures, "latency", 0, "day", 950_000)[0] == math.inf
    assert quantiles_us(measures, "first_token", 0, "day", 950_000)[0] == math.inf
    assert [x.tolist() for x in good_and_bad(measures, 0, "day")] == [[18, 0], [2, 0]]


def test_blocked_requests_are_neither_good_nor_bad_nor_slow():
    lay = layout()
    measures = measured(lay, outcome(lay, 0, [row(0, 1000), row(0, 10**9, Status.BLOCKED)]))
    assert [x.tolist() for x in good_and_bad(measures, 0, "horizon")] == [[1], [0]]
    assert quantiles_us(measures, "latency", 0, "horizon", 1_000_000)[0] == pytest.approx(
        1000, rel=0.01
    )


def test_detached_jobs_stand_apart():
    lay = layout()
    measures = measured(lay, outcome(lay, 0, [row(0, 1000, detached=4, stage1=7)]))
    assert measures.counts.sum() == 0
    assert measures.jobs.sum() == 1
    assert measures.sums.sum() == 0
    assert measures.stage_us[0].tolist() == [0, 7]
    assert len(measures.latency.pairs()[0]) == 0


def test_stages_know_zero_from_never():
    lay = layout()
    rows = [row(0, 1000, stage0=0, stage1=300), row(0, 1000, stage0=0), row(0, 1000, stage0=50)]
    measures = measured(lay, outcome(lay, 0, rows))
    assert stage_quantiles_us(measures, "day", 1_000_000)[0].tolist() == pytest.approx(
        [50, 300], rel=0.01
    )
    assert measures.stages.totals(4).tolist() == [3, 1, 0, 0]


def test_sums_are_exact_beyond_the_whole_numbers_of_doubles():
    lay = layout()
    rows = [row(0, 2**53 - 1 + step, wait_us=2**52 + 1, stage1=3) for step in range(3)]
    sums = measured(lay, outcome(lay, 0, rows)).sums[0, 0, 0]
    assert sums[Sum.LATENCY_US] == 3 * 2**53
    assert sums[Sum.WAIT_US] == 3 * (2**52 + 1)


def test_the_busiest_minutes_of_a_day_are_kept_by_requests_and_by_tokens_of_equals_the_first():
    """Two requests of 10 tokens in minute 7 and again in 9, one of 50 in minute 8; another run has three in 3."""
    lay = layout()
    small = [(1, m, c, n) for m in (9, 7) for c, n in ((Begun.ATTEMPTS, 2), (Begun.INPUT, 20))]
    large = [(1, 8, Begun.ATTEMPTS, 1), (1, 8, Begun.INPUT, 30), (1, 8, Begun.OUTPUT, 20)]
    measures = measured(lay, outcome(lay, 1, minutes=[*small, *large]))
    by_attempts, by_tokens = measures.busiest_minute[1, 1].tolist()
    assert (by_attempts, by_tokens) == ([2, 20, 0, 0, 7], [1, 30, 0, 20, 8])
    other = measured(lay, outcome(lay, 1, minutes=[(1, 3, Begun.ATTEMPTS, 3)]))
    measures.merge(other)
    assert measures.busiest_minute[1, 1].tolist() == [[3, 0, 0, 0, 3], by_tokens]
    assert measures.busiest_minute[0].sum() == 0


def test_waits_load_and_usage_are_kept_by_their_day_and_hour():
    lay = layout()
    waits = [(0, bin_of(4 * SECOND_US))] * 9 + [(0, bin_of(100 * SECOND_US))]
    second = outcome(
        lay, 1, usage=[(1, 3, Use.INPUT, 70)], load=[(0, 4, Load.BUSY_US, 9)], waits=waits
    )
    measures = measured(lay, outcome(lay, 0), second)
    assert wait_quantiles_us(measures, "horizon", 900_000)[0, 0] == pytest.approx(
        4 * SECOND_US, rel=0.01
    )
    assert np.isnan(wait_quantiles_us(measures, "day", 900_000)[0, 0])
    assert measures.usage[1, 1, 3, Use.INPUT] == 70
    assert measures.load[1, 0, 4, Load.BUSY_US] == 9


def random_days(lay, rng, rows_a_day=300):
    for day in range(lay.days):
        start_us, until_us = (int(edge) for edge in lay.calendar.day_starts_us[day : day + 2])
        finished = rng.integers(start_us, until_us, rows_a_day)
        latency = np.minimum(finished, rng.lognormal(15, 2, rows_a_day).astype(np.int64))
        yield outcome(
            lay,
            day,
            [
                row(f - w, w, Status(s), workload=k, phase=p, wait_us=w // 2, stage0=w // 3)
                for f, w, s, k, p in zip(
                    finished.tolist(),
                    latency.tolist(),
                    rng.choice(8, rows_a_day).tolist(),
                    rng.integers(0, 2, rows_a_day).tolist(),
                    rng.integers(0, 2, rows_a_day).tolist(),
                    strict=True,
                )
            ],
        )


def test_percentiles_by_window_are_those_of_the_rows():
    lay = layout(calendar("2027-11-06", "2027-11-09"))
    days = list(random_days(lay, np.random.default_rng(1)))
    measures = measured(lay, *days)
    rows = np.concatenate([day.rows for day in days])
    rows = rows[(rows[:, Row.WORKLOAD] == 1) & (rows[:, Row.STATUS] != Status.BLOCKED)]
    latency = (rows[:, Row.FINISHED_US] - rows[:, Row.ARRIVED_US]).astype(float)
    latency[rows[:, Row.STATUS] >= Status.GAVE_UP] = math.inf
    for window in ("hour", "day", "month", "horizon"):
        found = quantiles_us(measures, "latency", 1, window, 200_000)
        for place in range(len(found)):
            slots = np.flatnonzero(lay.calendar.window_of_slot(window) == place)
            day, hour = np.divmod(slots, HOURS)
            starts = lay.calendar.day_starts_us[day] + hour * HOUR_US
            first, last = starts.min(), starts.max() + HOUR_US
            inside = latency[(rows[:, Row.ARRIVED_US] >= first) & (rows[:, Row.ARRIVED_US] < last)]
            if len(inside) == 0:
                assert np.isnan(found[place])
                continue
            exact = float(np.quantile(inside, 0.2, method="inverted_cdf"))
            assert found[place] == exact or abs(found[place] - exact) <= 0.01 * exact


def test_merging_measures_is_folding_all_days():
    lay = layout(calendar("2027-07-01", "2027-07-05"))
    days = list(random_days(lay, np.random.default_rng(2)))
    whole = measured(lay, *days)
    ab, cd = measured(lay, *days[:2]), measured(lay, *days[2:])
    cd.merge(ab)
    assert (cd.counts_by_kind == whole.counts_by_kind).all()
    assert (cd.sums_by_kind == whole.sums_by_kind).all()
    for name in ("latency", "first_token", "stages", "waits"):
        for one, other in zip(getattr(cd, name).pairs(), getattr(whole, name).pairs(), strict=True):
            assert one.tolist() == other.tolist()


@pytest.mark.parametrize("seed", [3, 4])
def test_folding_is_adding_a_row_at_a_time(seed):
    lay = layout(calendar("2027-11-06", "2027-11-09"))
    rng = np.random.default_rng(seed)
    days = list(random_days(lay, rng))
    for day in days:
        n = len(day.rows)
        day.rows[:, Row.DETACHED] = rng.choice([-1, -1, 4], n)
        day.rows[:, Row.STAGES + 1] = rng.choice([-1, 0, 7, 2**44], n)
        day.rows[:, Row.FIRST_TOKEN_US] -= rng.integers(0, 2, n) * day.rows[:, Row.WAIT_US]
    left = [row(w, lay.calendar.day_starts_us[-1] - w, Status.UNFINISHED) for w in (0, 5, HOUR_US)]
    days.append(outcome(lay, lay.days, left))
    found, meant = measured(lay, *days), naive_fold(lay, days)
    for name in ("counts_by_kind", "sums_by_kind", "stage_us"):
        assert (getattr(found, name) == getattr(meant, name)).all(), name
    for name in ("latency", "first_token", "stages"):
        for one, other in zip(
            getattr(found, name).pairs(), getattr(meant, name).pairs(), strict=True
        ):
            assert one.tolist() == other.tolist()


def test_a_stretch_is_what_its_days_alone_would_have_given():
    lay = layout(calendar("2027-07-01", "2027-07-06"))
    days = [
        outcome(
            lay,
            day,
            [row(day * DAY_US + n * HOUR_US, 5000 * (day + n), stage0=7 * n) for n in range(9)],
        )
        for day in range(5)
    ]
    part = measured(lay, *days).stretch(range(1, 4))
    alone = layout(calendar("2027-07-02", "2027-07-05"))
    same = measured(
        alone,
        *(
            outcome(
                alone,
                day,
                [
                    row(day * DAY_US + n * HOUR_US, 5000 * (day + 1 + n), stage0=7 * n)
                    for n in range(9)
                ],
            )
            for day in range(3)
        ),
    )
    assert part.layout == same.layout
    assert (part.counts == same.counts).all()
    assert (part.sums == same.sums).all()
    for tally in ("latency", "first_token", "stages", "waits"):
        for mine, theirs in zip(
            getattr(part, tally).pairs(), getattr(same, tally).pairs(), strict=True
        ):
            assert mine.tolist() == theirs.tolist()
    assert quantiles_us(part, "latency", 0, "day", 500_000) == pytest.approx(
        quantiles_us(same, "latency", 0, "day", 500_000)
    )
