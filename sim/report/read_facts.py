"""What faces read in the summary's groups of facts: rows as they stand there, or nothing of an older one."""

from __future__ import annotations

from typing import Any

from sim.report import format as form
from sim.report.read import Summary, currency

Row = dict[str, Any]


def endings(summary: Summary) -> list[Row]:
    """Return, by workload, how its requests ended."""
    return list(summary.get("endings", ()))


def chargeback(summary: Summary) -> Row | None:
    """Return the key and the rows of the shared bill."""
    return summary.get("chargeback")


def assumptions(summary: Summary) -> list[Row]:
    """Return every input."""
    return list(summary.get("assumptions", ()))


def coverage(summary: Summary) -> Row:
    """Return how well the inputs are told."""
    return dict(summary.get("coverage", {}))


def vendor_facts(summary: Summary) -> list[Row]:
    """Return the dated facts that presets rest on."""
    return list(summary.get("facts", ()))


def facts_to_check(summary: Summary) -> list[str]:
    """Return what a reader must look at again, in sentences: models that go, and how many facts are old."""
    rows = vendor_facts(summary)
    goes = [row for row in rows if row["flag"] == "retires"]
    told = []
    for fact in dict.fromkeys(row["fact"] for row in goes):
        presets = ", ".join(row["preset"] for row in goes if row["fact"] == fact)
        told.append(f"{fact} ({presets}), before the horizon ends.")
    old = coverage(summary).get("old_facts")
    if old:
        oldest = min(rows, key=lambda row: str(row["read"]))
        told.append(
            f"{old} of {len(rows)} facts are older than 180 days when the horizon starts; the oldest is of "
            f"{oldest['read']} ({oldest['preset']})."
        )
    return told


def drivers(summary: Summary) -> list[Row]:
    """Return, by figure, what moved with it over the runs: unknowns, the largest swing first."""
    return list(summary["drivers"])


def spend_driver(summary: Summary) -> tuple[str, str]:
    """Return which unknown moved most with the spend, in a sentence; else what is not known of it."""
    found = next((row for row in drivers(summary) if row["name"] == "spend"), None)
    if found is None:
        return "", "No input is written as a range, so none can be told to move the spend."
    if found["why_none"]:
        return "", f"What moves the spend is not told: {form.label(found['why_none'], 100)}."
    first = found["unknowns"][0]
    name = form.label(first["path"], 80)
    if not found["moves_most"]:
        return "", f"No unknown surely moved with the spend over {found['runs']} runs."
    amounts = [first["swing"], *first["swing_interval"]]
    swing, low, high = form.measure_row(amounts, "money", currency(summary), 3)
    ends = (form.label(first[key], 20) for key in ("p10", "p90"))
    return (
        f"The spend moved most with {name}: {swing} ({form.between(low, high)}) from {' to '.join(ends)}."
    ), ""


def alerts(summary: Summary) -> list[Row]:
    """Return the burn-rate alerts by target."""
    return list(summary.get("alerts", ()))


def reviews(summary: Summary) -> list[Row]:
    """Return the stages at which people look at answers."""
    return list(summary.get("reviews", ()))


def data_flows(summary: Summary) -> Row:
    """Return what goes to which vendor, and what is logged."""
    return summary.get("data_flows") or {"flows": [], "endpoints": [], "logs": []}


def incidents(summary: Summary) -> list[Row]:
    """Return the incidents as the scenario writes them."""
    return list(summary.get("incidents", ()))


def slow_requests(summary: Summary) -> list[Row]:
    """Return of what slow requests are made, by workload and phase; the whole horizon comes last."""
    return list((summary.get("blame") or {}).get("slow", ()))


def failure_parts(summary: Summary) -> list[Row]:
    """Return where requests failed over the whole horizon, by workload."""
    rows = (summary.get("blame") or {}).get("failures", ())
    return [row for row in rows if row["phase"] is None]


def drill(summary: Summary) -> Row | None:
    """Return what the loss of the primary vendor did, where that was run."""
    return summary.get("drill")
