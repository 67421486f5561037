"""`simulate sensitivity SCENARIO`: which unknown moves the answer, and is worth measuring first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.progress import Progress
from sim.cli.running import processors
from sim.cli.scenario_options import read_document, scenario_argument, set_option
from sim.cli.study_options import json_bytes, kept_beside, origin_of, study_options, target_of
from sim.errors import ExitCode

ROWS_MAX = 4_096


@click.command(epilog="Example: simulate sensitivity scenarios/claims_q3_week.yaml --sobol 64")
@scenario_argument
@click.option(
    "--sobol",
    "rows",
    type=click.IntRange(0, ROWS_MAX),
    default=0,
    show_default=True,
    metavar="ROWS",
    help="Also shares of the variance, from so many rows of all unknowns drawn together; 64 is a start.",
)
@set_option
@study_options(replications=5)
def command(
    scenario: str,
    rows: int,
    sets: tuple[str, ...],
    replications: int,
    seed: int,
    jobs: int | None,
    out: str | None,
    as_json: bool,
    scheduler: str | None,
    resume: bool,
) -> int:
    """Say which unknown moves spend, availability and p95, and is worth measuring first.

    Each unknown goes alone from its P10 to its P90, with the same luck. With --sobol all are drawn together: the
    first-order share is what of the variance would go if the unknown were known, the total share what would be
    left if all others were.
    """
    from sim.report.html.studies import sensitivity_page
    from sim.report.outputs import open_outputs
    from sim.study.of_scenario import ScenarioSource
    from sim.study.points import Field
    from sim.study.sensitivity import Experiment, metrics_of, sobol, tornado
    from sim.summary.sensitivity import SensitivityFound, summarise_sensitivity

    document = read_document(scenario, sets)
    planned = ScenarioSource(document).scenario
    experiment = Experiment.of(document)
    workloads = list(planned.workloads)
    metrics = metrics_of(workloads)
    count = len(experiment.unknowns)
    target = target_of(out, f"{Path(scenario).stem}_sensitivity")
    progress = Progress(quiet=as_json)
    with open_outputs(target) as outputs, kept_beside(target, resume=resume) as kept:
        heard = progress.counter(2 * count * replications + rows * (count + 2))
        field = Field(seed, jobs or processors(), scheduler, kept, heard)
        swings = tornado(experiment, metrics, field, range(replications))
        indices = sobol(experiment, metrics, field, rows) if rows else []
        progress.clear()
        found = SensitivityFound(
            metrics, workloads, swings, indices, seed, replications, rows, planned.currency
        )
        summary = summarise_sensitivity(found, origin_of(document, planned.name, sets))
        page = sensitivity_page(summary).encode()
        outputs.write({"sensitivity.json": json_bytes(summary), "sensitivity.html": page})
    _tell(summary, str(target), as_json=as_json)
    return ExitCode.DONE


def _tell(summary: dict[str, Any], target: str, *, as_json: bool) -> None:
    from sim.cli.screen import screen_of_stdout, write_report
    from sim.report.sensitivity import render_sensitivity

    if as_json:
        write_report(json_bytes(summary).decode())
        return
    wrote = [f"{target}/", "sensitivity.html", "sensitivity.json"]
    write_report(render_sensitivity(summary, screen_of_stdout(), wrote=wrote))
