"""Does a gate hold, open, stop and roll back as written, on what its own replication has seen?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.engine import start
from sim.errors import ScenarioError
from sim.measure import Layout, Measures
from sim.plan.gates import GateHistory
from sim.plan.journey import Journey, journey
from sim.plan.terms import calendar_of
from sim.scenario.document import document_from_text, validate
from sim.scenario.scenario import Scenario
from sim.study import Replication, run
from sim.study.gates import doors, histories
from sim.study.of_scenario import ScenarioSource
from sim.summary import Origin, summarise, to_text

SLOW_DESK = """
schema: genai-rollout/v1
name: gated
horizon: {start: 2027-07-01, length: 20d}
targets:
  - {name: fast, workload: ask, metric: latency.p95, window: month, at_most: LIMIT}
populations:
  staff: {active_hours: {mon-sun: flat}}
workloads:
  ask: {population: staff, sessions_per_user_day: 20, input_tokens: 1, output_tokens: 1, pipeline: main}
pipelines: {main: [{stage: answer, station: desk}]}
stations: {desk: {servers: unlimited, service: {law: exponential, mean: 10s}}}
rollout:
  phases:
    - {name: pilot, start: 2027-07-01, users: {staff: 20}}
    - {name: west, start: 2027-07-06, users: {staff: 40}}
    - {name: all, start: 2027-07-09, users: {staff: 60}, changes: {stations.desk.service: 1s}}
  gate: {hold_if: {fast: missed}, over: 3d, retry_every: 2d, at_most: 2, then: THEN}
costs:
  fixed: [{name: reserved units, per_month: 3100}]
"""
"""p95 of an exponential law with mean 10 s is 30.0 s."""


def text(limit: str = "1s", then: str = "proceed") -> str:
    return SLOW_DESK.replace("LIMIT", limit).replace("THEN", then)


def scenario(written: str) -> Scenario:
    return validate(document_from_text(written), Scenario)


def travel(written: str, engine="reference", replication=0) -> tuple[Journey, np.ndarray]:
    """A journey to its end, and its rows."""
    whole = scenario(written)
    course = journey(whole, 1, replication)
    running = start(course.plan, engine)
    measures = Measures(Layout.of(course.plan, calendar_of(whole)))
    rows = []
    for day in course.days:
        outcome = running.advance(day.day)
        measures.fold(outcome)
        course.hear(measures)
        rows.append(outcome.rows)
    return course, np.concatenate(rows)


def history(written: str) -> GateHistory:
    found = travel(written)[0].gates()
    assert found is not None
    return found


def study(written: str, replications=4, engine="reference", jobs=1):
    source = ScenarioSource(document_from_text(written))
    return source, run(source, seed=1, replications=replications, engine=engine, jobs=jobs)


def test_a_gate_whose_target_is_met_opens_each_phase_on_its_day():
    found = history(text("60s"))
    assert [one.action for one in found.decisions] == ["open", "open"]
    assert found.opened == (date(2027, 7, 1), date(2027, 7, 6), date(2027, 7, 9))


def test_a_held_phase_shifts_all_later_ones_and_after_at_most_holds_proceeds():
    found = history(text())
    assert [(one.phase, one.day.day, one.action) for one in found.decisions] == [
        *((1, 6, "hold"), (1, 8, "hold"), (1, 10, "proceed")),
        *((2, 13, "hold"), (2, 15, "hold"), (2, 17, "proceed")),
    ]
    assert found.opened == (date(2027, 7, 1), date(2027, 7, 10), date(2027, 7, 17))
    assert found.holds == (0, 2, 2)


def test_stop_opens_neither_this_phase_nor_a_later_one():
    found = history(text(then="stop"))
    assert [one.action for one in found.decisions] == ["hold", "hold", "stop"]
    assert found.opened == (date(2027, 7, 1), None, None)


def test_roll_back_takes_away_what_the_last_phase_gave():
    written = text(then="roll back").replace("start: 2027-07-06", "start: 2027-07-02")
    # Two requests or so would be enough to miss: of the first day the gate sees only fast ones.
    written = written.replace("service: {law: exponential, mean: 10s}", "service: 0.5s")
    written = written.replace(
        "users: {staff: 40}", "users: {staff: 40}, changes: {stations.desk.service: 9s}"
    )
    course, rows = travel(written)
    found = course.gates()
    assert [one.action for one in found.decisions] == ["open", "hold", "hold", "roll back"]
    assert found.left == date(2027, 7, 13)
    assert course.demand().populations["staff"].n_people == 60
    latest = rows[rows[:, 5] > 13 * 86_400_000_000]
    assert set((latest[:, 6] - latest[:, 5]).tolist()) == {500_000}
    a_day = len(latest) / 7
    assert 20 * 20 * 0.9 < a_day < 20 * 20 * 1.1


def test_a_day_is_composed_from_the_phases_open_that_day():
    _, rows = travel(text())
    arrived = rows[:, 5] // 86_400_000_000
    people = np.bincount(arrived, minlength=20)
    assert 0.9 < people[5:9].mean() / 400 < 1.1, "the second phase is held"
    assert 0.9 < people[9:16].mean() / 800 < 1.1
    assert 0.9 < people[16:].mean() / 1200 < 1.1
    fast = (rows[:, 6] - rows[:, 5]) == 1_000_000
    assert fast[arrived >= 16].all()
    assert not fast[arrived < 16].any(), "the change belongs to the phase that was held"
    assert set(rows[arrived >= 16, 4].tolist()) == {2}


def test_a_gate_looks_only_at_its_last_days():
    # Slow until the third day, then fast: a gate that looked further back would hold.
    written = text().replace("{law: exponential, mean: 10s}", "0.5s")
    slow = "incidents: [{stations: [desk], at: 1h, lasts: 40h, what: slow x 9}]\n"
    seen = history(written + slow)
    assert [one.action for one in seen.decisions] == ["open", "open"]
    held = history((written + slow).replace("over: 3d", "over: 5d"))
    assert held.decisions[0].action == "hold"


def test_a_gate_of_a_phase_stands_in_the_place_of_the_rollouts():
    own = (
        "users: {staff: 40}, gate: {hold_if: {fast: missed}, over: 1d, retry_every: 5d, at_most: 1}"
    )
    found = history(text().replace("users: {staff: 40}", own))
    assert [(one.phase, one.day.day) for one in found.decisions[:2]] == [(1, 6), (1, 11)]


def test_both_engines_and_any_number_of_workers_decide_alike():
    written = text("30s")
    whole = [
        to_text(summarise(found, Origin("gated", "0"), source=source))
        for source, found in (
            study(written, engine="reference"),
            study(written, engine="compiled"),
            study(written, engine="compiled", jobs=2),
        )
    ]
    assert whole[0] == whole[1] == whole[2]
    assert '"holds": 1' in whole[0]


BOUGHT = """
endpoints:
  model: {owner: platform, latency: {total: 1s}, price: {input: 0, output: 0}, reserved: {units: 1, per_unit: 310, per: month, bound_for: 30d}}
