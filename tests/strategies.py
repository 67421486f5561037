"""Random plans in which everything happens, often at the same instant.

A case is built from a list of small choices. Hypothesis makes the choices and shrinks them; a stored list
replays a case for ever, whatever becomes of Hypothesis. Each feature is on in half the cases (a swarm),
so that none hides another for long. Choice 0 is always the simplest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st
from plans import HOUR_US, PlanMaker, days

from sim import draws
from sim.limits import LIMITS, NEVER
from sim.limits.fields import COUNTS
from sim.plan import Day, Plan
from sim.plan.columns import (
    Advice,
    Choose,
    Clock,
    Endpoint,
    Limit,
    Node,
    Result,
    Route,
    Step,
    StepKind,
    Table,
    Workload,
)

Item = TypeVar("Item")

FEATURES = (
    "servers",
    "queue_limits",
    "queue_patience",
    "abandoned_leaves",
    "preempts",
    "refusing_limits",
    "queueing_limits",
    "token_limits",
    "errors",
    "retries",
    "advice",
    "budgets",
    "timeouts",
    "fallback",
    "speeds",
    "caps",
    "forks",
    "nested_forks",
    "jobs",
    "laps",
    "blocks",
    "slower",
    "optional",
    "words",
    "patience",
    "deadlines",
    "turns",
    "priorities",
    "changes",
    "many_days",
    "hour_edges",
    "many_sessions",
    "vendor_kinds",
    "weights",
    "breakers",
    "choices",
    "needs",
    "sheds",
    "shared_breakers",
    "slowing",
    "client_queues",
    "filters",
    "cold_starts",
)

RARE = (
    ("breakers", "errors", "fallback"),
    ("retries", "errors", "budgets"),
    ("servers", "queue_patience"),
    ("servers", "preempts", "changes"),
    ("jobs", "laps", "retries", "errors"),
    ("forks", "nested_forks", "needs", "errors"),
    ("refusing_limits", "vendor_kinds", "slowing"),
    ("client_queues",),
)
"""Features that must come together for something to happen; a test steers some of its cases there."""

SMALL = (1, 2, 3, 5, 8)
STAGES = 3


class Dice:
    """Makes choices, and remembers them."""

    def __init__(self, roll: Callable[[int], int]) -> None:
        self._roll = roll
        self.choices: list[int] = []

    def below(self, count: int) -> int:
        """A number from 0 to count - 1."""
        number = self._roll(count)
        self.choices.append(number)
        return number

    def sure(self, number: int) -> int:
        """A choice that is made already."""
        self.choices.append(number)
        return number

    def pick(self, options: Sequence[Item]) -> Item:
        """One of the options."""
        return options[self.below(len(options))]

    def some(self, most: int) -> range:
        """From 1 to `most` times."""
        return range(1 + self.below(most))


@dataclass(frozen=True)
class Case:
    """A plan and its days, and the choices that made them."""

    plan: Plan
    days: list[Day]
    choices: list[int] = field(repr=False)


@st.composite
def cases(draw: st.DrawFn, sure: Collection[str] = ()) -> Case:
    """Random cases; some features may be on for sure."""
    return Builder(Dice(lambda count: draw(_BELOW[count])), sure).case()


_BELOW = {count: st.integers(0, count - 1) for count in range(1, 200)}


def stored(choices: Sequence[int]) -> Case:
    """The case that a stored list of choices makes; what is missing is 0."""
    rest = iter(choices)
    return Builder(Dice(lambda count: min(next(rest, 0), count - 1))).case()


class Builder:
    """Turns choices into a case."""

    def __init__(self, dice: Dice, sure: Collection[str] = ()) -> None:
        self.dice = dice
        self.on = {name: bool(dice.sure(1) if name in sure else dice.below(2)) for name in FEATURES}
        self.scale = dice.pick((1, 10, 500))
        self.seed = dice.below(10)
        self.maker = PlanMaker(self.seed)

    def case(self) -> Case:
        """All of it."""
        self.nodes = [self.node() for _ in self.dice.some(3)]
        self.limits = self.all_limits()
        self.endpoints = [self.endpoint() for _ in self.dice.some(4)]
        shares = self.on["breakers"] and self.on["shared_breakers"]
        self.shared_breaker = self.breaker() if shares else {}
        self.routes = [self.route() for _ in self.dice.some(3)]
        self.workloads = [self.workload() for _ in self.dice.some(2)]
        self.maker.stages = STAGES
        days = self.days()  # before the plan, since changes may bring laws
        return Case(self.maker.plan(), days, self.dice.choices)

    # Numbers.

    def time_us(self) -> int:
        """A small time."""
        return self.dice.pick(SMALL) * self.scale

    def times(self) -> int | list[int]:
        """A law of times: a constant, or two that are equally likely."""
        return self.dice.pick((self.time_us(), [self.time_us(), self.time_us()]))

    def if_on(self, feature: str, options: Sequence[Item]) -> Item:
        """One of the options where a feature is on, else the first."""
        return self.dice.pick(options) if self.on[feature] else options[0]

    def time_or_none(self, feature: str) -> int:
        """A small time, 1 µs among them, or -1."""
        return self.if_on(feature, (-1, 1, *(number * self.scale for number in (2, 3, 5, 8, 20))))

    # Where calls go.

    def node(self) -> int:
        """A node."""
        patience = self.times() if self.if_on("queue_patience", (False, True)) else None
        servers = self.if_on("servers", (-1, 1, 2, 1, 2, 3, 5, 0))
        return self.maker.node(
            servers=-1 if self.on["client_queues"] else servers,
            queue_limit=self.if_on("queue_limits", (-1, 0, 1, 2, 5)),
            patience=patience,
            abandoned_leaves=self.if_on("abandoned_leaves", (0, 1)),
            preempts=self.if_on("preempts", (0, 1)),
            sheds=[self.if_on("sheds", (-1, 2, 1, 0, 5)) for _ in range(3)],
            cold_after_us=self.if_on("cold_starts", (-1, 0, 2 * self.scale)),
            cold_start=self.times() if self.on["cold_starts"] else 1,
        )

    def all_limits(self) -> list[int]:
        """The limits; a client's own before a vendor's, where clients have queues."""
        if self.on["client_queues"]:
            own = self.maker.limit("concurrency", self.dice.pick((1, 2)), queues=1)
            return [own, self.limit((0,)), *(self.limit((0, 1)) for _ in self.dice.some(2)[1:])]
        kinds = [name for name in (0, 1) if self.on[("refusing_limits", "queueing_limits")[name]]]
        return [self.limit(kinds) for _ in self.dice.some(3)] if kinds else []

    def limit(self, kinds: Sequence[int]) -> int:
        """A limit, so tight that it matters; whether it queues is one of `kinds`."""
        counts = self.if_on("token_limits", tuple(COUNTS))
        of_requests = counts == "requests"
        allowed = self.dice.pick(
            (1, 2, 3, 5, 8, 0) if of_requests else (20, 40, 30, 100, 90, 10, 0)
        )
        a_minute = 60_000_000 * (1 if of_requests else 10) // self.time_us()
        kind = self.dice.pick(("concurrency", "fixed_window", "token_bucket"))
        if self.on["vendor_kinds"]:
            slowing = [
                each.name for each in LIMITS if self.on["slowing"] and each.slows is not None
            ]
            kind = self.dice.pick([*(each.name for each in LIMITS), *4 * slowing])
        numbers = self.limit_numbers(kind, allowed, a_minute)
        queues = self.dice.pick(kinds)
        if not self.on["weights"] or kind == "adaptive":
            counted = "requests" if kind == "adaptive" else counts
            return self.maker.limit(kind, *numbers, counts=counted, queues=queues)
        pick = self.dice.pick
        actual = [pick((0, 1_000_000, 300_000, 5_000_000)) for _ in range(4)]
        reserves = pick((None, [pick((0, 1_000_000, 100_001)) for _ in range(5)]))
        return self.maker.limit(
            kind,
            *numbers,
            counts=actual,
            reserves=reserves,
            takes_greater=pick((0, 1)),
            advice=pick(tuple(Advice)),
            queues=queues,
        )

    def limit_numbers(self, kind: str, allowed: int, a_minute: int) -> tuple[int, ...]:
        """The parameters of a kind of limit."""
        window_us = self.time_us() * 2
        settles = self.if_on("vendor_kinds", (0, 1))
        chance = draws.threshold(self.if_on("vendor_kinds", (0.5, 1.0, 0.0)))
        slows = self.if_on("slowing", (0, 3_000_000, 1_500_001))
        return {
            "concurrency": (allowed,),
            "fixed_window": (allowed, window_us),
            "token_bucket": (allowed, a_minute, settles),
            "sliding_window": (allowed, window_us),
            "minute_counter": (allowed, window_us),
            "leaky_bucket": (allowed, a_minute),
            "reserve_settle": (allowed, window_us),
            "soft_threshold": (allowed, a_minute, 0, chance, slows),
            "ramp": (allowed, 500_000, 60_000_000),
            "quota": (allowed, NEVER, slows),
            "adaptive": (),
        }[kind]

    def endpoint(self) -> int:
        """An endpoint with its client."""
        dice = self.dice
        results = [result for result in Result if dice.below(4) or not self.on["retries"]]
        endless = (-1,) if self.scale == 1 else ()
        return self.maker.endpoint(
            dice.pick(self.nodes),
            self.times(),
            speed=self.if_on("speeds", (None, 10_000, [1_000_000, 4_000_000])),
            error_chance=self.if_on("errors", (0.0, 0.3, 1.0)),
            error_time=self.times(),
            filter_chance=self.if_on("filters", (0.0, 0.3, 1.0)),
            filter_time=self.times() if self.on["filters"] else 1,
            refusal_time=self.times(),
            cached_ppm=self.if_on("token_limits", (0, 1_000_000)),
            limits=[limit for limit in self.limits if self.on["client_queues"] or dice.below(2)],
            retries=self.if_on("retries", (0, 1, 2, 5, *endless)),
            retry_on=results,
            backoff_us=self.time_us(),
            backoff_growth_ppm=dice.pick((1_000_000, 2_000_000)),
            backoff_cap_us=8 * self.scale,
            backoff_factor=dice.pick((1, [0.5, 1.5], 0)),
            backoff_least_us=self.if_on("advice", (0, 2 * self.scale)),
            backoff_refused_us=self.if_on("advice", (None, 3 * self.scale)),
            backoff_plus=self.if_on("advice", (None, self.scale, [0, 2 * self.scale])),
            backoff_total_cap_us=self.if_on("advice", (-1, 4 * self.scale)),
            retry_after_habit=dice.below(3),
            timeout_us=self.time_or_none("timeouts"),
            retry_after_cap_us=self.if_on("advice", (0, 5 * self.scale, 10**12)),
            budget_ppm=self.if_on("budgets", (-1, 0, 300_000, 1_000_000)),
            budget_cap_ppm=self.if_on("budgets", (0, 1_000_000, 3_000_000, 500_000)),
            budget_takes_ppm=self.if_on("budgets", (1_000_000, 700_000)),
            budget_takes_refused_ppm=self.if_on("budgets", (1_000_000, 400_000)),
            budget_success_ppm=self.if_on("budgets", (0, 200_000)),
            budget_refunds=self.if_on("budgets", (0, 1)),
        )

    def route(self) -> int:
        """A route."""
        endpoints = [self.dice.pick(self.endpoints)]
        results: list[Result] = []
        if self.on["fallback"]:
            endpoints += [self.dice.pick(self.endpoints) for _ in self.dice.some(2)]
            results = [result for result in Result if self.dice.below(4)]
        cap = self.if_on("caps", (-1, 5, 30))
        return self.maker.route(
            *endpoints,
            next_on=results,
            max_output_tokens=cap,
            choose=self.if_on("choices", tuple(Choose)),
            weights=[self.dice.pick((1, 3, 0)) for _ in endpoints]
            if self.on["choices"]
            else [1] * len(endpoints),
            breakers=[0] * len(endpoints) if self.shared_breaker else None,
            **(self.shared_breaker or self.breaker()),
        )

    def breaker(self) -> dict[str, Any]:
        """A route's breakers, quick to open."""
        if not self.on["breakers"]:
            return {}
        pick = self.dice.pick
        return {
            "breaker_on": [result for result in Result if self.dice.below(4)],
            "last_resort": pick((0, 1)),
            "opens_after": pick((1, 2, 0, 3)),
            "share_ppm": pick((0, 500_000, 1_000_000)),
            "at_least": pick((1, 3)),
            "window_us": 8 * self.time_us(),
            "stays_open_us": 3 * self.time_us(),
            "probes": pick((1, 2, 0)),
            "heeds": pick((0, 1)),
            "opens_on": [result for result in Result if self.dice.below(6) == 0],
        }

    # Pipelines.

    def pipeline(self, depth: int, most: int) -> int:
        """A chain of steps; returns the first."""
        steps = [step for _ in self.dice.some(most) for step in self.steps(depth)]
        if depth == 0 and self.if_on("blocks", (False, False, True)):
            steps.append(self.maker.block())
        first = self.maker.chain(*steps)
        for step in steps:
            self.link(step, steps)
        return first

    def steps(self, depth: int) -> list[int]:
        """A step, or a few that belong together."""
        kinds = ["call", "delay", "call"]
        kinds += ["fork"] if self.on["forks"] and depth < 1 + self.on["nested_forks"] else []
        kinds += ["job"] if self.on["jobs"] and depth < 2 else []
        kinds += ["again"] if self.on["laps"] else []
        kinds += ["block"] if self.on["blocks"] and depth > 0 else []
        return getattr(self, f"{self.dice.pick(kinds)}_steps")(depth)

    def options(self) -> dict[str, int]:
        """What every step that takes time may have."""
        return {
            "stage": self.dice.below(STAGES + 1) - 1,
            "slower_us": self.time_or_none("slower") if self.dice.below(2) else -1,
            "optional": self.if_on("optional", (0, 1)),
            "holds": self.if_on("words", (0, 0, 1)),
            "streams": self.if_on("words", (0, 1)),
        }

    def call_steps(self, depth: int) -> list[int]:
        """A call."""
        own = self.if_on("token_limits", (-1, 15, 0))
        tokens = {"input_tokens": own, "output_tokens": own}
        return [self.maker.call(route=self.dice.pick(self.routes), **tokens, **self.options())]

    def delay_steps(self, depth: int) -> list[int]:
        """A delay."""
        return [self.maker.delay(self.times(), **self.options())]

    def fork_steps(self, depth: int) -> list[int]:
        """A fork of one to three children."""
        children = [self.pipeline(depth + 1, 2) for _ in self.dice.some(3)]
        needs = min(self.if_on("needs", (0, 1, 1, 2)), len(children))
        return [self.maker.fork(*children, needs=needs, **self.options())]

    def job_steps(self, depth: int) -> list[int]:
        """A detached job."""
        return [self.maker.detach(self.pipeline(depth + 2, 2))]

    def block_steps(self, depth: int) -> list[int]:
        """A block in a child or a job, by chance."""
        block = self.maker.block()
        return [self.maker.chance(self.dice.pick((0.5, 1.0)), alt=block)]

    def again_steps(self, depth: int) -> list[int]:
        """A call that may come again; `link` lets the chance lead back to it."""
        chance = self.maker.chance(self.dice.pick((0.3, 0.6)), alt=-1, lap=1)
        return [*self.call_steps(depth), chance]

    def link(self, step: int, steps: list[int]) -> None:
        """Let a chance that leads nowhere yet lead back to a step before it in its chain."""
        row = self.maker.steps[step]
        if row[Step.KIND] == StepKind.CHANCE and row[Step.ALT] < 0:
            place = steps.index(step)
            self.maker.alternative(step, steps[self.dice.below(place)])

    # Who comes, and what changes.

    def workload(self) -> int:
        """A workload."""
        patience = self.times() if self.if_on("patience", (False, True)) else None
        return self.maker.workload(
            self.pipeline(0, 4),
            priority=self.if_on("priorities", (0, 1, 2)),
            input_tokens=self.dice.pick((10, [0, 20], 30)),
            output_tokens=self.dice.pick((10, [1, 20])),
            input_per_turn=self.dice.pick((0, 7)),
            cached_ppm=self.if_on("token_limits", (0, 400_000)),
            deadline_us=self.time_or_none("deadlines"),
            patience=None
            if patience is None
            else dict.fromkeys((self.time_us() * 3, self.time_us()), 0.5),
            turns=self.if_on("turns", (None, 2, [1, 3])),
            think=self.times(),
            quit_chance=self.if_on("patience", (0.0, 0.5)),
        )

    def days(self) -> list[Day]:
        """Arrivals and changes, cut into days."""
        base_us = HOUR_US - 20 * self.scale if self.on["hour_edges"] else 0
        many = self.if_on("many_sessions", (12, 3, 30, 60))
        arrivals = []
        now_us = base_us
        for number in self.dice.some(many):
            now_us += self.dice.pick((0, 1, 2, 0, 3, 5)) * self.scale
            arrivals.append((now_us, number, self.dice.pick(self.workloads)))
        span = (now_us - base_us) // self.scale + self.dice.pick((40, 5, 200))
        until_us = base_us + span * self.scale
        times = [base_us + (1 + self.dice.below(30)) * self.scale for _ in range(3)]
        cuts = sorted({each for each in times if each < until_us}) if self.on["many_days"] else []
        changes = [each for each in self.changes(base_us) if each[0] < until_us]
        return days([0, *cuts, until_us], arrivals, changes, self.seed)

    def changes(self, base_us: int) -> list[tuple[int, Table, int, int, int]]:
        """Some changes, no two of the same cell at once."""
        cells = {}
        for _ in self.dice.some(8) if self.on["changes"] else ():
            time_us = base_us + self.dice.below(40) * self.scale
            *cell, value = self.change()
            cells[(time_us, *cell)] = value
        for _ in self.dice.some(3) if self.on["preempts"] else ():
            time_us = base_us + self.dice.below(20) * self.scale
            cell = (Table.NODES, self.dice.pick(self.nodes), Node.SERVERS)
            cells[(time_us, *cell)] = self.dice.below(2)
            cells[(time_us + self.time_us(), *cell)] = self.dice.pick((1, 3))
        return [(*cell, value) for cell, value in cells.items()]

    def change(self) -> tuple[Table, int, int, int]:
        """One cell of a table and its new value."""
        pick = self.dice.pick
        tables = ["nodes", "nodes", "endpoints", "workloads", "steps", "routes", "clock"]
        return getattr(self, f"change_of_{pick(tables + ['limits'] * (2 * bool(self.limits)))}")()

    def change_of_nodes(self) -> tuple[Table, int, int, int]:
        """Staff, queue limits, manners."""
        column, values = self.dice.pick(
            (
                (Node.SERVERS, (1, 0, 2, 3, -1)),
                (Node.SERVERS, (1, 0, 2, 3, -1)),
                (Node.QUEUE_LIMIT, (-1, 0, 1)),
                (Node.ABANDONED_LEAVES, (0, 1)),
                (Node.PREEMPTS, (0, 1)),
                (Node.COLD_AFTER_US, (-1, 0, self.scale)),
                (Node.SHEDS, (-1, 1)),
                (Node.PATIENCE_LAW, (-1, self.maker.law(2 * self.scale))),
            )
        )
        return Table.NODES, self.dice.pick(self.nodes), column, self.dice.pick(values)

    def change_of_endpoints(self) -> tuple[Table, int, int, int]:
        """Incidents, and a client's new manners."""
        column, values = self.dice.pick(
            (
                (Endpoint.ERROR_CHANCE, (0, draws.threshold(0.5), draws.threshold(1.0))),
                (Endpoint.FILTER_CHANCE, (0, draws.threshold(0.5))),
                (Endpoint.SLOW_PPM, (1_000_000, 2_000_000, 500_000)),
                (Endpoint.LONG_FROM, (0, 5, 40)),
                (Endpoint.PROMPT_US, (0, 1000 * self.scale, 300)),
                (Endpoint.TIMEOUT_US, (-1, 1, 3 * self.scale)),
                (Endpoint.RETRIES, (0, 1, 3)),
                (Endpoint.RETRY_ON, (0, 127)),
                (Endpoint.BUDGET_CAP_PPM, (0, 1_000_000)),
                (Endpoint.BUDGET_PPM, (-1, 300_000)),
                (Endpoint.CACHED_PPM, (0, 1_000_000)),
                (Endpoint.FIRST_LAW, (self.maker.law(self.scale), self.maker.law(5 * self.scale))),
                (Endpoint.RETRY_AFTER_CAP_US, (0, 10**12)),
            )
        )
        return Table.ENDPOINTS, self.dice.pick(self.endpoints), column, self.dice.pick(values)

    def change_of_limits(self) -> tuple[Table, int, int, int]:
        """A new quota, or the other parameter."""
        row = self.dice.pick(self.limits)
        if self.dice.below(2) == 0:
            return Table.LIMITS, row, Limit.PARAMETERS, self.dice.pick((1, 0, 3, 10, 40))
        kind = LIMITS[self.maker.limits[row][Limit.KIND]].name
        other = self.time_us()
        if kind in ("token_bucket", "leaky_bucket", "soft_threshold"):
            other = 60_000_000 // other
        elif kind == "quota":
            other += 10**12
        return Table.LIMITS, row, Limit.PARAMETERS + 1, other

    def change_of_workloads(self) -> tuple[Table, int, int, int]:
        """Another deadline, priority, patience."""
        column, values = self.dice.pick(
            (
                (Workload.DEADLINE_US, (-1, 5 * self.scale)),
                (Workload.PRIORITY, (0, 1, 2)),
                (Workload.PATIENCE_LAW, (-1, self.maker.law(4 * self.scale))),
                (Workload.QUIT_CHANCE, (0, draws.threshold(1.0))),
                (Workload.INPUT_PER_TURN, (0, 9)),
            )
        )
        return Table.WORKLOADS, self.dice.pick(self.workloads), column, self.dice.pick(values)

    def change_of_steps(self) -> tuple[Table, int, int, int]:
        """Another manner of a step."""
        column, values = self.dice.pick(
            (
                (Step.OPTIONAL, (0, 1)),
                (Step.SLOWER_US, (-1, 2 * self.scale)),
                (Step.HOLDS, (0, 1)),
                (Step.STREAMS, (0, 1)),
                (Step.CHANCE, (0, draws.threshold(0.5))),
            )
        )
        row = self.dice.below(min(len(self.maker.steps), 30))
        return Table.STEPS, row, column, self.dice.pick(values)

    def change_of_routes(self) -> tuple[Table, int, int, int]:
        """Another manner of the router."""
        column, values = self.dice.pick(
            (
                (Route.NEXT_ON, (0, 127)),
                (Route.MAX_OUTPUT_TOKENS, (-1, 3)),
                (Route.CHOOSE, tuple(Choose)),
            )
        )
        return Table.ROUTES, self.dice.pick(self.routes), column, self.dice.pick(values)

    def change_of_clock(self) -> tuple[Table, int, int, int]:
        """A new phase."""
        return Table.CLOCK, 0, Clock.PHASE, self.dice.below(3)
