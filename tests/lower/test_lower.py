"""Plans and their changes: phases, shifts, failures, incidents, limits, clients."""

from __future__ import annotations

import numpy as np
import pytest
from small_scenarios import lowered

from sim import draws
from sim.errors import ScenarioError
from sim.plan.columns import Endpoint, Limit, Node, Result, Route, Table, Workload
from sim.plan.lower import Lowered

HOUR = 3_600_000_000
DAY = 24 * HOUR

CHAT = """
endpoints:
  chat:
    latency: {total: 1s}
    limits: [{limit: token_bucket, name: minute, counts: tokens, per_minute: 60k, holds: 10s}]
pipelines: {main: [{call: chat}]}
"""
DESK = """
stations: {desk: {servers: 3, service: 1s}}
pipelines: {main: [{station: desk}]}
"""


def timeline(found: Lowered, table: Table, row: int, column: int) -> list[tuple[int, int]]:
    """The first value of a cell, and its changes."""
    first = {
        Table.ENDPOINTS: found.plan.endpoints,
        Table.NODES: found.plan.nodes,
        Table.LIMITS: found.plan.limits,
        Table.CLOCK: found.plan.clock,
        Table.WORKLOADS: found.plan.workloads,
        Table.ROUTES: found.plan.routes,
    }[table]
    changes = found.changes
    here = (changes.table == table) & (changes.row == row) & (changes.column == column)
    times, values = changes.time_us[here].tolist(), changes.value[here].tolist()
    return [(0, int(first[row, column])), *zip(times, values, strict=True)]


def test_without_phases_nothing_changes() -> None:
    found = lowered(CHAT)
    assert len(found.changes.time_us) == 0
    assert found.plan.names.phases == ("whole horizon",)


def test_a_phase_changes_a_quota_at_its_midnight() -> None:
    found = lowered(
        CHAT
        + """
rollout:
  phases:
    - {name: pilot, start: 2027-07-01}
    - {name: all, start: 2027-07-03, changes: {endpoints.chat.limits.minute.per_minute: 120k}}
"""
    )
    rate, cap = Limit.PARAMETERS + 1, Limit.PARAMETERS
    assert timeline(found, Table.LIMITS, 0, rate) == [(0, 60_000), (2 * DAY, 120_000)]
    assert timeline(found, Table.LIMITS, 0, cap) == [(0, 10_000), (2 * DAY, 20_000)]
    assert timeline(found, Table.CLOCK, 0, 0) == [(0, 0), (2 * DAY, 1)]
    assert found.plan.names.phases == ("pilot", "all")


def test_changes_add_up_over_phases() -> None:
    found = lowered(
        DESK
        + """
rollout:
  phases:
    - {name: a, start: 2027-07-02, changes: {stations.desk.servers: 5}}
    - {name: b, start: 2027-07-03, changes: {workloads.ask.deadline: 30s}}
"""
    )
    assert found.plan.names.phases == ("before", "a", "b")
    assert timeline(found, Table.NODES, 0, Node.SERVERS) == [(0, 3), (DAY, 5)]
    assert timeline(found, Table.WORKLOADS, 0, Workload.DEADLINE_US) == [
        (0, -1),
        (2 * DAY, 30_000_000),
    ]


def test_a_route_may_get_another_order() -> None:
    found = lowered(
        """
endpoints: {a: {latency: {total: 1s}}, b: {latency: {total: 1s}}}
routes: {chat: {order: [a]}}
pipelines: {main: [{call: chat}]}
rollout:
  phases: [{name: two, start: 2027-07-02, changes: {routes.chat.order: [b, a]}}]
"""
    )
    (_, first), (_, then) = timeline(found, Table.ROUTES, 0, Route.FIRST)
    (_, one), (_, two) = timeline(found, Table.ROUTES, 0, Route.COUNT)
    pool = found.plan.route_endpoints
    assert (pool[first : first + one].tolist(), pool[then : then + two].tolist()) == ([0], [1, 0])