"""


def test_what_was_bought_for_a_held_phase_is_paid_from_its_date():
    """July has 31 days. Of the ten units for `west` 15 days, of one 5; the team for `all` from the 9th for 12."""
    written = text().replace(
        "pipelines: {main: [{stage: answer, station: desk}]}",
        "pipelines: {main: [{stage: answer, station: desk}, {call: model}]}",
    )
    written = written.replace(
        "users: {staff: 40}}", "users: {staff: 40}, changes: {endpoints.model.reserved.units: 10}}"
    )
    written = written.replace(
        "per_month: 3100}]",
        "per_month: 3100}, {name: second team, per_month: 3100, from: 2027-07-09, until: 2027-07-21}]",
    )
    bills = {}
    for limit in ("1s", "60s"):
        _, found = study(
            written.replace("at_most: 1s", f"at_most: {limit}") + BOUGHT, replications=1
        )
        [one] = found.replications
        bills[limit] = {line: round(cost, 6) for line, cost in one.bill.by_name().items()}
        held = {"1s": 2, "60s": 0}[limit]
        assert one.gates.holds[1:] == (held, held)
    assert bills["1s"] == bills["60s"]
    assert bills["1s"]["model reserved units"] == 10 * (5 * 1 + 15 * 10)
    assert bills["1s"]["second team"] == 12 * 100
    assert bills["1s"]["reserved units"] == 20 * 100


def test_a_gate_that_never_opens_says_so():
    written = text().replace("at_most: 2, then: proceed", "").replace(", }", "}")
    source, found = study(written, replications=2)
    gates = summarise(found, Origin("gated", "0"), source=source)["gates"]
    said = " ".join(gates["sentences"])
    assert "The gate before west never opens within the horizon, in any of 2 replications." in said
    assert gates["phases"][1]["never"] == 2


def test_results_are_told_by_history():
    source, found = study(text("30s"), replications=12, engine="compiled")
    gates = summarise(found, Origin("gated", "0"), source=source)["gates"]
    assert sum(way["replications"] for way in gates["histories"]) == 12
    assert len(gates["histories"]) > 1
    assert any("Where the gate held nothing" in said for said in gates["sentences"])
    assert gates["sentences"][0].startswith("All phases are open as planned, by 9 July, in")


def test_a_study_without_gates_tells_of_none():
    written = text().split("  gate:")[0]
    source, found = study(written, replications=1)
    assert summarise(found, Origin("plain", "0"), source=source)["gates"]["sentences"] == []


def looks_at_true_target(limit: str, replications: int) -> tuple[float, float]:
    """The share of false holds at the first gate, and the share that noise foretells."""
    _, found = study(text(limit), replications, engine="compiled")
    first = next(one for one in doors(histories(found.replications)) if one.phase == 1)
    assert first.truly_met
    assert first.foretold is not None
    return first.missed / first.looks, first.foretold


def test_false_holds_are_as_many_as_noise_foretells():
    """Independent requests; 1,200 or so of them are slower than 31 s with 4.5 %: a miss in about five."""
    share, foretold = looks_at_true_target("31s", 60)
    assert 0.05 < foretold < 0.5
    assert abs(share - foretold) < 3 * (foretold * (1 - foretold) / 60) ** 0.5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{fast: missed}", "{fats: missed}", "there is no target 'fats'; did you mean \"fast\"?"),
        ("over: 3d", "over: 30h", "a gate counts whole days, as 5d"),
        ("at_most: 2, then", "then", "without at_most a phase is held for ever"),
        (
            "metric: latency.p95, window: month, at_most: 1s",
            "metric: spend, at_most: 9k",
            "a gate looks at what happened",
        ),
        (
            "users: {staff: 20}",
            "users: {staff: 20}, gate: {hold_if: {fast: missed}, over: 1d, retry_every: 1d}",
            "the first phase has nothing before it",
        ),
    ],
)
def test_a_gate_that_cannot_be_meant_is_refused_at_its_place(old, new, said):
    with pytest.raises(ScenarioError) as caught:
        scenario(text().replace(old, new))
    assert said in str(caught.value)


def test_a_replication_keeps_its_history_small():
    _, found = study(text(), replications=1)
    assert isinstance(found.replications[0], Replication)
    assert len(found.replications[0].gates.decisions) == 6
