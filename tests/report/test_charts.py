"""Charts: the same bytes on every run, titles that claim only what holds, words for every reader."""

import re
import time
import xml.etree.ElementTree as ElementTree
from copy import deepcopy

import pytest
from report import fake

from sim.report import charts, read
from sim.report.charts import availability, canvas, drivers, latency, spend

NAMES = list(charts.CHARTS)


@pytest.fixture(scope="module")
def summary():
    return {**fake.summary(), "actuals": [{"month": "2027-07", "amount": "40000.50"}]}


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_has_the_same_bytes_on_a_rerun(summary, name):
    one, two = charts.draw_one(name, summary), charts.draw_one(name, deepcopy(summary))
    assert one == two


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_is_svg_that_reads_aloud_and_a_png(summary, name):
    drawing = charts.draw_one(name, summary)
    root = ElementTree.fromstring(drawing.svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.find(f"{space}title").text == drawing.words.title
    assert len(root.find(f"{space}desc").text) > 20
    assert drawing.name == name
    assert drawing.png.startswith(b"\x89PNG")
    assert b"http://" not in drawing.svg.replace(b"http://www.w3.org", b"").replace(
        b"http://purl.org", b""
    ).replace(b"http://creativecommons.org", b"")


@pytest.mark.parametrize("name", NAMES)
def test_a_title_is_short_and_neutral_where_runs_are_few(summary, name):
    assert len(charts.draw_one(name, summary).words.title) <= canvas.TITLE_LETTERS_MAX
    summary = deepcopy(summary)
    summary["engine"]["replications"] = 2
    assert " in 9 of 10 " not in charts.draw_one(name, summary).words.title


@pytest.mark.parametrize("name", NAMES)
def test_names_cannot_break_a_drawing(summary, name):
    summary = deepcopy(summary)
    evil = "$x^2$ </title><script>alert(1)</script> & \\frac{1}"
    summary["spend"]["items"][0]["name"] = evil
    summary["scenario"]["phases"][0]["name"] = evil
    summary["scenario"]["name"] = evil
    root = ElementTree.fromstring(charts.draw_one(name, summary).svg)
    assert not [node for node in root.iter() if node.tag.endswith("script")]


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_with_nothing_to_show_is_left_out(summary, name):
    summary = deepcopy(summary)
    summary.update(
        monthly=[], daily=[], drivers=[], spend={"items": [], "smaller": {"lines": []}}, targets=[]
    )
    for group in fake.groups():
        summary[group] = []
    assert charts.draw_one(name, summary) is None


@pytest.mark.parametrize("name", NAMES)
def test_days_without_a_request_leave_a_gap(summary, name):
    summary = deepcopy(summary)
    nothing = {"p10": None, "p50": None, "p90": None, "mean": None}
    summary["daily"][3]["workloads"]["ask_claim"] = {
        "latency.p95": nothing,
        "availability": nothing,
    }
    assert charts.draw_one(name, summary) is not None


def months(*totals: tuple[float, float], budget: str | None = "100"):
    return [
        read.MonthSpend(
            read.date(2027, 7 + i, 1),
            {},
            read.Spread(low, low, high, low),
            budget and read.Decimal(budget),
        )
        for i, (low, high) in enumerate(totals)
    ]


@pytest.mark.parametrize(
    ("totals", "budget", "title"),
    [
        ([(50, 90), (101, 120)], "100", "Aug 2027 passes the $100 budget in 9 of 10 runs"),
        ([(50, 90), (60, 100)], "100", "Each month stays within the $100 budget in 9 of 10 runs"),
        ([(50, 90), (99, 120)], "100", spend.NEUTRAL_TITLE),
        ([(50, 90)], None, spend.NEUTRAL_TITLE),
    ],
)
def test_the_spend_title_claims_what_nine_of_ten_runs_show(totals, budget, title):
    assert spend.title(months(*totals, budget=budget), "USD", 200) == title


def days(metric: str, *spreads: tuple[float, float]):
    return [
        read.DayRow(read.date(2027, 7, 1 + i), {metric: read.Spread(low, low, high, low)})
        for i, (low, high) in enumerate(spreads)
    ]


def test_the_latency_title_names_the_worst_day_on_which_nine_of_ten_runs_miss():
    target = read.targets(fake.summary())[0]
    assert latency.finding(days("latency.p95", (13, 15), (14, 14), (11, 16)), target) == (
        "On 2 Jul 2027 p95 passes 12 s in 9 of 10 runs"
    )
    assert latency.finding(days("latency.p95", (3, 12)), target) == (
        "Each day's p95 keeps within 12 s in 9 of 10 runs"
    )
    assert latency.finding(days("latency.p95", (11, 14)), target) is None


def test_the_availability_title_names_the_worst_day_below_the_target():
    target = read.targets(fake.summary())[1]
    assert availability.finding(days("availability", (0.9, 0.994), (0.99, 0.999)), target) == (
        "On 1 Jul 2027 it falls below 99.5% in 9 of 10 runs"
    )
    assert availability.finding(days("availability", (0.995, 1)), target) == (
        "Each day reaches 99.5% in 9 of 10 runs"
    )
    assert availability.finding(days("availability", (0.99, 1)), target) is None


def test_labels_are_moved_until_none_touches_another():
    assert canvas.spread_apart([1.0, 1.1, 5.0], 0.5) == [1.0, 1.5, 5.0]


def unknown(swing, low, high, clear):
    return {
        **{
            "path": "workloads.ask.input_tokens",
            "p10": "1",
            "p90": "2",
            "at_p10": 1.0,
            "at_p90": 2.0,
        },
        **{"swing": swing, "swing_interval": [low, high], "clear": clear, "explained": 0.5},
    }


@pytest.mark.parametrize(
    ("unknowns", "title"),
    [
        ([(9, 7, 11, True), (4, 2, 6, True)], "Spend moved most with ask.input_tokens"),
        ([(9, 7, 11, True), (4, 0, 8, False)], "Spend moved with ask.input_tokens"),
        ([(-9, -11, -7, True), (4, 0, 6, False)], "Spend moved most with ask.input_tokens"),
        ([(9, -1, 19, False), (4, 2, 6, True)], None),
    ],
)
def test_the_title_of_drivers_says_most_where_intervals_are_apart_and_nothing_where_a_swing_may_be_chance(
    unknowns, title
):
    rows = [unknown(*one) for one in unknowns]
    path = rows[0]["path"] if rows[0]["clear"] else None
    assert drivers.finding({"name": "spend", "moves_most": path, "unknowns": rows}) == title


def test_a_name_with_dots_is_kept_whole_in_the_title_of_drivers():
    row = {
        "name": "latency.p95",
        "moves_most": 'unpublished["gpt-4.1"].rate',
        "unknowns": [unknown(2, 1, 3, True)],
    }
    assert drivers.finding(row) == "p95 latency moved most with gpt-4.1.rate"


def test_what_moved_is_drawn_for_the_workload_that_a_target_judges(summary):
    summary = deepcopy(summary)
    first = {**summary["drivers"][1], "workload": "another"}
    summary["drivers"].insert(0, first)
    assert drivers.subject(summary, "latency.p95")["workload"] == "ask_claim"


def test_a_name_of_any_length_is_cut_at_once():
    start = time.process_time()
    with canvas.style("x"):
        for letter in "Wi漢":
            cut = canvas.fitted(letter * 10_000, 130)
            assert cut.endswith("…") and 5 < len(cut) < 131
        assert canvas.fitted("short", 130) == "short"
    assert time.process_time() - start < 1


@pytest.mark.parametrize("name", NAMES)
def test_limits_far_off_and_few_days_leave_room_for_a_chart(summary, name, recwarn):
    summary = deepcopy(summary)
    for target, limit in zip(summary["targets"], (9e6, 0.01, "9000000.00", 9e6), strict=True):
        target["limit"]["value"] = limit
    for month in summary["monthly"]:
        month["budget"] = "9000000.00"
    summary["daily"] = summary["daily"][:1]
    assert charts.draw_one(name, summary) is not None
    assert [str(one.message) for one in recwarn] == []


def test_a_limit_that_is_not_on_a_chart_is_told(summary):
    summary = deepcopy(summary)
    summary["targets"][0]["limit"]["value"] = 900.0
    assert b"target 15 min, above this plot" in charts.draw_one("latency_p95_by_day", summary).svg


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        (1, "lowest to highest of 1 run."),
        (6, "lowest to highest of 6 runs"),
        (10, "P10\u2013P90 of 10 runs"),
    ],
)
def test_a_band_of_few_runs_is_called_what_it_is(summary, runs, words):
    summary = deepcopy(summary)
    summary["engine"]["replications"] = runs
    assert words in charts.draw_one("spend_fan", summary).words.subtitle


@pytest.mark.parametrize("name", [name for name in NAMES if name != "spend_actual_and_projected"])
def test_every_chart_has_exact_values_within_its_drawing(summary, name):
    drawing = charts.draw_one(name, summary)
    width, height = map(float, re.search(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing.svg).groups())
    assert len(drawing.marks) >= 2
    assert all(0 <= mark.x <= width and 0 <= mark.y <= height for mark in drawing.marks)
    assert all(re.search(r"\d", mark.words) for mark in drawing.marks)
