"""Are declared choices run where a target is missed, and is the cheapest that mends the breach named?"""

from __future__ import annotations

import json

import pytest
from sources_text import DESK_TEXT

from sim.errors import ScenarioError
from sim.scenario.document import document_from_text, validate
from sim.scenario.scenario import Scenario
from sim.study import Study
from sim.study import run as run_study
from sim.study.of_scenario import ScenarioSource
from sim.study.remedy import remedies_of, ways_of


@pytest.fixture
def file(tmp_path):
    def write(choices: str):
        path = tmp_path / "desk.yaml"
        path.write_text(DESK_TEXT + choices)
        return str(path)

    return write


def run(path: str, tmp_path) -> dict:
    from sim.cli import main

    out = tmp_path / "out"
    arguments = [path, "--replications", "4", "--jobs", "1", "-q", "--mend", "--out", str(out)]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code in (0, None)
    return json.loads((out / "summary.json").read_text())["blame"]


CHOICES = """
choices:
  - {name: clerks, path: stations.desk.servers, values: [3, 4]}
  - {name: skills, ways: {training: {stations.desk.service: 11s}}}
"""


def test_the_cheapest_choice_that_mends_the_breach_is_named_with_its_price(file, tmp_path):
    blame = run(file(CHOICES), tmp_path)
    tried = {one["way"]: one for one in blame["choices"]}
    assert list(tried) == ["training", "3", "4"]
    assert not tried["training"]["removes"]
    # A clerk costs 10 USD an hour, for 48 hours.
    assert tried["3"]["extra"] == "480.00"
    assert blame["sentence"].endswith(
        "Of the declared choices, the cheapest that mends it is clerks: 3 (then it is met by 4 of 4 "
        "replications, for USD 480 more over the horizon)."
    )


def test_where_no_choice_helps_the_nearest_is_named(file, tmp_path):
    choices = "choices: [{name: mean, path: stations.desk.service.mean, values: [11.9s]}]\n"
    said = run(file(choices), tmp_path)["sentence"]
    assert "None of the declared choices mends it alone; nearest comes mean: 11.9s" in said


def test_nothing_is_tried_where_all_targets_are_met():
    source = ScenarioSource(document_from_text(DESK_TEXT.replace("60s", "20min") + CHOICES))
    study = run_study(source, seed=0, replications=40)

    def never(_source: ScenarioSource, _replications: int) -> Study:
        raise AssertionError

    assert study.verdicts[0].chance.status == "met"
    assert remedies_of(study, source, never) == ()


def test_what_convinces_at_first_must_convince_again():
    source = ScenarioSource(document_from_text(DESK_TEXT + CHOICES))
    study = run_study(source, seed=0, replications=12)
    asked = []

    def again(changed: ScenarioSource, replications: int) -> Study:
        asked.append(replications)
        return run_study(changed, seed=0, replications=replications)

    found = remedies_of(study, source, again)
    assert asked == [4, 4, 4, 12]
    assert [one.replications for one in found if one.removes] == [12, 4]


def test_a_choice_that_cannot_be_is_refused_at_its_place():
    text = DESK_TEXT + "choices: [{name: a, path: stations.dsk.servers, values: [3]}]\n"
    document = document_from_text(text)
    with pytest.raises(ScenarioError, match=r"choices\[0\]: with 3"):
        ways_of(document, validate(document, Scenario))
