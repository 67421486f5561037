"""Small plans for tests, from a few keyword arguments, and runs of them as arrays and text.

    maker = PlanMaker()
    desk = maker.endpoint(maker.node(servers=1), service=3)
    maker.workload(maker.call(desk))
    outcome = run(maker.plan(), [day(arrivals=[(5, 0), (5, 1)], until_us=100)], "reference")
    assert table(outcome, "session finished_us") == text(...)

Wherever a law is asked for, a number is a constant, a list is equally likely values, a dict is
values with their probabilities, and None is "no law" (-1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.engine import TRACE_ALL, EngineName, start
from sim.engine.arithmetic import ATOMS, CONSTANT, CONTINUOUS, MIXTURE
from sim.limits import LIMITS
from sim.limits.fields import COUNTS
from sim.outcome import DayOutcome, Event, Line, Load, Row, Use
from sim.plan import Arrivals, Changes, Day, Laws, Names, Plan
from sim.plan.columns import (
    LIMIT_PARAMETERS,
    Advice,
    Choose,
    Clock,
    Endpoint,
    Limit,
    Node,
    Result,
    Route,
    Status,
    Step,
    StepKind,
    Table,
    Workload,
)

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US

END = 0
"""The END step, which every plan has as its first row."""


class LawRow(int):
    """A law that is already in the pool."""


LawLike = LawRow | int | float | Sequence[float] | dict[float, float] | None


class PlanMaker:
    """A plan that grows row by row; every method that adds a row returns its place."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.steps: list[list[int]] = []
        self.forks: list[int] = []
        self.routes: list[list[int]] = []
        self.route_endpoints: list[int] = []
        self.route_weights: list[int] = []
        self.route_breakers: list[int] = []
        self.endpoints: list[list[int]] = []
        self.endpoint_limits: list[int] = []
        self.nodes: list[list[int]] = []
        self.limits: list[list[int]] = []
        self.workloads: list[list[int]] = []
        self.stages = 0
        self._law_kinds: list[int] = []
        self._law_starts: list[int] = []
        self._law_counts: list[int] = []
        self._numbers: list[float] = []
        self._constants: dict[float, LawRow] = {}
        self._step(StepKind.END)

    # Laws.

    def law(self, like: LawLike) -> LawRow:
        """A law's row: of a number, a list, a dict, or -1 for None."""
        if like is None:
            return LawRow(-1)
        if isinstance(like, LawRow):
            return like
        if isinstance(like, dict):
            return self._atoms(list(like), list(like.values()))
        if isinstance(like, (int, float)):
            return self._constant(like)
        return self._atoms(list(like), [1.0] * len(like))

    def continuous(self, quantiles: Sequence[float]) -> LawRow:
        """A law of 1,025 quantiles."""
        return self._add_law(CONTINUOUS, quantiles, len(quantiles))

    def mixture(self, parts: Sequence[tuple[float, LawLike]]) -> LawRow:
        """A choice among laws: (weight, law) pairs."""
        rows = [float(self.law(like)) for _, like in parts]
        return self._add_law(MIXTURE, _cumulated([w for w, _ in parts]) + rows, len(rows))

    def _constant(self, value: float) -> LawRow:
        if value not in self._constants:
            self._constants[value] = self._add_law(CONSTANT, [value], 1)
        return self._constants[value]

    def _atoms(self, values: Sequence[float], weights: Sequence[float]) -> LawRow:
        return self._add_law(ATOMS, list(values) + _cumulated(weights), len(values))

    def _add_law(self, kind: int, numbers: Sequence[float], count: int) -> LawRow:
        self._law_kinds.append(kind)
        self._law_starts.append(len(self._numbers))
        self._law_counts.append(count)
        self._numbers.extend(numbers)
        return LawRow(len(self._law_kinds) - 1)

    # Where calls go.

    def node(
        self,
        servers: int = -1,
        queue_limit: int = -1,
        patience: LawLike = None,
        abandoned_leaves: int = 0,
        preempts: int = 0,
        sheds: Sequence[int] = (-1, -1, -1),
        cold_after_us: int = -1,
        cold_start: LawLike = None,
    ) -> int:
        """A queue with servers."""
        row = {
            Node.SERVERS: servers,
            Node.QUEUE_LIMIT: queue_limit,
            Node.PATIENCE_LAW: self.law(patience),
            Node.ABANDONED_LEAVES: abandoned_leaves,
            Node.PREEMPTS: preempts,
            Node.COLD_AFTER_US: cold_after_us,
            Node.COLD_LAW: self.law(cold_start),
            **{Node(Node.SHEDS + priority): most for priority, most in enumerate(sheds)},
        }
        return _append(self.nodes, Node, row)

    def limit(
        self,
        kind: str,
        *parameters: int,
        counts: str | Sequence[int] = "requests",
        reserves: Sequence[int] | None = None,
        takes_greater: int = 0,
        advice: Advice = Advice.EXACT,
        queues: int = 0,
    ) -> int:
        """A limit of a kind and its parameters: `token_bucket` (cap, rate a minute, settles), `fixed_window`
        (allowed, window_us), `concurrency` (allowed), ... It counts as a planner's word says, or by weights
        in ppm: four of what an attempt costs, five of what it reserves."""
        place = [each.name for each in LIMITS].index(kind)
        padding = [0] * (LIMIT_PARAMETERS - len(parameters))
        actual = COUNTS[counts].parts_ppm() if isinstance(counts, str) else list(counts)
        held = [*actual[:3], 0, actual[3]] if reserves is None else reserves
        weights = [takes_greater, *actual, *held]
        self.limits.append([place, queues, advice, *weights, *parameters, *padding])
        return len(self.limits) - 1

    def endpoint(
        self,
        node: int,
        service: LawLike = 1,
        *,
        speed: LawLike = None,
        error_chance: float = 0.0,
        error_time: LawLike = 1,
        filter_chance: float = 0.0,
        filter_time: LawLike = 1,
        refusal_time: LawLike = 1,
        slow_ppm: int = 1_000_000,
        cached_ppm: int = 0,
        limits: Sequence[int] = (),
        retries: int = 0,
        retry_on: Iterable[Result] = (),
        backoff_us: int = 1,
        backoff_growth_ppm: int = 1_000_000,
        backoff_cap_us: int = HOUR_US,
        backoff_factor: LawLike = 1,
        backoff_least_us: int = 0,
        backoff_refused_us: int | None = None,
        backoff_plus: LawLike = None,
        backoff_total_cap_us: int = -1,
        timeout_us: int = -1,
        retry_after_cap_us: int = 0,
        budget_ppm: int = -1,
        budget_cap_ppm: int = 0,
        budget_takes_ppm: int = 1_000_000,
        budget_takes_refused_ppm: int = 1_000_000,
        budget_success_ppm: int = 0,
        budget_refunds: int = 0,
        retry_after_habit: int = 0,
    ) -> int:
        """A deployment at a node, with its client."""
        row = {
            Endpoint.NODE: node,
            Endpoint.FIRST_LAW: self.law(service),
            Endpoint.SPEED_LAW: self.law(speed),
            Endpoint.ERROR_CHANCE: draws.threshold(error_chance),
            Endpoint.ERROR_LAW: self.law(error_time),
            Endpoint.FILTER_CHANCE: draws.threshold(filter_chance),
            Endpoint.FILTER_LAW: self.law(filter_time),
            Endpoint.REFUSAL_LAW: self.law(refusal_time),
            Endpoint.SLOW_PPM: slow_ppm,
            Endpoint.CACHED_PPM: cached_ppm,
            Endpoint.LIMIT_FIRST: len(self.endpoint_limits),
            Endpoint.LIMIT_COUNT: len(limits),
            Endpoint.RETRIES: retries,
            Endpoint.RETRY_ON: mask(retry_on),
            Endpoint.BACKOFF_US: backoff_us,
            Endpoint.BACKOFF_GROWTH_PPM: backoff_growth_ppm,
            Endpoint.BACKOFF_CAP_US: backoff_cap_us,
            Endpoint.BACKOFF_LAW: self.law(backoff_factor),
            Endpoint.TIMEOUT_US: timeout_us,
            Endpoint.RETRY_AFTER_CAP_US: retry_after_cap_us,
            Endpoint.BUDGET_PPM: budget_ppm,
            Endpoint.BUDGET_CAP_PPM: budget_cap_ppm,
            Endpoint.BUDGET_TAKES_PPM: budget_takes_ppm,
            Endpoint.BUDGET_TAKES_REFUSED_PPM: budget_takes_refused_ppm,
            Endpoint.BUDGET_SUCCESS_PPM: budget_success_ppm,
            Endpoint.BUDGET_REFUNDS: budget_refunds,
            Endpoint.BACKOFF_REFUSED_US: backoff_us
            if backoff_refused_us is None
            else backoff_refused_us,
            Endpoint.BACKOFF_LEAST_US: backoff_least_us,
            Endpoint.BACKOFF_PLUS_LAW: self.law(backoff_plus),
            Endpoint.BACKOFF_TOTAL_CAP_US: backoff_total_cap_us,
            Endpoint.RETRY_AFTER_HABIT: retry_after_habit,
        }
        self.endpoint_limits.extend(limits)
        return _append(self.endpoints, Endpoint, row)

    def route(
        self,
        *endpoints: int,
        next_on: Iterable[Result] = (),
        max_output_tokens: int = -1,
        choose: Choose = Choose.ORDER,
        weights: Sequence[int] = (),
        breakers: Sequence[int] | None = None,
        breaker_on: Iterable[Result] = (),
        last_resort: int = 0,
        opens_after: int = 0,
        share_ppm: int = 0,
        at_least: int = 1,
        window_us: int = MINUTE_US,
        stays_open_us: int = 1,
        probes: int = 1,
        heeds: int = 0,
        opens_on: Iterable[Result] = (),
    ) -> int:
        """Endpoints, in the order in which a call tries them unless it chooses otherwise."""
        row = {
            Route.FIRST: len(self.route_endpoints),
            Route.COUNT: len(endpoints),
            Route.NEXT_ON: mask(next_on),
            Route.MAX_OUTPUT_TOKENS: max_output_tokens,
            Route.CHOOSE: choose,
            Route.WEIGHTS: len(self.route_weights),
            Route.BREAKERS: len(self.route_breakers),
            Route.BREAKER_ON: mask(breaker_on),
            Route.LAST_RESORT: last_resort,
            Route.OPENS_AFTER: opens_after,
            Route.OPENS_AT_SHARE_PPM: share_ppm,
            Route.OPENS_AT_LEAST: at_least,
            Route.BREAKER_WINDOW_US: window_us,
            Route.STAYS_OPEN_US: stays_open_us,
            Route.PROBES: probes,
            Route.HEEDS_ADVICE: heeds,
            Route.OPENS_ON: mask(opens_on),
        }
        self.route_endpoints.extend(endpoints)
        self.route_weights.extend(weights)
        fresh = 1 + max(self.route_breakers, default=-1)
        self.route_breakers.extend(
            range(fresh, fresh + len(endpoints)) if breakers is None else breakers
        )
        return _append(self.routes, Route, row)

    # Steps. Each goes on to END until `chain` or `follow` says otherwise.

    def delay(self, law: LawLike, **options: int) -> int:
        """Wait. Options of every step: stage, holds, streams, slower_us, optional."""
        return self._step(StepKind.DELAY, options, {Step.LAW: self.law(law)})

    def call(
        self,
        *endpoints: int,
        route: int = -1,
        input_tokens: int = -1,
        output_tokens: int = -1,
        **options: int,
    ) -> int:
        """A call of a route, or of endpoints in a route of their own."""
        row = {
            Step.ROUTE: route if route >= 0 else self.route(*endpoints),
            Step.INPUT_TOKENS: input_tokens,
            Step.OUTPUT_TOKENS: output_tokens,
        }
        return self._step(StepKind.CALL, options, row)

    def fork(self, *children: int, needs: int = 0, **options: int) -> int:
        """Start children; go on when all have ended, or so many have done well."""
        row = {Step.NEEDS: needs, Step.FORK_FIRST: len(self.forks), Step.FORK_COUNT: len(children)}
        self.forks.extend(children)
        return self._step(StepKind.FORK, options, row)

    def chance(self, probability: float, alt: int, lap: int = 0) -> int:
        """Go to `alt` with a probability."""
        row = {Step.CHANCE: draws.threshold(probability), Step.ALT: alt, Step.LAP: lap}
        return self._step(StepKind.CHANCE, {}, row)

    def detach(self, job: int) -> int:
        """Start a job that nobody waits for."""
        return self._step(StepKind.DETACH, {}, {Step.ALT: job})

    def block(self) -> int:
        """End by policy."""
        return self._step(StepKind.BLOCK)

    def chain(self, *steps: int) -> int:
        """Put steps one after another, the last before END; returns the first."""
        for here, there in zip(steps, [*steps[1:], END], strict=True):
            self.follow(here, there)
        return steps[0]

    def follow(self, step: int, next_step: int) -> None:
        """Let a step go on to another."""
        self.steps[step][Step.NEXT] = next_step

    def alternative(self, step: int, alt: int) -> None:
        """Set where a CHANCE or DETACH leads, when that step was not yet there."""
        self.steps[step][Step.ALT] = alt

    def _step(
        self,
        kind: StepKind,
        options: dict[str, int] | None = None,
        more: dict[Step, int] | None = None,
    ) -> int:
        row = {Step.KIND: kind, Step.NEXT: END, Step.STAGE: -1, Step.SLOWER_US: -1}
        row |= {Step.INPUT_TOKENS: -1, Step.OUTPUT_TOKENS: -1, Step.ROUTE: -1, Step.LAW: -1}
        row |= {Step[name.upper()]: value for name, value in (options or {}).items()}
        self.stages = max(self.stages, row[Step.STAGE] + 1)
        return _append(self.steps, Step, row | (more or {}))

    # Who comes.

    def workload(
        self,
        start_step: int,
        *,
        priority: int = 0,
        input_tokens: LawLike = 100,
        output_tokens: LawLike = 10,
        input_per_turn: int = 0,
        cached_ppm: int = 0,
        deadline_us: int = -1,
        patience: LawLike = None,
        turns: LawLike = None,
        think: LawLike = 1,
        quit_chance: float = 0.0,
    ) -> int:
        """A kind of request."""
        row = {
            Workload.START_STEP: start_step,
            Workload.PRIORITY: priority,
            Workload.INPUT_LAW: self.law(input_tokens),
            Workload.OUTPUT_LAW: self.law(output_tokens),
            Workload.INPUT_PER_TURN: input_per_turn,
            Workload.CACHED_PPM: cached_ppm,
            Workload.DEADLINE_US: deadline_us,
            Workload.PATIENCE_LAW: self.law(patience),
            Workload.TURNS_LAW: self.law(turns),
            Workload.THINK_LAW: self.law(think),
            Workload.QUIT_CHANCE: draws.threshold(quit_chance),
        }
        return _append(self.workloads, Workload, row)

    def plan(self) -> Plan:
        """The plan so far."""
        return Plan(
            steps=_table(self.steps, Step),
            forks=_integers(self.forks),
            routes=_table(self.routes, Route),
            route_endpoints=_integers(self.route_endpoints),
            route_weights=_integers(self.route_weights),
            route_breakers=_integers(self.route_breakers),
            endpoints=_table(self.endpoints, Endpoint),
            endpoint_limits=_integers(self.endpoint_limits),
            nodes=_table(self.nodes, Node),
            limits=_integers(self.limits).reshape(-1, Limit.PARAMETERS + LIMIT_PARAMETERS),
            workloads=_table(self.workloads, Workload),
            clock=np.zeros((1, len(Clock)), np.int64),
            laws=Laws(
                _integers(self._law_kinds),
                _integers(self._law_starts),
                _integers(self._law_counts),
                np.array(self._numbers, np.float64),
            ),
            step_keys=self._keys("step", len(self.steps)),
            workload_keys=self._keys("workload", len(self.workloads)),
            names=self._names(),
        )

    def _keys(self, what: str, count: int) -> NDArray[np.uint64]:
        return np.array([draws.purpose(self.seed, 0, what, n) for n in range(count)], np.uint64)

    def _names(self) -> Names:
        return Names(
            steps=_numbered("step", len(self.steps)),
            stages=_numbered("stage", self.stages),
            routes=_numbered("route", len(self.routes)),
            endpoints=_numbered("endpoint", len(self.endpoints)),
            nodes=_numbered("node", len(self.nodes)),
            limits=_numbered("limit", len(self.limits)),
            workloads=_numbered("workload", len(self.workloads)),
            phases=("phase0",),
        )


