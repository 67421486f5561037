"""`simulate headroom SCENARIO`: how many people a plan carries, what breaks first, what quota to ask for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from sim.cli.progress import Progress
from sim.cli.scenario_options import read_document, scenario_argument
from sim.cli.study_options import (
    Asked,
    json_bytes,
    kept_beside,
    origin_of,
    study_options,
    target_of,
)
from sim.errors import ExitCode

MARGIN_PERCENT = 20
TRIALS = 9
"""About as many factors are tried; to foretell the time."""


@click.command(
    short_help="Say how many people a plan carries, and what breaks first.",
    epilog="Example: simulate headroom scenarios/claims_q3.yaml --replications 10",
)
@scenario_argument
@click.option(
    "--margin",
    type=click.FloatRange(0, 1000),
    default=MARGIN_PERCENT,
    show_default=True,
    metavar="PERCENT",
    help="What the quota sheet adds to the need.",
)
@study_options(replications=10)
def command(
    scenario: str,
    margin: float,
    asked: Asked,
) -> int:
    """Say how many people a plan carries before its first target breaks, and who owns that target.

    The number of people is multiplied by a factor, with the same luck each time, until a target is met in fewer
    replications than its chance asks. The quota sheet is for the plan as written.
    """
    from sim.report.headroom import render_headroom
    from sim.report.html.studies import headroom_page
    from sim.report.outputs import open_outputs
    from sim.study import run
    from sim.study.headroom import Search, headroom, knobs_of, people_of
    from sim.study.of_scenario import ScenarioSource
    from sim.study.points import Field
    from sim.study.quota import quota_sheet, units_of
    from sim.summary.headroom import HeadroomFound, summarise_headroom

    document = read_document(scenario, asked.sets)
    source = ScenarioSource(document)
    planned = source.scenario
    target = target_of(asked.out, f"{Path(scenario).stem}_headroom")
    progress = Progress(quiet=asked.as_json)
    with open_outputs(target) as outputs, kept_beside(target, resume=asked.resume) as kept:
        heard = progress.counter(TRIALS * asked.replications)
        field = Field(asked.seed, asked.workers, asked.scheduler, kept, heard)
        found = headroom(Search(document, field, range(asked.replications)))
        study = run(
            source,
            seed=asked.seed,
            replications=asked.replications,
            jobs=asked.workers,
            scheduler=asked.scheduler,
            kept=kept,
        )
        progress.clear()
        part = Decimal(repr(margin)) / 100
        phases = [(phase.name, phase.start) for phase in planned.phases]
        units = units_of(planned, source.course(asked.seed, 0).plan)
        sheet = quota_sheet(study, phases, part, units)
        summary = summarise_headroom(
            HeadroomFound(
                *(found, people_of(knobs_of(document.tree)), sheet, part),
                *(asked.seed, asked.replications),
            ),
            origin_of(document, planned.name, asked.sets),
        )
        page = headroom_page(summary)
        outputs.write({"headroom.json": json_bytes(summary), "headroom.html": page.encode()})
    wrote = [f"{target}/", "headroom.html", "headroom.json"]
    asked.tell(summary, lambda screen: render_headroom(summary, screen, wrote=wrote))
    return ExitCode.DONE
