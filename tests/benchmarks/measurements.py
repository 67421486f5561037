"""What is measured: one function a row of the table, each a ratio of medians of interleaved runs."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from joblib import Parallel, delayed

from sim.engine import EngineName, start
from sim.plan import Day, Plan
from sim.scenario.document import load_document
from sim.study import run as run_study
from sim.study.of_scenario import ScenarioSource
from tests.benchmarks import ciw_models, floor, horizon, pipelines, plain_simpy
from tests.benchmarks.timing import medians

ROOT = Path(__file__).parents[2]
WEEK = ROOT / "scenarios" / "claims_q3_week.yaml"


@dataclass(frozen=True)
class Size:
    """How much is run."""

    rounds: int
    requests: int
    many_requests: int
    days: int
    rate: float


FULL = Size(rounds=5, requests=10_000, many_requests=400_000, days=2, rate=2)
TINY = Size(rounds=1, requests=200, many_requests=2_000, days=1, rate=0.05)


@dataclass(frozen=True)
class Measured:
    """One row of the table."""

    what: str
    target: str
    figure: str
    reached: bool
    how: str


def at_least(what: str, least: float, ratio: float, how: str) -> Measured:
    """A row whose ratio should be large."""
    return Measured(what, f"≥ {least:g} ×", f"{ratio:.3g} ×", ratio >= least, how)


def at_most(what: str, most: float, ratio: float, how: str) -> Measured:
    """A row whose ratio should be small."""
    return Measured(what, f"≤ {most:g} ×", f"{ratio:.3g} ×", ratio <= most, how)


def reference_to_simpy(size: Size) -> list[Measured]:
    """(a) The reference engine against a model written by hand."""
    plan, coming = pipelines.assistant(), pipelines.arrivals(size.requests, 120)
    stretch = pipelines.day_of(coming)
    ours, plain = medians(
        size.rounds,
        lambda: pipelines.rows_of(plan, stretch, "reference"),
        lambda: plain_simpy.run(plan, coming),
    )
    how = (
        f"{size.requests:,} requests: delay, eight servers, a vendor with retries; the model makes the same "
        f"draws by name and writes the same 19 columns, and counts nothing else; {plain:.2f} s and {ours:.2f} s"
    )
    return [at_most("(a) reference / plain SimPy, time", 3, ours / plain, how)]


def _advance(plan: Plan, days: list[Day], engine: EngineName) -> int:
    running = start(plan, engine)
    rows = [len(running.advance(day).rows) for day in days]
    return sum(rows) + len(running.close().rows)


def compiled_to_reference(size: Size) -> list[Measured]:
    """(b) The compiled engine against the reference, on the example's week."""
    # A gate would want to hear of each day before the next.
    course = ScenarioSource(load_document(str(WEEK), sets=["rollout.gate=null"])).course(0, 0)
    days = [each.day for each in course.days]
    rows = _advance(course.plan, days, "compiled")
    slow, fast = medians(
        size.rounds,
        lambda: _advance(course.plan, days, "reference"),
        lambda: _advance(course.plan, days, "compiled"),
    )
    how = f"claims_q3_week.yaml, {rows:,} rows in seven days; {slow:.2f} s and {fast * 1000:.1f} ms"
    return [at_least("(b) reference / compiled, time", 100, slow / fast, how)]


def compiled_to_ciw(size: Size) -> list[Measured]:
    """(c) The compiled engine against Ciw, both with drawing who arrives."""
    rows = []
    for name, stations, servers, service_s, rate in (
        ("M/M/3", 1, 3, 1.0, 2.4),
        ("three stations in a row", 3, 1, 0.2, 4.0),
    ):
        plan = pipelines.tandem(stations, servers, service_s)

        def ours(plan: Plan = plan, rate: float = rate) -> object:
            stretch = pipelines.day_of(pipelines.arrivals(size.requests, rate))
            return pipelines.rows_of(plan, stretch, "compiled")

        def theirs(network: tuple = (stations, servers, service_s, rate)) -> object:
            return ciw_models.run(*network, size.requests)

        ours()
        slow, fast = medians(size.rounds, theirs, ours)
        how = f"{size.requests:,} customers; {slow:.2f} s and {fast * 1000:.1f} ms"
        rows.append(at_least(f"(c) Ciw / compiled, time, {name}", 50, slow / fast, how))
    return rows


def compiled_to_floor(size: Size) -> list[Measured]:
    """(d) The compiled engine against the same draws and rows without events."""
    plan, coming = pipelines.assistant(), pipelines.arrivals(size.many_requests, 120)
    stretch = pipelines.day_of(coming)
    pipelines.rows_of(plan, stretch, "compiled")
    floor.run(plan, coming)
    ours, least = medians(
        size.rounds,
        lambda: pipelines.rows_of(plan, stretch, "compiled"),
        lambda: floor.run(plan, coming),
    )
    how = (
        f"{size.many_requests:,} requests of the pipeline of (a); {ours:.2f} s and {least:.2f} s: "
        f"{size.many_requests / ours / 1e6:.2f} and {size.many_requests / least / 1e6:.2f} M requests/s"
    )
    return [at_most("(d) compiled / floor, time", 4, ours / least, how)]


