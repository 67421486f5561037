"""Journeys: a file's unknowns drawn, its days handed out one after another."""

from __future__ import annotations

import numpy as np
import pytest
from small_scenarios import LEAST

from sim.engine import start
from sim.measure import Layout, Measures
from sim.plan.journey import Journey, journey_of
from sim.plan.terms import calendar_of
from sim.scenario.document import document_from_text, load_document

SMALL = (
    LEAST
    + """
stations: {desk: {servers: {low: 2, likely: 4, high: 9}, service: 1s}}
pipelines: {main: [{station: desk}]}
"""
)


def travel(text: str, replication: int = 0) -> Journey:
    return journey_of(document_from_text(text), seed=1, replication=replication)


def test_days_follow_each_other_without_a_gap() -> None:
    days = list(travel(SMALL).days)
    assert [day.date.isoformat() for day in days] == ["2027-07-01", "2027-07-02", "2027-07-03"]
    assert [day.day.start_us for day in days[1:]] == [day.day.until_us for day in days[:-1]]
    assert {day.month for day in days} == {"2027-07"}


@pytest.mark.parametrize(("start", "hours"), [("2027-03-14", 23), ("2027-11-07", 25)])
def test_a_day_on_which_the_clock_changes(start: str, hours: int) -> None:
    horizon = f"{{start: {start}, length: 1d, timezone: America/Chicago}}"
    text = SMALL.replace("{start: 2027-07-01, length: 3d}", horizon)
    (day,) = travel(text).days
    assert day.day.until_us - day.day.start_us == hours * 3_600_000_000


def test_unknowns_are_drawn_once_a_replication() -> None:
    servers = [travel(SMALL, n).plan.nodes[0, 0] for n in range(20)]
    assert len(set(servers)) > 3
    assert all(2 <= n <= 9 for n in servers)
    assert servers == [travel(SMALL, n).plan.nodes[0, 0] for n in range(20)]


def test_a_phase_before_it_leaves_an_unknown_its_luck() -> None:
    full = "{name: full, start: 2027-07-03, changes: {stations.desk.servers: {low: 2, likely: 300, high: 900}}}"
    alone = f"rollout: {{phases: [{full}]}}"
    after = f"rollout: {{phases: [{{name: pilot, start: 2027-07-02}}, {full}]}}"
    drawn = [
        [travel(SMALL + text, n).lowered.changes.value.tolist() for n in range(5)]
        for text in (alone, after)
    ]
    assert len({max(values) for values in drawn[0]}) > 3
    assert [max(values) for values in drawn[0]] == [max(values) for values in drawn[1]]


def test_every_change_is_handed_out_in_its_day() -> None:
    incidents = "incidents: [{stations: [desk], every: 5h, lasts: 1h, what: outage}]"
    journey = travel(SMALL + incidents)
    days = list(journey.days)
    times = np.concatenate([day.day.changes.time_us for day in days])
    assert times.tolist() == journey.lowered.changes.time_us.tolist()
    for day in days:
        inside = (day.day.start_us <= day.day.changes.time_us) & (
            day.day.changes.time_us < day.day.until_us
        )
        assert inside.all()


def test_a_day_knows_its_phase() -> None:
    rollout = "rollout: {phases: [{name: a, start: 2027-07-02}, {name: b, start: 2027-07-03}]}"
    assert [day.phase for day in travel(SMALL + rollout).days] == [0, 1, 2]


def test_the_example_week_runs_through_an_engine() -> None:
    journey = journey_of(load_document("scenarios/claims_q3_week.yaml"), seed=1, replication=0)
    engine = start(journey.plan, "reference")
    measures = Measures(Layout.of(journey.plan, calendar_of(journey.scenario)))
    outcomes = []
    for day in journey.days:
        outcomes.append(engine.advance(day.day))
        measures.fold(outcomes[-1])
        journey.hear(measures)
    outcomes.append(engine.close())
    arrived = sum(outcome.arrived for outcome in outcomes)
    ended = sum(outcome.ended for outcome in outcomes)
    assert arrived > 1000
    assert arrived == ended + outcomes[-1].in_flight
