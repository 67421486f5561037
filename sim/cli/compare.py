"""`simulate compare A B …`: plans side by side, with the luck that they share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.progress import Progress
from sim.cli.scenario_options import read_document
from sim.cli.study_options import (
    Asked,
    json_bytes,
    kept_beside,
    origin_of,
    study_options,
    target_of,
)
from sim.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sim.scenario.document import Document

PLANS_MAX = 8


@click.command(
    short_help="Say which plan wins on what, and why.",
    epilog="Example: simulate compare scenarios/claims_q3.yaml scenarios/claims_q3_bigbang.yaml",
)
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=str))
@study_options(replications=20)
def command(
    scenarios: tuple[str, ...],
    asked: Asked,
) -> int:
    """Say which plan wins on what, replication for replication, with intervals.

    All plans are played with the same seed, so that they share people, demand and incidents. Each other plan is
    compared with the first.
    """
    from sim.report.comparison import render_comparison
    from sim.report.html.studies import compare_page
    from sim.report.outputs import open_outputs

    if not 2 <= len(scenarios) <= PLANS_MAX:
        raise UsageError(f"compare takes from 2 to {PLANS_MAX} scenarios, not {len(scenarios)}")
    documents = [read_document(file, asked.sets) for file in scenarios]
    target = target_of(asked.out, "_vs_".join(Path(file).stem for file in scenarios))
    with open_outputs(target) as outputs, kept_beside(target, resume=asked.resume) as kept:
        progress = Progress(quiet=asked.as_json)
        total = asked.replications * len(documents)
        working: dict[str, Any] = {
            "seed": asked.seed,
            "replications": asked.replications,
            "jobs": asked.workers,
            "scheduler": asked.scheduler,
            "kept": kept,
            "heard": progress.counter(total),
        }
        summary = _summary(documents, asked.sets, working)
        progress.clear()
        page = compare_page(summary, _start(documents[0]))
        outputs.write({"comparison.json": json_bytes(summary), "compare.html": page.encode()})
    start, wrote = _start(documents[0]), [f"{target}/", "compare.html", "comparison.json"]
    asked.tell(summary, lambda screen: render_comparison(summary, screen, start=start, wrote=wrote))
    return ExitCode.DONE


def _summary(
    documents: Sequence[Document],
    sets: tuple[str, ...],
    working: dict[str, Any],
) -> dict[str, Any]:
    from sim.scenario.differences import input_differences
    from sim.study import run
    from sim.study.comparison import Comparison
    from sim.study.of_scenario import ScenarioSource
    from sim.summary.comparison import Compared, summarise_comparison
    from sim.summary.reach import places_of

    sources = [ScenarioSource(document) for document in documents]
    names = [source.scenario.name for source in sources]
    studies = []
    for source in sources:
        study = run(source, **working)
        if not study.complete:
            # Pairs that are not whole say nothing.
            raise KeyboardInterrupt
        studies.append(study)
    origins = tuple(
        origin_of(document, name, sets) for document, name in zip(documents, names, strict=True)
    )
    compared = Compared(
        Comparison(tuple(studies)),
        origins,
        input_differences(documents),
        places_of(sources[0].scenario),
    )
    return summarise_comparison(compared)


def _start(document: Document) -> date:
    from sim.plan.terms import calendar_of
    from sim.scenario.document import validate
    from sim.scenario.scenario import Scenario

    return calendar_of(validate(document, Scenario)).start