def three_limits(size: Size) -> list[Measured]:
    """(h) The ratios of (a), (b) and (d) where each endpoint has three limits."""
    plan = pipelines.assistant(limited=True)
    coming, many = (
        pipelines.arrivals(size.requests, 120),
        pipelines.arrivals(size.many_requests, 120),
    )
    stretch, long_stretch = pipelines.day_of(coming), pipelines.day_of(many)
    pipelines.rows_of(plan, stretch, "compiled")
    floor.run(plan, many)
    slow, plain, fast = medians(
        size.rounds,
        lambda: pipelines.rows_of(plan, stretch, "reference"),
        lambda: plain_simpy.run(plan, coming),
        lambda: pipelines.rows_of(plan, stretch, "compiled"),
    )
    # Beside each other alone, as (d) is taken: SimPy's garbage would slow the longer of the two.
    long, least = medians(
        size.rounds,
        lambda: pipelines.rows_of(plan, long_stretch, "compiled"),
        lambda: floor.run(plan, many),
    )
    what = "(h) three limits on every endpoint:"
    how = f"{size.requests:,} requests of the pipeline of (a), with limits that never say no;"
    return [
        at_most(
            f"{what} reference / plain SimPy, time",
            3,
            slow / plain,
            f"{how} the model has a bucket of tokens, one of requests and a log of a minute too; "
            f"{plain:.2f} s and {slow:.2f} s",
        ),
        at_least(
            f"{what} reference / compiled, time",
            100,
            slow / fast,
            f"{how} {slow:.2f} s and {fast * 1000:.1f} ms",
        ),
        at_most(
            f"{what} compiled / floor, time",
            4,
            long / least,
            f"{size.many_requests:,} such requests; {long:.2f} s and {least:.2f} s: "
            f"{size.many_requests / long / 1e6:.2f} and {size.many_requests / least / 1e6:.2f} M requests/s; "
            "the floor has no limits, and the same rows",
        ),
    ]


def _horizon(days: int, rate: float) -> tuple[float, float]:
    words = [sys.executable, "-m", "tests.benchmarks.horizon", str(days), str(rate)]
    told = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    seconds, kilobytes = told.split()
    return float(seconds), float(kilobytes)


def longer_horizon(size: Size) -> list[Measured]:
    """(e) Ten times the horizon, in processes of their own."""
    runs = ((size.days, 0.001), (size.days, size.rate), (10 * size.days, size.rate))
    rounds = [[_horizon(*each) for each in runs] for _ in range(min(3, size.rounds))]
    (_, empty), (short_s, short), (long_s, long) = (
        tuple(statistics.median(one) for one in zip(*column, strict=True))
        for column in zip(*rounds, strict=True)
    )
    how = f"{size.days} and {10 * size.days} days at {size.rate:g}/s; {short_s:.2f} s and {long_s:.2f} s"
    memory = (
        f"the most memory of the process: empty {empty / 1024:.0f} MB, {short / 1024:.0f} MB and "
        f"{long / 1024:.0f} MB"
    )
    return [
        at_most("(e) ten times the horizon, time", 10.5, long_s / short_s, how),
        at_most(
            "(e) ten times the horizon, memory above an empty run",
            1.3,
            (long - empty) / max(1.0, short - empty),
            memory,
        ),
    ]


def _bare(requests: int, times: int) -> None:
    plan, coming = pipelines.assistant(), pipelines.arrivals(requests, 120)
    for _ in range(times):
        floor.run(plan, coming)


def _bare_in(jobs: int, requests: int) -> Callable[[], object]:
    return lambda: Parallel(n_jobs=jobs, backend="loky")(
        delayed(_bare)(requests, 10) for _ in range(2)
    )


def two_workers(size: Size) -> list[Measured]:
    """(f) What a second worker gains, as a share of what a second bare kernel gains."""
    source = horizon.source(size.days, size.rate)

    def study(jobs: int) -> Callable[[], object]:
        return lambda: run_study(source, replications=4, jobs=jobs)

    works = (study(1), study(2), _bare_in(1, size.many_requests), _bare_in(2, size.many_requests))
    for work in works:
        work()
    one, two, bare_one, bare_two = medians(min(3, size.rounds), *works)
    gain, bare = one / two, bare_one / bare_two
    how = (
        f"four replications of (e): {one:.2f} s with one worker, {two:.2f} s with two, gain {gain:.2f}; "
        f"two bare kernels: {bare_one:.2f} s and {bare_two:.2f} s, gain {bare:.2f}"
    )
    return [
        at_least("(f) gain of a second worker / of a second bare kernel", 0.9, gain / bare, how)
    ]


def help_to_click(size: Size) -> list[Measured]:
    """(g) `simulate --help` against importing click."""

    def python(*words: str) -> Callable[[], object]:
        command = [sys.executable, *words]
        return lambda: subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    helped, click = medians(
        3 * size.rounds, python("-m", "sim.cli", "--help"), python("-c", "import click")
    )
    how = f"processes; {helped * 1000:.0f} ms and {click * 1000:.0f} ms"
    return [at_most("(g) simulate --help / import click, time", 4, helped / click, how)]


ALL = (
    *(reference_to_simpy, compiled_to_reference, compiled_to_ciw, compiled_to_floor),
    *(longer_horizon, two_workers, help_to_click, three_limits),
)
