"""The loss of the primary vendor, in words."""

from __future__ import annotations

from sim.report import format as form
from sim.report import read
from sim.report import read_facts as facts
from sim.report.read import Summary


def of(summary: Summary) -> tuple[list[str], list[str]]:
    """Return what the drill showed, and the gaps that it leaves."""
    found = facts.drill(summary)
    if found is None:
        return [], [
            "The loss of the primary vendor was not tried, or no vendor is used; --drill tries it at "
            "the peak of each phase."
        ]
    names = ", ".join(form.label(name, 30) for name in found["endpoints"])
    shown = [
        f"Drill: {names} down for {form.duration(found['hours'] * 3600)} at the peak of each phase, in "
        f"{form.count(found['replications'])} runs."
    ]
    for phase in found["phases"]:
        for row in phase["workloads"]:
            before, after = (
                read.spread(row[key]) for key in ("availability", "availability_in_drill")
            )
            if form.decimal(before.p50) is None or form.decimal(after.p50) is None:
                continue  # Nobody asked in those hours.
            shown.append(
                f"{form.label(phase['phase'], 24)}, {form.label(row['workload'], 30)}, from "
                f"{read.window_words(phase['start'])}: availability {form.share(after.p50)} instead of "
                f"{form.share(before.p50)} in those hours."
            )
    return shown, []


def first_pages(summary: Summary) -> list[str]:
    """Return how soon alerts page somebody after the vendor is lost."""
    found, shown = facts.drill(summary), []
    for phase in (found or {}).get("phases", ()):
        for row in phase.get("first_pages", ()):
            after, runs = read.spread(row["after_s"]), form.count((found or {})["replications"])
            begin = f"Drill, {form.label(phase['phase'], 24)}, {form.label(row['target'], 40)}: "
            paged, p50 = form.count(row["paged"]), after.p50
            if not row["paged"]:
                shown.append(f"{begin}nobody was paged while the vendor was lost, in {runs} runs.")
            elif p50 == 0:
                shown.append(f"{begin}at P50 a page was open already when the vendor was lost.")
            else:
                shown.append(
                    f"{begin}the first page came {form.duration(p50)} after the vendor was lost at P50, in "
                    f"{paged} of {runs} runs."
                )
    return shown