def mask(results: Iterable[Result]) -> int:
    """The mask of some results."""
    return sum(1 << result for result in set(results))


def session_key(number: int, seed: int = 0) -> int:
    """The chance of a session."""
    return draws.child(draws.purpose(seed, 0, "session"), number)


def day(
    arrivals: Iterable[tuple[int, ...]] = (),
    until_us: int = HOUR_US,
    start_us: int = 0,
    changes: Iterable[tuple[int, Table, int, int, int]] = (),
    seed: int = 0,
) -> Day:
    """A day.

    Args:
        arrivals: (time_us, session) or (time_us, session, workload).
        until_us: where it ends.
        start_us: where it starts.
        changes: (time_us, table, row, column, value).
        seed: of the sessions' keys.
    """
    who = sorted((*arrival, 0)[:3] for arrival in arrivals)
    keys = [session_key(number, seed) for _, number, _ in who]
    time_us, number, workload = _columns(who, 3)
    return Day(
        start_us,
        until_us,
        Arrivals(time_us, number, np.array(keys, np.uint64), workload),
        Changes(*_columns(sorted(changes), 5)),
    )


def days(
    edges_us: Sequence[int],
    arrivals: Sequence[tuple[int, ...]] = (),
    changes: Sequence[tuple[int, Table, int, int, int]] = (),
    seed: int = 0,
) -> list[Day]:
    """The same arrivals and changes, cut into days at the edges."""
    return [
        day(
            [each for each in arrivals if start_us <= each[0] < until_us],
            until_us,
            start_us,
            [each for each in changes if start_us <= each[0] < until_us],
            seed,
        )
        for start_us, until_us in pairwise(edges_us)
    ]


