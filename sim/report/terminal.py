"""The terminal's face of a summary: the verdict first, then targets, money, and what to do next.

It returns text and prints nothing. Columns are dropped, never wrapped, where a terminal is narrow; signs
have twins where it cannot show them; colour never carries meaning alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sim.report import bill_words, read
from sim.report import format as form
from sim.report.page import Column, Page, Screen
from sim.report.read import SpendLine, Summary, TargetRow
from sim.report.read_facts import facts_to_check

MARKS = {"met": "✓", "missed": "✗", "close": "~", "unknown": "?"}
STYLES = {"met": "green", "missed": "bold red", "close": "yellow", "unknown": "yellow"}
VERDICTS = {
    "met": "✓ PASS",
    "missed": "✗ FAIL",
    "close": "~ TOO CLOSE TO CALL",
    "unknown": "? NO VERDICT",
}
BAR_CELLS_MAX = 24
BAR_CELLS_MIN = 6
UNDECIDED_MAX = 3
ROLLOUT_MAX = 3
"""Sentences on the gates; the page has all of them."""
NO_ANSWER = "none"
"""Stands for a percentile that falls on requests without an answer."""


def render(
    summary: Summary, screen: Screen, *, wrote: Sequence[str] = (), following: str = ""
) -> str:
    """Return the whole report.

    Args:
        summary: the dict of `summary.json`.
        screen: where the text will stand.
        wrote: the folder of the results, then its files.
        following: the command that a reader would run next.
    """
    page = Page(screen)
    _heading(page, summary)
    _verdict(page, summary)
    _targets(page, summary)
    _told(page, "How the rollout went", read.gate_sentences(summary)[:ROLLOUT_MAX])
    _spend(page, summary)
    _actuals(page, summary)
    _averages(page, summary)
    _told(page, "Facts to look at again", facts_to_check(summary))
    _undecided(page, summary)
    _ending(page, wrote, following)
    return page.text()


def verdict_line(summary: Summary, screen: Screen) -> str:
    """Return only the verdict, for `-q`."""
    page = Page(screen)
    page.paragraph(
        f"{_verdict_word(page, summary)}  {form.label(summary['verdict']['sentence'], 400)}"
    )
    return page.text()


def _heading(page: Page, summary: Summary) -> None:
    scenario, engine = summary["scenario"], summary["engine"]
    page.line(
        (f"simulate {engine['version']}", "dim"), "  ", (form.label(scenario["name"]), "bold")
    )
    runs = read.replications(summary)
    parts = [
        period(summary),
        f"{form.count(runs)} replication{'s' if runs != 1 else ''}",
        f"seed {engine['seed']}",
    ]
    if scenario.get("prices_as_of"):
        parts.append(f"prices as of {scenario['prices_as_of']}")
    page.line((" · ".join(parts), "dim"))
    if not engine.get("complete", True):
        asked = engine.get("replications_asked")
        page.line((f"PARTIAL: interrupted after {runs} of {asked} replications", "bold yellow"))
    elif read.why_stopped(summary):
        page.paragraph(read.why_stopped(summary), "dim")
    page.line()


def period(summary: Summary) -> str:
    """Return the horizon in words: `Jul–Sep 2027`, `1 Jul 2027 – 14 Jul 2027`, `1 Jul 2027`."""
    horizon = summary["scenario"]["horizon"]
    first = date.fromisoformat(str(horizon["start"])[:10])
    last = date.fromisoformat(str(horizon["end"])[:10]) - timedelta(days=1)
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    if first == last:
        return form.day(first)
    if not whole:
        return f"{form.day(first)} – {form.day(last)}"
    if (first.year, first.month) == (last.year, last.month):
        return form.month(first)
    if first.year == last.year:
        return f"{form.MONTHS[first.month - 1]}–{form.month(last)}"
    return f"{form.month(first)}–{form.month(last)}"


def _verdict_word(page: Page, summary: Summary) -> str:
    word = VERDICTS.get(str(summary["verdict"]["status"]), VERDICTS["unknown"])
    return word if page.signs_fit else word[2:]


def _verdict(page: Page, summary: Summary) -> None:
    style = STYLES.get(str(summary["verdict"]["status"]), "yellow")
    page.line((f" {_verdict_word(page, summary)} ", f"{style} reverse"))
    page.paragraph(form.label(summary["verdict"]["sentence"], 400), indent=1)
    if read.bottleneck(summary):
        page.paragraph(form.label(read.bottleneck(summary), 600), indent=1)
    page.line()


def _targets(page: Page, summary: Summary) -> None:
    rows = read.targets(summary)
    if not rows:
        page.line("No targets are written, so there is nothing to pass or fail.")
        return
    runs, currency = read.replications(summary), read.currency(summary)
    shown = [target_cells(row, currency, runs) for row in rows]
    columns = [
        Column("", [MARKS.get(row.status, "?") for row in rows], left=True),
        Column("target", [cells[0] for cells in shown], left=True),
        Column("limit", [cells[1] for cells in shown]),
        Column("P50", [cells[2] for cells in shown]),
        Column(form.range_name(runs), [cells[3] for cells in shown], rank=1),
        Column("chance met", [cells[4] for cells in shown]),
        Column("worst", [row.worst for row in rows], left=True, rank=2),
    ]
    if not any(row.worst for row in rows):
        columns.pop()
    dropped = page.table(columns, [STYLES.get(row.status, "") for row in rows])
    page.paragraph(_asked(rows), "dim", indent=3)
    if "worst" in dropped:
        _worst_notes(page, rows)


def _asked(rows: Sequence[TargetRow]) -> str:
    """In how many replications a target must hold, and the names of those of which another part is asked."""
    by_chance: dict[str, list[str]] = {}
    for row in rows:
        by_chance.setdefault(form.share(row.required_chance), []).append(row.name)
    first, *others = sorted(by_chance.items(), key=lambda pair: -len(pair[1]))
    besides = "; ".join(f"{chance}: {', '.join(names)}" for chance, names in others)
    return f"A target is met where it holds in {first[0]} of replications{f' ({besides})' if besides else ''}."


def target_cells(row: TargetRow, currency: str, runs: int) -> tuple[str, str, str, str, str]:
    """Return a target's name, limit, P50, P10–P90 and chance, as every face shows them."""
    limit = form.measure(row.limit, row.unit, currency)
    middle, low, high = form.beside_limit(
        [row.value.p50, row.value.p10, row.value.p90], row.limit, row.unit, currency
    )
    spread = form.between(low, high)
    if "no answer" in row.value.why_null:
        middle, low, high = (
            NO_ANSWER if t == form.NOT_A_NUMBER else t for t in (middle, low, high)
        )
        spread = form.between(low, high)
    chance = form.chance(row.chance_met, runs)
    return target_name(row), f"{'≤' if row.at_most else '≥'} {limit}", middle, spread, chance


