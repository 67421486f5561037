"""Readiness: six things to validate before it scales, each with this run's evidence and its gaps.

What a scenario does not state is a gap. It is never a pass.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import format as form
from sim.report import read
from sim.report import read_facts as facts
from sim.report.html.blocks import Block, Evidence, Section, Table, Text
from sim.report.html.sections import drill_words
from sim.report.read import Summary

INTRODUCTION = (
    "Evidence is what this run shows. A gap is what the scenario does not state: nobody has shown it, "
    "so it does not count as passed."
)
NAMES_MAX = 6


def section(summary: Summary) -> Section:
    """Return the section."""
    blocks: list[Block] = [
        Text(INTRODUCTION),
        _resilience(summary),
        _governance(summary),
        _security(summary),
        *_flows(summary),
        _monitoring(summary),
        _sustainability(summary),
        _customers(summary),
    ]
    return Section("readiness", "Readiness to scale", blocks)


def _resilience(summary: Summary) -> Evidence:
    shown, gaps = drill_words.of(summary)
    known = facts.incidents(summary)
    if known:
        shown.append(incident_words(known))
    else:
        gaps.append("No incident is written: every vendor and station is up all the time.")
    _add(gaps, "No incident ever hits", facts.coverage(summary).get("without_incident", ()))
    return Evidence("Infrastructure resilience", shown, gaps)


def incident_words(known: Sequence[facts.Row]) -> str:
    """How many incidents are written, which have a date, and how often the others came in a run."""
    dated = [form.label(raw["name"], 30) for raw in known if raw["start"]]
    words = f"Incidents that are written: {form.count(len(known))}. "
    words += f"With a date: {_some_of(dated)}." if dated else "None has a date."
    often = [
        f"{form.label(raw['name'], 30)} {form.count(raw['times']['mean'], 2)}"
        for raw in known
        if not raw["start"] and raw.get("times", {}).get("mean") is not None
    ]
    return (
        f"{words} How often a run had the others, on average: {', '.join(often)}."
        if often
        else words
    )


def _governance(summary: Summary) -> Evidence:
    shown: list[str] = []
    gaps: list[str] = []
    for row in facts.reviews(summary):
        middle, slow = (read.spread(row[key]) for key in ("wait_p50_s", "wait_p90_s"))
        shown.append(
            f"{form.label(row['station'], 30)}: people look at {form.share(row['share'])} of what comes to "
            f"{form.label(row['stage'], 30)}, {form.count(read.spread(row['visits']).p50)} times at P50. "
            f"{_half(middle.p50)}, one in ten waits longer than {form.duration(slow.p50)}."
        )
    if not facts.reviews(summary):
        gaps.append("No stage is worked by people: nobody reviews an answer.")
    shown += [form.label(words, 300) for words in read.gate_sentences(summary)]
    owned = [row.owner for row in read.targets(summary) if row.owner]
    if owned:
        shown.append(f"Targets are owned by: {_some_of(list(dict.fromkeys(owned)))}.")
    _add(gaps, "No owner is named for", facts.coverage(summary).get("without_owner", ()))
    if len(owned) < len(read.targets(summary)):
        gaps.append("Some targets have no owner.")
    gaps.append("Who may approve a phase, a model change or an exception is not stated.")
    return Evidence("Governance readiness", shown, gaps)


def _half(wait_s: form.Number | None) -> str:
    if form.decimal(wait_s) == 0:
        return "Half of it does not wait"
    return f"Half of it waits up to {form.duration(wait_s)}"


def _security(summary: Summary) -> Evidence:
    found = facts.data_flows(summary)
    shown: list[str] = []
    gaps: list[str] = []
    regions = sorted({str(row["region"]) for row in found["flows"] if row["region"]})
    if regions:
        names = ", ".join(form.label(name, 20) for name in regions)
        shown.append(f"Prompts go to endpoints in: {names}. The table below says which.")
    _add(gaps, "No region is written for", facts.coverage(summary).get("without_region", ()))
    for log in found["logs"]:
        kept = "kept and paid every month" if log["kept"] else "paid once"
        name = form.label(log["name"], 30)
        shown.append(f"{name}: {form.label(log['each_request'], 30)} a request, {kept}.")
        if log["kept"]:
            gaps.append(f"{name}: how long it is kept is not stated; nothing is ever deleted.")
    if not found["logs"]:
        gaps.append("What is logged, and for how long, is not stated.")
    gaps.append("What a prompt holds, and who may read the logs, is not stated.")
    return Evidence("Security alignment", shown, gaps)


def _flows(summary: Summary) -> list[Block]:
    found = facts.data_flows(summary)
    if not found["flows"]:
        return []
    used = {row["endpoint"]: row for row in found["endpoints"]}
    unsaid = "not stated"
    rows = [
        (
            form.label(row["workload"], 30),
            form.label(row["stage"], 30),
            form.label(row["endpoint"], 30),
            form.label(row["provider"] or unsaid, 24),
            form.label(row["region"] or unsaid, 16),
        )
        for row in found["flows"]
    ]
    sent = [
        (
            form.label(name, 30),
            form.count(row["attempts"]),
            form.count(row["input_tokens"]),
            form.count(row["output_tokens"]),
        )
        for name, row in used.items()
    ]
    return [
        Table(
            "What may leave for which vendor and region",
            ("Workload", "Stage", "Endpoint", "Vendor", "Region"),
            rows,
            left=5,
        ),
        Table(
            "What was sent to each endpoint, mean of runs",
            ("Endpoint", "Attempts", "Input tokens", "Output tokens"),
            sent,
            note="By all workloads together.",
        ),
    ]


def _monitoring(summary: Summary) -> Evidence:
    shown: list[str] = []
    gaps: list[str] = []
    for row in facts.alerts(summary):
        shown += _alert(row)
    shown += drill_words.first_pages(summary)
    if not shown:
        gaps.append("No target on availability is written, so no alert can be derived.")
    gaps.append("Who is paged, and what they can see, is not stated.")
    return Evidence("Monitoring visibility", shown, gaps)


def _alert(row: facts.Row) -> list[str]:
    """How often a target's alerts on burn rate page, and how soon in an outage."""
    pages, tickets = (read.spread(row[key]) for key in ("pages_a_month", "tickets_a_month"))
    rules = " or ".join(_windows(rule) for rule in row["page_rules"])
    name, slow = form.label(row["target"], 40), _windows(row["ticket_rules"][0])
    soonest = row["minutes_to_page_in_an_outage"]
    return [
        f"{name}: alerts on burn rate ({rules}) would page {form.count(pages.p50, 2)} times in 30 days at P50, "
        f"{form.count(pages.p90, 2)} at P90, and open {form.count(tickets.p50, 2)} tickets ({slow}).",
        f"{name}: if all fails at even traffic, the first page comes after {form.duration(soonest * 60)}."
        if soonest is not None
        else f"{name}: so many may fail that no outage would page anybody.",
    ]


