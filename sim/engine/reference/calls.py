"""A call: the router tries the endpoints of a route, the client makes attempts at each."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from simpy import Event

from sim.engine.reference.attempts import Attempt, wait_before_retry_us
from sim.engine.reference.plain import Endpoint, Result, Route, Row, Step, Told
from sim.engine.reference.world import JOIN, Timer
from sim.plan.columns import FAILED_AS

if TYPE_CHECKING:
    from sim.engine.reference.branches import Branch

Failure = int | None
"""The `Status` as which a step or a branch failed; None where it did not."""
Waits = Generator[Event, Any, Failure]
"""What a process does: it yields what it waits for, and in the end says how it failed."""


FAILURES = {int(result): int(status) for result, status in FAILED_AS.items()}


def call(branch: Branch, step: int, row: list[int]) -> Waits:
    """The router: try the endpoints of a route until one answers or none is left."""
    route_row = row[Step.ROUTE]
    route = branch.world.routes[route_row]
    branch.made = 0
    branch.has_heard = False
    tried = 0
    while True:
        endpoint = branch.world.route_endpoints[route[Route.FIRST] + tried]
        if tried:
            branch.tell(Told.FALLBACK, endpoint)
        result = yield from use(branch, step, route_row, endpoint)
        if result == Result.OK:
            return None
        tried += 1
        if tried >= route[Route.COUNT] or not route[Route.NEXT_ON] >> result & 1:
            branch.tell(Told.FAILED, step, branch.failure)
            return FAILURES[branch.failure]


def use(branch: Branch, step: int, route: int, endpoint: int) -> Generator[Event, Any, int]:
    """The client: attempts at one endpoint, until it answers or may not be tried again."""
    columns = branch.world.endpoints[endpoint]
    retries = 0
    while True:
        attempt = send(branch, step, route, endpoint, is_retry=retries > 0)
        result: int = yield attempt
        branch.attempt = None
        if result == Result.OK:
            branch.world.clients[endpoint].hears_answer(retries > 0, branch.failure)
            take_answer(branch, step, attempt)
            return Result.OK
        if result == Result.NO_BUDGET:
            return Result.NO_BUDGET
        branch.failure = result
        if not branch.has_heard:
            branch.has_heard = True
            limit = attempt.limit if result == Result.REFUSED else -1
            branch.fault = (step, endpoint, result, limit)
        if not columns[Endpoint.RETRY_ON] >> result & 1:
            return result
        if 0 <= columns[Endpoint.RETRIES] <= retries:
            return result
        wait_us = wait_before_retry_us(columns, attempt, retries)
        if wait_us < 0:
            return result
        branch.tell(Told.RETRY, endpoint, wait_us)
        branch.row[Row.BACKOFF_US] += wait_us
        yield Timer(branch.world, JOIN, wait_us)
        retries += 1


def send(branch: Branch, step: int, route: int, endpoint: int, *, is_retry: bool) -> Attempt:
    """A new attempt joins the node of its endpoint."""
    branch.attempts += 1
    branch.attempt = Attempt(branch, step, route, endpoint, branch.made, is_retry)
    branch.made += 1
    branch.attempt.node.join(branch.attempt)
    return branch.attempt


def take_answer(branch: Branch, step: int, attempt: Attempt) -> None:
    """A call that streams shows the first token of its answer."""
    if branch.world.steps[step][Step.STREAMS]:
        branch.first_words_us = attempt.first_token_us
        branch.endpoint = attempt.endpoint
