"""Targets: windows, shares, ties, and what has no answer."""

import math
from decimal import Decimal

import pytest
from outcomes import HOUR_US, SECOND_US, calendar, layout, measured, outcome, row

from sim.bill import Bill, Line
from sim.engine.arithmetic import bin_of
from sim.errors import UsageError
from sim.plan.columns import Status
from sim.targets import Metric, Target, evaluate

D = Decimal
NOTHING = Bill((), ("2027-07",))


def target(metric, window="day", bound="at_most", limit="10", **options):
    options.setdefault("workload", "ask")
    return Target("t", Metric.parse(metric), window, bound, D(limit), **options)


def days_of(lay, *latencies_s):
    """Day by day, ten requests of one latency; None: no traffic; inf: no answer."""
    starts = lay.calendar.day_starts_us.tolist()
    for day, latency_s in enumerate(latencies_s):
        if latency_s is not None:
            status = Status.TIMED_OUT if latency_s == math.inf else Status.OK
            late_us = SECOND_US if latency_s == math.inf else int(latency_s * SECOND_US)
            yield outcome(lay, day, [row(starts[day], late_us, status)] * 10)


def judged(what, *latencies_s, bill=NOTHING, start="2027-07-01"):
    end = f"2027-07-{int(start[-2:]) + len(latencies_s):02d}"
    lay = layout(calendar(start, end))
    return evaluate(what, measured(lay, *days_of(lay, *latencies_s)), bill)


def test_every_window_with_traffic_must_meet_it():
    found = judged(target("latency.p95"), 2, None, 9, 3)
    assert (found.met, found.window_count, found.met_count) == (True, 3, 3)
    assert found.value == pytest.approx(9, rel=0.01)
    assert found.worst_window == "2027-07-03"
    assert not judged(target("latency.p95"), 2, None, 11, 3).met


@pytest.mark.parametrize(
    ("share", "met", "value"),
    [("1", False, 30), ("0.75", False, 20), ("0.5", True, 5), ("0.4", True, 5)],
)
def test_a_share_of_the_windows_may_be_asked_for(share, met, value):
    found = judged(target("latency.p95", share=D(share)), 4, 5, 20, 30)
    assert found.met is met
    assert found.value == pytest.approx(value, rel=0.01)
    assert found.worst_value == pytest.approx(30, rel=0.01)
    assert found.met_count == 2


def test_no_answer_is_the_worst_and_no_traffic_asks_nothing():
    found = judged(target("latency.p95"), 2, math.inf)
    assert (found.met, found.value, found.worst_window) == (False, math.inf, "2027-07-02")
    nothing = judged(target("latency.p95"), None, None)
    assert (nothing.met, nothing.value, nothing.window_count) == (True, None, 0)


def test_hours_are_windows_on_the_day_that_has_twenty_five():
    lay = layout(calendar("2027-11-07", "2027-11-08"))
    rows = [row(hour * HOUR_US, SECOND_US * (20 if hour == 2 else 1)) for hour in range(25)]
    found = evaluate(target("latency.p95", "hour"), measured(lay, outcome(lay, 0, rows)), NOTHING)
    assert (found.window_count, found.met_count) == (25, 24)
    assert found.worst_window == "2027-11-07T01:00-06:00"


def test_partial_months_are_windows():
    lay = layout(calendar("2027-07-31", "2027-08-02"))
    days = list(days_of(lay, 50, 2))
    found = evaluate(target("latency.p95", "month"), measured(lay, *days), NOTHING)
    assert (found.window_count, found.worst_window) == (2, "2027-07")


def test_availability_counts_bad_against_good():
    lay = layout()
    rows = [row(0, 5)] * 199 + [row(0, 5, Status.LATE)] + [row(0, 5, Status.BLOCKED)] * 9
    measures = measured(lay, outcome(lay, 0, rows))
    assert evaluate(target("availability", "month", "at_least", "0.995"), measures, NOTHING).met
    found = evaluate(
        target("availability", "month", "at_least", "0.9951", workload=None), measures, NOTHING
    )
    assert (found.met, found.value) == (False, 0.995)


def test_spend_is_held_exactly():
    lines = tuple(
        Line(m, "x", "", "fixed", "useful", D(1), "month", D(p))
        for m, p in (("2027-07", "99.99"), ("2027-08", "100.01"))
    )
    bill = Bill(lines, ("2027-07", "2027-08"))
    measures = measured(layout(calendar("2027-07-31", "2027-08-02")))
    found = evaluate(target("spend", "month", limit="100"), measures, bill)
    assert (found.met, found.value, found.worst_window) == (False, D("100.01"), "2027-08")
    assert evaluate(target("spend", "month", limit="100.01"), measures, bill).met
    assert evaluate(target("spend", "horizon", limit="200"), measures, bill).met


def test_waits_of_a_station():
    lay = layout()
    waits = [(0, bin_of(SECOND_US))] * 8 + [(0, bin_of(HOUR_US))] * 2
    measures = measured(lay, outcome(lay, 0, waits=waits))
    found = evaluate(
        target("wait.p90", "week", limit="600", workload=None, station="reviewers"),
        measures,
        NOTHING,
    )
    assert not found.met
    assert found.value == pytest.approx(3600, rel=0.01)


@pytest.mark.parametrize(
    "name", ["latency", "p95", "latency.p0", "latency.p100", "uptime", "spend.p95", "latency.p95 "]
)
def test_an_unknown_metric_is_refused(name):
    with pytest.raises(UsageError, match="is not a metric"):
        Metric.parse(name)


@pytest.mark.parametrize(
    ("metric", "options", "said"),
    [
        ("spend", {"window": "week"}, "not known by week"),
        ("wait.p90", {"window": "hour", "station": "reviewers"}, "not known by hour"),
        ("latency.p95", {"workload": None}, "needs a workload"),
        ("wait.p90", {}, "needs a station"),
    ],
)
def test_a_target_that_cannot_be_judged_is_refused(metric, options, said):
    with pytest.raises(UsageError, match=said):
        target(metric, **options)


def test_a_wrong_name_is_refused_with_the_right_ones():
    with pytest.raises(UsageError, match="there are ask, intake"):
        judged(target("latency.p95", workload="asks"), 1)
