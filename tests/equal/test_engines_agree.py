"""Both engines agree on every cell, and no order within a moment matters, for random plans full of ties."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from plans import Outcome, differences, run
from strategies import RARE, Case, cases, stored

from sim.outcome import Event, Line, Row
from sim.plan.columns import Choose, Result, Route, Status

STORED = Path(__file__).parent / "stored.jsonl"
"""Cases that once failed, and the smallest that reach what is rare, a list of choices a line; each is replayed for
ever, until `equal.refresh` writes them anew because choices mean something else."""
SCRAMBLE = 0x5EED
STEERED = 20
"""One in so many cases is steered to each of the rare things."""


def assert_agree(case: Case) -> Outcome:
    """The reference, scrambled or not, and the compiled engine, scrambled or not, say the same."""
    reference = run(case.plan, case.days, "reference")
    others = (("reference", SCRAMBLE), ("compiled", 0), ("compiled", SCRAMBLE))
    for engine, scramble in others:
        other = run(case.plan, case.days, engine, scramble=scramble)
        assert not differences(reference, other), (engine, scramble, case.choices)
    return reference


def has_tie(outcome: Outcome) -> bool:
    """Whether something happened to two sessions at one instant."""
    moments = np.unique(outcome.trace[:, [Line.TIME_US, Line.SESSION]], axis=0)[:, 0]
    return len(np.unique(moments)) < len(moments)


def happened(case: Case, outcome: Outcome) -> set[str]:
    """The names of all that occurred, as in `EVERYTHING`."""
    return told(outcome) | chosen(case, outcome) | refused_late(outcome)


def told(outcome: Outcome) -> set[str]:
    """The names of all events, statuses and results that occurred."""
    codes = outcome.trace[:, Line.EVENT]
    names = {Event(code).name for code in np.unique(codes).tolist()}
    names |= {
        f"status {Status(code).name}" for code in np.unique(outcome.rows[:, Row.STATUS]).tolist()
    }
    values = outcome.trace[np.isin(codes, [Event.ENDED, Event.FAILED]), Line.VALUE]
    return names | {f"result {Result(code).name}" for code in np.unique(values).tolist()}


def chosen(case: Case, outcome: Outcome) -> set[str]:
    """The ways in which a route chose a second endpoint."""
    if Event.FALLBACK not in outcome.trace[:, Line.EVENT]:
        return set()
    return {
        f"choose {Choose(way).name}"
        for way in np.unique(case.plan.routes[:, Route.CHOOSE]).tolist()
    }


def refused_late(outcome: Outcome) -> set[str]:
    """Whether somebody who had waited to be sent was refused then."""
    columns = [Line.TIME_US, Line.SESSION, Line.TURN, Line.BRANCH, Line.WHERE]
    of = {event: outcome.trace[outcome.trace[:, Line.EVENT] == event] for event in Event}
    joined = {tuple(line) for line in of[Event.JOIN][:, columns].tolist()}
    late = any(tuple(line) not in joined for line in of[Event.REFUSED][:, columns].tolist())
    return {"refused when sent"} if late else set()


EVERYTHING = {event.name for event in Event}
EVERYTHING |= {f"status {status.name}" for status in Status}
EVERYTHING |= {f"choose {way.name}" for way in Choose}
EVERYTHING |= {"refused when sent"}
EVERYTHING |= {f"result {result.name}" for result in Result if result != Result.NO_BUDGET}


def agree_on(examples: int, *, always_the_same: bool) -> None:
    """Try so many cases, a few of them steered; mistrust a run in which too little happened."""
    seen: Counter[str] = Counter()
    steered = examples // STEERED
    agree_on_some(examples - steered * len(RARE), (), seen, always_the_same)
    for features in RARE:
        agree_on_some(steered, features, seen, always_the_same)
    assert seen["cases"] >= examples
    assert seen["ties"] * 2 >= seen["cases"]
    assert seen.keys() >= EVERYTHING, EVERYTHING - seen.keys()


def agree_on_some(
    examples: int, features: Collection[str], seen: Counter[str], always_the_same: bool
) -> None:
    """Try so many cases with some features on; count what happened; keep the case that fails."""
    failing: list[list[int]] = []

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=always_the_same,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(cases(features))
    def agree(case: Case) -> None:
        try:
            outcome = assert_agree(case)
        except Exception:
            failing.append(case.choices)
            raise
        seen.update(happened(case, outcome), cases=1, ties=has_tie(outcome))

    try:
        agree()
    except BaseException:
        store(failing)
        raise


def store(failing: list[list[int]]) -> None:
    """Keep the last failure, which Hypothesis has shrunk furthest."""
    if failing:
        with STORED.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(failing[-1]) + "\n")


def stored_choices() -> list[list[int]]:
    """All cases that once failed."""
    if not STORED.exists():
        return []
    return [json.loads(line) for line in STORED.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("choices", stored_choices(), ids=lambda each: f"{len(each)}-choices")
def test_engines_agree_on_cases_that_were_kept(choices):
    assert_agree(stored(choices))


def test_engines_agree_on_300_plans():
    agree_on(300, always_the_same=True)


@pytest.mark.slow
def test_engines_agree_on_5000_plans():
    agree_on(5_000, always_the_same=False)
