"""The bottleneck in a sentence: what the target that is most at risk breaks on, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.study import Study
from sim.study.of_scenario import ScenarioSource
from sim.study.remedy import Remedy
from sim.study.result import worst
from sim.summary.owners import queue_of
from sim.summary.queues import longest, waiting_by_hour
from sim.targets import Target

Rows = Sequence[Mapping[str, Any]]


def sentence(study: Study, source: ScenarioSource, slow: Rows, failures: Rows) -> str | None:
    """What the first missed target breaks on, else the first undecided one; None where all are met."""
    verdict = worst(study.verdicts)
    if verdict is None:
        return None
    said = SENTENCES[verdict.target.metric.kind](study, source, verdict.target, slow, failures)
    word = "is missed" if verdict.chance.status == "missed" else "is not sure"
    if said is None:
        return None
    remedy = remedy_sentence(study.remedies, study.terms.currency)
    return f"{verdict.target.name} {word}: {said}{remedy}"


def remedy_sentence(remedies: Sequence[Remedy], currency: str) -> str:
    """The cheapest choice that mends the breach, or the one that comes nearest; all were run."""
    if not remedies:
        return ""
    mending = [one for one in remedies if one.removes]
    # A first look is too short to be sure by.
    mending = [one for one in mending if one.replications == max(m.replications for m in mending)]
    best = mending[0] if mending else max(remedies, key=lambda one: one.met / one.replications)
    what = f"{best.choice}: {best.way}"
    tried = f"then it is met by {best.met} of {best.replications} replications"
    amount = f"{currency} {abs(best.extra):,.0f} {'more' if best.extra >= 0 else 'less'}"
    if mending:
        return (
            f" Of the declared choices, the cheapest that mends it is {what} ({tried}, for {amount} "
            f"over the horizon)."
        )
    return f" None of the declared choices mends it alone; nearest comes {what} ({tried}, for {amount})."


def _owned(owner: str | None) -> str:
    return f" (owner: {owner})" if owner else " (nobody is named as its owner)"


def _of_workload(rows: Rows, target: Target) -> Mapping[str, Any] | None:
    """The row of a target's workload over the whole horizon; of all workloads, the one with most."""
    found = [
        row for row in rows if row["phase"] is None and target.workload in (None, row["workload"])
    ]
    return max(found, key=lambda row: float(row.get("failed", 0.0)), default=None)


def _slow(
    study: Study, source: ScenarioSource, target: Target, slow: Rows, failures: Rows
) -> str | None:
    row = _of_workload(slow, target)
    if row is None:
        return None
    part = max(row["parts"], key=lambda one: float(one["mean_s"] - one["typical_s"]))
    text = (
        f"requests around the p95 of {row['workload']} take {row['mean_s']:.1f} s, "
        f"{part['mean_s']:.1f} s of them in {part['stage']}{_owned(part['owner'])}, where a typical one "
        f"takes {part['typical_s']:.1f} s"
    )
    waits = [
        f"{row[key]:.1f} s {words}"
        for key, words in (("queue_s", "in queues"), ("back_off_s", "between attempts"))
        if row[key] >= 0.05 * row["mean_s"]
    ]
    return f"{text}; they wait {' and '.join(waits)}{_own(study, source)}." if waits else f"{text}."


def _own(study: Study, source: ScenarioSource) -> str:
    """Where a client's own limits make the longest queue: they do, and no vendor."""
    nodes = longest(waiting_by_hour(study))
    if not nodes:
        return ""
    name = study.names.nodes[nodes[0]]
    queue = queue_of(source.scenario, name)
    if not queue.own:
        return ""
    return f" (the longest queue is the client's own before {name}: {', '.join(queue.own)}{_owned(queue.owner)})"


def _failed(
    study: Study, source: ScenarioSource, target: Target, slow: Rows, failures: Rows
) -> str | None:
    row = _of_workload(failures, target)
    if row is None:
        return None
    # One sentence needs no ending: the same thing makes one person give up and another late.
    causes: dict[tuple[str | None, ...], float] = {}
    for part in row["parts"]:
        key = tuple(part[name] for name in ("stage", "endpoint", "attempt", "limit", "owner"))
        causes[key] = causes.get(key, 0.0) + part["share"]
    key = max(causes, key=lambda one: causes[one])
    stage, endpoint, attempt, limit, owner = key
    what = f"{attempt} ({limit})" if limit else attempt or "too slow"
    where = f" at {endpoint}" if endpoint else ""
    text = (
        f"of {row['failed']:,.0f} failed requests of {row['workload']} a replication, {causes[key]:.0%} "
        f"have one first cause: {what}{where} in {stage}{_owned(owner)}"
    )
    struck = sum(
        part["share"] for part in row["parts"] if part["incident"] and part["endpoint"] == endpoint
    )
    return f"{text}; {struck:.0%} fell into an incident there." if struck >= 0.05 else f"{text}."


def _waits(
    study: Study, source: ScenarioSource, target: Target, slow: Rows, failures: Rows
) -> str | None:
    assert target.station is not None, "a wait is at a station"
    queue = queue_of(source.scenario, target.station)
    whose = (
        f"the client's own queue before {target.station}"
        if queue.own
        else f"the queue at {target.station}"
    )
    return f"{whose}{_owned(queue.owner or target.owner or None)} is too long."


def _spends(
    study: Study, source: ScenarioSource, target: Target, slow: Rows, failures: Rows
) -> str | None:
    costs: dict[str, float] = {}
    for one in study.replications:
        for name, cost in one.bill.by_name().items():
            costs[name] = costs.get(name, 0.0) + float(cost)
    name = max(costs, key=lambda line: costs[line])
    share = costs[name] / sum(costs.values())
    return f"{share:.0%} of what is spent is {name}."


SENTENCES: dict[str, Callable[[Study, ScenarioSource, Target, Rows, Rows], str | None]] = {
    "latency": _slow,
    "first_token": _slow,
    "availability": _failed,
    "wait": _waits,
    "spend": _spends,
    "spend_per_good_request": _spends,
}
"""What to say, by kind of metric."""
