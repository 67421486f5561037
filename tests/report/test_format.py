"""One formatter writes every number."""

import math
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report import format as form


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1080000.00", "$1.08M"),
        (131_000, "$131k"),
        (0.71, "$0.71"),
        (-38_000, "−$38k"),
        (0, "$0"),
        ("412.40", "$412"),
        (12.1, "$12.10"),
        (999.9, "$1k"),
        (999_950, "$1M"),
        (27.5e9, "$27.5B"),
        (None, "n/a"),
        (math.nan, "n/a"),
        (math.inf, "n/a"),
    ],
)
def test_money(value, text):
    assert form.money(value) == text


def test_amounts_that_are_read_together_share_a_scale():
    assert form.money_row([980_000, 1_210_000]) == ["$0.98M", "$1.21M"]


def test_currencies():
    assert form.money(-1200, "EUR") == "−€1.2k"
    assert form.money(1200, "CHF") == "CHF 1.2k"


@pytest.mark.parametrize(
    ("value", "text"),
    [("15", "$15.00"), (2.8, "$2.80"), (0, "$0.00"), ("0.0028", "$0.0028"), (12.1, "$12.10")],
)
def test_unit_prices_keep_their_cents(value, text):
    assert form.money_unit(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1.9, "1.9 s"),
        (0.48, "480 ms"),
        (12, "12 s"),
        (150, "2.5 min"),
        (14_400, "4 h"),
        (300_000, "3.5 d"),
        (0, "0 s"),
        (1e-5, "10 µs"),
        (None, "n/a"),
    ],
)
def test_durations(seconds, text):
    assert form.duration(seconds) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.9971, "99.71%"), (0.38, "38%"), (0.004, "0.4%"), (1, "100%"), (0, "0%"), (0.995, "99.5%")],
)
def test_shares_are_finer_near_their_ends(fraction, text):
    assert form.share(fraction) == text


def test_chances_promise_no_more_than_the_runs_can_tell():
    assert form.chance(1, 200) == ">99%"
    assert form.chance(0, 200) == "<1%"
    assert form.chance(0.31, 200) == "31%"
    assert form.chance(1, 2) == "2 of 2"


def test_a_value_is_never_rounded_onto_the_limit_that_it_misses():
    assert form.beside_limit([2.504, 2.6], 2.5, "s") == ["2.504 s", "2.600 s"]
    assert form.beside_limit([0.99499], 0.995, "share") == ["99.499%"]
    assert form.beside_limit([109_990], 110_000, "money") == ["$109.99k"]
    assert form.beside_limit([2.5], 2.5, "s") == ["2.5 s"]


def test_counts():
    assert form.count(38_400) == "38,400"
    assert form.count(27.5e9) == "27.5B"
    assert form.count(2.6) == "2.6"


def test_dates():
    assert form.day(date(2027, 8, 16)) == "16 Aug 2027"


@given(st.floats(allow_nan=True, allow_infinity=True, width=64))
def test_no_number_breaks_the_formatter(value):
    for unit in ("s", "share", "money", "requests"):
        assert form.measure(value, unit)
        assert form.beside_limit([value, None], value, unit)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_money_is_within_half_a_percent(value):
    text = form.money(value).removeprefix("$").replace(",", "")
    scale = {"k": 10**3, "M": 10**6, "B": 10**9}.get(text[-1], 1)
    shown = Decimal(text.rstrip("kMB")) * scale
    assert abs(shown - value) <= max(Decimal("0.005"), value * Decimal("0.0051"))


def test_labels_are_one_clean_line():
    assert form.label("a\x1b]0;x\x07b\n c") == "a ]0;x b c"
    assert form.label("x" * 100, 10) == "x" * 9 + "…"
    assert form.label("\u202eevil") == "evil"


def test_signs_have_twins_for_old_terminals():
    assert form.plain("✓ ≤ 2 – 3 −$4k █", "cp1252") == "ok <= 2 - 3 -$4k #"
    assert form.plain("✓ ≤ 2", "utf-8") == "✓ ≤ 2"


def test_the_marks_of_an_axis_can_be_told_apart():
    assert form.ticks([0.994, 0.995, 1.0], "share") == ["99.4%", "99.5%", "100.0%"]
    assert form.ticks([14, 12, 0], "s") == ["14 s", "12 s", "0 s"]
    assert form.ticks([250_000, 50_000, 0], "money") == ["$250k", "$50k", "$0"]


def test_durations_that_are_far_apart_have_units_of_their_own():
    texts = form.duration_row([2_100, 2_100, 61_140])
    assert form.between(texts[1], texts[2]) == "35 min–17 h"
