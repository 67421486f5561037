"""The terminal's face of a sensitivity study: a tornado for each metric, and what to measure first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report import format as form
from sim.report.page import Column, Page, Screen


def render_sensitivity(
    summary: Mapping[str, Any], screen: Screen, *, wrote: Sequence[str] = ()
) -> str:
    """Return the whole report."""
    page = Page(screen)
    engine = summary["engine"]
    page.line(
        (f"simulate {engine['version']}", "dim"),
        "  sensitivity  ",
        (form.label(summary["scenario"]["name"]), "bold"),
    )
    rows = f" · {engine['rows']} rows of all together" if engine["rows"] else ""
    page.line(
        (
            f"{engine['replications']} replications each alone{rows} · seed {engine['seed']} · shared luck",
            "dim",
        )
    )
    for metric in summary["metrics"]:
        _metric(page, metric, summary["currency"])
    if wrote:
        page.line()
        page.paragraph(f"Wrote {wrote[0]} ({', '.join(wrote[1:])})", "dim")
    return page.text()


def moved(metric: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the unknowns that change a metric alone, the widest first; all where shares of the variance are told."""
    return [
        one
        for one in metric["tornado"]
        if metric["sobol"] or one["at_p10"] is None or one["at_p10"] != one["at_p90"]
    ]


def still(metric: Mapping[str, Any]) -> str:
    """How many other unknowns there are; nothing where there are none."""
    count = len(metric["tornado"]) - len(moved(metric))
    return f"{count} more change{'s' if count == 1 else ''} nothing." if count else ""


def _metric(page: Page, metric: Mapping[str, Any], currency: str) -> None:
    name = f"{metric['workload']} {metric['name']}" if metric["workload"] else metric["name"]
    first = metric["measure_first"]
    page.line()
    page.line(
        (
            f"{form.label(name)}: {'measure ' + form.label(first) + ' first' if first else 'no unknown moves it'}",
            "bold",
        )
    )
    if first is None:
        return
    swings = moved(metric)
    shares = {one["path"]: one for one in metric["sobol"] or ()}
    ends = [
        form.measure_row([one["at_p10"], one["at_p90"]], metric["unit"], currency, 3)
        for one in swings
    ]
    columns = [
        Column("", [form.label(one["path"], 44) for one in swings], left=True),
        Column(
            "P10 to P90", [f"{one['p10']} to {one['p90']}" for one in swings], left=True, rank=1
        ),
        Column("at P10", [pair[0] for pair in ends]),
        Column("at P90", [pair[1] for pair in ends]),
    ]
    if shares:
        columns += [
            Column("share", [_share(shares[one["path"]]["first"]) for one in swings]),
            Column(
                "90%",
                [
                    form.between(*map(_share, shares[one["path"]]["first_interval"]))
                    for one in swings
                ],
                rank=2,
            ),
            Column("total", [_share(shares[one["path"]]["total"]) for one in swings]),
        ]
    page.table(columns)
    if still(metric):
        page.line((still(metric), "dim"))


def _share(value: float) -> str:
    return form.share(round(min(1.0, max(0.0, value)), 2))
