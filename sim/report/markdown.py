"""A summary as a comment on a pull request: one sentence, one table, and the rest folded away."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sim.report import format as form
from sim.report import read
from sim.report.bill_words import actual_rows, footing
from sim.report.read import Summary
from sim.report.terminal import MARKS, VERDICTS, period, target_cells

SPECIAL = re.compile(r"[\\`*_{}\[\]()<>#+!|~&$\"'=^-]")
SPLIT = "\u200b"
"""Nothing to see; it keeps a name from becoming a mention, an issue or a link."""


def render(summary: Summary) -> str:
    """Return the comment."""
    scenario, runs = summary["scenario"], read.replications(summary)
    verdict = VERDICTS[str(summary["verdict"]["status"])]
    parts = [
        f"### simulate: {words(scenario['name'])}",
        f"**{verdict}** {words(summary['verdict']['sentence'], 400)}",
        *_targets(summary),
        *_actuals(summary),
        *_spend(summary),
        *_averages(summary),
    ]
    if not summary["engine"].get("complete", True):
        asked = words(summary["engine"]["replications_asked"])
        parts.insert(2, f"**PARTIAL**: interrupted after {runs} of {asked} replications.")
    seed, sha = summary["engine"]["seed"], str(scenario["sha256"])[:12]
    parts.append(
        f"<sub>{words(period(summary))} · {runs} replications · seed {seed} · "
        f"scenario {sha} · simulate {words(summary['engine']['version'])}</sub>"
    )
    return "\n\n".join(parts) + "\n"


def words(text: object, width_max: int = 120) -> str:
    """Return a planner's words as text that no renderer takes for markup, a mention or a link."""
    line = SPECIAL.sub(lambda found: f"&#{ord(found[0])};", form.label(text, width_max))
    line = line.replace("@", f"&#64;{SPLIT}").replace("://", f":{SPLIT}//")
    return re.sub(r"(?i)www\.", f"www{SPLIT}.", line)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    lines = [heads, ["---" if i < left else "---:" for i in range(len(heads))], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _targets(summary: Summary) -> list[str]:
    rows, runs = read.targets(summary), read.replications(summary)
    if not rows:
        return []
    shown = [
        [MARKS[row.status], *map(words, target_cells(row, read.currency(summary), runs))]
        for row in rows
    ]
    return [
        _table(["", "target", "limit", "P50", form.range_name(runs), "chance met"], shown, left=2)
    ]


def _actuals(summary: Summary) -> list[str]:
    rows = actual_rows(summary)
    heads = [f"actual spend to date ({read.currency(summary)})", "actual", "projected", "variance"]
    return [_table(heads, rows)] if rows else []


def _spend(summary: Summary) -> list[str]:
    months, currency = read.months(summary), read.currency(summary)
    if not months:
        return []
    keys = ("p10", "p50", "p90", "mean")
    low, high = form.range_ends(read.replications(summary))
    by_month = [
        [form.month(m.month), *(form.money_whole(getattr(m.total, key), currency) for key in keys)]
        + [form.money_whole(m.budget, currency) if m.budget is not None else ""]
        for m in months
    ]
    heads = ["month", low, "P50", high, "mean", "budget"]
    return [
        _folded(f"Spend by month ({currency})", _table(heads, by_month)),
        _folded("Spend by line, mean", _lines(summary)),
    ]


def _lines(summary: Summary) -> str:
    lines, currency = read.spend_shown(summary), read.currency(summary)
    costs, names = [line.cost for line in lines], [words(line.name) for line in lines]
    texts = footing([*costs, read.spend_total(summary)], currency)
    rows = [[name, text] for name, text in zip([*names, "**Total**"], texts, strict=True)]
    return _table(["line", "cost"], rows)


def _averages(summary: Summary) -> list[str]:
    rows, currency = read.headlines(summary), read.currency(summary)
    if not rows:
        return []
    shown = [
        [words(row.name), *form.measure_row([row.value.p50, row.averages_say], row.unit, currency)]
        for row in rows
    ]
    table = _table(["", "simulated P50", "averages"], shown)
    return [_folded("What a spreadsheet of averages would have said", table)]


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
