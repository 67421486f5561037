"""What a client keeps before it sends: how it is written, what it lowers to, what comes of it, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from plans import run
from small_scenarios import LEAST, lowered, scenario

from sim.errors import ScenarioError
from sim.limits import LIMITS
from sim.outcome import Row, Use
from sim.plan.columns import Endpoint, Limit, Status, Table
from sim.plan.journey import journey
from sim.scenario.document import document_from_text, validate
from sim.scenario.scenario import Scenario
from sim.summary.owners import queue_of

CHAT = """
pipelines: {{main: [{{call: chat}}]}}
endpoints:
  chat:
    owner: platform
    latency: {{total: 1s}}
    limits: [{vendor}]
    client: {{{client}}}
{more}
"""
BUCKET = "{limit: token_bucket, counts: requests, per_minute: 600, cap: 10}"
FASTER = "{limit: token_bucket, counts: requests, per_minute: 900, cap: 10}"


def chat(client: str, vendor: str = BUCKET, more: str = "") -> str:
    return CHAT.format(client=client, vendor=vendor, more=more)


def limits_of(plan, endpoint):
    first, count, own = plan.endpoints[
        endpoint, [Endpoint.LIMIT_FIRST, Endpoint.LIMIT_COUNT, Endpoint.OWN_LIMITS]
    ]
    rows = plan.endpoint_limits[first : first + count].tolist()
    return [plan.names.limits[row] for row in rows[: count - own]], [
        plan.names.limits[row] for row in rows[count - own :]
    ]


def test_a_clients_limits_stand_behind_the_vendors_and_wait():
    plan = lowered(chat(f"concurrency: 50, limits: [{BUCKET}]")).plan
    vendor, own = limits_of(plan, 0)
    assert (vendor, own) == (
        ["chat.requests"],
        ["chat.client concurrency", "chat.client requests"],
    )
    assert plan.limits[:, Limit.QUEUES].tolist() == [0, 1, 1]
    assert plan.limits[1, [Limit.KIND, Limit.PARAMETERS]].tolist() == [2, 50]
    assert LIMITS[2].name == "concurrency"


def test_clients_may_share_one_limit():
    pool = "limits: {pool: {limit: concurrency, allows: 5, when_full: wait}}"
    plan = lowered(
        chat(
            "limits: [pool]",
            more=f"  other: {{latency: {{total: 1s}}, client: {{limits: [pool]}}}}\n{pool}",
        )
    ).plan
    assert limits_of(plan, 0) == (["chat.requests"], ["pool"])
    assert limits_of(plan, 1) == ([], ["pool"])


def test_an_incident_of_the_quota_leaves_a_clients_limits_alone():
    incident = 'incidents: [{endpoints: [chat], at: 1d, lasts: 1h, what: "quota x 0.5"}]'
    low = lowered(chat(f"limits: [{BUCKET}]", more=incident))
    changed = low.changes.row[low.changes.table == Table.LIMITS]
    assert set(changed.tolist()) == {low.plan.names.limits.index("chat.requests")}


def test_the_wait_is_the_clients_and_the_failure_of_the_vendor_is_not():
    plain = queue_of(scenario(chat("retries: 1")), "chat")
    own = queue_of(scenario(chat(f"owner: gateway, limits: [{BUCKET}]")), "chat")
    assert (plain.held_by, plain.owner) == ((), "platform")
    assert (own.held_by, own.own, own.owner) == (
        ("client requests",),
        ("client requests",),
        "gateway",
    )


def burst(client: str) -> tuple[list[int], list[float], int]:
    """Sixty requests at once: statuses, waits [s], and attempts that the vendor refused."""
    text = LEAST.replace("{rate: 1/s}", "{at: 0s, count: 60}").replace("3d", "1d")
    course = journey(
        validate(document_from_text(text + chat(client)), Scenario), seed=1, replication=0
    )
    outcome = run(course.plan, [each.day for each in course.days], "compiled")
    rows = outcome.rows
    waits = np.sort(rows[:, Row.WAIT_US] / 1e6).tolist()
    return rows[:, Row.STATUS].tolist(), waits, outcome.used(0, Use.REFUSED)


def test_a_queue_of_the_vendors_size_turns_refusals_into_waits():
    # Ten pass at once; after that one each tenth of a second.
    status, waits, refused = burst("retries: 0")
    assert (status.count(Status.RATE_LIMITED), refused, max(waits)) == (50, 50, 0)
    status, waits, refused = burst(f"retries: 0, limits: [{BUCKET}]")
    assert (status.count(Status.OK), refused) == (60, 0)
    assert waits == pytest.approx([0] * 10 + [number / 10 for number in range(1, 51)])


def test_a_queue_that_is_half_as_fast_again_still_meets_refusals():
    # It sends fifteen a second into ten: of the fifty that wait, a third is refused, but the last in need of less.
    status, waits, refused = burst(f"retries: 0, limits: [{FASTER}]")
    assert waits == pytest.approx([0] * 10 + [number / 15 for number in range(1, 51)], abs=2e-6)
    assert refused == status.count(Status.RATE_LIMITED) == 17


def steady(client: str) -> tuple[int, int, float]:
    """Fifteen a second for a minute into ten a second: answers, attempts that were refused, mean wait [s]."""
    head = LEAST.replace("{rate: 1/s}", "{rate: 15/s, gaps: 1, count: 900}").replace("3d", "1d")
    scenario = validate(document_from_text(head + chat(client)), Scenario)
    course = journey(scenario, seed=1, replication=0)
    outcome = run(course.plan, [each.day for each in course.days], "compiled")
    answers = int(np.sum(outcome.rows[:, Row.STATUS] == Status.OK))
    return answers, outcome.used(0, Use.REFUSED), float(np.mean(outcome.rows[:, Row.WAIT_US])) / 1e6


def test_botocores_adaptive_mode_waits_where_its_standard_mode_is_refused():
    answers, refused, wait_s = steady("sdk: botocore")
    assert wait_s == 0
    assert answers < 650
    assert refused > 500
    answers, refused, wait_s = steady("sdk: botocore-adaptive")
    assert answers == 900
    assert refused < 30
    assert 10 < wait_s < 20


def test_a_cap_on_concurrency_alone_does_not_know_the_vendors_quota():
    # Twenty at once: ten are refused at 0 s, whose places are free 40 ms later, and so on until a second is over.
    _, waits, refused = burst("retries: 0, concurrency: 20")
    assert refused > 0
    assert 0 < max(waits) < 3


@pytest.mark.parametrize(
    ("client", "more", "said"),
    [
        ("limits: [pool]", "", "there is no limit 'pool'"),
        (f"limits: [{BUCKET[:-1]}, when_full: refuse}}]", "", "leave out `when_full`"),
        (f"limits: [{BUCKET[:-1]}, advice: none}}]", "", "leave out `advice`"),
        ("limits: [pool]", f"limits: {{pool: {BUCKET}}}", "write `when_full: wait` at it"),
        (
            "limits: [pool, pool]",
            f"limits: {{pool: {BUCKET[:-1]}, when_full: wait}}}}",
            "'pool' holds for this endpoint already",
        ),
        (
            "limits: [{limit: fixed_window, counts: input_tokens, allows: 99, window: 1s}]",
            "",
            "exceeds what the limit on client input tokens of 'chat' ever holds",
        ),
        ("concurrency: 0", "", "0 is not more than 0"),
        ("concurrency: 5, limits: {}", "", "list"),
    ],
)
def test_what_a_client_cannot_hold_back_by_is_refused(client, more, said):
    with pytest.raises(ScenarioError, match=said):
        scenario(chat(client, more=more))


@pytest.mark.parametrize("own", ["concurrency: 5", f"limits: [{BUCKET}]"])
def test_at_a_station_there_is_one_queue_already(own):
    station = "stations: {desk: {servers: 2, service: 1s, client: {OWN}}}\n"
    endpoint = "stations: {desk: {servers: 2}}\nendpoints: {chat: {station: desk, latency: {total: 1s}, client: {OWN}}}\n"
    for text, call in ((station, "station: desk"), (endpoint, "call: chat")):
        with pytest.raises(ScenarioError, match="would hold back the others in it too"):
            scenario(text.replace("OWN", own) + f"pipelines: {{main: [{{{call}}}]}}\n")
