"""A call of a model or another vendor's service, along a route."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

from sim.plan.columns import Step, StepKind
from sim.scenario.types import Name, WholeNumber
from sim.stages.stage import Piece, Stage, TimedStage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.plan.steps import StepMaker


class Call(TimedStage):
    """Try the endpoints of a route until one answers."""

    KEY: ClassVar = "call"

    call: Name
    """A route, or an endpoint where there is nothing to choose [name]."""
    input_tokens: WholeNumber | None = None
    """What it sends; the request's own input unless written [tokens]."""
    output_tokens: WholeNumber | None = None
    """What comes back; the request's own output unless written, or nothing where the call has its own
    `input_tokens` [tokens]."""
    streams: bool | None = None
    """Whether its first token is the first word that the person sees. Unless some call of the pipeline
    says so, the last one that writes does: of those that the request waits for, outside `parallel`
    [true or false]."""

    def default_name(self) -> str:
        return self.call

    @property
    def writes(self) -> int:
        """Its output tokens; -1 for the request's own."""
        if self.output_tokens is not None:
            return self.output_tokens
        return -1 if self.input_tokens is None else 0

    def lower(self, maker: StepMaker) -> Piece:
        streams = maker.streams(self)
        timing = self.timing() | {Step.STAGE: maker.column(self)}
        if streams:
            timing[Step.HOLDS] = 0
        cells: dict[IntEnum, int] = {
            Step.ROUTE: maker.route(self.call),
            Step.INPUT_TOKENS: -1 if self.input_tokens is None else self.input_tokens,
            Step.OUTPUT_TOKENS: self.writes,
            Step.STREAMS: int(streams),
        }
        hedge = maker.hedge(self.call)
        if hedge is None:
            step = maker.step(StepKind.CALL, cells | timing)
            return Piece(step, [(step, Step.NEXT)])
        return _hedged(maker, cells, timing, *hedge)


def _hedged(
    maker: StepMaker,
    cells: dict[IntEnum, int],
    timing: dict[IntEnum, int],
    after_us: int,
    second_route: int,
) -> Piece:
    """Two calls of which one must do well; the second waits a while. What the stage says of time is the fork's."""
    fork = maker.step(StepKind.FORK, {Step.NEEDS: 1, **timing}, "hedged")
    first = maker.step(StepKind.CALL, cells)
    wait = maker.step(StepKind.DELAY, {Step.LAW: maker.constant(after_us)}, "hedge after")
    second = maker.step(StepKind.CALL, {**cells, Step.ROUTE: second_route}, "hedge")
    maker.tie([(wait, Step.NEXT)], second)
    for last in (first, second):
        maker.finish(Piece(last, [(last, Step.NEXT)]))
    maker.fork(fork, [first, wait])
    return Piece(fork, [(fork, Step.NEXT)])


def calls_that_stream(pipeline: Iterable[Stage]) -> list[Call]:
    """The calls of a pipeline whose first token the person sees."""
    written = [call for call in _all_calls(pipeline) if call.streams]
    if written:
        return written
    answers = [call for call in _main_calls(pipeline) if call.writes != 0]
    return [] if not answers or answers[-1].streams is False else answers[-1:]


def _all_calls(stages: Iterable[Stage]) -> list[Call]:
    found: list[Call] = []
    for stage in stages:
        if isinstance(stage, Call):
            found.append(stage)
        for inside in stage.inner():
            found += _all_calls(inside)
    return found


def _main_calls(stages: Iterable[Stage]) -> list[Call]:
    found: list[Call] = []
    for stage in stages:
        if not stage.wait or stage.KEY == "parallel":
            continue
        if isinstance(stage, Call):
            found.append(stage)
        for inside in stage.inner():
            found += _main_calls(inside)
    return found
