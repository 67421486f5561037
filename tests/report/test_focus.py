"""The FOCUS rows keep the rules of FOCUS, are the bill to the last digit, and say that they are a forecast."""

import csv
import io
from decimal import Decimal

import pytest
from report import fake, hostile
from report.focus_rules import broken_by, broken_by_columns

from sim.report import focus, read
from sim.report.read_bill import bill_by_month


def rows(summary):
    return list(csv.DictReader(io.StringIO(focus.to_csv(summary))))


def test_no_rule_of_focus_is_broken():
    assert list(broken_by_columns(focus.COLUMNS)) == []
    assert [fault for row in rows(fake.summary()) for fault in broken_by(row)] == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("BilledCost", ""),
        ("ListCost", "1e3"),
        ("ListCost", "7.01"),
        ("PricingQuantity", ""),
        ("PricingUnit", "1M tokens"),
        ("ChargeCategory", "Forecast"),
        ("BillingCurrency", "$"),
        ("ChargePeriodEnd", "2027-12-01T00:00:00Z"),
        ("BillingPeriodStart", "2027-07-01"),
        ("ServiceSubcategory", "Generative AI"),
        ("ResourceType", ""),
    ],
)
def test_the_rules_notice_what_breaks_them(column, value):
    found = rows(fake.summary())
    row = found[-1] if column == "ServiceSubcategory" else found[0]
    assert list(broken_by(row)) == []
    assert list(broken_by({**row, column: value}))


def test_rows_are_the_lines_of_the_bill_and_add_up_to_the_months():
    summary = fake.summary()
    for month, lines in bill_by_month(summary):
        start = f"{month.isoformat()}T00:00:00Z"
        found = [row for row in rows(summary) if row["BillingPeriodStart"] == start]
        assert [row["x_LineId"] for row in found] == [line.id for line in lines]
        for row, line in zip(found, lines, strict=True):
            assert Decimal(row["BilledCost"]) == line.cost == line.quantity * line.unit_price
            assert Decimal(row["PricingQuantity"]) == line.quantity
            assert {Decimal(row[name]) for name in focus.COSTS} == {line.cost}
        spent = next(one for one in read.months(summary) if one.month == month)
        whole = sum(Decimal(row["BilledCost"]) for row in found)
        assert abs(whole - sum(spent.lines.values())) < Decimal("1e-6")


def test_workloads_share_a_line_and_their_parts_are_the_line_to_the_last_digit():
    summary = fake.summary()
    subject = fake.ITEMS[0][1]
    summary["chargeback"]["rows"].append(
        {**summary["chargeback"]["rows"][0], "workload": "triage", "population": None}
    )
    summary["chargeback"]["shares"] = [
        row for row in summary["chargeback"]["shares"] if row["subject"] != subject
    ] + [
        {"subject": subject, "workload": name, "share": share}
        for name, share in (("ask_claim", "0.333333333333"), ("triage", "0.666666666667"))
    ]
    for _, lines in bill_by_month(summary):
        line = next(line for line in lines if line.id == subject)
        parts = [
            row
            for row in rows(summary)
            if row["x_LineId"] == subject and Decimal(row["ListUnitPrice"]) == line.unit_price
        ]
        assert {row["x_PopulationName"] for row in parts} == {"adjusters", ""}
    quantities = [Decimal(r["PricingQuantity"]) for r in rows(summary) if r["x_LineId"] == subject]
    whole = [
        line.quantity for _, lines in bill_by_month(summary) for line in lines if line.id == subject
    ]
    assert [a + b for a, b in zip(quantities[::2], quantities[1::2], strict=True)] == whole
    assert [fault for row in rows(summary) for fault in broken_by(row)] == []


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("1M tokens", "1000000 Tokens"),
        ("hour", "Hours"),
        ("month", "Months"),
        ("request", "Requests"),
        ("unit month", "Unit-Months"),
        ("unit hour", "Unit-Hours"),
        ("GB", "GB"),
        ("GB month", "GB-Months"),
        ("document", "Documents"),
        ("document month", "Document-Months"),
    ],
)
def test_units_are_written_as_focus_writes_them(unit, written):
    assert focus.unit_of(unit) == written


def test_a_row_says_who_is_paid_for_which_model_and_which_tokens():
    row = rows(fake.summary())[0]
    wanted = {
        **dict.fromkeys(("ProviderName", "PublisherName", "InvoiceIssuerName"), "azure"),
        **dict.fromkeys(focus.NEWER, "azure"),
        **{"ServiceName": "azure-ptu", "x_ModelName": "gpt-4.1", "RegionId": "us"},
        **{"x_TokenType": "output", "x_Worth": "useful", "PricingUnit": "1000000 Tokens"},
    }
    assert {name: row[name] for name in wanted} == wanted


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
