"""The page of a told request: who it was, what happened, what it came to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sim.bill import Line, total
from sim.outcome import Row
from sim.plan.columns import Result, Status
from sim.report import format as form
from sim.report.bill_words import fine_footing
from sim.report.narration.sentences import sentence
from sim.report.narration.words import RESULTS, STATUSES, Told, span, tokens
from sim.report.page import Column, Page, Screen

WIDTH_MAX = 80
CLOCK = "{:%H:%M:%S}.{:03d}"
JOB = "job "


def narrate(told: Told, screen: Screen) -> str:
    """The page as text."""
    page = Page(Screen(min(screen.width, WIDTH_MAX), screen.encoding, screen.color))
    _head(page, told)
    page.line()
    _moments(page, told)
    page.line()
    _sums(page, told)
    return page.text()


def _head(page: Page, told: Told) -> None:
    row = told.followed.row
    arrived = told.local(row[Row.ARRIVED_US])
    names = told.followed.names
    picked = f", the {PICKED[told.picked]}" if told.picked else ""
    page.line((f"Request {told.number}{picked}", "bold"))
    page.paragraph(
        f"{form.label(names.workloads[row[Row.WORKLOAD]])}; {arrived:%A}, {form.day(arrived.date())}, "
        f"clock of {told.followed.calendar.timezone}; phase {form.label(names.phases[row[Row.PHASE]])}; "
        f"replication {told.replication}, seed {told.seed}, {told.engine} engine"
    )


PICKED = {
    "worst": "worst of its replication",
    "slowest": "slowest answered one of its replication",
    "failed": "first of its replication that got no answer",
}


def _moments(page: Page, told: Told) -> None:
    arrived_us = told.followed.row[Row.ARRIVED_US]
    day = told.local(arrived_us).date()
    page.line((f"{'clock':<12}  {'after':>8}  what happened", "dim"))
    for moment in told.followed.moments:
        words = sentence(told, moment)
        if not words:
            continue
        now = told.local(moment.at_us)
        if now.date() != day:
            day = now.date()
            page.line((f"{now:%A}, {form.day(day)}", "dim"))
        clock = CLOCK.format(now, now.microsecond // 1000)
        after = span(moment.at_us - arrived_us) if moment.at_us > arrived_us else "0"
        lead = f"{clock}  {after:>8}  {'  ' * moment.depth}{JOB if moment.job else ''}"
        page.item(lead, words)


def _sums(page: Page, told: Told) -> None:
    row = told.followed.row
    page.line((f"In all: {STATUSES[Status(row[Row.STATUS])]}", "bold"))
    for name, words in _sum_rows(told):
        page.item(f"{name:<15}", words)
    lines = told.followed.bill
    if lines:
        page.line()
        _bill(page, told, lines)


def _sum_rows(told: Told) -> Iterator[tuple[str, str]]:
    row = told.followed.row
    took = row[Row.FINISHED_US] - row[Row.ARRIVED_US]
    words_us = row[Row.FIRST_TOKEN_US] - row[Row.ARRIVED_US]
    answered = row[Row.STATUS] in (Status.OK, Status.LATE)
    first = f", first words after {span(words_us)}" if answered else ""
    yield "took", f"{span(took)}{first}"
    yield (
        "of this",
        (f"{span(row[Row.WAIT_US])} in queues, {span(row[Row.BACKOFF_US])} between attempts"),
    )
    yield "attempts", f"{row[Row.ATTEMPTS]} sent, {row[Row.REFUSALS]} of them refused by a limit"
    fault = _fault(told)
    if fault:
        yield "why it failed", fault


def _fault(told: Told) -> str:
    row = told.followed.row
    if row[Row.FAULT_STEP] < 0:
        return ""
    endpoint, limit = row[Row.FAULT_ENDPOINT], row[Row.FAULT_LIMIT]
    at = f" at {told.endpoint(endpoint)}" if endpoint >= 0 else ""
    by = f" (limit {told.limit(limit, endpoint)})" if limit >= 0 else ""
    return f"{told.step(row[Row.FAULT_STEP])}{at}: {RESULTS[Result(row[Row.FAULT_RESULT])]}{by}"


def _bill(page: Page, told: Told, lines: tuple[Line, ...]) -> None:
    costs: dict[str, list[Line]] = {}
    for line in lines:
        wasted = ", for nobody" if line.worth == "wasted" else ""
        costs.setdefault(f"{line.name}{wasted}", []).append(line)
    names = [*costs, "in all"]
    amounts = [*(total(line.cost for line in each) for each in costs.values())]
    amounts.append(total(amounts))
    quantities = [*(_quantity(each) for each in costs.values()), ""]
    prices = [*(_price(told, each) for each in costs.values()), ""]
    page.table(
        [
            Column("by the rate card", [form.label(name) for name in names], left=True),
            Column("quantity", quantities),
            Column("price", prices, rank=1),
            Column("cost", fine_footing(amounts, told.followed.currency)),
        ]
    )
    page.paragraph("Without what is paid by the month whether this request comes or not.", "dim")


def _quantity(lines: list[Line]) -> str:
    whole = sum((line.quantity for line in lines), Decimal(0))
    unit = lines[0].unit
    if unit == "1M tokens":
        return tokens(int(whole * 1_000_000))
    return form.duration(whole * 3600, digits=3) if unit == "hour" else form.count(whole)


def _price(told: Told, lines: list[Line]) -> str:
    prices = {line.unit_price for line in lines}
    if len(prices) > 1:
        return "two prices"
    return f"{told.money(prices.pop())} per {lines[0].unit}"
