"""The page says what the summary says: every number is found there, parts foot, the same bytes twice."""

import json
import time
from html.parser import HTMLParser

import pytest
from report import fake, hostile, hostile_names

from sim.report import charts
from sim.report.html import to_html


class Words(HTMLParser):
    """The text that a reader sees, without charts and scripts; each element is a line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._hidden: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style", "svg") or dict(attrs).get("id") == "what-if":
            self._hidden.append(tag)

    def handle_endtag(self, tag):
        if self._hidden and tag == self._hidden[-1]:
            self._hidden.pop()

    def handle_data(self, data):
        if not self._hidden and data.strip():
            self.lines.append(" ".join(data.split()))


def page(summary):
    """Without charts, which have tests of their own."""
    return to_html(summary, [])


def page_with_charts(summary):
    return to_html(summary, charts.draw_all(summary))


def test_the_same_summary_gives_the_same_bytes():
    assert page_with_charts(fake.summary()) == page_with_charts(
        json.loads(json.dumps(fake.summary()))
    )


def test_lines_add_up_to_the_total_as_they_are_shown():
    lines = Words(page(fake.summary())).lines
    start = next(
        i for i, line in enumerate(lines) if line.startswith("Quantity × unit price by line")
    )
    rows = lines[start + 7 :]
    end = rows.index("Total")
    costs = [int(rows[i + 4][1:].replace(",", "")) for i in range(0, end, 6)]
    assert len(costs) == len(fake.ITEMS)
    assert rows[end + 1] == f"${sum(costs):,}"


@pytest.mark.parametrize("name", hostile.NAMES)
def test_a_name_is_text_and_nothing_else(name):
    text = page(hostile.summary(name))
    assert text.count("<script") == 2
    assert "<img" not in text and "alert(1)</script>" not in text
    assert "x" * 500 not in text


def test_many_bad_names_at_once_leave_the_page_small():
    text = page_with_charts(hostile_names.summary())
    assert "<img" not in text and text.count("<script") == 2
    assert len(text.encode()) < 600_000


def test_what_a_summary_does_not_tell_is_a_gap_and_never_a_pass():
    summary = fake.summary()
    for group in fake.groups():
        del summary[group]
    lines = Words(page(summary)).lines
    for gap in (
        "No incident is written: every vendor and station is up all the time.",
        "No stage is worked by people: nobody reviews an answer.",
        "What is logged, and for how long, is not stated.",
        "No target on availability is written, so no alert can be derived.",
    ):
        assert gap in lines


def a_year():
    """365 days, 5 workloads, 12 phases, 12 months, 40 lines."""
    summary = fake.summary()
    names = [f"workload_{n}" for n in range(5)]
    first = fake.date(2027, 1, 1)
    days = [first + fake.timedelta(days=n) for n in range(365)]
    values = {
        "latency.p95": fake.spread(5, 6, 7.1234567), "availability": fake.spread(0.993, 0.997, 0.999),
        "first_token.p95": fake.spread(1, 2, 3.3333333), "requests": fake.spread(1000, 1100, 1200),
    }  # fmt: skip
    summary["daily"] = [
        {"date": day.isoformat(), "workloads": dict.fromkeys(names, values)} for day in days
    ]
    months = [f"2027-{n:02d}" for n in range(1, 13)]
    summary["monthly"] = [fake.month(m, 0.1) for m in months]
    summary["scenario"]["phases"] = [
        {"name": f"phase {n}", "start": f"{m}-01"} for n, m in enumerate(months)
    ]
    summary["targets"][0]["workload"] = names[0]
    item = summary["spend"]["items"][0]
    summary["spend"]["items"] = [
        {**item, "id": f"line {n}", "name": f"line {n}"} for n in range(40)
    ]
    summary["spend"]["smaller"]["lines"] = [f"line {n}" for n in range(5, 40)]
    for number, row in enumerate(summary["monthly"], 1):
        row["items"] = [
            {"id": f"line {n}", "mean": f"{50 * number * (n % 7)}.50"} for n in range(40)
        ]
    left = summary["error_budgets"][0]["daily"][0]
    summary["error_budgets"][0]["daily"] = [{**left, "date": day.isoformat()} for day in days]
    summary["assumptions"] *= 400
    return summary


def test_the_report_of_a_year_is_small_and_soon_there():
    summary = a_year()
    page_with_charts(fake.summary())  # Fonts and the drawing library are loaded once.
    start = time.process_time()
    text = page_with_charts(summary)
    assert time.process_time() - start < 5
    assert len(text.encode()) < 1_000_000
