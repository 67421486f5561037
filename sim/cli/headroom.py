"""`simulate headroom SCENARIO`: how many people a plan carries, what breaks first, what quota to ask for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from sim.cli.progress import Progress
from sim.cli.running import processors
from sim.cli.scenario_options import read_document, scenario_argument, set_option
from sim.cli.study_options import json_bytes, kept_beside, origin_of, study_options, target_of
from sim.errors import ExitCode

MARGIN_PERCENT = 20
TRIALS = 9
"""About as many factors are tried; to foretell the time."""


@click.command(epilog="Example: simulate headroom scenarios/claims_q3.yaml --replications 10")
@scenario_argument
@click.option(
    "--margin",
    type=click.FloatRange(0, 1000),
    default=MARGIN_PERCENT,
    show_default=True,
    metavar="PERCENT",
    help="What the quota sheet adds to the need.",
)
@set_option
@study_options(replications=10)
def command(
    scenario: str,
    margin: float,
    sets: tuple[str, ...],
    replications: int,
    seed: int,
    jobs: int | None,
    out: str | None,
    as_json: bool,
    scheduler: str | None,
    resume: bool,
) -> int:
    """Say how many people a plan carries before its first target breaks, and who owns that target.

    The number of people is multiplied by a factor, with the same luck each time, until a target is met in fewer
    replications than its chance asks. The quota sheet is for the plan as written.
    """
    from sim.report.html.studies import headroom_page
    from sim.report.outputs import open_outputs
    from sim.study import run
    from sim.study.headroom import Search, headroom, knobs_of, people_of
    from sim.study.of_scenario import ScenarioSource
    from sim.study.points import Field
    from sim.study.quota import quota_sheet, units_of
    from sim.summary.headroom import HeadroomFound, summarise_headroom

    document = read_document(scenario, sets)
    source = ScenarioSource(document)
    planned = source.scenario
    target = target_of(out, f"{Path(scenario).stem}_headroom")
    progress = Progress(quiet=as_json)
    workers = jobs or processors()
    with open_outputs(target) as outputs, kept_beside(target, resume=resume) as kept:
        heard = progress.counter(TRIALS * replications)
        search = Search(document, Field(seed, workers, scheduler, kept, heard), range(replications))
        found = headroom(search)
        study = run(
            source,
            seed=seed,
            replications=replications,
            jobs=workers,
            scheduler=scheduler,
            kept=kept,
        )
        progress.clear()
        part = Decimal(repr(margin)) / 100
        phases = [(phase.name, phase.start) for phase in planned.phases]
        units = units_of(planned, source.course(seed, 0).plan)
        sheet = quota_sheet(study, phases, part, units)
        summary = summarise_headroom(
            HeadroomFound(
                found, people_of(knobs_of(document.tree)), sheet, part, seed, replications
            ),
            origin_of(document, planned.name, sets),
        )
        page = headroom_page(summary)
        outputs.write({"headroom.json": json_bytes(summary), "headroom.html": page.encode()})
    _tell(summary, str(target), as_json=as_json)
    return ExitCode.DONE


def _tell(summary: dict[str, Any], target: str, *, as_json: bool) -> None:
    from sim.cli.screen import screen_of_stdout, write_report
    from sim.report.headroom import render_headroom

    if as_json:
        write_report(json_bytes(summary).decode())
        return
    write_report(
        render_headroom(
            summary, screen_of_stdout(), wrote=[f"{target}/", "headroom.html", "headroom.json"]
        )
    )
