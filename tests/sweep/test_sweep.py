"""A sweep plays every combination once, with shared luck, and knows which points no other beats."""

from __future__ import annotations

import json
import os
import time

import jsonschema
import pytest
from cli.commands import simulate
from cli.conftest import README_SCENARIO

import sim.study.points
from sim.errors import ScenarioError, UsageError
from sim.scenario.document import document_from_text
from sim.study.grid import Axis, axes_of, checked, grid, split_values
from sim.study.kept import Kept
from sim.study.pareto import frontier
from sim.study.points import Field, Point
from sim.summary.sweep import SCHEMA

DESK = document_from_text(README_SCENARIO)
FAST = "endpoints.model.latency.tokens_per_second"
PRICE = "endpoints.model.price.output"


def test_a_comma_within_brackets_or_quotes_divides_nothing():
    assert split_values('{a: 1, b: [2, 3]},"x,y",4') == ["{a: 1, b: [2, 3]}", '"x,y"', "4"]


@pytest.mark.parametrize("over", ["nonsense", "a.b=", "a.b=1,,2", "=1,2"])
def test_an_axis_without_values_is_refused(over):
    with pytest.raises(UsageError, match="path=a,b,c"):
        axes_of([over])


def test_axes_multiply_and_rows_have_names():
    axes = [Axis(FAST, ("40", "60")), Axis(PRICE, ("10", "20", "30"))]
    points = grid(DESK, axes, {"base": (), "busy": ("workloads.ask.arrivals.per_day=800",)})
    assert len(points) == 12
    assert points[-1].label == "busy, 60, 30"
    assert points[-1].sets == ("workloads.ask.arrivals.per_day=800", f"{FAST}=60", f"{PRICE}=30")


def test_a_path_that_is_not_there_is_told_before_anything_runs():
    with pytest.raises(ScenarioError, match="did you mean"):
        checked(DESK, [Axis("endpoints.modle.price.output", ("1", "2"))], {"": ()})


def test_the_frontier_holds_what_nothing_beats():
    losses = [(1, 5, 0), (2, 4, 0), (2, 5, 0), (3, 4, 0), (1, 5, 0), (9, 9, -1)]
    assert frontier(losses) == [True, True, False, False, True, True]


def test_any_number_of_workers_reads_the_same_and_points_share_their_luck():
    points = grid(DESK, [Axis(PRICE, ("10", "20", "30"))], {"": ()})
    alone = Field(seed=3).play(points, range(2))
    assert Field(seed=3, jobs=2).play(points, range(2)) == alone
    assert len({tuple((one.good, one.p95_s) for one in readings) for readings in alone}) == 1
    assert len({readings[0].spend for readings in alone}) == 3


def test_finished_points_are_not_played_again(tmp_path, monkeypatch):
    points = grid(DESK, [Axis(PRICE, tuple(map(str, range(10, 16))))], {"": ()})
    kept = Kept(tmp_path / "kept")
    first = Field(kept=kept).play(points[:4], range(2))
    played = []
    real = sim.study.points.play
    monkeypatch.setattr(
        sim.study.points, "play", lambda *call: played.append(call[0].label) or real(*call)
    )
    assert Field(kept=kept).play(points, range(2))[:4] == first
    assert played == ["14", "15"]


def test_the_command_writes_json_and_csv(tmp_path):
    (tmp_path / "desk.yaml").write_text(README_SCENARIO)
    (tmp_path / "table.yaml").write_text(
        f"slow: {{{FAST}: 20}}\nfast: {{{FAST}: 90, {PRICE}: 30}}\n"
    )
    words = ("sweep", "desk.yaml", "--table", "table.yaml", "--replications", "2", "--jobs", "1")
    done = simulate(*words, cwd=tmp_path, COLUMNS="80")
    assert done.returncode == 0, done.stderr
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    summary = json.loads((tmp_path / "outputs" / "desk_sweep" / "sweep.json").read_text())
    jsonschema.validate(summary, SCHEMA)
    assert [(p["label"], p["on_frontier"]) for p in summary["points"]] == [
        ("slow", True),
        ("fast", True),
    ]
    rows = (tmp_path / "outputs" / "desk_sweep" / "sweep.csv").read_text().splitlines()
    assert len(rows) == 3
    assert not list((tmp_path / "outputs").glob(".simulate-kept*"))


@pytest.mark.slow
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two processors")
def test_two_processors_sweep_two_hundred_points_in_little_more_than_half_the_time():
    busy = document_from_text(README_SCENARIO.replace("per_day: 400", "per_day: 20k"))
    points = grid(busy, [Axis(PRICE, tuple(map(str, range(1, 201))))], {"": ()})
    Field().play(points[:1], range(1))
    started = time.perf_counter()
    Field().play(points[:10], range(1))
    one = (time.perf_counter() - started) / 10
    started = time.perf_counter()
    Field(jobs=2).play(points, range(1))
    ratio = (time.perf_counter() - started) / (200 * one)
    print(f"two processors: {ratio:.2f} of 200 times the {one:.3f} s of one point")
    assert ratio <= 0.6


def test_a_point_alone_is_the_scenario_with_its_values_set():
    point = Point(DESK, (f"{PRICE}=30",))
    assert point.source.document.tree["endpoints"]["model"]["price"]["output"] == 30
