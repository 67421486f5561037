"""A trace as the workload itself: every arrival where it was, twice the people, half the time."""

import json

import numpy as np
import pytest
from cli.commands import simulate
from fit.logs import plain_csv

from sim.errors import UsageError
from sim.fit.read import Options, read_log
from sim.fit.trace import NEAR_US, Trace, place
from sim.scenario.document import document_from_text

MONDAY_S = 1_777_852_800
"""2026-05-04T00:00 UTC."""
PLAN = """
schema: genai-rollout/v1
name: traced
horizon: {start: 2027-06-30, length: 7d}   # a Wednesday
workloads: {ask: {arrivals: {per_day: 10}, pipeline: main}}
pipelines: {main: [{stage: wait, delay: 1s}]}
"""
TIMES_S = MONDAY_S + np.array([60.0, 61.5, 3_600.0, 90_000.0])
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


def placed(tmp_path, people=1.0, faster=1.0, plan=PLAN, times=TIMES_S):
    log = read_log((plain_csv(tmp_path / "trace.csv", times),), Options())
    return place(document_from_text(plan), log, None, people, faster)


def arrivals(found, replication=0):
    days = found.source.course(1, replication).days
    return np.concatenate([one.day.arrivals.time_us for one in days])


def test_the_trace_begins_on_the_first_day_like_its_own(tmp_path):
    # The horizon's Monday is its sixth day.
    want = 5 * DAY_US + np.array([60_000_000, 61_500_000, HOUR_US, 25 * HOUR_US])
    found = arrivals(placed(tmp_path))
    assert found.tolist() == want.tolist()


def test_every_replication_has_the_same_arrivals(tmp_path):
    found = placed(tmp_path)
    assert arrivals(found, 0).tolist() == arrivals(found, 1).tolist()


def test_faster_shortens_the_time_between_arrivals(tmp_path):
    found = arrivals(placed(tmp_path, faster=2.0))
    assert np.diff(found).tolist() == (np.diff(TIMES_S) * 1e6 / 2).round().astype(int).tolist()


def test_twice_the_people_come_near_those_who_were_there(tmp_path):
    times = np.arange(500, dtype=np.int64) * HOUR_US // 10 + HOUR_US
    found = np.array(Trace("ask", times, 2.0).times_of(1, 0, 100 * DAY_US))
    assert len(found) == 1000
    assert set(times.tolist()) <= set(found.tolist())
    moved = np.sort(np.array(sorted(set(found.tolist()) - set(times.tolist()))))
    assert np.abs(moved[:, None] - times[None, :]).min(axis=1).max() <= NEAR_US


@pytest.mark.parametrize("people", [0.3, 1.5])
def test_a_part_of_a_person_is_a_chance(people):
    times = np.arange(10_000, dtype=np.int64) * 1_000_000
    found = len(Trace("ask", times, people).times_of(1, 0, 10**15))
    # Binomial with variance at most 2,500: 6 standard deviations.
    assert abs(found - people * 10_000) < 300


def test_what_lies_beyond_the_horizon_is_left_out_and_told(tmp_path):
    found = placed(tmp_path, times=np.append(TIMES_S, MONDAY_S + 40 * 86_400.0))
    assert any("1 arrivals lie after" in note for note in found.notes)
    assert len(arrivals(found)) == len(TIMES_S)


def test_a_horizon_without_such_a_weekday_is_refused(tmp_path):
    with pytest.raises(UsageError, match="the horizon has none"):
        placed(tmp_path, plan=PLAN.replace("7d", "2d"))


def test_the_command_runs_and_leaves_no_record_that_could_not_be_replayed(tmp_path):
    (tmp_path / "plan.yaml").write_text(PLAN)
    plain_csv(tmp_path / "trace.csv", TIMES_S)
    words = ("trace", "plan.yaml", "trace.csv", "--replications", "2", "--jobs", "1", "--json")
    done = simulate(*words, "--people", "2", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["engine"]["replications"] == 2
    assert "is laid on 2027-07-05" in done.stderr
    assert not (tmp_path / "out" / "run.json").exists()
    assert (tmp_path / "out" / "summary.json").exists()
