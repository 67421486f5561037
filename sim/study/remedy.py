"""Which way of the scenario's choices would mend a breach, and what the cheapest costs: each is run.

Every way of every choice is tried alone, in a few replications; those that do well there are run again in as many as
tell, the cheapest first, until one mends the breach. Paired with the study that it follows: the same people come, ask
the same and have the same luck.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sim.bill import total
from sim.errors import Problem, ScenarioError
from sim.scenario.document import Document, validate
from sim.scenario.scenario import Scenario
from sim.study.of_scenario import ScenarioSource
from sim.study.replication import Replication
from sim.study.result import Study, Verdict, worst

FIRST_LOOK = 4
"""Replications in which every way is tried."""
REPLICATIONS_MAX = 20
"""Replications that a way must convince in; a chance is then known to a tenth or so."""


@dataclass(frozen=True)
class Remedy:
    """A way that was tried on the target most at risk."""

    choice: str
    way: str
    target: str
    met: int
    replications: int
    required: float
    """The chance that the target asks for [share]."""
    extra: Decimal
    """What it costs more over the horizon, on average [currency]."""

    @property
    def removes(self) -> bool:
        """Whether so many replications met the target as its chance asks for."""
        return self.met >= self.required * self.replications


Run = Callable[[ScenarioSource, int], Study]
"""Runs so many replications of a source, with the seed and the engine of the study."""


def ways_of(document: Document, scenario: Scenario) -> dict[tuple[str, str], Document]:
    """The scenario with each way alone that changes it; ScenarioError tells what is wrong, at its place."""
    found: dict[tuple[str, str], Document] = {}
    as_written = {key: part for key, part in document.tree.items() if key != "choices"}
    problems: list[Problem] = []
    for number, choice in enumerate(scenario.choices):
        for way, sets in choice.every_way():
            texts = [f"{path}={json.dumps(value, default=str)}" for path, value in sets.items()]
            try:
                changed = document.with_sets([*texts, "choices=null"])
                validate(changed, Scenario)
                if {key: p for key, p in changed.tree.items() if key != "choices"} != as_written:
                    found[choice.name, way] = changed
            except ScenarioError as error:
                place = ("choices", number)
                problems += [
                    document.problem(place, f"with {way} {_where(one)}{one.message}", "choice")
                    for one in error.problems
                ]
    if problems:
        raise ScenarioError(problems)
    return found


def remedies_of(study: Study, source: ScenarioSource, run: Run) -> tuple[Remedy, ...] | None:
    """Try the ways on the target most at risk; the cheapest first, and None where it was interrupted."""
    verdict = worst(study.verdicts)
    if verdict is None or not source.scenario.choices:
        return ()
    documents = ways_of(source.document, source.scenario)
    found: dict[tuple[str, str], Remedy] = {}
    for name, remedy in _looks(study, verdict, documents, run, FIRST_LOOK):
        if remedy is None:
            return None
        found[name] = remedy
    good = sorted((one.extra, name) for name, one in found.items() if one.removes)
    ordered = {name: documents[name] for _, name in good}
    for name, remedy in _looks(study, verdict, ordered, run, REPLICATIONS_MAX):
        if remedy is None:
            return None
        found[name] = remedy
        if remedy.removes:
            break
    return tuple(sorted(found.values(), key=lambda one: (one.extra, one.choice, one.way)))


def _looks(
    study: Study,
    verdict: Verdict,
    documents: dict[tuple[str, str], Document],
    run: Run,
    replications: int,
) -> Iterator[tuple[tuple[str, str], Remedy | None]]:
    """Each way in so many replications; None where that was interrupted."""
    place, target = study.verdicts.index(verdict), verdict.target
    for name, document in documents.items():
        tried = run(ScenarioSource(document), min(replications, len(study.replications)))
        if not tried.complete:
            yield name, None
            return
        met = sum(one.evaluations[place].met for one in tried.replications)
        count = len(tried.replications)
        extra = _extra(study.replications, tried.replications)
        yield name, Remedy(*name, target.name, met, count, target.chance, extra)


def _extra(before: Sequence[Replication], after: Sequence[Replication]) -> Decimal:
    """The mean difference of the bills of the same replications."""
    pairs = zip(before, after, strict=False)
    return total(new.bill.total() - old.bill.total() for old, new in pairs) / len(after)


def _where(problem: Problem) -> str:
    return f"{problem.path} is wrong: " if problem.path else ""
