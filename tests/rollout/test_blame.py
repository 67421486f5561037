"""Do blame's parts make the whole, does its sentence name what breaks, and does the breach go when that goes?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from sim.scenario.document import document_from_text
from sim.study import run
from sim.study.of_scenario import ScenarioSource
from sim.summary import Origin, summarise

CLINIC = """
schema: genai-rollout/v1
name: clinic
horizon: {start: 2027-07-05, length: 4d}
targets:
  - {name: fast, workload: ask, metric: latency.p95, at_most: 45s}
  - {name: there, workload: ask, metric: availability, at_least: 99%}
workloads:
  ask:
    arrivals: {rate: 0.1/s}
    input_tokens: 1000
    output_tokens: 100
    deadline: 2min
    pipeline: main
  note: {arrivals: {rate: 0.01/s}, input_tokens: 1000, output_tokens: 10, pipeline: notes}
pipelines:
  main:
    - {stage: look, owner: records, delay: {median: 1s, p95: 3s}}
    - parallel:
        - {stage: quick, station: shelf}
        - [{stage: slow, station: desk}, {stage: slower, delay: 1s}]
    - {stage: answer, call: chat}
  notes:
    - {stage: write, call: chat}
stations:
  shelf: {owner: library, servers: 2, service: 1s, cost: {per_server_hour: 3}}
  desk: {owner: front office, servers: DESKS, service: {law: exponential, mean: 9s}, cost: {per_month: 620}}
endpoints:
  chat:
    owner: platform
    latency: {total: {median: 2s, p95: 5s}}
    errors: {share: ERRORS}
    client: {retries: 0}
    attempt_timeout: 30s
    price: {input: 3, output: 15}
    bills: {errors: true, wasted: true}
rollout:
  phases: [{name: first, start: 2027-07-05}, {name: second, start: 2027-07-07}]
"""


def told(desks: int, errors: str):
    source = ScenarioSource(
        document_from_text(CLINIC.replace("DESKS", str(desks)).replace("ERRORS", errors))
    )
    study = run(source, seed=1, replications=3, engine="compiled", jobs=1)
    return study, summarise(study, Origin("clinic", "0"), source=source)


@pytest.fixture(scope="module")
def crowded():
    return told(1, "0.1%")


@pytest.fixture(scope="module")
def faulty():
    return told(4, "3%")


def test_the_parts_of_slow_requests_make_the_whole_in_every_phase(crowded, faulty):
    for _, summary in (crowded, faulty):
        rows = summary["blame"]["slow"]
        assert {(row["workload"], row["phase"]) for row in rows} == {
            (workload, phase) for workload in ("ask", "note") for phase in ("first", "second", None)
        }
        for row in rows:
            assert sum(part["mean_s"] for part in row["parts"]) == pytest.approx(row["mean_s"])
            kinds = row["queue_s"] + row["back_off_s"] + row["served_s"]
            assert kinds == pytest.approx(row["mean_s"])


def test_nothing_is_left_between_stages_and_the_faster_branch_counts_for_nothing(crowded):
    _, summary = crowded
    row = next(one for one in summary["blame"]["slow"] if one["workload"] == "ask")
    by_stage = {part["stage"]: part["mean_s"] for part in row["parts"]}
    assert abs(by_stage["between stages"]) < 1e-6
    assert by_stage["main.slow"] > 10 > by_stage.get("main.quick", 0.0)


def test_causes_make_all_failures_in_every_phase(crowded, faulty):
    for study, summary in (crowded, faulty):
        rows = summary["blame"]["failures"]
        for row in rows:
            assert sum(part["share"] for part in row["parts"]) == pytest.approx(1)
            assert sum(part["failed"] for part in row["parts"]) == pytest.approx(row["failed"])
        bad = sum(int(one.digest.bad.sum()) for one in study.replications) / 3
        for whole in (True, False):
            found = sum(row["failed"] for row in rows if (row["phase"] is None) == whole)
            assert found == pytest.approx(bad)


def test_kinds_of_money_make_the_bill_of_every_replication(crowded, faulty):
    for study, summary in (crowded, faulty):
        for one in study.replications:
            assert sum(one.blame.money.values()) == one.bill.total()
        shown = sum(Decimal(kind["amount"]) for kind in summary["blame"]["money"])
        assert abs(shown - Decimal(summary["spend"]["total"]["mean"])) < Decimal("0.00001")
    money = {kind["kind"]: Decimal(kind["amount"]) for kind in faulty[1]["blame"]["money"]}
    # Two servers of the shelf are busy a twentieth of 96 hours, four desks a quarter: 547 and 62 dollars stand idle.
    assert 600 < money["idle"] < 620
    assert money["failed attempts"] > 0


def test_the_sentence_names_the_queue_and_its_owner_and_with_more_servers_the_breach_is_gone(
    crowded,
):
    _, summary = crowded
    said = summary["blame"]["sentence"]
    assert said.startswith("fast is missed: requests around the p95 of ask take")
    assert "in main.slow (owner: front office)" in said
    assert "in queues" in said
    _, relieved = told(4, "0.1%")
    assert relieved["targets"][0]["chance_met"] == 1


def test_the_sentence_names_the_vendor_and_without_its_errors_the_breach_is_gone(faulty):
    _, summary = faulty
    said = summary["blame"]["sentence"]
    assert said.startswith("there is missed:")
    assert "vendor's error at chat in main.answer (owner: platform)" in said
    _, relieved = told(4, "0.1%")
    assert relieved["targets"][1]["chance_met"] == 1


VENDOR = """
schema: genai-rollout/v1
name: vendor
horizon: {start: 2027-07-05, length: 2d}
targets: [{name: there, workload: ask, metric: availability, at_least: 99%}]
workloads:
  ask: {arrivals: {rate: 0.2/s}, input_tokens: 1000, output_tokens: 100, pipeline: main}
