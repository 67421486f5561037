"""Run replications in local processes. Bytes do not depend on how many there are, nor on who ends first."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Literal

from sim import workers
from sim.engine import EngineName
from sim.errors import ResourceError, is_interrupt
from sim.study.kept import Kept, key_of
from sim.study.ready import compile_once
from sim.study.replication import Replication, replicate
from sim.study.result import Study
from sim.study.source import Source
from sim.study.stopping import Stopping

Heard = Callable[[Replication], None]
"""Called with each finished replication, in order of their numbers."""


def run(
    source: Source,
    *,
    seed: int = 0,
    replications: int | Literal["auto"] = "auto",
    engine: EngineName = "compiled",
    jobs: int = 1,
    heard: Heard | None = None,
    scheduler: str | None = None,
    kept: Kept | None = None,
    precision: float | None = None,
) -> Study:
    """Run a study.

    Args:
        source: the scenario.
        seed: of all chance.
        replications: how many, or `auto`: see `sim.study.stopping`.
        engine: which engine runs them.
        jobs: processes; 1 runs in this one.
        heard: told of each replication.
        scheduler: the address of a Dask cluster that runs them in place of local processes.
        kept: where finished replications are kept, and found again.
        precision: with `auto`, an interval for a target's chance that is no wider needs no more replications; the
            scenario's own, unless given.

    Returns:
        The study. After Ctrl-C, one of the replications that were finished, marked as not complete; if there are
        none, the KeyboardInterrupt goes on.
    """
    crew = Crew(jobs, scheduler)
    terms = source.terms()
    if precision is None and replications == "auto":
        precision = terms.precision
    stopping = Stopping.of(replications, precision)
    done: list[Replication] = []
    try:
        for numbers in stopping.ranges():
            with closing(_recalling(source, seed, numbers, engine, crew, kept)) as coming:
                for replication in coming:
                    done.append(replication)
                    if heard:
                        heard(replication)
            study = Study(terms, tuple(done), seed, stopping.level, precision=precision)
            requests = sum(int(each.digest.requests.sum()) for each in done)
            chances = [verdict.chance for verdict in study.verdicts]
            if stopped := stopping.reason(chances, len(done), requests):
                return replace(study, stopped=stopped)
    except (KeyboardInterrupt, SystemError) as error:
        if not is_interrupt(error):
            raise
        if not done:
            raise KeyboardInterrupt from error
        return Study(terms, tuple(done), seed, stopping.level, "interrupted", precision)
    raise AssertionError("the last look always stops")


@dataclass(frozen=True)
class Crew:
    """Who runs replications."""

    jobs: int
    """Local processes; 1: this one."""
    scheduler: str | None
    """The address of a Dask cluster, in place of them."""


def _recalling(
    source: Source, seed: int, numbers: range, engine: EngineName, crew: Crew, kept: Kept | None
) -> Generator[Replication, None, None]:
    """Replications in order of their numbers: those that are kept, and new ones for the rest, which are kept too."""
    if kept is None:
        yield from _replications(source, seed, numbers, engine, crew)
        return
    keys = [key_of(source.inputs(), seed, number, engine) for number in numbers]
    found = [kept.recall(key, Replication) for key in keys]
    missing = [number for number, one in zip(numbers, found, strict=True) if one is None]
    with closing(_replications(source, seed, missing, engine, crew)) as coming:
        for key, one in zip(keys, found, strict=True):
            replication = next(coming) if one is None else one
            if one is None:
                kept.keep(key, replication)
            yield replication


def _replications(
    source: Source, seed: int, numbers: Sequence[int], engine: EngineName, crew: Crew
) -> Generator[Replication, None, None]:
    """Replications in order of their numbers."""
    try:
        if crew.scheduler is None and (crew.jobs == 1 or len(numbers) <= 1):
            for number in numbers:
                yield replicate(source, seed, number, engine)
        else:
            if engine == "compiled" and crew.scheduler is None:
                compile_once(source.course(seed, numbers[0]).plan)
            calls = [(source, seed, number, engine) for number in numbers]
            yield from workers.each(crew.jobs, replicate, calls, crew.scheduler)
    except MemoryError as error:
        raise ResourceError("the memory ran out; try again with fewer --jobs") from error