@pytest.mark.parametrize(
    "changes",
    [
        "pipelines.main: [{call: chat}, {delay: 1s}]",
        "endpoints.chat.limits.minute.counts: requests",
        "endpoints.chat.limits.minute: {limit: concurrency, name: minute, allows: 4}",
        "endpoints.more: {latency: {total: 1s}}",
    ],
)
def test_a_phase_cannot_change_shapes(changes: str) -> None:
    with pytest.raises(ScenarioError, match="a phase can change numbers only"):
        lowered(
            CHAT + f"rollout: {{phases: [{{name: a, start: 2027-07-02, changes: {{{changes}}}}}]}}"
        )


def test_a_known_incident_cuts_a_quota_and_slows() -> None:
    found = lowered(
        CHAT
        + """
incidents:
  - {endpoints: [chat], at: 2027-07-01T06:00, lasts: 2h, what: [quota x 0.5, slow x 2]}
  - {endpoints: [chat], at: 7h, lasts: 2h, what: quota x 0.5 and errors 30%}
  - {endpoints: [chat], at: 10h, lasts: 1h, what: outage}
"""
    )
    rate = Limit.PARAMETERS + 1
    assert timeline(found, Table.LIMITS, 0, rate) == [
        *((0, 60_000), (6 * HOUR, 30_000), (7 * HOUR, 15_000), (8 * HOUR, 30_000)),
        (9 * HOUR, 60_000),
    ]
    assert timeline(found, Table.ENDPOINTS, 0, Endpoint.SLOW_PPM) == [
        *((0, 1_000_000), (6 * HOUR, 2_000_000), (8 * HOUR, 1_000_000)),
    ]
    errors = timeline(found, Table.ENDPOINTS, 0, Endpoint.ERROR_CHANCE)
    assert [(t // HOUR, round(e / 2**52, 9)) for t, e in errors] == [
        *((0, 0.0), (7, 0.3), (9, 0.0), (10, 1.0), (11, 0.0)),
    ]


def test_a_shared_limit_is_cut_once() -> None:
    found = lowered(
        """
limits: {organisation: {limit: fixed_window, allows: 100, window: 60s}}
endpoints:
  a: {latency: {total: 1s}, limits: [organisation]}
  b: {latency: {total: 1s}, limits: [organisation]}
routes: {chat: {order: [a, b]}}
pipelines: {main: [{call: chat}]}
incidents: [{endpoints: [a, b], at: 1h, lasts: 1h, what: quota x 0.5}]
"""
    )
    assert found.plan.names.limits == ("organisation",)
    assert found.plan.endpoint_limits[found.plan.endpoints[:, Endpoint.LIMIT_FIRST]].tolist() == [
        0,
        0,
    ]
    assert timeline(found, Table.LIMITS, 0, Limit.PARAMETERS) == [
        (0, 100),
        (HOUR, 50),
        (2 * HOUR, 100),
    ]


def test_shifts_are_local_and_skip_the_weekend() -> None:
    # 2027-07-01 is a Thursday.
    found = lowered(
        """
stations:
  reviewers:
    service: 3min
    staff: [{days: mon-fri, hours: "08:00-18:00", people: 6}, {days: sat, hours: "22:00-02:00", people: 1}]
pipelines: {main: [{station: reviewers}]}
"""
    )
    servers = timeline(found, Table.NODES, 0, Node.SERVERS)
    hours = [(t / HOUR, n) for t, n in servers]
    assert hours == [(0, 0), (8, 6), (18, 0), (32, 6), (42, 0), (70, 1)]
    assert found.plan.nodes[0, Node.PREEMPTS] == 0


def test_a_timetable_changes_with_a_phase() -> None:
    found = lowered(
        """
stations: {desk: {service: 3min, staff: [{days: daily, hours: "08:00-18:00", people: 6}]}}
pipelines: {main: [{station: desk}]}
rollout: {phases: [{name: more, start: 2027-07-02, changes: {"stations.desk.staff[0].people": 8}}]}
"""
    )
    hours = [(t // HOUR, n) for t, n in timeline(found, Table.NODES, 0, Node.SERVERS)]
    assert hours == [(0, 0), (8, 6), (18, 0), (32, 8), (42, 0), (56, 8), (66, 0)]


def test_failures_pause_the_work() -> None:
    found = lowered(DESK.replace("servers: 3", "servers: 3, failures: {up_for: 5h, down_for: 1h}"))
    servers = timeline(found, Table.NODES, 0, Node.SERVERS)[:4]
    assert [(t // HOUR, n) for t, n in servers] == [(0, 3), (5, 0), (6, 3), (11, 0)]
    preempts = timeline(found, Table.NODES, 0, Node.PREEMPTS)[:3]
    assert [(t // HOUR, n) for t, n in preempts] == [(0, 0), (5, 1), (6, 0)]


RANDOM = """
endpoints: {a: {latency: {total: 1s}}, b: {latency: {total: 1s}}}
routes: {chat: {order: [a, b]}}
pipelines: {main: [{call: chat}]}
incidents:
  - {name: vendor, endpoints: [a, b], every: {law: exponential, mean: 4h}, lasts: 20min, what: WHAT}
"""


def errors_of(text: str, row: int) -> list[tuple[int, int]]:
    return timeline(lowered(text), Table.ENDPOINTS, row, Endpoint.ERROR_CHANCE)


def test_random_incidents_hit_all_together_unless_independent() -> None:
    together = RANDOM.replace("WHAT", "outage")
    apart = RANDOM.replace("WHAT", "outage, independent: true")
    assert len(errors_of(together, 0)) > 10
    assert errors_of(together, 0) == errors_of(together, 1)
    assert errors_of(apart, 0) != errors_of(apart, 1)


def test_random_incidents_come_at_the_same_instants_whatever_they_do() -> None:
    text = RANDOM.replace("20min", "1us")
    one = [t for t, _ in errors_of(text.replace("WHAT", "outage"), 0)]
    other = [t for t, _ in errors_of(text.replace("WHAT", "errors 10%"), 0)]
    assert one == other
    assert len(one) > 10


def test_severities_come_by_weight() -> None:
    text = RANDOM.replace("mean: 4h", "mean: 10min").replace("20min", "1us")
    found = errors_of(text.replace("WHAT", "{errors 10%: 3, errors 50%: 1}"), 0)
    mild = sum(value == draws.threshold(0.1) for _, value in found)
    harsh = sum(value == draws.threshold(0.5) for _, value in found)
    assert mild + harsh > 350
    assert 0.65 < mild / (mild + harsh) < 0.85


def test_an_outage_of_a_station_keeps_its_queue() -> None:
    found = lowered(DESK + "incidents: [{stations: [desk], at: 1h, lasts: 5min, what: outage}]")
    assert timeline(found, Table.NODES, 0, Node.SERVERS) == [
        *((0, 3), (HOUR, 0), (HOUR + HOUR // 12, 3)),
    ]
    assert timeline(found, Table.ENDPOINTS, 0, Endpoint.ERROR_CHANCE) == [(0, 0)]


def test_an_endpoint_on_a_station_shares_its_node() -> None:
    found = lowered(
        """
stations: {pool: {servers: 2, service: 3s}}
endpoints: {llama: {station: pool}, mixtral: {station: pool, latency: {total: 1s}}}
routes: {chat: {order: [llama, mixtral]}}
pipelines: {main: [{call: chat}]}
"""
    )
    plan = found.plan
    assert plan.names.nodes == ("pool",)
    assert plan.names.endpoints == ("llama", "mixtral", "pool")
    assert plan.endpoints[:, Endpoint.NODE].tolist() == [0, 0, 0]
    laws = plan.endpoints[:, Endpoint.FIRST_LAW]
    assert laws[0] == laws[2] != laws[1]


def test_limits_and_clients_become_their_columns() -> None:
    plan = lowered(
        """
endpoints:
  chat:
    latency: {first_token: 700ms, tokens_per_second: 80}
    errors: {share: 0.1%}
    caches_prompts: true
    limits:
      - {limit: token_bucket, counts: uncached_tokens, per_minute: 600, cap: 10, when_full: wait}
      - {limit: fixed_window, allows: 100, window: 60s}
      - {limit: concurrency, allows: 8}
    client:
      retries: 3
      backoff: {first: 100ms, times: 2, at_most: 1h, jitter: full}
      retries_on: [429, timeout]
      retry_after: {heard_up_to: 0}
      budget: {share: 10%, at_most: 5}
    attempt_timeout: 20s
pipelines: {main: [{call: chat, input_tokens: 5}]}
"""
    ).plan
    assert plan.limits[:, [Limit.KIND, Limit.QUEUES]].tolist() == [[0, 1], [1, 0], [2, 0]]
    assert plan.limits[:, Limit.PARAMETERS :][:, :3].tolist() == [
        [10, 600, 0],
        [100, 60_000_000, 0],
        [8, 0, 0],
    ]
    one = 1_000_000
    weights = plan.limits[:, Limit.COUNTS : Limit.PARAMETERS].tolist()
    assert weights[0] == [0, one, 0, one, 0, one, 0, 0, one]
    assert weights[1] == weights[2] == [one, 0, 0, 0, one, 0, 0, 0, 0]
    row = plan.endpoints[0]
    assert row[Endpoint.RETRIES] == 3
    assert row[Endpoint.RETRY_ON] == (1 << Result.REFUSED) | (1 << Result.TIMEOUT)
    assert row[[Endpoint.BACKOFF_US, Endpoint.BACKOFF_GROWTH_PPM]].tolist() == [100_000, 2_000_000]
    assert row[[Endpoint.BUDGET_PPM, Endpoint.BUDGET_CAP_PPM]].tolist() == [100_000, 5_000_000]
    assert row[[Endpoint.TIMEOUT_US, Endpoint.RETRY_AFTER_CAP_US]].tolist() == [20_000_000, 0]
    assert row[[Endpoint.CACHED_PPM, Endpoint.SLOW_PPM]].tolist() == [1_000_000, 1_000_000]
    assert row[Endpoint.ERROR_CHANCE] == draws.threshold(0.001)


def test_equal_laws_are_pooled_and_reach_the_engine_whole() -> None:
    plan = lowered(
        """
pipelines:
  main:
    - {stage: a, delay: {median: 60ms, p95: 140ms}}
    - {stage: b, delay: {median: 60ms, p95: 140ms}}
    - {stage: c, delay: {law: mixture, parts: [{weight: 1, of: 1s}, {weight: 3, of: {law: exponential, mean: 2s}}]}}
"""
    ).plan
    used = plan.steps[:3, 3].tolist()
    assert used[0] == used[1] != used[2]
    start, count = plan.laws.starts[used[2]], plan.laws.counts[used[2]]
    numbers = plan.laws.numbers[start : start + 2 * count]
    assert numbers[:count].tolist() == [0.25, 1.0]
    assert plan.laws.kinds[numbers[count:].astype(np.int64)].tolist() == [0, 1]


def test_changes_are_in_order_and_name_each_cell_once_an_instant() -> None:
    found = lowered(RANDOM.replace("WHAT", "outage and slow x 2")).changes
    keys = list(zip(found.time_us, found.table, found.row, found.column, strict=True))
    assert keys == sorted(set(keys))
    assert all(time > 0 for time in found.time_us)


@pytest.mark.parametrize(
    ("service", "what", "fits"),
    [
        ("20w", "slow x 2", False),
        ("20w", "errors 1%", False),
        ("5w", "slow x 2", True),
        ("5w", "slow x 4", False),
    ],
)
def test_times_that_would_wrap_in_64_bits_are_refused(service: str, what: str, fits: bool) -> None:
    text = f"""
stations: {{desk: {{servers: 3, service: {service}}}}}
pipelines: {{main: [{{station: desk}}]}}
incidents: [{{stations: [desk], at: 1h, lasts: 1h, what: {what}}}]
"""
    if fits:
        lowered(text)
    else:
        with pytest.raises(ScenarioError, match="add `at_most` to its law"):
            lowered(text)
