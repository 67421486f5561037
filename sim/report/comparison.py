"""The terminal's face of a comparison: what differs in the inputs, who wins on what, why the spend differs.

A difference is a plan minus the first, replication for replication; ± is half the 95 % interval of its mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sim.report import format as form
from sim.report.bill_words import footing
from sim.report.page import Column, Page, Screen

Row = Mapping[str, Any]
INPUTS_MAX = 12
LINES_MAX = 8
MARKS = {"met": "✓", "missed": "✗", "close": "~"}


def render_comparison(
    summary: Mapping[str, Any], screen: Screen, *, start: date, wrote: Sequence[str] = ()
) -> str:
    """Return the whole report; `start` is the first day of the horizon."""
    page = Page(screen)
    names = plan_letters(summary)
    engine = summary["engine"]
    page.line((f"simulate {engine['version']}", "dim"), "  compare")
    for letter, plan in zip(names, summary["plans"], strict=True):
        page.line(f"{letter}  {form.label(plan['name'])}  ", (form.label(plan["path"]), "dim"))
    page.line(
        (
            f"{engine['replications']} replications · seed {engine['seed']} · shared luck, paired differences",
            "dim",
        )
    )
    page.line()
    for place in range(1, len(names)):
        page.paragraph(sentence(summary, place))
    _inputs(page, summary, names)
    _risks(page, summary, names)
    for place in range(1, len(names)):
        _plan(page, summary, names, place, start)
    if wrote:
        page.line()
        page.paragraph(f"Wrote {wrote[0]} ({', '.join(wrote[1:])})", "dim")
    return page.text()


def plan_letters(summary: Mapping[str, Any]) -> list[str]:
    """A, B, C … in the order of the command."""
    return [chr(ord("A") + place) for place in range(len(summary["plans"]))]


def sentence(summary: Mapping[str, Any], place: int) -> str:
    """Who costs more, what it buys, and which targets each plan meets."""
    letters, currency = plan_letters(summary), summary["currency"]
    spend, good = (_total(summary, name) for name in ("spend", "requests answered in time"))
    more, answers = spend["differences"][place - 1], good["differences"][place - 1]
    met = [
        sum(target["status"] == "met" for target in summary["plans"][plan]["targets"])
        for plan in (0, place)
    ]
    cost = form.decimal(more["mean"]) or Decimal(0)
    word = "more" if cost >= 0 else "less"
    requests = round(form.decimal(answers["mean"]) or Decimal(0))
    buys = (
        f"{form.count(abs(requests))} {'more' if requests > 0 else 'fewer'}"
        if requests
        else "as many"
    )
    return (
        f"{letters[place]} costs {form.money(abs(cost), currency)} {word} than {letters[0]} "
        f"({_interval(more, 'money', currency)}) and answers {buys} requests in time; "
        f"{letters[place]} meets {met[1]} and "
        f"{letters[0]} {met[0]} of {len(summary['plans'][0]['targets'])} targets for certain."
    )


def _inputs(page: Page, summary: Mapping[str, Any], letters: Sequence[str]) -> None:
    page.line()
    page.line(("What differs in the inputs", "bold"))
    shown = summary["inputs"][:INPUTS_MAX]
    if not shown:
        page.line("nothing")
        return
    columns = [Column("", [form.label(one["path"], 44) for one in shown], left=True)]
    for place, letter in enumerate(letters):
        cells = [
            form.label("—" if one["values"][place] is None else one["values"][place], 14)
            for one in shown
        ]
        columns.append(Column(letter, cells, left=True))
    page.table(columns)
    if len(summary["inputs"]) > INPUTS_MAX:
        page.line((f"and {len(summary['inputs']) - INPUTS_MAX} more, in comparison.json", "dim"))


def _risks(page: Page, summary: Mapping[str, Any], letters: Sequence[str]) -> None:
    cells = risk_cells(summary)
    if not cells:
        return
    page.line()
    page.line(("Risk of missing each target", "bold"))
    titles = ["", "allowed", *letters]
    columns = [list(column) for column in zip(*cells, strict=True)]
    page.table(
        [
            Column(title, column, left=not place)
            for place, (title, column) in enumerate(zip(titles, columns, strict=True))
        ]
    )


def _risk(target: Mapping[str, Any] | None, runs: int) -> str:
    if target is None:
        return "—"
    return f"{form.chance(target['risk_of_missing'], runs)} {MARKS[target['status']]}"


def _plan(
    page: Page, summary: Mapping[str, Any], letters: Sequence[str], place: int, start: date
) -> None:
    rows = summary["rows"]
    heading = f"{letters[place]} beside {letters[0]}"
    _table(
        page,
        f"{heading}: targets and totals",
        rows_of(summary, "target", "total"),
        summary,
        place,
        start,
    )
    for month in dict.fromkeys(row["month"] for row in rows if row["month"]):
        _table(
            page,
            f"{heading}: {_month(month)}",
            [row for row in rows if row["month"] == month],
            summary,
            place,
            start,
        )
    _table(
        page,
        f"{heading}: lines of spend, the largest differences first",
        dear_lines(summary, place),
        summary,
        place,
        start,
    )
    page.line()
    page.line((f"Why the spend of {letters[place]} differs, in this order", "bold"))
    names, changes, halves = (
        list(cells) for cells in zip(*step_cells(summary, place), strict=True)
    )
    page.table([Column("", names, left=True), Column("change", changes), Column("± 95%", halves)])
    _pairing(page, summary, place)


def _pairing(page: Page, summary: Mapping[str, Any], place: int) -> None:
    """What shared luck gains, month by month."""
    cells = pairing_cells(summary, place)
    if not cells:
        return
    page.line()
    page.line((PAIRING_TITLE, "bold"))
    names, whole, same = (list(column) for column in zip(*cells, strict=True))
    page.table(
        [Column("", names, left=True), Column("all", whole), Column("without a held gate", same)]
    )


PAIRING_TITLE = "Width of the paired interval, for each of one from unpaired runs (pairs)"


def pairing_cells(summary: Mapping[str, Any], place: int) -> list[tuple[str, str, str]]:
    """Return (figure of a month, ratio of widths over all pairs, the same over those without a held gate)."""
    return [
        (
            f"{_month(row['month'])}: {_name({**row, 'group': 'month'})}",
            _ratio(row["width_ratio"], row["pairs"]),
            _ratio(row["width_ratio_without_hold"], row["pairs_without_hold"]),
        )
        for row in summary.get("pairing", ())
        if row["plan"] == place
    ]


def _ratio(ratio: float | None, pairs: int) -> str:
    return f"{form.NOT_A_NUMBER if ratio is None else f'{ratio:.2g}'} ({pairs})"


def _table(
    page: Page, title: str, rows: Sequence[Row], summary: Mapping[str, Any], place: int, start: date
) -> None:
    letters = plan_letters(summary)
    cells = difference_cells(rows, summary, place, start)
    if not cells:
        return
    page.line()
    page.line((title, "bold"))
    columns = [list(column) for column in zip(*cells, strict=True)]
    page.table(
        [
            Column("", columns[0], left=True),
            Column(letters[0], columns[1], rank=1),
            Column(letters[place], columns[2], rank=1),
            Column("change", columns[3]),
            Column("± 95%", columns[4]),
            Column(f"{letters[place]} worse", columns[5]),
        ]
    )


def difference_cells(
    rows: Sequence[Row], summary: Mapping[str, Any], place: int, start: date
) -> list[tuple[str, ...]]:
    """Return (name, first plan, this plan, change, half the interval, chance to be worse) of rows that say anything."""
    found, currency = [], summary["currency"]
    for row in rows:
        if all(plan["p50"] is None for plan in row["plans"]):
            continue
        difference, unit = row["differences"][place - 1], row["unit"]
        found.append(
            (
                _name(row),
                *_middles(row, (0, place), currency, start),
                signed(difference["mean"], unit, currency),
                _half(difference, unit, currency),
                _worse(difference),
            )
        )
    return found


def step_cells(summary: Mapping[str, Any], place: int) -> list[tuple[str, str, str]]:
    """Return (step, change, half the interval) of the way to a plan's spend, and their sum; the changes foot."""
    steps = next(one["steps"] for one in summary["waterfalls"] if one["plan"] == place)
    currency, whole = summary["currency"], spend_row(summary)["differences"][place - 1]
    rows = [*steps, {"name": "whole difference", **whole}]
    means = [form.decimal(row["mean"]) or Decimal(0) for row in rows]
    changes = [
        f"+{text}" if mean > 0 else text
        for mean, text in zip(means, footing(means, currency), strict=True)
    ]
    halves = [_half(row, "money", currency) for row in rows]
    return list(zip([row["name"] for row in rows], changes, halves, strict=True))


