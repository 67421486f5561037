"""The terminal's face of a search for headroom: what the plan carries, what breaks first, what to ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sim.report import format as form
from sim.report.page import Column, Page, Screen


def render_headroom(
    summary: Mapping[str, Any], screen: Screen, *, wrote: Sequence[str] = ()
) -> str:
    """Return the whole report."""
    page = Page(screen)
    engine = summary["engine"]
    page.line(
        (f"simulate {engine['version']}", "dim"),
        "  headroom  ",
        (form.label(summary["scenario"]["name"]), "bold"),
    )
    page.line(
        (
            f"{engine['replications']} replications a trial · seed {engine['seed']} · shared luck",
            "dim",
        )
    )
    page.line()
    page.paragraph(sentence(summary))
    _breaks(page, summary)
    _quota(page, summary)
    if wrote:
        page.line()
        page.paragraph(f"Wrote {wrote[0]} ({', '.join(wrote[1:])})", "dim")
    return page.text()


def sentence(summary: Mapping[str, Any]) -> str:
    """What the plan carries, and what breaks first."""
    if summary["carries_factor"] is None:
        return (
            f"The plan does not keep its targets even with {_much(summary, 'breaks_at')}: "
            f"{summary['breaks'][0]['target']} breaks."
        )
    carried = f"The plan carries {_much(summary, 'carries')}"
    if summary["breaks_at_factor"] is None:
        return f"{carried}, and no target broke up to there."
    first = summary["breaks"][0]
    owner = f", of {first['owner']}," if first["owner"] else ""
    return f"{carried}. At {_much(summary, 'breaks_at')} the first target{owner} breaks: {first['target']}."


def _much(summary: Mapping[str, Any], which: str) -> str:
    people, factor = summary[f"{which}_people"], summary[f"{which}_factor"]
    times = f"{factor:.2f} × the demand as planned"
    return times if people is None else f"{form.count(people, 4)} people ({times})"


def _breaks(page: Page, summary: Mapping[str, Any]) -> None:
    breaks = summary["breaks"]
    if not breaks:
        return
    page.line()
    page.line(("What breaks there, the most clearly first", "bold"))
    runs = summary["engine"]["replications"]
    page.table(
        [
            Column("", [form.label(one["target"]) for one in breaks], left=True),
            Column("owner", [form.label(one["owner"] or "—", 24) for one in breaks], left=True),
            Column("met", [form.chance(one["chance_met"], runs) for one in breaks]),
            Column("asked", [form.share(one["chance_asked"]) for one in breaks]),
        ]
    )


def _quota(page: Page, summary: Mapping[str, Any]) -> None:
    quota = summary["quota"]
    rows = quota["rows"]
    if not rows:
        return
    page.line()
    page.line(
        (
            f"Quota to ask for, for the plan as written, {form.share(quota['margin'])} margin in it",
            "bold",
        )
    )
    page.table(
        [
            Column("endpoint", [form.label(row["endpoint"], 24) for row in rows], left=True),
            Column("phase", [form.label(row["phase"], 20) for row in rows], left=True),
            Column("by", [form.day(date.fromisoformat(row["by"])) for row in rows]),
            Column("requests/min", [form.count(row["requests_per_minute"]) for row in rows]),
            Column("tokens/min", [form.count(row["tokens_per_minute"]) for row in rows]),
        ]
    )
    page.paragraph(f"Each is {quota['definition']}.", "dim")
