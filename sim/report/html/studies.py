"""The pages of studies of several plans or points: compare.html, sweep.html, sensitivity.html."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sim.report import comparison as compared
from sim.report import format as form
from sim.report import headroom
from sim.report.charts import pareto, tornado, waterfall
from sim.report.html.blocks import Charts, Section, Table, Text
from sim.report.html.template import rendered
from sim.report.sensitivity import moved as moved_by
from sim.report.sensitivity import still
from sim.report.sweep import half_width, varied

Summary = Mapping[str, Any]
MEDIANS = "Targets and days are medians, all else means; ± is half the 95% interval of the mean paired difference."


def compare_page(summary: Summary, start: date) -> str:
    """Return the page of `comparison.json`; `start` is the first day of the horizon."""
    letters = compared.plan_letters(summary)
    places = range(1, len(letters))
    drawings = [waterfall.draw(summary, place) for place in places]
    plans = Table(
        "Plans",
        ("Plan", "Name", "File"),
        [
            (letter, form.label(plan["name"], 90), form.label(plan["path"], 90))
            for letter, plan in zip(letters, summary["plans"], strict=True)
        ],
        left=3,
    )
    risks = Table(
        "Risk of missing each target",
        ("Target", "Allowed", *letters),
        compared.risk_cells(summary),
        note="✓ met for certain, ✗ missed for certain, ~ undecided.",
    )
    sections = [
        Section("plans", "Plans and their risks", [plans, risks]),
        *(_beside(summary, place, start) for place in places),
        Section("inputs", "What differs in the inputs", [_inputs(summary, letters)]),
    ]
    return rendered(
        "study.html.j2",
        [one for one in drawings if one],
        title=" beside ".join(form.label(plan["name"], 60) for plan in summary["plans"]),
        facts=_facts(summary, "paired differences"),
        sentences=[compared.sentence(summary, place) for place in places],
        sections=sections,
    )


def _beside(summary: Summary, place: int, start: date) -> Section:
    letters = compared.plan_letters(summary)
    first, letter = letters[0], letters[place]
    steps = Table(
        f"Why the spend of {letter} differs, in this order",
        ("Step", "Change", "± 95%"),
        compared.step_cells(summary, place),
        note="Another order would give other steps, and the same sum. Mix: a line of an endpoint goes by tokens of the "
        "workloads that can come to it, any other by their requests.",
    )
    tables = [
        Table(
            title,
            ("Figure", first, letter, "Change", "± 95%", f"{letter} worse"),
            compared.difference_cells(rows, summary, place, start),
            note=MEDIANS if not number else "",
        )
        for number, (title, rows) in enumerate(
            (
                ("Targets and totals", compared.rows_of(summary, "target", "total")),
                ("Lines of spend that differ most", compared.dear_lines(summary, place)),
            )
        )
    ]
    pairing = compared.pairing_cells(summary, place)
    if pairing:
        tables.append(
            Table(
                "What shared luck gains",
                ("Figure", "All pairs", "Pairs without a held gate"),
                pairing,
                note="Width of the paired interval for each of one from as many unpaired runs; in brackets, the pairs. "
                "Where no gate held, the same people come to both plans once both have reached them.",
            )
        )
    return Section(
        f"plan-{letter}",
        f"{letter} beside {first}",
        [Charts((waterfall.name_of(letter),)), steps, *tables],
    )


def _inputs(summary: Summary, letters: Sequence[str]) -> Table:
    return Table(
        "Inputs that differ" if summary["inputs"] else "No input differs.",
        ("Input", *letters),
        [
            (
                form.label(one["path"], 80),
                *("none" if value is None else form.label(value, 40) for value in one["values"]),
            )
            for one in summary["inputs"]
        ],
        left=1 + len(letters),
    )


def sweep_page(summary: Summary) -> str:
    """Return the page of `sweep.json`."""
    points, currency = pareto.ordered(summary), summary["currency"]
    drawing = pareto.draw(summary)
    spends = form.money_row([point["spend"]["mean"] for point in points], currency)
    best = sum(point["on_frontier"] for point in points)
    table = Table(
        "Points, the cheapest first",
        ("Point", "Values", "Beaten", "Spend", "± 95%", "p95", "Availability", "Surely met"),
        [
            (
                form.count(number),
                form.label(point["label"], 80),
                "by none" if point["on_frontier"] else "by another",
                spend,
                half_width(point["spend"], "money", currency),
                _mean(point["latency_p95"], "s", currency),
                _mean(point["availability"], "share", currency),
                f"{sum(t['status'] == 'met' for t in point['targets'])} of {len(point['targets'])}",
            )
            for number, (point, spend) in enumerate(zip(points, spends, strict=True), 1)
        ],
        left=3,
        note=f"{varied(points)}Means over the runs; ± 95%: half the interval of the mean. Surely met: targets "
        "whose chance is met beyond doubt.",
    )
    return rendered(
        "study.html.j2",
        [drawing] if drawing else [],
        title=f"{form.label(summary['scenario']['name'], 80)}: sweep",
        facts=_facts(summary, "shared luck"),
        sentences=[
            f"{best} of {len(points)} points {'is' if best == 1 else 'are'} beaten by no other: a point beats another "
            f"where it is at least as good on spend, "
            f"p95 of {form.label(summary['workload'], 40)} and availability, and better on one of them."
        ],
        sections=[Section("points", "Points", [Charts((pareto.NAME,)), table])],
    )


def _mean(spread: Summary, unit: str, currency: str) -> str:
    if form.decimal(spread["mean"]) is None:
        return "none"
    return form.measure(spread["mean"], unit, currency, 3)


def sensitivity_page(summary: Summary) -> str:
    """Return the page of `sensitivity.json`."""
    runs, currency = summary["engine"]["replications"], summary["currency"]
    drawings = [tornado.draw(metric, runs, currency) for metric in summary["metrics"]]
    return rendered(
        "study.html.j2",
        [one for one in drawings if one],
        title=f"{form.label(summary['scenario']['name'], 80)}: which unknown matters",
        facts=_facts(summary, "shared luck"),
        sentences=[],
        sections=[
            _moved(metric, number, currency) for number, metric in enumerate(summary["metrics"])
        ],
    )


def _moved(metric: Summary, number: int, currency: str) -> Section:
    first, noun = metric["measure_first"], tornado.noun_of(metric)
    if first is None:
        return Section(f"metric-{number}", noun, [Text("No unknown moves it.")])
    return Section(
        f"metric-{number}",
        f"{noun}: measure {form.label(first, 60)} first",
        [Charts((tornado.name_of(metric),)), swings_table(metric, currency)],
    )


def swings_table(metric: Summary, currency: str) -> Table:
    """Return what each unknown alone does to a metric, and its shares of the variance where they are known."""
    shares = {one["path"]: one for one in metric["sobol"] or ()}
    rows, moved = [], moved_by(metric)
    for one in moved:
        ends = form.measure_row([one["at_p10"], one["at_p90"]], metric["unit"], currency, 3)
        row = [form.label(one["path"], 80), f"{one['p10']} to {one['p90']}", *ends]
        row.append(compared.signed(one["difference"]["mean"], metric["unit"], currency))
        if shares:
            row += [_share(shares[one["path"]][key]) for key in ("first", "total")]
        rows.append(row)
    missing = any(None in (one["at_p10"], one["at_p90"]) for one in moved)
    notes = ["n/a: a percentile of some replications has no answer."] if missing else []
    notes += [still(metric)] if still(metric) else []
    more = ("Share alone", "Share in all") if shares else ()
    return Table(
        f"What moves {tornado.noun_of(metric)}",
        ("Unknown", "P10 to P90", "At P10", "At P90", "Change", *more),
        rows,
        left=2,
        note=" ".join(notes),
    )


def _share(value: float) -> str:
    return form.share(round(min(1.0, max(0.0, value)), 2))


def _facts(summary: Summary, luck: str) -> str:
    engine = summary["engine"]
    return (
        f"{form.count(engine['replications'])} replications · seed {engine['seed']} · {luck} · "
        f"{summary['currency']}, nominal, without tax · simulate {engine['version']}"
    )


def headroom_page(summary: Summary) -> str:
    """Return the page of `headroom.json`: what the plan carries, what breaks, and what to ask the vendors for."""
    engine, quota = summary["engine"], summary["quota"]
    breaks = Table(
        "What breaks there, the most clearly first" if summary["breaks"] else "Nothing broke.",
        ("Target", "Owner", "Met", "Asked"),
        headroom.break_cells(summary),
        left=2,
    )
    sheet = Table(
        f"Quota to ask for, {form.share(quota['margin'])} margin in it",
        (
            "Endpoint",
            "Phase",
            "By",
            "Requests/min",
            "Tokens/min",
            "Units",
            "Tokens seen, P10–P90",
            "At",
        ),
        headroom.quota_cells(summary),
        left=2,
        note=f"Each is {quota['definition']}. Units: {quota['units_definition']}.",
    )
    return rendered(
        "study.html.j2",
        [],
        title=f"{form.label(summary['scenario']['name'], 80)}: headroom",
        facts=f"{form.count(engine['replications'])} replications a trial · seed {engine['seed']} · shared luck · "
        f"simulate {engine['version']}",
        sentences=[headroom.sentence(summary)],
        sections=[
            Section("breaks", "What breaks first", [breaks]),
            Section("quota", "What to ask the vendors for, for the plan as written", [sheet]),
        ],
    )
