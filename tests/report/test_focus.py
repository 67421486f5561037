"""The FOCUS rows have the columns that FOCUS asks for, add up to the bill, and say that they are a forecast."""

import csv
import io
from decimal import Decimal

import pytest
from report import fake, hostile

from sim.report import focus, read

NULL_ALLOWED = {
    "BillingAccountName",
    "ChargeClass",
    "ChargeDescription",
    "PricingQuantity",
    "PricingUnit",
}
"""Of the mandatory columns of FOCUS 1.2."""


def rows(summary):
    return list(csv.DictReader(io.StringIO(focus.to_csv(summary))))


def test_mandatory_columns_come_first_and_only_those_that_may_are_empty():
    found = rows(fake.summary())
    assert tuple(found[0])[: len(focus.MANDATORY)] == focus.MANDATORY
    for row in found:
        assert {name for name in focus.MANDATORY if not row[name]} <= NULL_ALLOWED


def test_costs_add_up_to_the_means_of_each_month():
    summary = fake.summary()
    for month in read.months(summary):
        start = f"{month.month.isoformat()}T00:00:00Z"
        costs = [
            Decimal(r["BilledCost"]) for r in rows(summary) if r["BillingPeriodStart"] == start
        ]
        assert sum(costs) == sum(month.lines.values())


def test_every_row_says_that_it_is_the_mean_of_a_forecast():
    assert {(row["x_IsForecast"], row["x_Statistic"]) for row in rows(fake.summary())} == {
        ("true", "mean")
    }


def test_a_charge_period_ends_with_the_horizon_and_a_billing_period_with_the_month():
    summary = fake.summary()
    summary["scenario"]["horizon"]["end"] = "2027-09-11"
    last = rows(summary)[-1]
    assert last["ChargePeriodEnd"] == "2027-09-11T00:00:00Z"
    assert last["BillingPeriodEnd"] == "2027-10-01T00:00:00Z"


def test_phases_are_those_open_in_the_month():
    found = {row["BillingPeriodStart"][:7]: row["x_Phases"] for row in rows(fake.summary())}
    assert found == {"2027-07": "pilot; midwest", "2027-08": "midwest; all", "2027-09": "all"}


@pytest.mark.parametrize("name", hostile.NAMES, ids=range(len(hostile.NAMES)))
def test_no_cell_is_a_formula_for_a_spreadsheet(name):
    for row in rows(hostile.summary(name)):
        for column in focus.TEXT_COLUMNS:
            assert not row[column].startswith(("=", "+", "-", "@", "\t", "\r"))
            assert "\n" not in row[column]
            assert len(row[column]) <= 501
