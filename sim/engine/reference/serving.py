"""Serving: how an attempt that starts will end and how long that takes, and what is counted when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.arithmetic import MILLION, decode_us, duration_us, prompt_us, slowed_ppm
from sim.engine.reference.attempts import Attempt
from sim.engine.reference.plain import Draw, Endpoint, Result, Told, Use
from sim.engine.reference.plain import Node as Column
from sim.outcome import LONG

if TYPE_CHECKING:
    from sim.engine.reference.nodes import Node

USES_OF_ANSWER = (Use.ANSWERS, Use.INPUT, Use.CACHED, Use.OUTPUT)
USES_OF_WASTE = (Use.WASTED, Use.WASTED_INPUT, Use.WASTED_CACHED, Use.WASTED_OUTPUT)
USES_OF_FAILURE: dict[int, tuple[int, int]] = {
    Result.ERROR: (Use.ERRORS, Use.ERROR_INPUT),
    Result.FILTERED: (Use.FILTERED, Use.FILTERED_INPUT),
}


def decide(node: Node, attempt: Attempt) -> None:
    """Chance decides how an attempt that starts will end, and when."""
    warm_up(node, attempt)
    endpoint = node.world.endpoints[attempt.endpoint]
    if attempt.chance(endpoint[Endpoint.ERROR_CHANCE], Draw.ERROR):
        attempt.result = Result.ERROR
        value = attempt.draw(endpoint[Endpoint.ERROR_LAW], Draw.ERROR_TIME)
        attempt.left_us = duration_us(value, MILLION)
    elif attempt.chance(endpoint[Endpoint.FILTER_CHANCE], Draw.FILTER):
        attempt.result = Result.FILTERED
        value = attempt.draw(endpoint[Endpoint.FILTER_LAW], Draw.FILTER_TIME)
        attempt.left_us = duration_us(value, MILLION)
    else:
        attempt.result = Result.OK
        attempt.left_us = service_us(node, attempt, endpoint)


def warm_up(node: Node, attempt: Attempt) -> None:
    """Whoever starts first at a cold node begins to warm it."""
    now_us = node.world.now
    idle_us = now_us - node.idle_since_us
    if not node.served and idle_us > node.row[Column.COLD_AFTER_US] >= 0:
        value = attempt.draw(node.row[Column.COLD_LAW], Draw.COLD_START)
        node.ready_us = now_us + duration_us(value, MILLION)


def service_us(node: Node, attempt: Attempt, endpoint: list[int]) -> int:
    """How long an answer takes; notes when its first token comes."""
    now_us = node.world.now
    cold_us = max(0, node.ready_us - now_us)
    if cold_us:
        attempt.tell(Told.COLD, cold_us)
    slow_ppm = slowed_ppm(endpoint[Endpoint.SLOW_PPM], attempt.slow_ppm)
    if attempt.slow_ppm != MILLION:
        attempt.tell(Told.SLOWED, attempt.slow_ppm)
    fresh = attempt.input_tokens - attempt.cached_tokens
    value = attempt.draw(endpoint[Endpoint.FIRST_LAW], Draw.SERVICE)
    value += prompt_us(fresh, endpoint[Endpoint.PROMPT_US])
    first_us = cold_us + duration_us(value, slow_ppm)
    attempt.first_token_us = now_us + first_us
    speed_law = endpoint[Endpoint.SPEED_LAW]
    if speed_law < 0:
        return first_us
    speed = attempt.draw(speed_law, Draw.SPEED)
    return first_us + decode_us(attempt.output_tokens, speed) * slow_ppm // MILLION


def count_end(attempt: Attempt) -> None:
    """Count an attempt that ends, and its tokens."""
    world = attempt.branch.world
    long_from = world.endpoints[attempt.endpoint][Endpoint.LONG_FROM]
    is_long = 0 < long_from < attempt.input_tokens
    if attempt.result != Result.OK:
        many, tokens = USES_OF_FAILURE[attempt.result]
        attempt.used(many)
        attempt.used(tokens, attempt.input_tokens)
        if is_long:
            attempt.used(tokens + LONG, attempt.input_tokens)
        return
    uses = USES_OF_ANSWER if attempt.is_wanted else USES_OF_WASTE
    counts = (1, attempt.input_tokens, attempt.cached_tokens, attempt.output_tokens)
    world.ledger.used_up(world.now, attempt.endpoint, uses, counts)
    if is_long:
        long = tuple(use + LONG for use in uses[1:])
        world.ledger.used_up(world.now, attempt.endpoint, long, counts[1:])