def _windows(rule: facts.Row) -> str:
    return (
        f"{rule['burn_rate']:g} times over {form.duration(rule['hours'] * 3600)} and "
        f"{form.duration(rule['short_minutes'] * 60)}"
    )


def _sustainability(summary: Summary) -> Evidence:
    currency, months = read.currency(summary), read.months(summary)
    shown: list[str] = []
    gaps: list[str] = []
    known = [month for month in months if form.decimal(month.total.mean) is not None]
    if known:
        top = max(known, key=lambda month: form.decimal(month.total.mean) or 0)
        low, middle, high = form.money_row([top.total.p10, top.total.p50, top.total.p90], currency)
        shown.append(
            f"The dearest month is {form.month(top.month)}: {middle} at P50, "
            f"{form.range_name(read.replications(summary))} {form.between(low, high)}."
        )
    if not any(month.budget is not None for month in months):
        gaps.append("No budget is written.")
    dear = [line.name for line in read.spend_lines(summary)[:3]]
    if dear:
        shown.append(f"The largest lines: {', '.join(dear)}.")
    told, missing = facts.spend_driver(summary)
    shown += [told] if told else []
    gaps += [missing] if missing else []
    if summary["scenario"].get("prices_as_of") is None:
        gaps.append("No date is given for the prices.")
    return Evidence("Cost sustainability", shown, gaps)


def _customers(summary: Summary) -> Evidence:
    shown: list[str] = []
    gaps: list[str] = []
    for row in facts.endings(summary):
        failed, part = read.spread(row["failed"]), read.spread(row["failed_share"])
        gave_up = row["endings"].get("gave_up")
        words = (
            f"{form.label(row['workload'], 30)}: {form.count(failed.p50)} requests failed at P50 "
            f"({form.share(part.p50)}), {form.count(failed.p90)} at P90"
        )
        if gave_up:
            words += f"; {form.count(gave_up)} were given up by people who waited, on average"
        shown.append(f"{words}.")
    _add(gaps, "No deadline is written for", facts.coverage(summary).get("without_deadline", ()))
    gaps.append("How many different people the failures met is not counted.")
    return Evidence("Customer impact", shown, gaps)


def _add(gaps: list[str], words: str, names: object) -> None:
    found = [form.label(name, 40) for name in names] if isinstance(names, list | tuple) else []
    if found:
        gaps.append(f"{words} {_some_of(found)}.")


def _some_of(names: Sequence[str]) -> str:
    """Return the first names, and that there are more."""
    return ", ".join(names[:NAMES_MAX]) + (" and others" if len(names) > NAMES_MAX else "")
