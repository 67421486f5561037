"""Pipelines become steps: a stage lowers to a piece, the maker ties pieces together.

Steps stand in the order in which a planner wrote the stages, so that the child of a fork that stands
first began at the least step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

from sim import draws
from sim.plan.columns import Step, StepKind, Table
from sim.plan.rows import TableRows
from sim.scenario.laws import Law
from sim.stages.call import calls_that_stream
from sim.stages.stage import End, Piece, Stage

if TYPE_CHECKING:
    from sim.plan.variant import Variant

NONE: dict[IntEnum, int] = {
    Step.NEXT: -1,
    Step.ALT: -1,
    Step.LAW: -1,
    Step.ROUTE: -1,
    Step.STAGE: -1,
    Step.SLOWER_US: -1,
    Step.INPUT_TOKENS: -1,
    Step.OUTPUT_TOKENS: -1,
}
"""What a column holds where a step has no use for it."""


class StepMaker:
    """Adds the steps of one pipeline after another."""

    def __init__(self, variant: Variant) -> None:
        self.variant = variant
        self.rows = TableRows(Table.STEPS, len(Step))
        self.forks: list[int] = []
        self.keys: list[int] = []
        self.stages: list[str] = []
        """`pipeline.stage` of each stage column."""
        self._pipeline = ""
        self._residency: str | None = None
        self._names: dict[int, str] = {}
        self._streaming: set[int] = set()
        self._copies: tuple[int, ...] = ()
        self._stage: Stage | None = None
        self._open: list[End] = []

    def pipeline(self, name: str, stages: Sequence[Stage], residency: str | None = None) -> int:
        """Add a pipeline as it runs under a residency; return its first step.

        Its steps have the same names, stage columns and luck under each.
        """
        self._pipeline, self._residency, self._open = name, residency, []
        self._names = dict(stage_names(stages))
        self._streaming = {id(call) for call in calls_that_stream(stages)}
        whole = self.sequence(stages)
        self.finish(whole)
        end = self._add(StepKind.END, {}, "end", f"{name}")
        self.tie(self._open, end)
        return whole.first

    # What stages call when they lower.

    def sequence(self, stages: Iterable[Stage]) -> Piece:
        """Add stages one after another; a skip leads to the end of the list."""
        first = -1
        ends: list[End] = []
        skips: list[End] = []
        for stage in stages:
            piece = self._wrapped(stage)
            self.tie(ends, piece.first)
            first = piece.first if first < 0 else first
            ends = piece.ends
            skips += piece.skips
        return Piece(first, ends + skips)

    def step(self, kind: StepKind, cells: Mapping[IntEnum, int], part: str = "") -> int:
        """Add the step of the stage that is being lowered; `part` tells several of one stage apart."""
        assert self._stage is not None
        return self._add(kind, cells, part, self._full_name(self._stage), self._stage.stream)

    def chance(self, probability: float, part: str, lap: int = 0) -> int:
        """Add a CHANCE beside the stage that is being lowered; `part` tells its draws apart."""
        assert self._stage is not None
        cells: dict[IntEnum, int] = {Step.CHANCE: draws.threshold(probability), Step.LAP: lap}
        name = self._full_name(self._stage)
        return self._add(StepKind.CHANCE, cells, part, name, self._stage.stream)

    def tie(self, ends: Iterable[End], step: int) -> None:
        """Let loose ends lead to a step."""
        for row, column in ends:
            self.rows.cells[row][column] = step

    def finish(self, piece: Piece) -> None:
        """Let a branch end where a piece ends."""
        self._open += piece.ends + piece.skips

    def fork(self, step: int, children: Sequence[int]) -> None:
        """Set the children of a FORK."""
        self.rows.cells[step][Step.FORK_FIRST] = len(self.forks)
        self.rows.cells[step][Step.FORK_COUNT] = len(children)
        self.forks.extend(children)

    @contextmanager
    def copy(self, number: int) -> Iterator[None]:
        """Steps added inside are the n-th copy of their stages and have luck of their own."""
        stage, self._copies = self._stage, (*self._copies, number)
        yield
        self._stage, self._copies = stage, self._copies[:-1]

    def law(self, law: Law | None) -> int:
        """The row of a law in the pool; -1 for none."""
        return self.variant.pools.laws.row(law)

    def route(self, name: str) -> int:
        """The row of a route, or of the one that leads to a single endpoint."""
        return self.variant.routes.row(name, self._residency)

    def hedge(self, name: str) -> tuple[int, int] | None:
        """When the second call of a route begins [us], and its route; None where there is none."""
        return self.variant.routes.hedge(name, self._residency)

    def constant(self, value: int) -> int:
        """The row of a law that always gives a value."""
        return self.variant.pools.laws.constant(value)

    def station_route(self, name: str) -> int:
        """The row of the route that leads to a station."""
        return self.variant.routes.station(name)

    def streams(self, call: Stage) -> bool:
        """Whether the person's first word is the call's first token."""
        return id(call) in self._streaming

    def column(self, stage: Stage) -> int:
        """The stage column to which time is booked."""
        name = self._full_name(stage)
        if name not in self.stages:
            self.stages.append(name)
        return self.stages.index(name)

    # Inside.

    def _wrapped(self, stage: Stage) -> Piece:
        """A stage with what all kinds share around it."""
        outer, self._stage = self._stage, stage
        enter = None
        if stage.probability is not None:
            enter = self.chance(stage.probability, "probability")
        piece = self._inside(stage)
        if enter is not None:
            self.tie([(enter, Step.ALT)], piece.first)
            piece = Piece(enter, [*piece.ends, (enter, Step.NEXT)], piece.skips)
        self._stage = outer
        return piece

    def _inside(self, stage: Stage) -> Piece:
        detach = None if stage.wait else self.step(StepKind.DETACH, {})
        piece = self._blocking(stage, stage.lower(self))
        if detach is None:
            return piece
        self.tie([(detach, Step.ALT)], piece.first)
        self.finish(piece)
        return Piece(detach, [(detach, Step.NEXT)])

    def _blocking(self, stage: Stage, piece: Piece) -> Piece:
        if stage.blocks is None:
            return piece
        self._stage = stage
        chance = self.chance(stage.blocks, "blocks")
        block = self.step(StepKind.BLOCK, {})
        self.tie([(chance, Step.ALT)], block)
        self.tie(piece.ends, chance)
        return Piece(piece.first, [(chance, Step.NEXT)], piece.skips)

    def _full_name(self, stage: Stage) -> str:
        return f"{self._pipeline}.{self._names[id(stage)]}"

    def _add(
        self,
        kind: StepKind,
        cells: Mapping[IntEnum, int],
        part: str,
        name: str,
        stream: str | None = None,
    ) -> int:
        copy = ".".join(str(number) for number in self._copies if number > 1)
        parts = [part] * bool(part) + [f"#{copy}"] * bool(copy)
        variant = self.variant
        key = draws.purpose(variant.seed, variant.replication, "step", stream or name, *parts)
        self.keys.append(key)
        return self.rows.add(" ".join([name, *parts]), {Step.KIND: kind, **NONE, **cells})


def stage_names(stages: Iterable[Stage]) -> Iterator[tuple[int, str]]:
    """The name of each stage of a pipeline, by the stage's identity; unnamed twins get a number."""
    taken: set[str] = set()
    for stage in every_stage(stages):
        wanted = stage.stage or stage.default_name()
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted} {number}"
        taken.add(name)
        yield id(stage), name


def every_stage(stages: Iterable[Stage]) -> Iterator[Stage]:
    """Every stage of a list, with those inside others, in the order of the file."""
    for stage in stages:
        yield stage
        for inside in stage.inner():
            yield from every_stage(inside)
