"""Page one: what ran, the verdict, four figures, the targets, and monthly spend against the budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.report import format as form
from sim.report import read
from sim.report.html.blocks import Table, Tile
from sim.report.read import Summary, TargetRow
from sim.report.terminal import period, target_cells

VERDICTS = {
    "met": ("✓", "Ready."),
    "missed": ("✗", "Not ready."),
    "close": ("~", "Too close to call."),
    "unknown": ("?", "No verdict."),
}
WORDS = {"met": "✓ Met", "missed": "✗ Missed", "close": "~ Undecided", "unknown": "? Unknown"}
ORDER = ("missed", "close", "unknown", "met")
TARGETS_MAX = 9
"""More do not fit on page one; all of them stand under Service."""
CHART = "spend_by_month"


@dataclass(frozen=True)
class FirstPage:
    """What the template shows on page one."""

    title: str
    facts: str
    status: str
    sign: str
    word: str
    sentence: str
    partial: str
    tiles: Sequence[Tile]
    targets: Table
    chart: str


def first_page(summary: Summary) -> FirstPage:
    """Return page one."""
    status = str(summary["verdict"]["status"])
    sign, word = VERDICTS.get(status, VERDICTS["unknown"])
    rows = read.targets(summary)
    shown = sorted(rows, key=lambda row: ORDER.index(row.status))[:TARGETS_MAX]
    hidden = len(rows) - len(shown)
    note = (
        f"All {form.count(len(rows))} targets stand under Latency and availability."
        if hidden
        else ""
    )
    return FirstPage(
        title=form.label(summary["scenario"]["name"], 90),
        facts=_facts(summary),
        status=status if status in VERDICTS else "unknown",
        sign=sign,
        word=word,
        sentence=form.label(summary["verdict"]["sentence"], 300),
        partial=_partial(summary),
        tiles=_tiles(summary, rows),
        targets=targets_table(summary, shown if hidden else rows, note),
        chart=CHART,
    )


def targets_table(summary: Summary, rows: Sequence[TargetRow], note: str = "") -> Table:
    """Return targets as every face shows them, with their chance."""
    runs, currency = read.replications(summary), read.currency(summary)
    cells = [target_cells(row, currency, runs) for row in rows]
    level = f", {form.share(rows[0].chance_level)} interval" if rows else ""
    return Table(
        "Targets" if rows else "No targets are written, so there is nothing to pass or fail.",
        ("Result", "Target", "Limit", "P50", form.range_name(runs), f"Chance met{level}", "Asked"),
        [
            (
                *(WORDS[row.status], _with_worst(name, row), limit, middle, spread),
                f"{chance} ({form.between(*form.share_row(row.chance_interval))})",
                form.share(row.required_chance),
            )
            for row, (name, limit, middle, spread, chance) in zip(rows, cells, strict=True)
        ],
        left=2,
        marks=[row.status for row in rows],
        note=note,
    )


def _with_worst(name: str, row: TargetRow) -> str:
    """A target's name, and when it was worst."""
    return f"{name} ({row.worst})" if row.worst else name


def _facts(summary: Summary) -> str:
    scenario, engine = summary["scenario"], summary["engine"]
    parts = [
        period(summary),
        f"{form.count(read.replications(summary))} runs",
        f"seed {engine['seed']}",
        f"{read.currency(summary)}, nominal, without tax",
        f"simulate {engine['version']}",
    ]
    if scenario.get("prices_as_of"):
        parts.insert(3, f"prices as of {scenario['prices_as_of']}")
    return " · ".join(form.label(part, 80) for part in parts)


def _partial(summary: Summary) -> str:
    if summary["engine"].get("complete", True):
        return ""
    asked = form.label(summary["engine"].get("replications_asked"), 20)
    return f"Partial: interrupted after {read.replications(summary)} of {asked} runs."


def _tiles(summary: Summary, rows: Sequence[TargetRow]) -> list[Tile]:
    tiles = [
        _headline(summary, "spend", f"Spend, {period(summary)}"),
        _judged(summary, rows, "spend", "Highest month")
        or _headline(summary, "spend.highest_month", "Highest month"),
        _judged(summary, rows, "latency", "") or _headline(summary, "latency.p95", "p95 latency"),
        _judged(summary, rows, "availability", "")
        or _headline(summary, "availability", "Availability"),
    ]
    return [tile for tile in tiles if tile is not None]


def _headline(summary: Summary, name: str, title: str) -> Tile | None:
    found = next((raw for raw in summary["headlines"] if raw["name"] == name), None)
    if found is None:
        return None
    middle, low, high = _three(found, read.currency(summary))
    subject = f"{form.label(found['workload'], 20)}: " if found["workload"] else ""
    spread = f"{form.range_name(read.replications(summary))} {form.between(low, high)}"
    if form.decimal(found["mean"]) is not None and found["unit"] == "money":
        spread += f" · mean {form.measure(found['mean'], 'money', read.currency(summary))}"
    return Tile(f"{subject}{title}, P50", middle, spread)


def _three(raw: Mapping[str, Any], currency: str) -> list[str]:
    spread = read.spread(raw)
    return form.measure_row([spread.p50, spread.p10, spread.p90], str(raw["unit"]), currency)


def _judged(summary: Summary, rows: Sequence[TargetRow], metric: str, title: str) -> Tile | None:
    """The first target on a metric (the worst of them, where some are missed)."""
    found = [
        row
        for row in rows
        if row.metric.startswith(metric) and (metric != "spend" or row.window == "month")
    ]
    if not found:
        return None
    row = min(found, key=lambda one: ORDER.index(one.status))
    currency, runs = read.currency(summary), read.replications(summary)
    name, limit, middle, spread, chance = target_cells(row, currency, runs)
    asked = form.share(row.required_chance)
    below = (
        f"{form.range_name(runs)} {spread} · target {limit}, met in {chance} of runs, {asked} asked"
    )
    if runs < form.FEW_RUNS:
        below = below.replace(f"{chance} of runs", f"{chance} runs")
    return Tile(f"{title or name}, P50", middle, below, row.status)