pipelines: {main: [{stage: think, delay: 1s}, {stage: answer, call: chat}]}
endpoints:
  chat:
    owner: platform
    latency: {total: 2s}
    client: {retries: 0}
    price: {input: 3, output: 15}
    EXTRA
"""
QUOTA = "limits: [{limit: fixed_window, name: quota, counts: requests, allows: 11, window: 60s}]"
INCIDENT = (
    "\nincidents: [{name: burnt cable, endpoints: [chat], at: 10h, lasts: 6h, what: errors 60%}]"
)


def failures(extra: str):
    source = ScenarioSource(document_from_text(VENDOR.replace("EXTRA", extra)))
    summary = summarise(run(source, seed=1, replications=2), Origin("vendor", "0"), source=source)
    whole = [row for row in summary["blame"]["failures"] if row["phase"] is None]
    return whole[0]["parts"], summary


def test_a_refusal_is_laid_to_its_limit_and_with_a_bigger_one_the_breach_is_gone():
    (part,), summary = failures(QUOTA)
    names = ("ending", "stage", "endpoint", "attempt", "limit", "incident", "owner")
    assert [part[name] for name in names] == [
        *("rate_limited", "main.answer", "chat", "refused by a limit", "chat.quota", None),
        "platform",
    ]
    assert part["share"] == 1
    assert "refused by a limit (chat.quota) at chat in main.answer" in summary["blame"]["sentence"]
    source = ScenarioSource(document_from_text(VENDOR.replace("EXTRA", QUOTA.replace("11", "40"))))
    assert run(source, seed=1, replications=2).verdicts[0].chance.estimate == 1


def test_an_error_is_laid_to_the_incident_in_which_it_fell():
    parts, summary = failures("errors: {share: 0.5%}" + INCIDENT)
    shares = {part["incident"]: part["share"] for part in parts}
    # Six of 48 hours fail at 60 %, the others at 0.5 %.
    expected = 6 * 0.602 / (6 * 0.602 + 42 * 0.005)
    assert shares["burnt cable"] == pytest.approx(expected, abs=0.02)
    assert {part["ending"] for part in parts} == {"vendor_error"}
    assert "fell into an incident there" in summary["blame"]["sentence"]


RESERVED = """
schema: genai-rollout/v1
name: reserved
horizon: {start: 2027-07-05, length: 2d}
workloads:
  ask: {arrivals: {rate: RATE}, input_tokens: 1500, output_tokens: 100, pipeline: main}
pipelines: {main: [{stage: answer, call: chat}]}
endpoints:
  chat: {vendor: azure-ptu, deployment: global, model: gpt-4.1, units: 15, commitment: monthly, client: {sdk: openai-python, retries: 0}}
"""


def test_reserved_units_that_nobody_uses_are_idle_by_their_own_weights():
    def idle_share(rate: str) -> float:
        source = ScenarioSource(document_from_text(RESERVED.replace("RATE", rate)))
        (one,) = run(source, seed=1, replications=1).replications
        money = one.blame.money
        assert sum(money.values()) == one.bill.total()
        return float(money["idle"] / (money["idle"] + money["fixed"]))

    # 15 units drain 45,000 input tokens a minute, an output token being four: 1,900 a request.
    for per_minute in (1, 10):
        expected = 1 - per_minute * (1500 + 4 * 100) / (15 * 3000)
        assert idle_share(f"{per_minute}/min") == pytest.approx(expected, abs=0.02)
