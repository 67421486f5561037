"""The terminal's face of a search for headroom: what the plan carries, what breaks first, what to ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
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
    names, owners, met, asked = (list(column) for column in zip(*break_cells(summary), strict=True))
    page.table(
        [
            Column("", names, left=True),
            Column("owner", owners, left=True),
            Column("met", met),
            Column("asked", asked),
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
    cells = [list(column) for column in zip(*quota_cells(summary), strict=True)]
    ranks = (0, 0, 0, 0, 0, 0, 2, 1)
    page.table(
        [
            Column(title, column, left=place < 2, rank=ranks[place])
            for place, (title, column) in enumerate(zip(QUOTA_COLUMNS, cells, strict=True))
        ]
    )
    page.paragraph(
        f"Each is {quota['definition']}. When it was, and its P10 to P90, a narrow terminal leaves to headroom.html.",
        "dim",
    )
    if any(row["units"] is not None for row in rows):
        page.paragraph(f"Units: {quota['units_definition']}.", "dim")


QUOTA_COLUMNS = ("endpoint", "phase", "by", "requests/min", "tokens/min", "units", "seen", "at")


def quota_cells(summary: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the rows of the sheet, as `QUOTA_COLUMNS`: what is asked, what tokens were seen, and when."""
    return [
        (
            form.label(row["endpoint"], 24),
            form.label(row["phase"], 20),
            form.day(date.fromisoformat(row["by"])),
            form.count(row["requests_per_minute"]),
            form.count(row["tokens_per_minute"]),
            "—" if row["units"] is None else f"{row['units']} ({row['units_planned']} planned)",
            form.between(*(form.count(row["tokens_seen"][key]) for key in ("p10", "p90"))),
            _moment(row["tokens_seen"]["at"]),
        )
        for row in summary["quota"]["rows"]
    ]


def _moment(at: str) -> str:
    """`Mon 6 Sep 09:14`."""
    moment = datetime.fromisoformat(at)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def break_cells(summary: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return (target, owner, chance met, chance asked) of what breaks, the most clearly first."""
    runs = summary["engine"]["replications"]
    return [
        (
            form.label(one["target"]),
            form.label(one["owner"] or "—", 24),
            form.chance(one["chance_met"], runs),
            form.share(one["chance_asked"]),
        )
        for one in summary["breaks"]
    ]
