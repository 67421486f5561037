"""Shedding by priority as columns of a node, and a quota's clock that no phase may move."""

from __future__ import annotations

import pytest
from small_scenarios import lowered, scenario

from sim.errors import ScenarioError
from sim.plan.columns import Node

DESK = """
stations: {desk: {servers: 3, service: 1s, sheds_above: {low: 5, normal: 8}}}
endpoints: {chat: {latency: {total: 1s}, sheds_above: {low: 20}}}
pipelines: {main: [{station: desk}, {call: chat}]}
"""
QUOTA = """
endpoints:
  chat:
    latency: {total: 1s}
    limits: [{limit: quota, name: daily, allows: 100, per: day, resets_at: "09:00"}]
pipelines: {main: [{call: chat}]}
"""


def test_a_station_and_an_endpoint_shed_by_priority():
    nodes = lowered(DESK).plan.nodes
    assert nodes[:, Node.SHEDS : Node.SHEDS + 3].tolist() == [[-1, 8, 5], [-1, -1, 20]]


def test_an_endpoint_on_a_station_leaves_it_to_the_station():
    with pytest.raises(ScenarioError, match="write it at the station"):
        scenario(DESK.replace("latency: {total: 1s}", "station: desk"))


@pytest.mark.parametrize("change", ['resets_at: "10:00"', "timezone: Asia/Tokyo", "per: month"])
def test_a_phase_cannot_change_when_a_quota_resets(change):
    phase = f"rollout: {{phases: [{{name: a, start: 2027-07-02, changes: {{endpoints.chat.limits.daily.{change}}}}}]}}"
    with pytest.raises(ScenarioError, match="phase 'a' changes when the quota"):
        lowered(QUOTA + phase)


def test_a_phase_may_change_what_a_quota_allows():
    change = "endpoints.chat.limits.daily.allows: 200"
    assert lowered(
        QUOTA + f"rollout: {{phases: [{{name: a, start: 2027-07-02, changes: {{{change}}}}}]}}"
    )
