"""Whole studies over small plans: same bytes with any number of workers, laws, spreadsheet, summary."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import jsonschema
import numpy as np
import pytest
from outcomes import calendar
from plans import SECOND_US, PlanMaker
from sources import FIRST, DyingSource, SmallSource, StoppedSource

from sim.bill import Consumption, Tariff
from sim.engine import start
from sim.errors import ResourceError
from sim.measure import Layout, Measures
from sim.outcome import Load, Row
from sim.plan import Plan
from sim.study import LawBroken, Study, replicate, run
from sim.study.laws import Laws
from sim.study.spreadsheet import law_mean, spreadsheet
from sim.summary import SCHEMA, Origin, summarise, to_text

D = Decimal
ORIGIN = Origin("Claims", "0.1.0", path="scenarios/claims.yaml", phases=(("pilot", FIRST),))


def small(replications=4, jobs=1, source=None) -> Study:
    return run(
        source or SmallSource(), seed=3, replications=replications, engine="reference", jobs=jobs
    )


@pytest.fixture(scope="module")
def study() -> Study:
    return small()


def test_the_number_of_workers_changes_no_byte(study):
    again = small(jobs=2)
    assert to_text(summarise(again, ORIGIN)) == to_text(summarise(study, ORIGIN))


def test_the_summary_keeps_to_its_schema(study):
    summary = summarise(study, ORIGIN)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(summary, SCHEMA)
    assert "NaN" not in to_text(summary)
    assert "Infinity" not in to_text(summary)


def test_percentiles_without_an_answer_are_null_with_a_reason():
    source = SmallSource()
    one = replicate(source, 3, 0, "reference")
    one.digest.horizon_us["latency.p95"][:] = np.inf
    one.digest.day_us["latency.p95"][0] = np.nan
    summary = summarise(Study(source.terms(), (one,), 3, 0.95), ORIGIN)
    jsonschema.validate(summary, SCHEMA)
    headline = next(h for h in summary["headlines"] if h["name"] == "latency.p95")
    assert headline["p50"] is None
    assert "no answer" in headline["why_null"]
    assert "no traffic" in summary["daily"][0]["workloads"]["workload0"]["latency.p95"]["why_null"]


def test_the_spend_is_what_the_hand_computes(study):
    one = study.replications[0]
    tokens_in, tokens_out = 120 * 1000, int(one.digest.sums[0, 5])
    clerk_hours = D(120 * 2) / 3600
    parts = one.bill.by_name()
    assert parts["endpoint0 input tokens"] == D(tokens_in) * 2 / 10**6
    assert parts["endpoint0 output tokens"] == D(tokens_out) * 8 / 10**6
    assert abs(parts["node1 busy hours"] - clerk_hours * 36) < D("1e-9")
    assert abs(parts["platform"] - 200) < D("1e-8")


def test_a_price_change_comes_in_its_replications(study):
    august = [one.bill.by_name("2027-08")["endpoint0 input tokens"] for one in study.replications]
    assert august == [D("0.12"), D("0.18"), D("0.12"), D("0.18")]


def test_verdicts_have_chances_with_intervals(study):
    fast, cheap = study.verdicts
    assert (cheap.chance.met, cheap.chance.n, cheap.chance.status) == (4, 4, "close")
    assert cheap.chance.low == pytest.approx(0.025 ** (1 / 4))
    assert fast.chance.n == 4
    assert fast.figure.quantile(500_000) == pytest.approx(5, rel=0.01)
    assert summarise(study, ORIGIN)["verdict"]["status"] == "close"


def test_auto_stops_when_all_is_decided():
    source = SmallSource(limit_s="0.5", requests_a_day=2)
    found = run(source, seed=1, engine="reference")
    assert len(found.replications) == 20
    assert [v.chance.status for v in found.verdicts] == ["missed", "met"]
    assert found.stopped == "decided"


def test_after_an_interrupt_what_is_done_is_kept():
    found = small(source=StoppedSource())
    assert (len(found.replications), found.complete) == (2, False)


def test_a_dead_worker_is_one_clear_line():
    with pytest.raises(ResourceError, match="a worker process died") as caught:
        small(jobs=2, source=DyingSource())
    assert caught.value.exit_code == 3


def test_the_spreadsheet_multiplies_means(study):
    one = study.replications[0]
    said = one.spreadsheet
    vendor = D(120 * 1000) * 2 / 10**6 + D(120 * 200) * 8 / 10**6
    clerk = D(240) / 3600 * 36
    assert abs(said.spend - vendor - clerk - 200) < D("1e-6")
    assert said.latency_s == (4.0,)


def test_the_mean_of_a_law_is_that_of_its_table():
    maker = PlanMaker()
    x = np.linspace(-18, 18, 1025)
    u = 1 / (1 + np.exp(-x))
    uniform = maker.continuous(u.tolist())
    mixed = maker.mixture([(1, 10), (3, {2: 0.5, 4: 0.5})])
    maker.workload(maker.delay(1))
    laws = maker.plan().laws
    assert law_mean(laws, uniform) == pytest.approx(0.5, abs=1e-4)
    assert law_mean(laws, mixed) == pytest.approx(4.75)


def test_the_spreadsheet_walks_forks_chances_and_repeats():
    maker = PlanMaker()
    fork = maker.fork(maker.delay(3 * SECOND_US), maker.delay(5 * SECOND_US))
    again = maker.delay(SECOND_US)
    repeat = maker.chance(0.5, again, lap=1)
    maker.workload(maker.chain(fork, again, repeat))
    cal = calendar("2027-08-01", "2027-08-02")
    plan = maker.plan()
    consumption = Consumption.of(Measures(Layout.of(plan, cal)))
    said = spreadsheet(plan, consumption, np.ones((1, 1), np.int64), Tariff())
    assert said.latency_s[0] == pytest.approx(7.0, rel=1e-4)


def run_of(source: SmallSource) -> tuple[Plan, list, list, object]:
    course = source.course(1, 0)
    running = start(course.plan, "reference")
    days = [each.day for each in course.days]
    return course.plan, days, [running.advance(each) for each in days], running.close()


def break_rows(outcome):
    outcome.rows[0, Row.FINISHED_US] = outcome.rows[0, Row.ARRIVED_US] - 1
    return outcome


def break_load(outcome):
    outcome.load[1, 0, Load.BUSY_US] = outcome.load[1, 0, Load.SERVER_US] + 1
    return outcome


@pytest.mark.parametrize(
    ("spoil", "law"),
    [
        (lambda o: replace(o, arrived=o.arrived + 1), "arrivals = outcomes + in flight"),
        (lambda o: replace(o, rows=o.rows[1:]), "arrivals = outcomes + in flight"),
        (lambda o: replace(o, start_us=o.start_us + 1), "no time runs backwards"),
        (break_rows, "no time runs backwards"),
        (break_load, "no station serves more than its servers"),
        (lambda o: replace(o, usage=o.usage * 0), "usage adds up"),
        (lambda o: replace(o, load=o.load * 0), "usage adds up"),
    ],
)
def test_a_broken_law_is_named(spoil, law):
    source = SmallSource()
    plan, days, outcomes, closing = run_of(source)
    outcomes[0] = spoil(outcomes[0])
    laws, measures = Laws(plan), Measures(Layout.of(plan, source.terms().calendar))

    def check():
        for each, outcome in zip(days, outcomes, strict=True):
            laws.watch(each, outcome)
            measures.fold(outcome)
        laws.finish(closing, measures)

    with pytest.raises(LawBroken) as caught:
        check()
    assert caught.value.law == law
