"""The terminal's face of a sweep: every point, cheapest first, and which no other point beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report import format as form
from sim.report.page import Column, Page, Screen

POINTS_SHOWN = 40


def render_sweep(summary: Mapping[str, Any], screen: Screen, *, wrote: Sequence[str] = ()) -> str:
    """Return the whole report."""
    page = Page(screen)
    engine, points = summary["engine"], summary["points"]
    best = [point for point in points if point["on_frontier"]]
    page.line(
        (f"simulate {engine['version']}", "dim"),
        "  sweep  ",
        (form.label(summary["scenario"]["name"]), "bold"),
    )
    page.line(
        (
            f"{len(points)} points × {engine['replications']} replications · seed {engine['seed']} · shared luck",
            "dim",
        )
    )
    page.line()
    page.paragraph(
        f"{len(best)} of {len(points)} points are on the frontier (*): no other point is at least as good on spend, "
        f"p95 of {summary['workload']} and availability, and better on one."
    )
    page.line()
    ordered = sorted(points, key=lambda point: float(point["spend"]["mean"]))
    shown = (
        ordered
        if len(ordered) <= POINTS_SHOWN
        else [p for p in ordered if p["on_frontier"]][:POINTS_SHOWN]
    )
    _table(page, summary, shown)
    if varied(points):
        page.paragraph(varied(points).strip(), "dim")
    if len(shown) < len(points):
        page.line((f"{len(points) - len(shown)} more points are in sweep.csv", "dim"))
    if wrote:
        page.line()
        page.paragraph(f"Wrote {wrote[0]} ({', '.join(wrote[1:])})", "dim")
    return page.text()


def _table(page: Page, summary: Mapping[str, Any], points: Sequence[Mapping[str, Any]]) -> None:
    currency = summary["currency"]
    spends = form.money_row([point["spend"]["mean"] for point in points], currency)
    count = len(points[0]["targets"])
    page.table(
        [
            Column("", ["*" if point["on_frontier"] else "" for point in points], left=True),
            Column("point", [form.label(point["label"]) for point in points], left=True),
            Column("spend", spends),
            Column(
                "± 95%", [half_width(point["spend"], "money", currency) for point in points], rank=2
            ),
            Column("p95", [_mean(point["latency_p95"], "s", currency) for point in points]),
            Column(
                "availability",
                [_mean(point["availability"], "share", currency) for point in points],
            ),
            Column(
                "surely met",
                [
                    f"{sum(t['status'] == 'met' for t in point['targets'])} of {count}"
                    for point in points
                ],
                rank=1,
            ),
        ]
    )


def varied(points: Sequence[Mapping[str, Any]]) -> str:
    """Which paths the values of the points are of; nothing where points have names of their own."""
    sets = [str(one).partition("=") for one in points[0]["sets"]]
    if not sets or ", ".join(value for *_, value in sets) != points[0]["label"]:
        return ""
    return f"Values are of {', '.join(form.label(path, 80) for path, *_ in sets)}. "


def half_width(spread: Mapping[str, Any], unit: str, currency: str) -> str:
    """Half the width of the interval of a mean."""
    ends = spread["mean_interval"]
    if ends is None:
        return form.NOT_A_NUMBER
    low, high = (form.decimal(end) for end in ends)
    assert low is not None
    assert high is not None
    return form.measure((high - low) / 2, unit, currency, 2)


def _mean(spread: Mapping[str, Any], unit: str, currency: str) -> str:
    if spread["mean"] is None:
        return "none" if "no answer" in (spread.get("why_null") or "") else "—"
    return form.measure(spread["mean"], unit, currency, 3)