@dataclass(frozen=True)
class Outcome:
    """A whole run: rows and trace sorted; counters of each day, and of `close` last, stacked."""

    rows: NDArray[np.int64]
    trace: NDArray[np.int64]
    usage: NDArray[np.int64]
    minutes: NDArray[np.int64]
    load: NDArray[np.int64]
    waits: NDArray[np.int64]
    arrived: NDArray[np.int64]
    ended: NDArray[np.int64]
    in_flight: NDArray[np.int64]

    def used(self, endpoint: int, use: Use) -> int:
        """A use of an endpoint, over all days and hours."""
        return int(self.usage[:, endpoint, :, use].sum())

    def loaded(self, node: int, load: Load) -> int:
        """A load of a node, over all days and hours."""
        return int(self.load[:, node, :, load].sum())

    def waited(self, node: int) -> dict[int, int]:
        """How often each bin of waits occurred at a node."""
        counts = self.waits[:, node].sum(axis=0)
        return {int(place): int(counts[place]) for place in np.flatnonzero(counts)}


def run(
    plan: Plan,
    days: Sequence[Day],
    engine: EngineName = "reference",
    *,
    trace: tuple[int, int] = TRACE_ALL,
    scramble: int = 0,
) -> Outcome:
    """Run days and close."""
    started = start(plan, engine, trace=trace, scramble=scramble)
    outcomes = [started.advance(each) for each in days]
    outcomes.append(started.close())
    return together(outcomes)


