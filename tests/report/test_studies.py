"""The pages of comparisons, sweeps and sensitivity studies: their charts claim what holds, names stay text."""

import re
from datetime import date

import pytest
from report import hostile
from report.test_html import Words

from sim.report import comparison as compared
from sim.report.charts import pareto, tornado, waterfall
from sim.report.html import studies
from sim.report.page import Screen
from sim.report.sensitivity import render_sensitivity
from sim.report.sweep import render_sweep

ENGINE = {"version": "0.1.0", "seed": 4, "replications": 20}


def spread(mean, low=None, high=None):
    ends = None if low is None else [low, high]
    return {
        **{"p10": mean, "p50": mean, "p90": mean, "mean": mean},
        **{"mean_interval": ends, "median_interval": None},
    }


def comparison(name="Dearer", low="10.00"):
    steps = {"volume": "30.00", "mix": "0.00", "per request": "0.00", "price": "-15.00", "reserved": "0.00", "fixed": "5.00", "waste": "0.00"}  # fmt: skip
    differences = {**spread("20.00", low, "30.00"), "unpaired_interval": None, "pairs": 20}
    chances = {"chance_worse": 1.0, "chance_worse_interval": None}
    row = {"month": None, "workload": None, "worse_when": "higher", "group": "total"}
    target = {
        **{"name": "it is there", "owner": "", "risk_of_missing": 0.2, "risk_interval": None},
        **{"risk_allowed": 0.1, "status": "close"},
    }
    return {
        "engine": ENGINE,
        "currency": "USD",
        "plans": [
            {"name": plan, "path": f"{letter}.yaml", "sha256": "9f", "targets": [target]}
            for letter, plan in (("a", "Plain"), ("b", name))
        ],
        "inputs": [{"path": name, "values": ["1", None]}],
        "rows": [
            {
                **row,
                **{"name": figure, "unit": unit, "plans": [spread("100.00"), spread("120.00")]},
                "differences": [{"plan": 1, **differences, **chances}],
            }
            for figure, unit in (("spend", "money"), ("requests answered in time", "requests"))
        ],
        "waterfalls": [
            {"plan": 1, "steps": [{"name": n, **spread(v, v, v)} for n, v in steps.items()]}
        ],
    }


def sweep(name="fast"):
    rows = [("slow", "10.00", 9.0, True), (name, "20.00", 4.0, True), ("worse", "30.00", 9.5, False), ("never", "5.00", None, True)]  # fmt: skip
    return {
        **{"scenario": {"name": "Desk", "path": "d.yaml", "sha256": "9f"}, "engine": ENGINE},
        **{"currency": "USD", "workload": "ask"},
        "points": [
            {
                **{"label": label, "sets": [], "spend": spread(cost, cost, cost)},
                **{"latency_p95": spread(p95), "availability": spread(0.99)},
                **{"targets": [], "on_frontier": best},
            }
            for label, cost, p95, best in rows
        ],
    }


def metric(low=1.0, path="workloads.ask.input_tokens"):
    swing = {
        **{"path": path, "p10": "1020", "p90": "1690", "at_p10": "25.00", "at_p90": "27.00"},
        "difference": spread("2.00", low, 3.0),
    }
    return {
        **{"name": "spend", "unit": "money", "workload": None, "measure_first": path},
        **{"tornado": [swing], "sobol": None},
    }


def sensitivity(path="workloads.ask.input_tokens"):
    nothing = {**metric(), "name": "availability", "unit": "share", "measure_first": None}
    return {
        **{"scenario": {"name": "Desk"}, "engine": ENGINE, "currency": "USD"},
        "metrics": [metric(path=path), nothing],
    }


def test_the_waterfall_names_the_step_that_adds_most_and_reaches_the_other_plan():
    drawing = waterfall.draw(comparison(), 1)
    assert drawing.words.title == "B costs $20.00 more than A, mostly by volume"
    assert drawing.words.description.startswith("$100; volume +$30.00, ")
    assert drawing.words.description.endswith("; $120.")


def test_the_waterfall_claims_nothing_where_the_difference_may_be_none():
    assert waterfall.draw(comparison(low="-1.00"), 1).words.title == waterfall.NEUTRAL_TITLE


def test_the_chart_of_a_sweep_counts_who_is_beaten_by_none_and_says_who_is_left_out():
    words = pareto.draw(sweep()).words
    assert words.title == "2 of 4 points are beaten by no other"
    assert "1 without an answer are left out" in words.subtitle


def test_points_have_the_numbers_that_the_table_gives_them():
    lines = Words(studies.sweep_page(sweep())).lines
    start = lines.index("Surely met") + 1
    assert lines[start : start + 3] == ["1", "never", "by none"]
    assert "Points that no other beats: 2, 3." in pareto.draw(sweep()).words.description


def test_the_tornado_names_an_unknown_only_where_its_swing_is_not_chance():
    assert tornado.draw(metric(), 5, "USD").words.title == "ask.input_tokens moves spend most"
    assert tornado.draw(metric(low=-1.0), 5, "USD").words.title == "What moves spend"
    assert "No unknown moves it." in Words(studies.sensitivity_page(sensitivity())).lines


@pytest.mark.parametrize("name", hostile.NAMES)
def test_a_name_is_text_on_every_page(name):
    for page in (
        studies.compare_page(comparison(name), date(2027, 7, 1)),
        studies.sweep_page(sweep(name)),
        studies.sensitivity_page(sensitivity(name)),
    ):
        assert page.count("<script") == 2 and "alert(1)</script>" not in page and "<img" not in page
        assert "x" * 500 not in page


def test_a_page_has_the_same_bytes_on_a_rerun():
    assert studies.sweep_page(sweep()) == studies.sweep_page(sweep())
    one, two = (studies.compare_page(comparison(), date(2027, 7, 1)) for _ in range(2))
    assert one == two and "B costs $20.00" in one


def test_every_point_of_a_sweep_that_has_an_answer_is_on_the_chart():
    drawing = pareto.draw(sweep())
    width, height = map(float, re.search(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing.svg).groups())
    assert [mark.words.split(",")[0] for mark in drawing.marks] == ["2", "3", "4"]
    assert all(40 < mark.x < width and 40 < mark.y < height - 30 for mark in drawing.marks)


def test_a_sweep_says_which_paths_its_values_are_of():
    summary = sweep()
    assert "Values are of" not in studies.sweep_page(summary)
    summary["points"][0].update(label="15, 4", sets=["a.units=15", "b.people=4"])
    summary["points"] = summary["points"][:1] * 2
    assert "Values are of a.units, b.people." in studies.sweep_page(summary)
    assert "Values are of a.units, b.people." in render_sweep(summary, Screen(100))


def test_unknowns_that_change_nothing_are_counted_and_not_listed():
    summary = {**sensitivity(), "engine": {**ENGINE, "rows": 0}}
    still = {**summary["metrics"][0]["tornado"][0], "path": "a.still", "at_p90": "25.00"}
    summary["metrics"][0]["tornado"].append(still)
    for text in (studies.sensitivity_page(summary), render_sensitivity(summary, Screen(100))):
        assert "1 more changes nothing." in text and "a.still" not in text


def test_a_plan_that_answers_as_many_requests_says_so():
    summary = comparison()
    summary["rows"][1]["differences"][0]["mean"] = 0.2
    assert "and answers as many requests in time" in compared.sentence(summary, 1)
