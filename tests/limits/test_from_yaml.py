"""Every kind of limit from what a planner writes to what becomes of each request, counted by hand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from plans import run

from sim.limits import LIMITS
from sim.outcome import Row
from sim.plan.columns import Status
from sim.plan.journey import journey_of
from sim.scenario.document import document_from_text, validate
from sim.scenario.scenario import Scenario

OK, NO = "OK", "RATE_LIMITED"
SECOND_US = 1_000_000


@dataclass(frozen=True)
class Case:
    """A limit as it is written, and by hand what becomes of requests of 100 tokens that take 20 s."""

    limit: str
    arrivals: str
    """When requests come, in the order in which they come; `x 3`: so many at once; `: 30`: of so many tokens."""
    outcomes: str
    """`o` for one that passes, `x` for one that is refused."""
    waits: tuple[int, ...] = ()
    """Of requests that wait, how long [s]."""
    client: str = ""
    """What stands before the limit."""


CASES = {
    "token_bucket: two at once, then one a second": Case(
        "{limit: token_bucket, counts: requests, per_minute: 60, cap: 2}",
        "10:00:00 x 3, 10:00:01 x 2",
        "oox ox",
    ),
    "token_bucket: settled, an answer gives back what it did not use": Case(
        # Each takes 100 of 200 and gives 50 back as it ends, at 10:00:20; nothing else drips in to speak of.
        "{limit: token_bucket, counts: {uncached_input: 0.5}, reserves: {uncached_input: 1}, per_minute: 1, cap: 200, settles: true}",
        "10:00:00 x 3, 10:00:20 x 2",
        "oox ox",
    ),
    "fixed_window: two in each minute of the clock": Case(
        "{limit: fixed_window, counts: requests, allows: 2, window: 60s}",
        "10:00:00 x 3, 10:00:59, 10:01:00 x 3",
        "oox x oox",
    ),
    "concurrency: tokens that are held until the answer is there": Case(
        "{limit: concurrency, counts: input_tokens, allows: 200}",
        "10:00:00 x 3, 10:00:19, 10:00:20 x 3",
        "oox x oox",
    ),
    "concurrency: what does not fit waits": Case(
        "{limit: concurrency, counts: input_tokens, allows: 200, when_full: wait}",
        "10:00:00 x 5",
        "ooooo",
        (0, 0, 20, 20, 40),
    ),
    "sliding_window: no edge to profit from; what is a window old counts no more": Case(
        "{limit: sliding_window, counts: requests, allows: 2, window: 60s}",
        "10:00:00, 10:00:30 x 2, 10:01:00, 10:01:29, 10:01:30 x 2",
        "o ox o x ox",
    ),
    "minute_counter: what it refuses counts as well": Case(
        # 100, 200, then 300 of 250: refused, and counted; 30 more do not fit although 230 were served.
        "{limit: minute_counter, counts: input_tokens, allows: 250, window: 60s}",
        "10:00:00 x 3, 10:00:01: 30, 10:01:00 x 2",
        "oox x oo",
    ),
    "leaky_bucket: looked at before it is filled": Case(
        # A token drains each second, full at 100: at 100 one more passes, at 200 none; at 100 again after 100 s.
        "{limit: leaky_bucket, counts: {uncached_input: 1}, drains_per_minute: 60, holds: 100s}",
        "10:00:00 x 3, 10:01:39, 10:01:40 x 2",
        "oox x ox",
    ),
    "reserve_settle: a reservation is released, and what was used is charged": Case(
        # Reserves 200 of 300; one ends at 10:00:20 and costs 100, so another 200 fit; a new minute is empty.
        "{limit: reserve_settle, counts: {uncached_input: 1}, reserves: {uncached_input: 2}, per_minute: 300}",
        "10:00:00 x 2, 10:00:19, 10:00:20 x 2, 10:01:00 x 2",
        "ox x ox ox",
    ),
    "soft_threshold: beyond it all are refused where it refuses all": Case(
        "{limit: soft_threshold, counts: requests, per_minute: 60, holds: 2s, refuses: 100%}",
        "10:00:00 x 3, 10:00:01 x 2",
        "oox ox",
    ),
    "soft_threshold: and none where it refuses none": Case(
        "{limit: soft_threshold, counts: requests, per_minute: 60, holds: 2s, refuses: 0%}",
        "10:00:00 x 3, 10:00:01 x 2",
        "ooo oo",
    ),
    "ramp: half more than the busiest minute of the stretch before": Case(
        # 2 may always come; then 2 + 50 % = 3, then 3 + 50 % = 4; after a minute without any 2 again.
        "{limit: ramp, counts: requests, above: 2, grows: 50%, per: 1min}",
        "10:00:00 x 3, 10:01:00 x 4, 10:02:00 x 5, 10:04:00 x 3",
        "oox ooox oooox oox",
    ),
    "adaptive: after a refusal one in two seconds, where little comes back": Case(
        # Without it the last of 10:01:00 would be refused like that of 10:00:00.
        "{limit: fixed_window, counts: requests, allows: 2, window: 2s}",
        "10:00:00 x 3, 10:01:00 x 3",
        "oox ooo",
        client="limits: [{limit: adaptive}]",
    ),
    "quota: two a day, anew at half past ten": Case(
        "{limit: quota, counts: requests, allows: 2, per: day, resets_at: '10:30'}",
        "10:00:00 x 3, 10:29:59, 10:30:00 x 3",
        "oox x oox",
    ),
    "quota: a credit that is used up stays used up": Case(
        "{limit: quota, counts: input_tokens, allows: 250, per: horizon}",
        "10:00:00 x 3, 10:30:00: 40, 11:00:00: 20",
        "oox o x",
    ),
}


def journey(case: Case):
    """The scenario of a case: a workload for each time at which requests come."""
    lines = []
    for number, come in enumerate(case.arrivals.split(", ")):
        head, _, tokens = come.partition(": ")
        time, _, count = head.partition(" x ")
        arrivals = f'{{at: ["2027-07-01T{time}"], count: {count or 1}}}'
        lines.append(
            f"  w{number:02}: {{arrivals: {arrivals}, input_tokens: {tokens or 100}, output_tokens: 10, pipeline: main}}"
        )
    text = "\n".join(
        (
            "schema: genai-rollout/v1",
            "name: one limit",
            "horizon: {start: 2027-07-01, length: 1d, timezone: UTC}",
            "workloads:",
            *lines,
            "pipelines: {main: [{stage: answer, call: chat}]}",
            f"endpoints: {{chat: {{latency: {{total: 20s}}, limits: [{case.limit}], client: {{{case.client}}}}}}}",
        )
    )
    document = document_from_text(text)
    validate(document, Scenario)
    return journey_of(document, 0, 0)


def test_every_kind_of_limit_has_a_case():
    assert {name.partition(":")[0] for name in CASES} == {kind.name for kind in LIMITS}


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("name", CASES)
def test_what_is_written_becomes_the_outcomes_that_were_counted_by_hand(name, engine):
    case = CASES[name]
    played = journey(case)
    rows = run(played.plan, [day.day for day in played.days], engine).rows
    order = sorted(range(len(rows)), key=lambda n: (rows[n][Row.ARRIVED_US], rows[n][Row.SESSION]))
    found = "".join("o" if rows[n][Row.STATUS] == Status.OK else "x" for n in order)
    assert found == case.outcomes.replace(" ", "")
    assert {Status(rows[n][Row.STATUS]).name for n in order} <= {OK, NO}
    assert rows[:, Row.REFUSALS].sum() == case.outcomes.count("x")
    if case.waits:
        waits = sorted(
            rows[n][Row.FINISHED_US] - rows[n][Row.ARRIVED_US] - 20 * SECOND_US for n in order
        )
        assert waits == [seconds * SECOND_US for seconds in case.waits]