def together(outcomes: Sequence[DayOutcome]) -> Outcome:
    """Days laid one after another."""
    return Outcome(
        rows=_sorted(np.concatenate([each.rows for each in outcomes])),
        trace=_sorted(np.concatenate([each.trace for each in outcomes])),
        usage=np.stack([each.usage for each in outcomes]),
        minutes=np.stack([each.minutes for each in outcomes]),
        load=np.stack([each.load for each in outcomes]),
        waits=np.stack([each.waits for each in outcomes]),
        arrived=np.array([each.arrived for each in outcomes]),
        ended=np.array([each.ended for each in outcomes]),
        in_flight=np.array([each.in_flight for each in outcomes]),
    )


def differences(one: Outcome, other: Outcome) -> list[str]:
    """What differs between two runs, with the first cells that do; empty where they are equal."""
    found = []
    for name in Outcome.__dataclass_fields__:
        a, b = getattr(one, name), getattr(other, name)
        if a.shape != b.shape:
            found.append(f"{name}: {a.shape} and {b.shape}\n{_unshared(a, b)}")
        elif not np.array_equal(a, b):
            places = np.argwhere(a != b)[:8]
            cells = [f"{tuple(map(int, p))}: {a[tuple(p)]} and {b[tuple(p)]}" for p in places]
            found.append(f"{name}: " + "; ".join(cells))
    return found


