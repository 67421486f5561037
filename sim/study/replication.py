"""One replication: run a journey through an engine, measure, price and judge it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.bill import Bill, Consumption, PriceChange, invoice
from sim.engine import EngineName, start
from sim.measure import Layout, Measures
from sim.plan import Names, Plan
from sim.study.digest import Digest
from sim.study.laws import Laws, check_bill
from sim.study.source import Source, Terms
from sim.study.spreadsheet import Spreadsheet, spreadsheet
from sim.targets import Evaluation, evaluate


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


def replicate(
    source: Source, seed: int, replication: int, engine: EngineName = "compiled"
) -> Replication:
    """Run one replication to its end; LawBroken if a law does not hold."""
    terms = source.terms()
    journey = source.journey(seed, replication)
    plan = journey.plan
    measures = Measures(Layout.of(plan, terms.calendar))
    laws, running = Laws(plan), start(plan, engine)
    for day_plan in journey.days:
        outcome = running.advance(day_plan.day)
        laws.watch(day_plan.day, outcome)
        measures.fold(outcome)
        journey.hear(outcome)
    closing = running.close()
    measures.fold(closing)
    laws.finish(closing, measures)
    return conclude(replication, terms, plan, measures, tuple(journey.price_changes))


def conclude(
    replication: int, terms: Terms, plan: Plan, measures: Measures, changes: tuple[PriceChange, ...]
) -> Replication:
    """Price and judge what was measured."""
    consumption = Consumption.of(measures)
    tariff = terms.tariff.changed(changes)
    bill = invoice(consumption, tariff)
    check_bill(bill)
    digest = Digest.of(measures)
    return Replication(
        number=replication,
        names=plan.names,
        evaluations=tuple(evaluate(target, measures, bill) for target in terms.targets),
        bill=bill,
        consumption=consumption,
        price_changes=changes,
        digest=digest,
        spreadsheet=spreadsheet(plan, consumption, digest.requests, tariff),
    )
