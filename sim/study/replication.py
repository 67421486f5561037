"""One replication: run its course through an engine, measure, price and judge it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.bill import Bill, Consumption, PriceChange, invoice
from sim.engine import EngineName, start
from sim.measure import Layout, Measures
from sim.plan import Names
from sim.plan.gates import GateHistory
from sim.study.alerts import Alerts, alerts_of
from sim.study.blame import Blame, blame_of
from sim.study.digest import Digest
from sim.study.laws import Laws, check_bill
from sim.study.ready import compile_once
from sim.study.source import Course, Source, Terms
from sim.study.spreadsheet import Spreadsheet, spreadsheet
from sim.targets import Evaluation, evaluate
from sim.workers import give_large_arrays_back


@dataclass(frozen=True)
class Replication:
    """What is kept of one replication: small, pickled, the same wherever it ran."""

    number: int
    names: Names
    evaluations: tuple[Evaluation, ...]
    """In the order of the targets."""
    bill: Bill
    consumption: Consumption
    """What was used: another price needs no new run."""
    price_changes: tuple[PriceChange, ...]
    digest: Digest
    spreadsheet: Spreadsheet
    alerts: tuple[Alerts, ...] = ()
    """Burn-rate alerts, in the order of the targets."""
    gates: GateHistory | None = None
    """What its gates decided; None where there are none."""
    blame: Blame | None = None
    """What its slow requests, its failures and its spend are made of."""


def replicate(
    source: Source, seed: int, replication: int, engine: EngineName = "compiled"
) -> Replication:
    """Run one replication to its end; LawBroken if a law does not hold."""
    give_large_arrays_back()
    terms = source.terms()
    course = source.course(seed, replication)
    plan = course.plan
    measures = Measures(Layout.of(plan, terms.calendar), course.strikes)
    if engine == "compiled":
        compile_once(plan)
    laws, running = Laws(plan), start(plan, engine)
    for day_plan in course.days:
        outcome = running.advance(day_plan.day)
        laws.watch(day_plan.day, outcome)
        measures.fold(outcome)
        course.hear(measures)
    closing = running.close()
    measures.fold(closing)
    laws.finish(closing, measures)
    return conclude(replication, terms, course, measures)


def conclude(replication: int, terms: Terms, course: Course, measures: Measures) -> Replication:
    """Price and judge what was measured."""
    consumption = Consumption.of(measures)
    tariff = course.tariff.changed(course.price_changes)
    bill = invoice(consumption, tariff)
    check_bill(bill)
    digest = Digest.of(measures)
    return Replication(
        number=replication,
        names=course.plan.names,
        evaluations=tuple(evaluate(target, measures, bill) for target in terms.targets),
        bill=bill,
        consumption=consumption,
        price_changes=course.price_changes,
        digest=digest,
        spreadsheet=spreadsheet(course.plan, consumption, digest.requests, tariff),
        alerts=tuple(alerts_of(target, measures) for target in terms.targets),
        gates=course.gates(),
        blame=blame_of(measures, consumption, tariff, bill, course.plan),
    )