def table(outcome: Outcome, columns: str) -> str:
    """Some columns of the rows as text; a `stageN` is the N-th stage's time."""
    names = columns.split()
    lines = [" ".join(_shown(name, row) for name in names) for row in outcome.rows]
    return "\n".join([" ".join(names), *lines])


def story(outcome: Outcome, session: int = 0, turn: int = 1) -> str:
    """The trace of a request as text: time, branch, event, where, value."""
    lines = [
        f"{line[Line.TIME_US]} {line[Line.BRANCH]} {Event(int(line[Line.EVENT])).name} "
        f"{line[Line.WHERE]} {line[Line.VALUE]}"
        for line in outcome.trace
        if (line[Line.SESSION], line[Line.TURN]) == (session, turn)
    ]
    return "\n".join(lines)


def events(outcome: Outcome, *kinds: Event) -> list[tuple[int, int, int]]:
    """The (time, session, value) of all lines of some kinds."""
    chosen = [line for line in outcome.trace if line[Line.EVENT] in kinds]
    return [
        (int(line[Line.TIME_US]), int(line[Line.SESSION]), int(line[Line.VALUE])) for line in chosen
    ]


def text(wanted: str) -> str:
    """A table as it stands in a test, without its indent and alignment."""
    return "\n".join(" ".join(line.split()) for line in wanted.strip().splitlines())


