"""Every number that terminal, markdown and workbook show is found in summary.json (the page: see test_html)."""

import html
import io

import openpyxl
from report import fake
from report.numbers import numbers_of, strangers

from sim.report import markdown, read, terminal
from sim.report.page import Screen
from sim.report.workbook import to_bytes


def with_counts(summary):
    """With what a reader may be told of two numbers at once: replications that met, a line's share of the bill."""
    runs = summary["engine"]["replications"]
    lines = read.spend_lines(summary)
    whole = sum(line.cost for line in lines)
    met = [round(target["chance_met"] * runs) for target in summary["targets"]]
    return {**summary, "told": [*met, *(float(line.cost / whole) for line in lines)]}


def test_every_number_of_the_terminal_is_found_in_the_summary():
    summary = fake.summary()
    lines = terminal.render(summary, Screen(120)).splitlines()
    assert strangers(lines, with_counts(summary)) == []


def test_every_number_of_the_markdown_is_found_in_the_summary():
    summary = fake.summary()
    lines = html.unescape(markdown.render(summary)).splitlines()
    assert strangers(lines, with_counts(summary)) == []


def test_a_number_that_is_not_there_is_noticed_on_both():
    summary = fake.summary()
    for text in (terminal.render(summary, Screen(120)), markdown.render(summary)):
        changed = text.replace("$6,300", "$6,777")
        assert changed != text
        assert any("6,777" in found for found in strangers(changed.splitlines(), summary))


def test_every_number_of_the_workbook_is_found_in_the_summary_or_computed_from_others_in_sight():
    summary = fake.summary()
    content = to_bytes(summary)
    shown, known = 0, numbers_of(summary)
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
                shown += 1
                slack = 1e-9 * max(1.0, abs(cell.value))
                # A price per token is shown per million.
                assert any(
                    abs(cell.value - number * times) <= slack
                    for number in known
                    for times in (1, 1e6)
                ), (sheet.title, cell.coordinate, cell.value)
    assert shown > 50


def test_a_horizon_of_one_day_is_said_once():
    summary = fake.summary()
    summary["scenario"]["horizon"] |= {"start": "2027-07-01", "end": "2027-07-02"}
    assert terminal.period(summary) == "1 Jul 2027"
