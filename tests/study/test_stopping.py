"""`auto` says why it stops: verdicts decided, chances known closely enough, the most replications, or the budget."""

from __future__ import annotations

import pytest
from cli.commands import simulate
from cli.conftest import README_SCENARIO
from sources import SmallSource

from sim.errors import ScenarioError
from sim.report.read import why_stopped
from sim.scenario.document import document_from_text
from sim.study import run
from sim.study.of_scenario import ScenarioSource
from sim.study.stopping import NEXT_BATCH, REQUESTS_MAX, Stopping, judge
from sim.summary import Origin, summarise

CLOSE = judge([True] * 18 + [False] * 2, 0.9)
MET = judge([True] * 60, 0.9)
ASKED = 20, 0


def test_a_batch_that_fits_the_budget_is_started():
    each = REQUESTS_MAX // (20 + NEXT_BATCH)
    assert Stopping.of("auto").affords(20 * each, 20)


def test_a_batch_that_would_pass_the_budget_is_not():
    each = REQUESTS_MAX // (20 + NEXT_BATCH) + 1
    assert not Stopping.of("auto").affords(20 * each, 20)
    assert Stopping.of("auto").reason([CLOSE], 20, 20 * each) == "requests"


def test_a_number_that_was_asked_for_has_no_budget():
    assert Stopping.of(40).affords(10 * REQUESTS_MAX, 20)
    assert Stopping.of(40).reason([CLOSE], 40, 0) == "asked"


def test_each_reason_is_told_apart():
    width = CLOSE.high - CLOSE.low
    assert Stopping.of("auto").reason([MET], *ASKED) == "decided"
    assert Stopping.of("auto").reason([CLOSE, MET], *ASKED) is None
    assert Stopping.of("auto", width).reason([CLOSE, MET], *ASKED) == "precise"
    assert Stopping.of("auto", 0.99 * width).reason([CLOSE, MET], *ASKED) is None
    assert Stopping.of("auto").reason([CLOSE], 100, 0) == "replications"


def test_a_study_stops_at_its_precision_and_its_faces_say_so():
    # Met in each of 20 replications, which is not yet surely nine of ten: without a precision, more would be run.
    source = SmallSource(limit_s="50")
    study = run(source, seed=3, engine="reference", precision=0.999)
    undecided = [one for one in study.verdicts if one.chance.status == "close"]
    assert (study.stopped, len(study.replications)) == ("precise", 20)
    assert undecided
    assert all(one.chance.high - one.chance.low <= 0.999 for one in undecided)
    summary = summarise(study, Origin("Desk", "0.1.0"))
    assert (summary["engine"]["stopped"], summary["engine"]["precision"]) == ("precise", 0.999)
    assert why_stopped(summary) == "Stopped because each chance is known to within 100%."


def undecided_desk(precision: str) -> ScenarioSource:
    text = README_SCENARIO.replace("pipelines:", f"precision: {precision}\npipelines:", 1)
    return ScenarioSource(document_from_text(text))


def test_a_scenario_may_say_its_precision_and_a_flag_says_another():
    source = undecided_desk("60%")
    assert source.terms().precision == 0.6
    for asked, width in ((None, 0.6), (0.9, 0.9)):
        study = run(source, seed=3, precision=asked)
        assert study.precision == width
        assert study.stopped in ("precise", "decided")
    assert run(source, seed=3, replications=2).stopped == "asked"


def test_a_precision_of_none_in_a_scenario_is_refused_at_its_place():
    with pytest.raises(ScenarioError, match="precision"):
        _ = undecided_desk("0%").scenario


@pytest.mark.parametrize("precision", ["0", "101", "soon"])
def test_a_precision_that_is_none_is_refused(tmp_path, precision):
    (tmp_path / "desk.yaml").write_text(README_SCENARIO)
    assert simulate(tmp_path / "desk.yaml", "--precision", precision).returncode == 2


def test_a_precision_for_a_fixed_number_is_refused(tmp_path):
    (tmp_path / "desk.yaml").write_text(README_SCENARIO)
    done = simulate(tmp_path / "desk.yaml", "--precision", "20", "--replications", "3")
    assert done.returncode == 2
    assert "--precision is for --replications auto" in done.stderr
