"""The terminal's report: the verdict first, nothing wraps, every screen can show it."""

import re
from copy import deepcopy

import pytest
from report import fake
from rich.cells import cell_len

from sim.report.page import Screen
from sim.report.terminal import render, verdict_line

WROTE = ["outputs/claims_q3/", "summary.json", "charts/"]


@pytest.fixture
def summary():
    return fake.summary()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_no_line_is_wider_than_the_screen_and_every_sign_can_be_shown(summary, width, encoding):
    text = render(summary, Screen(width, encoding), wrote=WROTE, following="simulate x")
    text.encode(encoding)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert not re.search(r"[ \t]\n", text)


def test_the_verdict_stands_before_any_table(summary):
    lines = render(summary, Screen(100)).splitlines()
    assert "✗ FAIL" in lines[3]
    assert "1 of 4 targets missed" in lines[4]
    assert next(i for i, line in enumerate(lines) if "chance met" in line) > 4


def test_the_targets_table(summary):
    lines = [" ".join(line.split()) for line in render(summary, Screen(100)).splitlines()]
    assert "✗ it stays in budget, worst month ≤ $110k $131k $98k–$149k 31% Sep 2027" in lines
    assert "~ it is there, worst month ≥ 99.5% 99.71% 99.62–99.78% 88% Sep 2027" in lines
    assert "✓ answers are fast, worst month ≤ 12 s 9.6 s 8.7–10.2 s >99% Sep 2027" in lines


def test_what_averages_would_have_said_stands_beside_what_was_simulated(summary):
    lines = [" ".join(line.split()) for line in render(summary, Screen(100)).splitlines()]
    assert "spend $291k $375k $340k–$410k" in lines
    assert "ask_claim: p95 latency 4.1 s 9.1 s 8.1–9.9 s" in lines
    assert not any("availability" in line for line in lines)


def test_a_percentile_that_falls_on_requests_without_an_answer_is_none(summary):
    words = "so many requests had no answer that the percentile has none"
    summary["targets"][0].update(p90=None, mean=None, why_null=words)
    assert "8.7 s–none" in render(summary, Screen(100))


def test_a_narrow_screen_loses_the_worst_column_first_and_then_the_range(summary):
    summary["targets"][2]["name"] = "it stays within the budget"
    at = {width: render(summary, Screen(width)) for width in (100, 80, 60)}
    assert at[100].splitlines()[6].split()[-1] == "worst"
    assert at[80].splitlines()[6].split()[-1] == "met"
    assert "P10–P90" in at[80]
    assert "Worst: it is there (Sep 2027), it stays within the budget" in at[80]
    assert "P10–P90" not in at[60]


def test_colour_only_where_it_is_asked_for(summary):
    assert "\x1b" not in render(summary, Screen(100))
    assert "\x1b[" in render(summary, Screen(100, color=True))


def test_colour_never_carries_meaning_alone(summary):
    colored = render(summary, Screen(100, color=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(summary, Screen(100))


def test_the_parts_of_the_spend_table_add_up_to_its_total(summary):
    text = render(summary, Screen(100))
    table = text[text.index("Spend by line") : text.index("What a spreadsheet")]
    costs = [
        int(found[1].replace(",", ""))
        for line in table.splitlines()
        if (found := re.search(r"\$([\d,]+)\s+(?:\d+|<1)%", line))
    ]
    assert len(costs) > 5
    assert sum(costs[:-1]) == costs[-1]


def test_a_planners_words_cannot_command_the_terminal(summary):
    evil = "[red]\x1b]0;owned\x07\x1b[31m{{7*7}}"
    summary["scenario"]["name"] = summary["targets"][0]["name"] = evil
    summary["spend"]["items"][0]["name"] = evil
    text = render(summary, Screen(160))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[red]" in text


def test_very_long_names_are_cut(summary):
    summary["targets"][0]["name"] = "x" * 500
    for width in (80, 100):
        text = render(summary, Screen(width))
        assert max(cell_len(line) for line in text.splitlines()) <= width
        assert "chance met" in text


def test_a_partial_study_says_so(summary):
    summary["engine"].update(complete=False, replications=143, replications_asked=200)
    assert "PARTIAL: interrupted after 143 of 200 replications" in render(summary, Screen(100))


def test_without_targets_there_is_no_table(summary):
    summary["targets"] = []
    assert "No targets are written" in render(summary, Screen(100))


def test_missing_numbers_are_told(summary):
    summary = deepcopy(summary)
    summary["targets"][0].update(p10=None, p50=None, p90=None, chance_met=None)
    assert "n/a" in render(summary, Screen(100))


def test_quiet_is_the_verdict_alone(summary):
    assert verdict_line(summary, Screen(100)) == (
        "✗ FAIL 1 of 4 targets missed: it stays in budget.\n"
    )


def test_a_long_list_of_what_is_undecided_is_cut(summary):
    close = next(row for row in summary["targets"] if row["status"] == "close")
    summary["targets"] = [{**close, "name": f"target {number}"} for number in range(9)]
    text = render(summary, Screen(100)).split("What stays undecided")[1]
    assert text.count("met by 176 of 200") == 3
    assert "and others, marked ~ above" in text
