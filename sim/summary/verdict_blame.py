"""The bottleneck in a sentence: what the target that is most at risk breaks on, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.study import Study, Verdict
from sim.study.of_scenario import ScenarioSource
from sim.targets import Target

Rows = Sequence[Mapping[str, Any]]


def sentence(study: Study, source: ScenarioSource, slow: Rows, failures: Rows) -> str | None:
    """What the first missed target breaks on, else the first undecided one; None where all are met."""
    verdict = worst(study.verdicts)
    if verdict is None:
        return None
    said = SENTENCES[verdict.target.metric.kind](study, source, verdict.target, slow, failures)
    word = "is missed" if verdict.chance.status == "missed" else "is not sure"
    return None if said is None else f"{verdict.target.name} {word}: {said}"


def worst(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The target that is missed, else undecided, with the least chance; of equals, the first."""
    for status in ("missed", "close"):
        found = [one for one in verdicts if one.chance.status == status and one.with_traffic]
        if found:
            return min(found, key=lambda one: one.chance.estimate - one.target.chance)
    return None


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
    return f"{text}; they wait {' and '.join(waits)}." if waits else f"{text}."


def _failed(
    study: Study, source: ScenarioSource, target: Target, slow: Rows, failures: Rows
) -> str | None:
    row = _of_workload(failures, target)
    if row is None:
        return None
    part = row["parts"][0]
    where = f" in {part['stage']}{_owned(part['owner'])}" if part["stage"] else ""
    ending = part["ending"].replace("_", " ")
    return (
        f"of {row['failed']:,.0f} failed requests of {row['workload']} a replication, "
        f"{part['share']:.0%} ended as {ending}{where}."
    )


def _waits(
    study: Study, source: ScenarioSource, target: Target, slow: Rows, failures: Rows
) -> str | None:
    assert target.station is not None, "a wait is at a station"
    scenario = source.scenario
    thing = scenario.stations.get(target.station) or scenario.endpoints.get(target.station)
    owner = thing.owner if thing is not None else None
    return f"the queue at {target.station}{_owned(owner or target.owner or None)} is too long."


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
