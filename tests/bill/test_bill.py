"""Bills, worked by hand; parts foot to the last digit."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcomes import HOUR_US, calendar, layout, measured, outcome, row

from sim.bill import (
    Consumption,
    FixedCost,
    PriceChange,
    Prices,
    RateCard,
    StationCost,
    Tariff,
    UsageCost,
    invoice,
    total,
)
from sim.errors import FactError
from sim.outcome import Load, Use

D = Decimal
JULY = date(2027, 7, 1)
GPT = RateCard("gpt", ((JULY, Prices(D(2), D(8), D("0.5"))),))


def consumed(cal=None, **parts):
    lay = layout(cal or calendar("2027-07-30", "2027-08-02"))
    days = [outcome(lay, day, **parts) for day in range(lay.days)]
    return Consumption.of(measured(lay, *days))


def by_item(bill):
    return {(line.month, line.item, line.worth): (line.quantity, line.cost) for line in bill.lines}


def test_tokens_are_priced_by_kind_and_month():
    used = consumed(
        usage=[
            (0, 9, Use.INPUT, 3_000_000),
            (0, 9, Use.CACHED, 1_000_000),
            (0, 9, Use.OUTPUT, 250_001),
        ]
    )
    bill = invoice(used, Tariff(cards=(GPT,)))
    assert by_item(bill) == {
        ("2027-07", "input tokens", "useful"): (D(4), D(8)),
        ("2027-07", "cached input tokens", "useful"): (D(2), D(1)),
        ("2027-07", "output tokens", "useful"): (D("0.500002"), D("4.000016")),
        ("2027-08", "input tokens", "useful"): (D(2), D(4)),
        ("2027-08", "cached input tokens", "useful"): (D(1), D("0.5")),
        ("2027-08", "output tokens", "useful"): (D("0.250001"), D("2.000008")),
    }
    assert bill.total() == D("19.500024")


def test_cached_tokens_cost_as_others_where_the_vendor_has_no_price_for_them():
    used = consumed(usage=[(0, 9, Use.INPUT, 3_000_000), (0, 9, Use.CACHED, 1_000_000)])
    card = RateCard("gpt", ((JULY, Prices(D(2), D(8))),))
    assert invoice(used, Tariff(cards=(card,))).total("2027-08") == D(6)


@pytest.mark.parametrize(
    ("wasted", "errors", "expected"),
    [
        (True, False, D("10.01")),
        (False, False, D(0)),
        (False, True, D("6.02")),
        (True, True, D("16.03")),
    ],
)
def test_wasted_work_and_errors_are_billed_as_the_vendor_does(wasted, errors, expected):
    used = consumed(
        calendar("2027-07-01", "2027-07-02"),
        usage=[
            (0, 1, Use.WASTED, 1),
            (0, 1, Use.WASTED_INPUT, 1_000_000),
            (0, 1, Use.WASTED_OUTPUT, 1_000_000),
            (0, 1, Use.ERRORS, 2),
            (0, 1, Use.ERROR_INPUT, 3_000_000),
        ],
    )
    prices = Prices(D(2), D(8), D("0.5"), per_request=D("0.01"))
    card = RateCard("gpt", ((JULY, prices),), bills_wasted=wasted, bills_errors=errors)
    bill = invoice(used, Tariff(cards=(card,)))
    assert bill.total() == bill.total(worth="wasted") == expected


@pytest.mark.parametrize("billed", [True, False])
def test_what_a_content_filter_stopped_has_lines_of_its_own_where_it_is_billed(billed):
    used = consumed(
        calendar("2027-07-01", "2027-07-02"),
        usage=[
            (0, 1, Use.WASTED, 1),
            (0, 1, Use.WASTED_INPUT, 1_000_000),
            (0, 1, Use.FILTERED, 2),
            (0, 1, Use.FILTERED_INPUT, 3_000_000),
            (0, 1, Use.FILTERED_LONG_INPUT, 2_000_000),
        ],
    )
    long = Prices(D(4), D(16))
    prices = Prices(D(2), D(8), per_request=D("0.01"), long_from_tokens=10, long=long)
    card = RateCard("gpt", ((JULY, prices),), bills_filtered=billed)
    found = {
        line.name: (line.worth, line.cost) for line in invoice(used, Tariff(cards=(card,))).lines
    }
    others = {"gpt input tokens": ("wasted", D(2)), "gpt requests": ("wasted", D("0.01"))}
    filtered = {
        "gpt filtered input tokens": ("wasted", D(2)),
        "gpt filtered long input tokens": ("wasted", D(8)),
        "gpt filtered requests": ("wasted", D("0.02")),
    }
    assert found == others | (filtered if billed else {})


def test_a_price_that_changes_within_a_month_makes_two_lines():
    used = consumed(usage=[(0, 9, Use.OUTPUT, 1_000_000)])
    change = PriceChange(date(2027, 7, 31), "gpt", D("1.5"), "introductory price ends")
    bill = invoice(used, Tariff(cards=(GPT,)).changed([change]))
    assert [(line.month, line.unit_price, line.cost) for line in bill.lines] == [
        ("2027-07", D(8), D(8)),
        ("2027-07", D("12.0"), D("12.0")),
        ("2027-08", D("12.0"), D("12.0")),
    ]


def test_changes_multiply_in_the_order_of_their_days_and_new_prices_too():
    card = RateCard("gpt", ((JULY, Prices(D(2), D(8))), (date(2027, 8, 1), Prices(D(3), D(9)))))
    changes = [
        PriceChange(date(2027, 9, 1), "gpt", D(2)),
        PriceChange(date(2027, 7, 15), "gpt", D("0.5")),
    ]
    changed = Tariff(cards=(card,)).changed(changes).cards[0]
    days = [date(2027, 7, 14), date(2027, 7, 15), date(2027, 8, 1), date(2027, 9, 1)]
    assert [changed.on(day).input_per_mtok for day in days] == [D(2), D(1), D("1.5"), D(3)]


def test_fixed_costs_are_paid_for_the_days_in_the_horizon():
    used = consumed(calendar("2027-07-22", "2027-09-01"))
    tariff = Tariff(fixed=(FixedCost("platform", D(3100), share=D("0.6")),))
    # Ten of July's 31 days; the quantity stops at 12 decimal places.
    assert invoice(used, tariff).by_month() == {
        "2027-07": D("0.193548387097") * 3100,
        "2027-08": D(1860),
    }


def test_stations_are_paid_by_the_month_the_busy_and_the_server_hour():
    load = [(0, 9, Load.BUSY_US, HOUR_US // 2), (0, 9, Load.SERVER_US, 6 * HOUR_US)]
    used = consumed(calendar("2027-08-01", "2027-09-01"), load=load)
    cost = StationCost(
        "reviewers", per_month=D(2100), per_busy_hour=D(46), per_server_hour=D("0.5")
    )
    bill = invoice(used, Tariff(stations=(cost,)))
    assert bill.by_name() == {
        "reviewers": D(2100),
        "reviewers busy hours": D("15.5") * 46,
        "reviewers server hours": D(93),
    }


def test_what_accumulates_is_paid_by_its_mean_stock():
    lay = layout(calendar("2027-06-01", "2027-07-01"))
    starts = lay.calendar.day_starts_us.tolist()
    days = [outcome(lay, day, [row(starts[day], 10)] * 10) for day in range(30)]
    used = Consumption.of(measured(lay, *days))
    once = UsageCost("search", "query", D("0.001"), per_request=D(2))
    kept = UsageCost("logs", "GB", D("0.5"), per_request=D("0.01"), accumulates=True)
    bill = invoice(used, Tariff(usage=(once, kept)))
    assert bill.by_name() == {"search": D("0.6"), "logs": D("0.5") * D("1.55")}


def test_what_was_used_and_has_no_price_is_an_error():
    with pytest.raises(FactError, match="claude was used and has no price"):
        invoice(consumed(usage=[(1, 0, Use.INPUT, 5)]), Tariff(cards=(GPT,)))
    with pytest.raises(FactError, match="gpt has no price on 2027-06-30"):
        GPT.on(date(2027, 6, 30))


amounts = st.decimals(0, 10**9, places=6, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(st.integers(0, 10**15), st.integers(0, 2), amounts), max_size=6))
def test_parts_foot_to_the_last_digit(used):
    cal = calendar("2027-07-30", "2027-09-02")
    lay = layout(cal)
    usage = np.zeros((lay.days, 2, len(Use)), np.int64)
    for place, (tokens, which, _) in enumerate(used):
        usage[place, 0, [Use.INPUT, Use.OUTPUT, Use.WASTED_INPUT][which]] += tokens
    price = total(amount for _, _, amount in used)
    card = RateCard(
        "gpt", ((JULY, Prices(price, price, price)), (date(2027, 8, 15), Prices(D(1), D(3))))
    )
    load = np.full((lay.days, 2, len(Load)), 10**9 + 7, np.int64)
    requests = np.arange(lay.days)
    tariff = Tariff(
        cards=(card,),
        fixed=(FixedCost("platform", D("1000.01"), D("0.333")),),
        stations=(StationCost("reviewers", D(7), D(11), D(13)),),
        usage=(UsageCost("logs", "GB", D("0.55"), D("0.000006"), accumulates=True),),
    )
    bill = invoice(
        Consumption(cal, lay.names.endpoints, usage, lay.names.nodes, load, requests), tariff
    )
    assert total(bill.by_month().values()) == bill.total()
    assert total(bill.by_name().values()) == bill.total()
    assert total([bill.total(worth="useful"), bill.total(worth="wasted")]) == bill.total()
    assert sum(
        Fraction(line.quantity) * Fraction(line.unit_price) for line in bill.lines
    ) == Fraction(bill.total())
