"""The small assistant as one would write it in plain SimPy: a `Resource`, a process a request, a row each.

It makes the same draws (by name, from the same tables) and writes the same columns as the engines. It counts
nothing by the hour, keeps no order among simultaneous events, and knows no patience, trace or days. Where the plan
has limits, it asks three of its own at each endpoint; they are too wide to say no.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from typing import Any

import simpy

from sim import draws
from sim.engine.arithmetic import backoff_us, decode_us, duration_us, law_value, whole
from sim.outcome import Row
from sim.plan import Arrivals, Plan
from sim.plan.columns import Draw, Endpoint, Status, Step, Workload
from tests.benchmarks.pipelines import (
    REQUESTS_PER_MINUTE,
    RETRIES,
    SERVERS,
    TOKENS_PER_MINUTE,
)
from tests.plans import MINUTE_US

DELAY, DESK, VENDOR = 1, 2, 3
"""Steps; the vendor is the second endpoint."""


class Bucket:
    """Refills steadily, starts full."""

    def __init__(self, per_minute: int) -> None:
        self.per_us = per_minute / MINUTE_US
        self.holds = self.level = float(per_minute)
        self.last_us = 0

    def passes(self, now: int, cost: int) -> bool:
        """Whether the cost passes, which then is taken."""
        self.level = min(self.holds, self.level + (now - self.last_us) * self.per_us)
        self.last_us = now
        if self.level < cost:
            return False
        self.level -= cost
        return True


class Window:
    """So many in any minute."""

    def __init__(self, allows: int) -> None:
        self.allows = allows
        self.passed: deque[int] = deque()

    def passes(self, now: int, cost: int) -> bool:
        """Whether one more passes, which then is written down."""
        while self.passed and self.passed[0] <= now - MINUTE_US:
            self.passed.popleft()
        if len(self.passed) >= self.allows:
            return False
        self.passed.append(now)
        return True


class Model:
    """The tables as lists, and the rows."""

    def __init__(self, plan: Plan) -> None:
        laws = zip(plan.laws.kinds, plan.laws.starts, plan.laws.counts, strict=True)
        self.laws = [int(cell) for law in laws for cell in law]
        self.numbers = plan.laws.numbers.tolist()
        self.steps = plan.steps.tolist()
        self.workload = plan.workloads[0].tolist()
        self.desk, self.vendor = plan.endpoints.tolist()
        self.keys = [
            {purpose: draws.mix(int(key) ^ purpose) for purpose in Draw} for key in plan.step_keys
        ]
        self.own_keys = {each: draws.mix(int(plan.workload_keys[0]) ^ each) for each in Draw}
        self.rows: list[list[int]] = []
        self.environment = simpy.Environment()
        self.servers = simpy.Resource(self.environment, SERVERS)
        self.limits = {
            step: (
                Bucket(TOKENS_PER_MINUTE),
                Bucket(REQUESTS_PER_MINUTE),
                Window(REQUESTS_PER_MINUTE),
            )
            for step in (DESK, VENDOR)
            if len(plan.limits)
        }

    def ask_limits(self, step: int, tokens: int) -> None:
        """Let an attempt through the endpoint's limits."""
        if step in self.limits:
            now = self.environment.now
            by_tokens, by_requests, by_window = self.limits[step]
            passes = by_tokens.passes(now, tokens)
            passes = by_requests.passes(now, 1) and passes
            assert by_window.passes(now, 1) and passes, "these limits are too wide to say no"

    def draw(self, law: int, key: int, entity: int, counter: int = 0) -> float:
        """A draw from a law."""
        uniform = draws.uniform(key, entity, counter)
        return law_value(self.laws, self.numbers, 0, law, uniform)

    def request(self, session: int, session_key: int) -> Generator[simpy.Event, Any, None]:
        """From arrival to row."""
        environment = self.environment
        entity = draws.child(session_key, 1)
        arrived = environment.now
        input_tokens = whole(
            self.draw(self.workload[Workload.INPUT_LAW], self.own_keys[Draw.INPUT], entity)
        )
        output_tokens = whole(
            self.draw(self.workload[Workload.OUTPUT_LAW], self.own_keys[Draw.OUTPUT], entity)
        )
        redacting = self.draw(self.steps[DELAY][Step.LAW], self.keys[DELAY][Draw.DELAY], entity)
        yield environment.timeout(duration_us(redacting, 1_000_000))
        redacted = environment.now
        self.ask_limits(DESK, input_tokens + output_tokens)
        with self.servers.request() as turn:
            yield turn
            wait = environment.now - redacted
            service = self.draw(
                self.desk[Endpoint.FIRST_LAW], self.keys[DESK][Draw.SERVICE], entity
            )
            yield environment.timeout(duration_us(service, 1_000_000))
        searched = environment.now
        status, attempts, paused, first = Status.VENDOR_ERROR, 1, 0, -1
        for lasts, pause, answers in self.attempts(entity, output_tokens):
            if answers:
                first = environment.now + answers
                status = Status.OK
            self.ask_limits(VENDOR, input_tokens + output_tokens)
            yield environment.timeout(lasts)
            if pause:
                paused += pause
                attempts += 1
                yield environment.timeout(pause)
        now = environment.now
        row = [0] * (Row.STAGES + 3)
        row[Row.SESSION] = session
        row[Row.TURN] = 1
        row[Row.DETACHED] = -1
        row[Row.ARRIVED_US] = arrived
        row[Row.FINISHED_US] = now
        row[Row.FIRST_TOKEN_US] = first if first >= 0 else now
        row[Row.STATUS] = status
        row[Row.ATTEMPTS] = attempts + 1
        row[Row.ENDPOINT] = 1 if first >= 0 else -1
        row[Row.INPUT_TOKENS] = input_tokens
        row[Row.OUTPUT_TOKENS] = output_tokens
        row[Row.WAIT_US] = wait
        row[Row.BACKOFF_US] = paused
        row[Row.STAGES] = redacted - arrived
        row[Row.STAGES + 1] = searched - redacted
        row[Row.STAGES + 2] = now - searched
        self.rows.append(row)

    def attempts(self, entity: int, output_tokens: int) -> Iterator[tuple[int, int, int]]:
        """Of each attempt: how long it takes, the pause after it, and when its first token comes (0: never)."""
        vendor, keys = self.vendor, self.keys[VENDOR]
        for number in range(RETRIES + 1):
            if draws.bits(keys[Draw.ERROR], entity, number) >= vendor[Endpoint.ERROR_CHANCE]:
                drawn = self.draw(vendor[Endpoint.FIRST_LAW], keys[Draw.SERVICE], entity, number)
                speed = self.draw(vendor[Endpoint.SPEED_LAW], keys[Draw.SPEED], entity, number)
                first = duration_us(drawn, 1_000_000)
                yield first + decode_us(output_tokens, speed), 0, first
                return
            pause = 0
            if number < RETRIES:
                factor = self.draw(vendor[Endpoint.BACKOFF_LAW], keys[Draw.BACKOFF], entity, number)
                columns = (
                    Endpoint.BACKOFF_US,
                    Endpoint.BACKOFF_GROWTH_PPM,
                    Endpoint.BACKOFF_CAP_US,
                )
                pause = backoff_us(*(vendor[column] for column in columns), number, factor)
            lasts = self.draw(vendor[Endpoint.ERROR_LAW], keys[Draw.ERROR_TIME], entity, number)
            yield duration_us(lasts, 1_000_000), pause, 0

    def arrive(self, coming: Arrivals) -> Generator[simpy.Event, Any, None]:
        """Let everybody in."""
        columns = (coming.time_us.tolist(), coming.number.tolist(), coming.key.tolist())
        who = zip(*columns, strict=True)
        for time_us, number, key in who:
            yield self.environment.timeout(time_us - self.environment.now)
            self.environment.process(self.request(number, key))


def run(plan: Plan, coming: Arrivals) -> list[list[int]]:
    """All rows."""
    model = Model(plan)
    model.environment.process(model.arrive(coming))
    model.environment.run()
    return model.rows
