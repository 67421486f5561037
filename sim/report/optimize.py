"""The terminal's face of an optimum: the plan, how sure the choice is, what binds, what each target costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report import format as form
from sim.report.page import Column, Page, Screen

PLANS_SHOWN = 8


def render_optimum(summary: Mapping[str, Any], screen: Screen, *, wrote: Sequence[str] = ()) -> str:
    """Return the whole report."""
    page = Page(screen)
    page.line(
        (f"simulate {summary['engine']['version']}", "dim"),
        "  optimize  ",
        (form.label(summary["scenario"]["name"]), "bold"),
    )
    page.line(
        (
            f"{len(summary['plans'])} plans raced · seed {summary['engine']['seed']} · shared luck",
            "dim",
        )
    )
    page.line()
    page.paragraph(sentence(summary))
    _targets(page, summary)
    _plans(page, summary)
    if wrote:
        page.line()
        page.paragraph(f"Wrote {wrote[0]} ({', '.join(wrote[1:])})", "dim")
    return page.text()


def sentence(summary: Mapping[str, Any]) -> str:
    """Which plan, or that there is none."""
    chosen, currency = summary["chosen"], summary["currency"]
    choices = ", ".join(
        f"{choice} {way}" for choice, way in zip(summary["choices"], chosen["ways"], strict=True)
    )
    spend = form.money(chosen["spend_mean"], currency)
    if not summary["feasible"]:
        short = max(chosen["targets"], key=lambda one: one["chance_asked"] - one["chance_met"])
        return (
            f"No plan among the choices keeps every target. Nearest: {choices}, for {spend}; it falls short "
            f"on {short['name']}: met with a chance of {form.share(short['chance_met'])}, "
            f"{form.share(short['chance_asked'])} asked."
        )
    sure = form.chance(summary["chance_right"], form.FEW_RUNS)
    binds = f" What binds is: {summary['binding']}." if summary["binding"] else " No target binds."
    return (
        f"Cheapest plan that keeps every target: {choices}, for {spend}. "
        f"Chance that this choice is right: {sure}.{binds}"
    )


def _targets(page: Page, summary: Mapping[str, Any]) -> None:
    chosen, currency = summary["chosen"], summary["currency"]
    prices = {one["target"]: one["saves_without"] for one in summary["prices"]}
    fresh, targets = summary["fresh"], chosen["targets"]
    page.line()
    page.line(
        ("Chance of each target with this plan, and what would be saved without the target", "bold")
    )
    page.table(
        [
            Column("", [form.label(one["name"]) for one in targets], left=True),
            Column("asked", [form.share(one["chance_asked"]) for one in targets]),
            Column(
                "met", [form.chance(one["chance_met"], chosen["replications"]) for one in targets]
            ),
            Column(
                "fresh luck",
                [form.chance(one["chance_met"], fresh["replications"]) for one in fresh["targets"]],
            ),
            Column("saves", [form.money(prices.get(one["name"]), currency) for one in targets]),
        ]
    )


def _plans(page: Page, summary: Mapping[str, Any]) -> None:
    plans = sorted(
        summary["plans"], key=lambda plan: (not plan["keeps_all"], float(plan["spend_mean"]))
    )
    shown, currency = plans[:PLANS_SHOWN], summary["currency"]
    page.line()
    page.line(("The plans that keep all targets, cheapest first, then the others", "bold"))
    page.table(
        [
            Column("", [form.label(", ".join(plan["ways"])) for plan in shown], left=True),
            Column("spend", form.money_row([plan["spend_mean"] for plan in shown], currency)),
            Column("keeps", [f"{_kept(plan)} of {len(plan['targets'])}" for plan in shown]),
            Column("replications", [form.count(plan["replications"]) for plan in shown], rank=1),
        ]
    )
    if len(plans) > len(shown):
        page.line((f"and {len(plans) - len(shown)} more, in optimum.json", "dim"))


def _kept(plan: Mapping[str, Any]) -> int:
    return sum(one["chance_met"] >= one["chance_asked"] for one in plan["targets"])
