"""What was really spent: read line by line, each bad one named, and shown beside the projection."""

import pytest
from report import fake
from report.test_files import RAN

from sim.errors import ScenarioError
from sim.report import actuals, charts, markdown
from sim.report.page import Screen
from sim.report.results import files_of
from sim.report.terminal import render

MONTHS = ("2027-07", "2027-08", "2027-09")
SPENT = [{"month": "2027-07", "amount": "40000.50"}]


def read(text: str):
    return actuals.read_csv(text.encode(), "spent.csv", MONTHS)


def test_rows_come_back_in_the_order_of_months():
    rows = read("Month, Amount\n2027-08,1.5\n\n2027-07,-2\n")
    assert rows == [{"month": "2027-07", "amount": "-2"}, {"month": "2027-08", "amount": "1.5"}]
    assert read(actuals.to_csv(rows)) == rows


def test_a_byte_order_mark_of_a_spreadsheet_is_no_fault():
    assert actuals.read_csv(b"\xef\xbb\xbfmonth,amount\n2027-07,1\n", "a.csv", MONTHS)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2027-13,1", "is not a month"),
        ("2027-10,1", "is not in the horizon, 2027-07 to 2027-09"),
        ("2027-07,1e5", "is not an amount"),
        ("2027-07,=1+1", "is not an amount"),
        ("2027-07,NaN", "is not an amount"),
        ('2027-07,"40,000"', "is not an amount"),
        ("2027-07;1", "1 cell"),
        ("2027-07,1,2", "3 cells"),
        ('"2027-07', "1 cell"),
    ],
)
def test_a_bad_line_is_named(line, told):
    with pytest.raises(ScenarioError) as caught:
        read(f"month,amount\n2027-08,5\n{line}\n")
    assert str(caught.value).startswith("spent.csv:3:1: error[actuals]: ")
    assert told in str(caught.value)


def test_all_bad_lines_are_named_at_once():
    with pytest.raises(ScenarioError) as caught:
        read("when,much\n2027-07,x\n2027-07,1\n2027-07,2\n")
    assert [fault.line for fault in caught.value.problems] == [1, 2, 4]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00"])
def test_a_file_that_is_no_table_is_one_fault(content):
    with pytest.raises(ScenarioError):
        actuals.read_csv(content, "a.csv", MONTHS)


def test_faces_show_them_and_the_summary_stays_that_of_the_run():
    plain = files_of(fake.summary(), RAN)
    with_spent = files_of(fake.summary(), RAN, SPENT)
    assert with_spent["summary.json"] == plain["summary.json"]
    assert with_spent["run.json"] == plain["run.json"]
    assert with_spent["costs.xlsx"] != plain["costs.xlsx"]
    assert set(with_spent) - set(plain) == {
        "actuals.csv",
        "charts/spend_actual_and_projected.svg",
        "charts/spend_actual_and_projected.png",
    }


def test_the_terminal_shows_a_variance_that_foots():
    text = render({**fake.summary(), "actuals": SPENT}, Screen(width=100))
    assert "Jul 2027  $40,000    $37,501   +$2,499" in text


def test_the_comment_shows_each_month_and_their_total():
    spent = [*SPENT, {"month": "2027-08", "amount": "112001"}]
    text = markdown.render({**fake.summary(), "actuals": spent})
    assert "| actual spend to date (USD) | actual | projected | variance |" in text
    assert "| Jul 2027 | $40,000 | $37,501 | +$2,499 |" in text
    assert "| Aug 2027 | $112,001 | $112,502 | −$501 |" in text
    assert "| Total | $152,001 | $150,003 | +$1,998 |" in text
    assert "actual spend" not in markdown.render(fake.summary())


def test_the_chart_tells_the_variance():
    drawing = charts.draw_one("spend_actual_and_projected", {**fake.summary(), "actuals": SPENT})
    assert "+$2.5k" in drawing.svg.decode()
    assert charts.draw_one("spend_actual_and_projected", fake.summary()) is None
