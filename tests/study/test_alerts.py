"""Burn-rate alerts hold while both of their windows burn, at the instants that can be worked out by hand."""

import numpy as np
import pytest

from sim.scenario.document import document_from_text
from sim.study import run
from sim.study.alerts import PAGES, TICKETS, Alerts, spans
from sim.study.drill import drill_of
from sim.study.of_scenario import ScenarioSource
from sim.summary.alerts import minutes_to_page
from sim.summary.drill import drill_summary

DAYS, SERVED, ALLOWED = 10, 100, 0.005
PULSES = DAYS * 288


def pages(failed: dict[int, int], rules=PAGES):
    """Spans of alerts where 100 requests end in each 5 minutes, and these many of them fail."""
    bad = np.zeros(PULSES, dtype=np.int64)
    for pulse, count in failed.items():
        bad[pulse] = count
    return spans(SERVED - bad, bad, ALLOWED, rules)


def test_all_that_fails_pages_after_five_minutes_and_ends_five_minutes_after():
    # An hour has 1200 requests, of which 14.4 x 0.5 % = 7.2 % are 86.4. One pulse of failures is 100.
    # When the last failures are 5 minutes old, the short window of the fast rule is clean: it ends. The slow rule
    # wants 3 % of 7200 in six hours, 216: it held from the third pulse on, and its 30 minutes hold 3 % of 600, 18,
    # until the last failures are 30 minutes old.
    assert pages(dict.fromkeys(range(1000, 1001), 100)) == [(1001, 1002)]
    assert pages(dict.fromkeys(range(1000, 1004), 100)) == [(1001, 1010)]


def test_half_that_fails_pages_after_ten_minutes():
    # 50 of 1200, then 100 of 1200.
    assert pages({1000: 50, 1001: 50})[0][0] == 1002


def test_a_burst_that_is_over_does_not_page_for_an_hour_and_the_next_pages_anew():
    # Without the short window the hour would burn from 1001 to 1012, and both bursts would be one page.
    assert pages({1000: 90, 1006: 90}) == [(1001, 1002), (1007, 1008)]


def test_a_slower_burn_needs_six_hours_and_stops_with_its_half_hour():
    # 3 % of 7200 are 216; 5 of 100 in each pulse reach it after 44 pulses (220); 7.2 % of an hour are never reached.
    assert pages(dict.fromkeys(range(1000, 1060), 5)) == [(1044, 1063)]
    # The last half hour needs 18 of 600: three pulses after the end it still has 15.


def test_what_burns_as_fast_as_it_may_opens_a_ticket_and_pages_nobody():
    # 0.5 % of 86,400 in three days are 432, which one in each pulse of 100 (1 %) reaches after 432 pulses.
    failed = dict.fromkeys(range(1000, PULSES), 1)
    assert pages(failed, TICKETS) == [(1432, PULSES + 1)]
    assert pages(failed) == []


def test_hours_without_requests_raise_nothing():
    nothing = np.zeros(PULSES, dtype=np.int64)
    assert spans(nothing, nothing, ALLOWED, PAGES) == []


@pytest.mark.parametrize(
    ("moment", "wait"), [(0, 100), (100, 0), (150, 0), (200, 300), (500, 0), (600, None)]
)
def test_the_first_page_after_a_moment_is_one_that_is_open_or_comes(moment, wait):
    assert Alerts(((100, 200), (500, 600))).first_page_after(moment) == wait


@pytest.mark.parametrize(
    ("allowed", "minutes"), [(0.005, 5), (0.01, 10), (0.05, 45), (0.1, 220), (0.2, None)]
)
def test_minutes_to_a_page_where_all_fails(allowed, minutes):
    # 14.4 x 5 % of 60 minutes are 43.2, seen after 45; at 10 % the fast rule asks for more than all,
    # and 6 x 10 % of six hours are 216, seen after 220; at 20 % both ask for more than all.
    assert minutes_to_page(allowed) == minutes


def test_in_a_drill_the_first_page_comes_as_soon_as_by_hand():
    """50 requests in 5 minutes that all fail are 8 % of an hour's; 14.4 x 0.1 % are enough for the first look."""
    text = """
schema: genai-rollout/v1
name: Even traffic
horizon: {start: 2027-07-01, length: 1d, timezone: UTC}
targets: [{name: it is there, metric: availability, window: day, at_least: 99.9%}]
workloads: {ask: {arrivals: {rate: 600/h}, input_tokens: 10, output_tokens: 1, pipeline: main}}
pipelines: {main: [{call: chat}]}
endpoints: {vendor: {price: {input: 0, output: 0}, latency: {total: 1s}}}
routes: {chat: {order: [vendor]}}
"""
    source = ScenarioSource(document_from_text(text))
    study = run(source, seed=1, replications=2, engine="reference")
    assert [one.pages for replica in study.replications for one in replica.alerts] == [(), ()]
    drill = drill_of(study, source)
    tried = run(drill.source, seed=1, replications=2, engine="reference")
    (phase,) = drill_summary(study, drill, tried)["phases"]
    (row,) = phase["first_pages"]
    assert (row["target"], row["paged"], row["after_s"]["p50"]) == ("it is there", 2, 300)
