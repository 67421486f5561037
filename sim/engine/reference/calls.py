"""A call: the router tries the endpoints of a route, the client makes attempts at each."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from simpy import Event

from sim import draws
from sim.engine.arithmetic import by_weight
from sim.engine.reference.attempts import Attempt, wait_before_retry_us
from sim.engine.reference.limiters import Breaker
from sim.engine.reference.plain import Choose, Draw, Endpoint, Result, Route, Row, Step, Told
from sim.engine.reference.world import JOIN, Timer, World
from sim.plan.columns import FAILED_AS
from sim.policies.breaker import weight

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
    branch.failure = Result.OK
    tried: list[int] = []
    while True:
        place = choose(branch, step, route, tried)
        tried.append(place)
        endpoint = branch.world.route_endpoints[route[Route.FIRST] + place]
        if len(tried) > 1:
            branch.tell(Told.FALLBACK, endpoint)
        is_last = len(tried) == route[Route.COUNT]
        result = yield from use(branch, step, route_row, endpoint, place, is_last=is_last)
        if result == Result.OK:
            return None
        onward = result == Result.OPEN or route[Route.NEXT_ON] >> result & 1
        if len(tried) >= route[Route.COUNT] or not onward:
            branch.tell(Told.FAILED, step, branch.failure)
            return FAILURES[branch.failure]


def choose(branch: Branch, step: int, route: list[int], tried: list[int]) -> int:
    """The place of the route to which a call goes next."""
    world = branch.world
    how = route[Route.CHOOSE]
    if how == Choose.WEIGHTS:
        mask = sum(1 << place for place in tried)
        key = world.step_purposes[step][Draw.CHOICE]
        u = draws.uniform(key, branch.key, branch.lap << 32 | branch.made)
        first, count = route[Route.WEIGHTS], route[Route.COUNT]
        return by_weight(world.route_weights, first, count, mask, u)
    if how == Choose.LEAST_BUSY:
        places = [place for place in range(route[Route.COUNT]) if place not in tried]
        return min(places, key=lambda place: under_way(world, route, place))
    return len(tried)


def under_way(world: World, route: list[int], place: int) -> int:
    """Attempts under way at the node behind a place of a route."""
    endpoint = world.endpoints[world.route_endpoints[route[Route.FIRST] + place]]
    return world.nodes[endpoint[Endpoint.NODE]].under_way


def use(
    branch: Branch, step: int, route: int, endpoint: int, place: int, *, is_last: bool
) -> Generator[Event, Any, int]:
    """One endpoint of the route, whose breaker hears in the end what came of it."""
    row = branch.world.routes[route]
    attempt = send(branch, step, route, endpoint, is_retry=False)
    if not row[Route.BREAKER_ON]:
        result, _ = yield from try_at(branch, step, route, attempt)
        return result
    breaker = breaker_at(branch.world, route, place)
    attempt.breaker = breaker
    attempt.is_last_resort = bool(row[Route.LAST_RESORT]) and is_last
    result, advice_us = yield from try_at(branch, step, route, attempt)
    if result == Result.OK:
        breaker.report(attempt.generation, good=1)
    elif row[Route.BREAKER_ON] >> branch.failure & 1:
        bad = weight(row[Route.OPENS_AFTER :], branch.failure)
        breaker.report(attempt.generation, bad=bad, advice_us=advice_us)
    return result


def breaker_at(world: World, route: int, place: int) -> Breaker:
    """The breaker at a place of a route."""
    row = world.routes[route]
    number = world.route_breakers[row[Route.BREAKERS] + place]
    if number not in world.breakers:
        world.breakers[number] = Breaker(row, world)
    return world.breakers[number]


def try_at(
    branch: Branch, step: int, route: int, attempt: Attempt
) -> Generator[Event, Any, tuple[int, int]]:
    """The client: attempts at one endpoint, until it answers or may not be tried again; the last result, and the
    advice that came with it."""
    endpoint = attempt.endpoint
    columns = branch.world.endpoints[endpoint]
    retries = 0
    while True:
        result: int = yield attempt
        branch.attempt = None
        if result == Result.OK:
            branch.world.clients[endpoint].hears_answer(retries > 0, branch.failure)
            take_answer(branch, step, attempt)
            return Result.OK, 0
        if result == Result.NO_BUDGET:
            return Result.NO_BUDGET, 0
        if result != Result.OPEN or branch.failure == Result.OK:
            branch.failure = result
        if not branch.has_heard:
            branch.has_heard = True
            limit = attempt.limit if result == Result.REFUSED else -1
            branch.fault = (step, endpoint, result, limit)
        heard_us = attempt.advice_us if result == Result.REFUSED else 0
        if result == Result.OPEN or not columns[Endpoint.RETRY_ON] >> result & 1:
            return result, heard_us
        if 0 <= columns[Endpoint.RETRIES] <= retries:
            return result, heard_us
        wait_us = wait_before_retry_us(columns, attempt, retries)
        if wait_us < 0:
            return result, heard_us
        branch.tell(Told.RETRY, endpoint, wait_us)
        branch.row[Row.BACKOFF_US] += wait_us
        yield Timer(branch.world, JOIN, wait_us)
        retries += 1
        attempt = send(branch, step, route, endpoint, is_retry=True)


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
