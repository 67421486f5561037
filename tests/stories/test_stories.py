"""Stories that must come out: what planners get wrong, each with its finding in numbers."""

from __future__ import annotations

import numpy as np
import pytest
from stories.telling import HOUR_US, STORIES, told

import sim
from sim.outcome import Row
from sim.plan.columns import Status


def surfaced(rows) -> float:
    """Of the requests that were refused at least once, the share that failed for it."""
    refused = rows[rows[:, Row.REFUSALS] > 0]
    assert len(refused) > 100
    return float(np.mean(refused[:, Row.STATUS] == Status.RATE_LIMITED))


def test_a_refusal_of_a_minute_counter_surfaces_and_one_of_a_bucket_does_not():
    story = told("minute_counter")
    counted, dripped = story.of("counted"), story.of("dripped")
    arrived = [np.sort(rows[:, Row.ARRIVED_US]) for rows in (counted, dripped)]
    assert np.array_equal(*arrived)
    assert surfaced(counted) > 0.6
    assert surfaced(dripped) < surfaced(counted) - 0.2
    failed = [np.mean(rows[:, Row.STATUS] == Status.RATE_LIMITED) for rows in (counted, dripped)]
    assert failed[0] > 0.02
    assert failed[1] < 0.001


def test_a_clients_queue_turns_refusals_into_waiting_unless_it_is_set_too_generous():
    story = told("client_queue")
    bare, queued, generous = (story.of(name) for name in ("bare", "queued", "generous"))
    refused = [np.mean(rows[:, Row.REFUSALS] > 0) for rows in (bare, queued, generous)]
    failed = [
        np.mean(rows[:, Row.STATUS] == Status.RATE_LIMITED) for rows in (bare, queued, generous)
    ]
    waited_s = [float(np.mean(rows[:, Row.WAIT_US])) / 1e6 for rows in (bare, queued, generous)]
    assert (refused[1], failed[1], waited_s[0]) == (0, 0, 0)
    assert 0.2 < waited_s[1] < 0.6
    assert refused[0] > 0.02
    assert refused[2] > 0.02
    assert failed[0] > 0.008
    assert failed[2] > 0.008
    assert waited_s[2] < waited_s[1] / 3


def load_at_which_one_in_a_hundred_fails(rows) -> float:
    """The first hour's load [requests/min] in which more than 1 % are refused for good."""
    hour = rows[:, Row.ARRIVED_US] // HOUR_US
    for number in range(12):
        mine = rows[hour == number]
        if np.mean(mine[:, Row.STATUS] == Status.RATE_LIMITED) > 0.01:
            return 80.0 + 20.0 * number
    return np.inf


def test_max_tokens_of_4096_instead_of_900_halves_the_usable_quota():
    story = told("max_tokens")
    short = load_at_which_one_in_a_hundred_fails(story.of("short"))
    long = load_at_which_one_in_a_hundred_fails(story.of("long"))
    assert pytest.approx(1.76, abs=0.01) == (3300 + 4096) / (3300 + 900)
    assert 1.5 <= short / long <= 2.1


def test_a_second_chat_vendor_does_not_help_while_the_embedder_has_one_home():
    story = told("single_embedder")
    assert story.availability("one home") == pytest.approx(22 / 24, abs=0.004)
    assert story.availability("two homes") > 0.999
    hours = story.of("one home")[:, Row.ARRIVED_US] // HOUR_US
    failed = story.of("one home")[:, Row.STATUS] == Status.VENDOR_ERROR
    assert set(hours[failed].tolist()) <= {11, 12, 13}


LOADS = [*range(10, 116, 5), *range(110, 9, -5)]
"""Requests a second, two minutes each."""


def recovery_load(rows) -> float:
    """On the way down: the first load at which 95 % are answered again in the second half of its two minutes."""
    step, since_us = np.divmod(rows[:, Row.ARRIVED_US], 120_000_000)
    good = rows[:, Row.STATUS] == Status.OK
    for number in range(LOADS.index(115), len(LOADS)):
        mine = (step == number) & (since_us >= 60_000_000)
        if np.mean(good[mine]) >= 0.95:
            return LOADS[number]
    return 0.0


def test_a_retry_storm_ends_only_below_the_capacity_over_the_attempts_of_each_request():
    story = told("retry_storm")
    found = {name: recovery_load(story.of(name)) for name in story.plan.names.workloads}
    assert 95 <= found["no retries"] <= 100
    assert 45 <= found["one retry"] <= 55
    assert 20 <= found["three retries"] <= 30
    assert 80 <= found["three retries on a budget"] <= 95


def spend_by_plan(summary) -> dict[str, float]:
    """The bill of each of the three plans, by the endpoints that it has."""
    plans = {
        "units": ("units for the peak",),
        "tokens": ("standard",),
        "both": ("units for a part", "spilled over to"),
    }
    items = summary["spend"]["items"]
    return {
        plan: sum(float(item["mean"]) for item in items if item["name"].startswith(names))
        for plan, names in plans.items()
    }


def test_units_with_spill_over_are_cheaper_than_either_alone_at_a_peak_of_1_6_times_the_mean():
    result = sim.run(sim.load(str(STORIES / "spill_over.yaml")), replications=1, jobs=1)
    spend = spend_by_plan(result.summary)
    assert spend["units"] == pytest.approx(35 * 260)
    assert spend["both"] < 0.95 * spend["tokens"]
    assert spend["tokens"] < 0.8 * spend["units"]
    assert sum(spend.values()) == pytest.approx(float(result.summary["spend"]["total"]["mean"]))
    available = {target["workload"]: float(target["p50"]) for target in result.summary["targets"]}
    assert min(available.values()) >= 0.995


def test_a_request_that_must_stay_in_the_eu_pays_with_availability_when_the_eu_is_down():
    story = told("residency")
    assert story.availability("must stay") == pytest.approx(70 / 72, abs=0.002)
    assert story.availability("may go") > 0.9999
    mine = story.of("must stay")
    failed = mine[:, Row.STATUS] == Status.VENDOR_ERROR
    hours = mine[failed, Row.ARRIVED_US] // HOUR_US
    assert set(hours.tolist()) == {24 + 10, 24 + 11}
    there = story.plan.names.endpoints.index("chat us")
    assert there not in mine[:, Row.ENDPOINT]
    both = told("residency", ("endpoints.chat us.region=eu",))
    assert both.availability("must stay") > 0.9999


def test_a_lone_deployment_pays_three_failed_attempts_a_request_until_it_has_a_breaker():
    story = told("breaker")
    plain, watched = (_in_the_outage(story.of(name)) for name in ("no breaker", "breaker"))
    assert plain[:, Row.ATTEMPTS].mean() - 1 == pytest.approx(3.0, abs=0.001)
    assert watched[:, Row.ATTEMPTS].mean() - 1 == pytest.approx(3 / 15, abs=0.05)
    for rows in (plain, watched):
        assert np.mean(rows[:, Row.STATUS] == Status.OK) == 1.0
    seconds = [
        np.median(rows[:, Row.FINISHED_US] - rows[:, Row.ARRIVED_US]) / 1e6
        for rows in (plain, watched)
    ]
    assert seconds[0] - seconds[1] == pytest.approx(2.6, abs=0.3)


def _in_the_outage(rows):
    hour = rows[:, Row.ARRIVED_US] / HOUR_US
    return rows[(hour >= 10) & (hour < 11.99)]