def target_name(row: TargetRow) -> str:
    """Return a target's name with its window: `answers are fast, worst month`, `..., 98% of hours`."""
    if row.window in ("", "horizon"):
        return row.name
    if row.share < 1:
        return f"{row.name}, {form.share(row.share)} of {row.window}s"
    return f"{row.name}, worst {row.window}"


def _worst_notes(page: Page, rows: Iterable[TargetRow]) -> None:
    worst = [
        f"{row.name} ({row.worst})"
        for row in rows
        if row.worst and row.status != "met" and row.chance_met != 1
    ]
    if worst:
        page.paragraph(f"Worst: {', '.join(worst)}", "dim", indent=3)


def _spend(page: Page, summary: Summary) -> None:
    lines = read.spend_shown(summary)
    if not lines:
        return
    currency = read.currency(summary)
    page.line()
    page.line((f"Spend by line, {period(summary)}, mean of replications ({currency})", "bold"))
    total = read.spend_total(summary)
    rows = [*lines, SpendLine("total", "Total", "", None, "", None, total)]
    shares = [Decimal(repr(line.share)) for line in rows]
    columns = [
        Column("", [line.name for line in rows], left=True),
        Column("basis", [line.basis for line in rows], left=True, rank=3),
        Column("quantity", [bill_words.quantity(line) for line in rows], rank=2),
        Column("unit price", [bill_words.unit_price(line, currency) for line in rows], rank=1),
        Column("cost", bill_words.footing([line.cost for line in rows], currency)),
        Column("share", [_share(share) for share in shares]),
    ]
    room = min(BAR_CELLS_MAX, page.room(columns))
    if room >= BAR_CELLS_MIN:
        columns.append(Column("", [*_bars(shares[:-1], room), ""], left=True, rank=4))
    page.table(columns)


