"""The page says what the summary says: every number is found there, parts foot, the same bytes twice."""

import json
import re
import time
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from report import fake, hostile, hostile_names

from sim.report import charts
from sim.report.html import to_html

SCALES = {
    "k": 1e3, "M": 1e6, "B": 1e9, "%": 0.01, " µs": 1e-6, " ms": 1e-3, " s": 1, " min": 60, " h": 3600, " d": 86_400,
}  # fmt: skip
NUMBER = re.compile(r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)(k|M|B|%| µs| ms| s| min| h| d)?(?![\w])")
NOT_FIGURES = re.compile(
    r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}(?:, \d\d:\d\d)?|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}|week \d+, \d{4}|"
    r"[<>]\d+%|[89] of 10|of at least 20 runs|in 30 days|\b[Pp](?:10|50|90|95)\b|worst \w+|100 %"
)
"""Dates, and words of the method."""
RANGE = re.compile(r"(\d[\d,.]*)–(\d[\d,.]*)(%| µs| ms| s| min| h| d)")
"""A range has its unit once."""


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


def leaves(raw):
    if isinstance(raw, dict):
        for value in raw.values():
            yield from leaves(value)
    elif isinstance(raw, list):
        yield len(raw)
        for value in raw:
            yield from leaves(value)
    elif raw is not None and not isinstance(raw, bool):
        yield raw


def numbers_of(summary) -> list[float]:
    found = []
    for leaf in leaves(summary):
        if isinstance(leaf, int | float) or re.fullmatch(r"-?\d+(\.\d+)?", leaf):
            found.append(float(leaf))
    return found


def strangers(text: str, summary) -> list[str]:
    """Numbers on the page that no number of the summary rounds to."""
    texts = sorted(
        {s for s in leaves(summary) if isinstance(s, str) and re.search(r"\d", s)}, key=len
    )
    known, unknown = numbers_of(summary), []
    for line in Words(text).lines:
        if line in texts:
            continue
        bare = RANGE.sub(r"\1\3 \2\3", NOT_FIGURES.sub(" ", line))
        for words in reversed(texts):
            bare = bare.replace(words, " ") if len(words) > 2 else bare
        for digits, suffix in NUMBER.findall(bare):
            if not _is_known(digits, suffix, known):
                unknown.append(f"{digits}{suffix} in: {line}")
    return unknown


def _is_known(digits: str, suffix: str, known: list[float]) -> bool:
    number = Decimal(digits.replace(",", ""))
    # A whole amount in a table that foots may be a unit or two off: its parts carry the rounding.
    half = 0.501 * 10.0 ** -len(digits.partition(".")[2]) if "." in digits or suffix else 2.5
    scale = SCALES.get(suffix, 1.0)
    shown = float(number) * scale
    return any(
        abs(shown - abs(value) * times) <= half * scale for value in known for times in (1, 1e6, 60)
    )


def test_every_number_is_found_in_the_summary():
    summary = fake.summary()
    assert strangers(page(summary), summary) == []


def test_a_number_that_is_not_there_is_noticed():
    summary = fake.summary()
    changed = page(summary).replace("$375k", "$777k")
    assert any("777k" in found for found in strangers(changed, summary))


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
