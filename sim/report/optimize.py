"""The terminal's face of an optimum: the plan, how sure the choice is, what binds, what each target costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report import format as form
from sim.report.page import Column, Page, Screen

PLANS_SHOWN = 8
AS_GOOD_SHOWN = 3


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
    return " ".join(
        [
            f"Cheapest plan that keeps every target: {choices}, for {spend}.",
            *_as_good(summary),
            _binds(summary),
            _fresh(summary),
        ]
    )


def _as_good(summary: Mapping[str, Any]) -> list[str]:
    """How sure the choice is, and what is no worse a choice."""
    sure, others = form.chance(summary["chance_right"], form.FEW_RUNS), summary["as_good"]
    if not others:
        return [f"Chance that this choice is right: {sure}."]
    shown = "; ".join(instead(summary, ways) for ways in others[:AS_GOOD_SHOWN])
    more = len(others) - AS_GOOD_SHOWN
    return [
        f"As good, at the same spend to within 0.1%: {shown}{f'; and {more} more' if more > 0 else ''}.",
        f"Chance that no other choice is better: {sure}.",
    ]


def instead(summary: Mapping[str, Any], ways: Sequence[str]) -> str:
    """How a plan differs from the chosen one."""
    chosen = summary["chosen"]["ways"]
    found = [
        f"{choice} {way}"
        for choice, way, mine in zip(summary["choices"], ways, chosen, strict=True)
        if way != mine
    ]
    return ", ".join(found) if found else "as chosen"


def _binds(summary: Mapping[str, Any]) -> str:
    name, targets = summary["binding"], summary["chosen"]["targets"]
    if name:
        price = next(one["saves_without"] for one in summary["prices"] if one["target"] == name)
        return f"What binds is: {name}; it costs {form.money(price, summary['currency'])}."
    tight = next(one for one in targets if one["name"] == summary["tightest"])
    met = form.chance(tight["chance_met"], summary["chosen"]["replications"])
    return (
        "No target alone makes the plan dearer: without any one of them, the others ask for the same. Nearest to its "
        f"limit is: {tight['name']}, met in {met}, {form.share(tight['chance_asked'])} asked."
    )


def _fresh(summary: Mapping[str, Any]) -> str:
    """What luck that did not choose the plan says of it."""
    fresh = summary["fresh"]
    asked = {one["name"]: one["chance_asked"] for one in summary["chosen"]["targets"]}
    missed = [one["name"] for one in fresh["targets"] if one["chance_met"] < asked[one["name"]]]
    said = f"falls short on {', '.join(missed)}" if missed else "keeps every target"
    return (
        f"With fresh luck, {fresh['replications']} replications of seed {fresh['seed']}, it {said}."
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
    page.line(
        ("Plans by what they do instead: those that keep all targets, then the others", "bold")
    )
    page.table(
        [
            Column("", [form.label(instead(summary, plan["ways"])) for plan in shown], left=True),
            Column("spend", form.money_row([plan["spend_mean"] for plan in shown], currency)),
            Column("keeps", [f"{_kept(plan)} of {len(plan['targets'])}" for plan in shown]),
            Column("replications", [form.count(plan["replications"]) for plan in shown], rank=1),
        ]
    )
    if len(plans) > len(shown):
        page.line((f"and {len(plans) - len(shown)} more, in optimum.json", "dim"))


def _kept(plan: Mapping[str, Any]) -> int:
    return sum(one["chance_met"] >= one["chance_asked"] for one in plan["targets"])
