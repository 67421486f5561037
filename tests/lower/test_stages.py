"""Every kind of stage lowers to the steps that stand in its golden file."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_scenarios import lowered

from sim.plan import Plan
from sim.plan.columns import Step, StepKind
from sim.stages import STAGES

GOLDEN = Path(__file__).parents[1] / "golden" / "steps"

SERVED = """
stations:
  desk: {servers: 2, service: 5s}
  archive: {servers: 1, service: 1s}
endpoints:
  embedder: {latency: {total: 100ms}}
  chat: {latency: {first_token: 700ms, tokens_per_second: 80}}
routes:
  answer: {order: [chat], max_output_tokens: 500}
pipelines:
  main:
"""

PIPELINES = {
    "delay": "- {stage: redact, delay: 60ms}",
    "station": "- {station: desk, unless_slower_than: 2s, optional: true}",
    "call": """
- {stage: embed, call: embedder, input_tokens: 60}
- {stage: draft, call: answer}
- {stage: answer, call: answer}
- {stage: guard, delay: 90ms, holds_first_token: false}
""",
    "hit_rate": """
- {stage: cache, hit_rate: 18%, answers_in: 35ms}
- {call: answer}
""",
    "parallel": """
- parallel:
    - {station: desk}
    - [{station: archive}, {hit_rate: 50%}, {delay: 1s}]
    - {call: embedder, output_tokens: 0}
- {call: answer}
""",
    "repeat": """
- repeat: {stages: [{stage: think, call: answer}, {stage: look up, station: desk}], again: 20%}
- {stage: done, delay: 1ms}
""",
    "repeat three times": """
- repeat: {stages: [{stage: think, call: answer}], times: 3}
""",
    "repeat by law": """
- repeat: {stages: [{stage: think, call: answer}], times: {values: [0, 1, 3], weights: [1, 1, 2]}}
- {stage: done, delay: 1ms}
""",
    "probability, wait, blocks": """
- {stage: sometimes, delay: 1s, probability: 25%}
- {stage: guard, delay: 90ms, blocks: 0.4%}
- {stage: review, station: desk, probability: 1.2%, wait: false}
- {stage: audit, delay: 1h, wait: false, blocks: 50%}
- {stage: answer, call: answer}
""",
}


def table(plan: Plan) -> str:
    """The steps as text: only what differs from nothing."""
    lines = []
    for place, row in enumerate(plan.steps):
        words = [
            f"{place:2}",
            f"{StepKind(row[Step.KIND]).name:6}",
            f"{plan.names.steps[place]:34}",
        ]
        for column in (Step.NEXT, Step.ALT):
            words.append(f"{column.name.lower()} {row[column]}" if row[column] >= 0 else "")
        if row[Step.LAW] >= 0:
            words.append(f"takes {plan.laws.numbers[plan.laws.starts[row[Step.LAW]]]:g}us")
        if row[Step.KIND] == StepKind.CHANCE:
            words.append(f"chance {row[Step.CHANCE] / 2**52:.4g}")
        if row[Step.ROUTE] >= 0:
            words.append(f"route {plan.names.routes[row[Step.ROUTE]]}")
            tokens = [int(row[c]) for c in (Step.INPUT_TOKENS, Step.OUTPUT_TOKENS)]
            words.append("tokens {}/{}".format(*("own" if t < 0 else t for t in tokens)))
        if row[Step.FORK_COUNT]:
            first = row[Step.FORK_FIRST]
            words.append(f"children {plan.forks[first : first + row[Step.FORK_COUNT]].tolist()}")
        if row[Step.STAGE] >= 0:
            words.append(f"stage {plan.names.stages[row[Step.STAGE]]}")
        if row[Step.SLOWER_US] >= 0:
            words.append(f"slower {row[Step.SLOWER_US]}us")
        words += [
            c.name.lower() for c in (Step.HOLDS, Step.STREAMS, Step.OPTIONAL, Step.LAP) if row[c]
        ]
        lines.append("  ".join(word for word in words if word).rstrip())
    return "\n".join(lines) + "\n"


def steps_of(pipeline: str) -> str:
    indented = "\n".join("    " + line for line in pipeline.strip().splitlines())
    return table(lowered(SERVED + indented).plan)


@pytest.mark.parametrize("name", PIPELINES)
def test_a_stage_lowers_to_its_golden_steps(name: str) -> None:
    golden = GOLDEN / f"{name}.txt"
    written = PIPELINES[name].strip() + "\n\n" + steps_of(PIPELINES[name])
    if not golden.exists():
        golden.write_text(written)
        pytest.fail(f"{golden} is new: read it, then run again")
    assert written == golden.read_text()


def test_every_kind_of_stage_has_a_golden_file() -> None:
    assert set(STAGES) <= set(PIPELINES)


def test_a_renamed_stage_keeps_its_luck_by_its_stream() -> None:
    before = lowered(SERVED + "    - {stage: answer, call: answer}").plan.step_keys
    renamed = lowered(SERVED + "    - {stage: reply, call: answer, stream: main.answer}").plan
    other = lowered(SERVED + "    - {stage: reply, call: answer}").plan.step_keys
    assert before[0] == renamed.step_keys[0]
    assert before[0] != other[0]


def test_a_new_stage_shifts_no_other_stages_luck() -> None:
    before = lowered(SERVED + "    - {stage: answer, call: answer}").plan
    text = "    - {stage: redact, delay: 1s, blocks: 10%}\n    - {stage: answer, call: answer}"
    after = lowered(SERVED + text).plan
    place = after.names.steps.index("main.answer")
    assert before.step_keys[0] == after.step_keys[place]


def test_all_steps_have_keys_of_their_own_within_a_kind_of_draw() -> None:
    plan = lowered(
        SERVED + "    " + "\n    ".join(PIPELINES["probability, wait, blocks"].strip().splitlines())
    ).plan
    chances = [
        int(k)
        for k, row in zip(plan.step_keys, plan.steps, strict=True)
        if row[Step.KIND] == StepKind.CHANCE
    ]
    assert len(chances) == len(set(chances)) == 4


@pytest.mark.parametrize(
    ("pipeline", "streaming"),
    [
        ("[{stage: a, call: answer}, {stage: b, call: answer}]", ["main.b"]),
        ("[{stage: a, call: answer}, {stage: b, call: answer, wait: false}]", ["main.a"]),
        ("[{stage: a, call: answer}, {stage: b, call: answer, input_tokens: 9}]", ["main.a"]),
        ("[{stage: a, call: answer, streams: true}, {stage: b, call: answer}]", ["main.a"]),
        ("[{stage: a, call: answer}, {stage: b, call: answer, streams: false}]", []),
        ("[{parallel: [{stage: a, call: answer}, {delay: 1s}]}]", []),
        ("[{repeat: {stages: [{stage: a, call: answer}], again: 10%}}]", ["main.a"]),
        ("[{parallel: [{stage: a, call: answer, streams: true}, {delay: 1s}]}]", ["main.a"]),
    ],
)
def test_the_last_call_that_writes_streams(pipeline: str, streaming: list[str]) -> None:
    plan = lowered(SERVED.replace("  main:\n", f"  main: {pipeline}\n")).plan
    rows = zip(plan.names.steps, plan.steps, strict=True)
    assert [name for name, row in rows if row[Step.STREAMS]] == streaming
