"""Every number on every face is found in summary.json, as the formatter writes it, of made-up and true runs."""

import html
import io
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from report import fake
from report.numbers import Known, chart_lines, strangers
from report.test_html import Words, page

import sim
from sim.report import charts, markdown, terminal
from sim.report.page import Screen
from sim.report.workbook import to_bytes

WEEK = Path(__file__).parents[2] / "scenarios" / "claims_q3_week.yaml"
RUNS = ("made up", "made up, of few", "with actual spend", "true")


@pytest.fixture(scope="module")
def summaries():
    few = fake.summary()
    few["engine"]["replications"] = 6
    for target in few["targets"]:
        target.update(met=4, chance_met=4 / 6)
    spent = {**fake.summary(), "actuals": [{"month": "2027-07", "amount": "40000.50"}]}
    # What is shown beside what was spent is its difference from that month's mean.
    spent["variance"] = str(Decimal("40000.50") - Decimal(spent["monthly"][0]["total"]["mean"]))
    true = sim.run(sim.load(str(WEEK)), replications=2).summary
    return dict(zip(RUNS, (fake.summary(), few, spent, true), strict=True))


FACES = {
    "terminal": lambda summary: terminal.render(summary, Screen(120)).splitlines(),
    "narrow terminal": lambda summary: [" ".join(terminal.render(summary, Screen(60)).split())],
    "markdown": lambda summary: html.unescape(markdown.render(summary)).splitlines(),
    "page": lambda summary: Words(page(summary)).lines,
    "charts": lambda summary: [
        line for drawing in charts.draw_all(summary) for line in chart_lines(drawing)
    ],
}


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("face", FACES)
def test_every_number_of_a_face_is_found_in_the_summary(summaries, face, run):
    lines = FACES[face](summaries[run])
    assert len(re.findall(r"\d+", " ".join(lines))) > 30
    assert strangers(lines, summaries[run]) == []


@pytest.mark.parametrize(
    ("face", "shown", "changed"),
    [
        ("terminal", "$37,800", "$37,802"),
        ("terminal", "90 min", "91 min"),
        ("markdown", "99.71%", "99.72%"),
        ("page", "$375k", "$376k"),
        ("page", "30.2501B tokens", "30.2502B tokens"),
        ("charts", "$300k", "$301k"),
        ("charts", "Sep 2027 $225k", "Sep 2027 $226k"),
    ],
)
def test_a_number_that_is_one_step_off_is_noticed(face, shown, changed):
    summary = fake.summary()
    lines = FACES[face](summary)
    assert any(shown in line for line in lines)
    wrong = [line.replace(shown, changed) for line in lines]
    assert strangers(lines, summary) == [] and strangers(wrong, summary) != []


def test_every_number_of_the_workbook_is_found_in_the_summary_or_computed_from_others_in_sight():
    summary = fake.summary()
    known = Known(summary)
    numbers = [float(n) for n in known.amounts | known.numbers]
    shown = 0
    for sheet in openpyxl.load_workbook(io.BytesIO(to_bytes(summary))):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
                shown += 1
                slack = 1e-9 * max(1.0, abs(cell.value))
                # A price per token is shown per million.
                assert any(
                    abs(cell.value - number * times) <= slack
                    for number in numbers
                    for times in (1, 1e6)
                ), (sheet.title, cell.coordinate, cell.value)
    assert shown > 50


def test_a_horizon_of_one_day_is_said_once():
    summary = fake.summary()
    summary["scenario"]["horizon"] |= {"start": "2027-07-01", "end": "2027-07-02"}
    assert terminal.period(summary) == "1 Jul 2027"