def rows_of(summary: Mapping[str, Any], *groups: str) -> list[Row]:
    """Return the rows of some groups, in their order."""
    return [row for row in summary["rows"] if row["group"] in groups]


def dear_lines(summary: Mapping[str, Any], place: int) -> list[Row]:
    """Return the lines of spend that differ most, the largest difference first."""
    means = [
        (abs(form.decimal(row["differences"][place - 1]["mean"]) or Decimal(0)), row)
        for row in rows_of(summary, "line")
    ]
    found = [pair for pair in means if pair[0]]
    return [row for _, row in sorted(found, key=lambda pair: -pair[0])][:LINES_MAX]


def risk_cells(summary: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return (target, risk that is allowed, risk of each plan)."""
    plans = [{one["name"]: one for one in plan["targets"]} for plan in summary["plans"]]
    runs = summary["engine"]["replications"]
    return [
        (
            form.label(name),
            form.share(
                round(next(plan[name]["risk_allowed"] for plan in plans if name in plan), 4)
            ),
            *(_risk(plan.get(name), runs) for plan in plans),
        )
        for name in dict.fromkeys(name for plan in plans for name in plan)
    ]


def spend_row(summary: Mapping[str, Any]) -> Row:
    """Return the row of the whole spend."""
    return _total(summary, "spend")


def _name(row: Row) -> str:
    if row["group"] == "month" and row["workload"]:
        return form.label(f"{row['workload']} {row['name'].removeprefix('latency.')}")
    name = row["name"].replace("spend.", "spend ").replace("_", " ")
    return form.label(row["name"] if row["group"] == "line" else name)


def _middles(row: Row, plans: tuple[int, int], currency: str, start: date) -> list[str]:
    """What each plan has: medians of targets and days, means of the rest."""
    key = "p50" if row["group"] == "target" or row["unit"] == "days" else "mean"
    values = [row["plans"][plan][key] for plan in plans]
    if row["unit"] == "days":
        return ["—" if v is None else form.day(start + timedelta(days=int(v))) for v in values]
    unit = "" if row["unit"] == "requests" else row["unit"]
    if unit == "":
        values = [None if v is None else round(form.decimal(v) or Decimal(0)) for v in values]
    texts = form.measure_row(values, unit, currency)
    return [
        text if value is not None else "none" if _has_no_answer(row["plans"][plan]) else "—"
        for plan, value, text in zip(plans, values, texts, strict=True)
    ]


def _has_no_answer(plan: Mapping[str, Any]) -> bool:
    return "no answer" in (plan.get("why_null") or "")


def _half(difference: Mapping[str, Any], unit: str, currency: str) -> str:
    """Half the width of the interval, which is the same on both sides."""
    ends = difference["mean_interval"]
    if ends is None:
        return form.NOT_A_NUMBER
    low, high = (form.decimal(end) or Decimal(0) for end in ends)
    return signed((high - low) / 2, unit, currency).removeprefix("+")


def signed(value: Any, unit: str, currency: str) -> str:
    """Return a difference with its sign, in its unit."""
    number = form.decimal(value)
    if number is None:
        return form.NOT_A_NUMBER
    size = abs(number)
    if unit == "share":
        text = f"{form.count(size * 100, 2)} pt"
    elif unit == "requests":
        text = form.count(round(size))
    elif unit == "days":
        text = f"{form.count(size, 2)} d"
    else:
        text = form.measure(size, unit, currency, 2 if unit == "money" and size < 1 else 0)
    return f"{'+' if number >= 0 else form.MINUS}{text}" if number else text


def _interval(difference: Mapping[str, Any], unit: str, currency: str) -> str:
    ends = difference["mean_interval"]
    if ends is None:
        return form.NOT_A_NUMBER
    low, high = (signed(end, unit, currency) for end in ends)
    return f"{low} to {high}"


def _worse(difference: Mapping[str, Any]) -> str:
    if difference["chance_worse"] is None:
        return ""
    return form.chance(difference["chance_worse"], difference["pairs"])


def _total(summary: Mapping[str, Any], name: str) -> Row:
    return next(row for row in summary["rows"] if row["group"] == "total" and row["name"] == name)


def _month(month: str) -> str:
    return form.month(date.fromisoformat(f"{month}-01"))