def _share(share: Decimal) -> str:
    return form.share(round(share, 2)) if share >= Decimal("0.01") or not share else "<1%"


def _bars(shares: Sequence[Decimal], cells: int) -> list[str]:
    largest = max(shares, default=Decimal(0))
    if largest <= 0:
        return ["" for _ in shares]
    return ["█" * max(0, round(share / largest * cells)) for share in shares]


def _told(page: Page, title: str, sentences: Sequence[str]) -> None:
    """What is said in sentences, under a title of its own."""
    if not sentences:
        return
    page.line()
    page.line((title, "bold"))
    for sentence in sentences:
        page.paragraph(form.label(sentence, 400), indent=2)


def _actuals(page: Page, summary: Summary) -> None:
    """What was really spent, beside what was projected for those months."""
    rows = bill_words.actual_rows(summary)
    if not rows:
        return
    months, actual, projected, variance = (list(column) for column in zip(*rows, strict=True))
    page.line()
    page.line((f"Actual spend to date ({read.currency(summary)})", "bold"))
    page.table(
        [
            Column("", months, left=True),
            Column("actual", actual),
            Column("projected", projected),
            Column("variance", variance),
        ]
    )


def _averages(page: Page, summary: Summary) -> None:
    """What a spreadsheet of averages would have said, beside what was simulated."""
    rows, currency = read.headlines(summary), read.currency(summary)
    if not rows:
        return
    shown = [
        form.measure_row(
            [row.value.p50, row.averages_say, row.value.p10, row.value.p90], row.unit, currency
        )
        for row in rows
    ]
    page.line()
    page.line(("What a spreadsheet of averages would have said", "bold"))
    page.table(
        [
            Column("", [row.name for row in rows], left=True),
            Column("averages", [cells[1] for cells in shown]),
            Column("simulated P50", [cells[0] for cells in shown]),
            Column(
                form.range_name(read.replications(summary)),
                [form.between(cells[2], cells[3]) for cells in shown],
                rank=1,
            ),
        ]
    )


def _undecided(page: Page, summary: Summary) -> None:
    """What more replications would decide."""
    runs = read.replications(summary)
    close = [row for row in read.targets(summary) if row.status == "close"]
    if not close:
        return
    page.line()
    page.line(("What stays undecided", "bold"), " (more replications would tell)")
    for row in close[:UNDECIDED_MAX]:
        met = f"{row.met} of {runs}"
        asked = form.share(row.required_chance)
        page.paragraph(f"{row.name}: met by {met} replications, {asked} asked", indent=2)
    if len(close) > UNDECIDED_MAX:
        page.line("  and others, marked ~ above")


def _ending(page: Page, wrote: Sequence[str], following: str) -> None:
    if wrote:
        page.line()
        page.paragraph(f"Wrote {wrote[0]}  " + "  ".join(wrote[1:]))
    if following:
        page.line(("Next: ", "bold"), following)
