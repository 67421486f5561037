"""The comment for a pull request: a sentence, a table, and no name that does anything."""

import re

import pytest
from report import fake, hostile

from sim.report.markdown import render, words


def test_it_opens_with_the_verdict_and_one_table():
    text = render(fake.summary())
    assert text.startswith("### simulate: Claims assistant, Q3 phased rollout\n\n**✗ FAIL**")
    before_folds = text.split("<details>")[0]
    assert before_folds.count("| --- |") == 1
    assert text.count("<details>") == text.count("</details>") == 3


def test_lines_foot():
    text = render(fake.summary()).split("Spend by line")[1].split("</details>")[0]
    amounts = [int(a.replace(",", "")) for a in re.findall(r"\$([\d,]+) \|", text)]
    assert sum(amounts[:-1]) == amounts[-1]


@pytest.mark.parametrize("name", hostile.NAMES, ids=range(len(hostile.NAMES)))
def test_no_name_is_markup_a_mention_or_a_link(name):
    text = render(hostile.summary(name))
    tags = set(re.findall(r"<[^>]*>", text))
    assert tags <= {"<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>"}
    assert "@" not in text
    assert "://" not in text
    for line in text.splitlines():
        if line.startswith("| ") and "target" not in line:
            assert line.count("|") in (3, 4, 7)


def test_words_read_as_written_once_a_browser_has_shown_them():
    import html

    assert html.unescape(words("a*b_c|d`e")) == "a*b_c|d`e"


def test_a_partial_run_says_so():
    summary = fake.summary()
    summary["engine"]["complete"] = False
    assert "**PARTIAL**" in render(summary)
