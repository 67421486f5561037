"""Parts of a sum, as people read them, add up to the total that stands below them."""

from decimal import Decimal

from report import fake
from report.test_html import Words, page

from sim.report.bill_words import footing


def test_parts_that_are_cut_add_up_and_each_is_less_than_one_step_off():
    parts = [Decimal("0.60"), Decimal("1.60"), Decimal("2000.50"), Decimal("0.40")]
    shown = footing([*parts, sum(parts)], "USD")
    numbers = [int(text[1:].replace(",", "")) for text in shown]
    assert numbers == [1, 2, 2000, 0, 2003]
    assert all(abs(n - part) < 1 for n, part in zip(numbers, parts, strict=False))


def test_parts_that_have_another_sum_are_not_bent_to_the_total():
    assert footing([Decimal(1000), Decimal(1000), Decimal(5000)], "USD") == [
        "$1,000", "$1,000", "$5,000",
    ]  # fmt: skip


def test_each_month_foots_to_its_total_as_shown():
    lines = Words(page(fake.summary())).lines
    start = next(i for i, line in enumerate(lines) if line == "Sep 2027" and lines[i - 3] == "Line")
    end = lines.index("Total, mean")
    cells = lines[start + 1 : end]
    for month in (1, 2, 3):
        costs = [int(cells[i + month][1:].replace(",", "")) for i in range(0, len(cells), 4)]
        assert f"${sum(costs):,}" == lines[end + month]
