"""The N-1 drill: whom it hits, when, and that it is paired with the run that it follows."""

from functools import cache

from small_scenarios import LEAST

from sim.scenario.document import document_from_text
from sim.study import run
from sim.study.drill import DRILL_HOURS, drill_of
from sim.study.of_scenario import ScenarioSource
from sim.summary.drill import drill_summary

SCENARIO = (
    LEAST.replace("{rate: 1/s}", "{per_day: 300, curve: office_9_to_5}").replace(
        "main}", "main, deadline: 20s}"
    )
    + """
pipelines: {main: [{stage: answer, call: chat}]}
endpoints:
  first: {price: {input: 1}, latency: {total: 1s}}
  second: {price: {input: 1}, latency: {total: 1s}}
  third: {price: {input: 1}, latency: {total: 1s}}
routes: {chat: {order: [first, third]}}
incidents:
  - {name: shared, endpoints: [first, second], at: 60h, lasts: 1min, what: errors 1%}
"""
)


@cache
def studied(text: str):
    source = ScenarioSource(document_from_text(text))
    study = run(source, seed=3, replications=2, engine="reference", jobs=1)
    return source, study, drill_of(study, source)


def tried(text: str):
    _, study, drill = studied(text)
    again = run(drill.source, seed=3, replications=2, engine="reference", jobs=1)
    return drill_summary(study, drill, again)


def test_it_takes_the_endpoint_that_read_most_and_all_that_fall_with_it():
    _, _, drill = studied(SCENARIO)
    assert drill.endpoints == ("first", "second")


def test_it_covers_the_busiest_hours_and_the_planners_own_incidents_stay():
    source, study, drill = studied(SCENARIO)
    (outage,) = drill.outages
    assert len(outage.slots) == DRILL_HOURS
    by_hour = sum(one.digest.good_and_bad_by_hour.sum(axis=(0, 2)) for one in study.replications)
    assert by_hour[list(outage.slots)].max() == by_hour.max()
    assert len(drill.source.scenario.incidents) == 2
    assert len(source.scenario.incidents) == 1


def test_a_second_vendor_saves_the_day_and_without_one_nothing_is_left():
    saved = tried(SCENARIO)["phases"][0]["workloads"][0]
    assert saved["availability"]["p50"] == 1.0
    assert saved["availability_in_drill"]["p50"] == 1.0
    lost = tried(SCENARIO.replace("[first, third]", "[first]"))["phases"][0]["workloads"][0]
    assert lost["availability"]["p50"] == 1.0
    assert lost["availability_in_drill"]["p50"] == 0.0


def test_the_same_people_ask_in_both():
    _, study, drill = studied(SCENARIO)
    row = tried(SCENARIO)["phases"][0]["workloads"][0]
    slots = list(drill.outages[0].slots)
    asked = [int(one.digest.good_and_bad_by_hour[:, slots].sum()) for one in study.replications]
    assert {row["requests"]["p10"], row["requests"]["p90"]} == set(asked)
