"""The bill of a summary, line by line: exact, whole, and shared without a rest."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest

from sim.scenario.document import document_from_text
from sim.study import run
from sim.study.of_scenario import ScenarioSource
from sim.summary import Origin, summarise

TEXT = """
schema: genai-rollout/v1
name: Two months, prices of every kind
currency: USD
horizon: {start: 2027-07-30, length: 4d, timezone: UTC}
workloads:
  ask: {arrivals: {per_day: 300}, input_tokens: 900, output_tokens: 70, pipeline: answer}
  sort: {arrivals: {per_day: 100}, input_tokens: 300, output_tokens: 5, pipeline: sorting}
pipelines:
  answer: [{call: chat}, {station: reviewers, probability: 10%}]
  sorting: [{call: cheap}]
stations: {reviewers: {servers: 9, service: 30s, owner: quality, cost: {per_busy_hour: 46}}}
endpoints:
  listed: {model: gpt-4.1, provider: azure, region: eu, price: {input: 2, output: 8}, latency: {total: 1s},
           errors: {share: 30%, after: 1s}, bills: {errors: true}}
  guessed: {price: {input: {low: 0.1, likely: 0.2, high: 0.4}, output: 1}, latency: {total: 1s}}
routes: {chat: {order: [listed]}, cheap: {order: [guessed]}}
costs:
  fixed: [{name: vector_db, per_month: 1000}]
  changes: [{at: 2027-08-02, endpoint: listed, price: x 1.5, chance: 100%}]
"""
COUNT = 3


@pytest.fixture(scope="module")
def study_and_summary():
    source = ScenarioSource(document_from_text(TEXT))
    study = run(source, seed=4, replications=COUNT, engine="reference")
    return study, summarise(study, Origin("two months", "0"), source=source)


def lines_of(summary):
    return [(one["month"], line) for one in summary["bill"]["months"] for line in one["lines"]]


def test_every_cost_is_its_quantity_times_its_unit_price(study_and_summary):
    _, summary = study_and_summary
    lines = [line for _, line in lines_of(summary)] + summary["bill"]["horizon"]
    assert len(lines) > 20
    for line in lines:
        assert Decimal(line["quantity"]) * Decimal(line["unit_price"]) == Decimal(line["cost"])


def test_lines_are_the_mean_of_the_bills_by_month_line_and_worth(study_and_summary):
    study, summary = study_and_summary
    billed, told = defaultdict(Fraction), defaultdict(Fraction)
    for one in study.replications:
        for line in one.bill.lines:
            billed[line.month, line.name, line.worth] += Fraction(line.cost) / COUNT
    for month, line in lines_of(summary):
        name = f"{line['subject']} {line['item']}".strip()
        told[month, name, line["worth"]] += Fraction(line["cost"])
    assert billed.keys() == told.keys()
    for key, cost in billed.items():
        assert abs(told[key] - cost) < Fraction(1, 10**9), key


def test_months_and_the_horizon_foot_to_the_mean_bill(study_and_summary):
    _, summary = study_and_summary
    step = Decimal("1e-6")
    for month in summary["monthly"]:
        whole = sum(Decimal(line["cost"]) for on, line in lines_of(summary) if on == month["month"])
        assert abs(whole - Decimal(month["total"]["mean"])) < step
    for key, total in (("cost", "total"), ("wasted", "wasted")):
        whole = sum(Decimal(line[key]) for line in summary["bill"]["horizon"])
        assert abs(whole - Decimal(summary["spend"][total]["mean"])) < step


def test_a_dated_price_makes_lines_of_their_own_and_a_drawn_one_is_a_mean(study_and_summary):
    _, summary = study_and_summary
    prices = {
        (line["unit_price"], line["price_is"])
        for _, line in lines_of(summary)
        if (line["subject"], line["token_kind"]) == ("listed", "output")
    }
    assert prices == {("8", "billed"), ("12", "billed")}
    drawn = [
        line
        for line in summary["bill"]["horizon"]
        if (line["subject"], line["token_kind"]) == ("guessed", "input")
    ]
    assert [line["price_is"] for line in drawn] == ["mean"]
    assert 0.1 < float(drawn[0]["unit_price"]) < 0.4


def test_subjects_say_who_is_paid(study_and_summary):
    _, summary = study_and_summary
    found = {one["name"]: one for one in summary["bill"]["subjects"]}
    assert found["listed"]["kind"] == "endpoint"
    assert (found["listed"]["provider"], found["listed"]["region"]) == ("azure", "eu")
    assert (found["reviewers"]["kind"], found["reviewers"]["owner"]) == ("station", "quality")
    assert found["vector_db"]["kind"] == "cost"


def test_shares_of_a_subject_add_up_to_one_and_rows_to_the_bill(study_and_summary):
    _, summary = study_and_summary
    shares = defaultdict(dict)
    for one in summary["chargeback"]["shares"]:
        shares[one["subject"]][one["workload"]] = Decimal(one["share"])
    assert {sum(found.values()) for found in shares.values()} == {Decimal(1)}
    assert shares["listed"] == {"ask": 1}
    assert shares["guessed"] == {"sort": 1}
    assert set(shares["vector_db"]) == {"ask", "sort"}
    assert shares["vector_db"]["ask"] > shares["vector_db"]["sort"] > 0
    rows = {row["workload"]: Decimal(row["cost"]) for row in summary["chargeback"]["rows"]}
    assert abs(sum(rows.values()) - Decimal(summary["spend"]["total"]["mean"])) < Decimal("1e-5")
    own = sum(
        Decimal(line["cost"]) * shares[line["subject"]].get("sort", 0)
        for line in summary["bill"]["horizon"]
    )
    assert abs(own - rows["sort"]) < Decimal("1e-5")