def _shown(name: str, row: NDArray[np.int64]) -> str:
    if name.startswith("stage"):
        return str(row[Row.STAGES + int(name.removeprefix("stage"))])
    value = int(row[Row[name.upper()]])
    return Status(value).name if name == "status" else str(value)


def _unshared(a: NDArray[np.int64], b: NDArray[np.int64]) -> str:
    if a.ndim != 2:
        return ""
    ours, theirs = {tuple(x) for x in a.tolist()}, {tuple(x) for x in b.tolist()}
    return f"only one: {sorted(ours - theirs)[:5]}\nonly other: {sorted(theirs - ours)[:5]}"


def _append(rows: list[list[int]], columns: type, values: dict) -> int:
    row = [0] * len(columns)
    for column, value in values.items():
        row[column] = int(value)
    rows.append(row)
    return len(rows) - 1


def _cumulated(weights: Sequence[float]) -> list[float]:
    sums = np.cumsum(weights) / np.sum(weights)
    sums[-1] = 1.0
    return sums.tolist()


def _integers(values: Sequence) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def _table(rows: list[list[int]], columns: type) -> NDArray[np.int64]:
    return _integers(rows).reshape(-1, len(columns))


def _columns(rows: Sequence[tuple[int, ...]], count: int) -> list[NDArray[np.int64]]:
    return list(np.ascontiguousarray(_integers(list(rows)).reshape(-1, count).T))


def _numbered(what: str, count: int) -> tuple[str, ...]:
    return tuple(f"{what}{number}" for number in range(count))


def _sorted(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows sorted by all columns; those of requests by (session, turn, detached) first."""
    order = [0, 1, 3, *range(rows.shape[1])] if rows.shape[1] >= len(Row) else range(rows.shape[1])
    return rows[np.lexsort([rows[:, column] for column in reversed(list(order))])]
