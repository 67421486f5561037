"""`simulate sensitivity SCENARIO`: which unknown moves the answer, and is worth measuring first."""

from __future__ import annotations

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

ROWS_MAX = 4_096


@click.command(
    short_help="Say which unknown is worth measuring first.",
    epilog="Example: simulate sensitivity scenarios/claims_q3_week.yaml --sobol 64",
)
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
@study_options(replications=5)
def command(
    scenario: str,
    rows: int,
    asked: Asked,
) -> int:
    """Say which unknown moves spend, availability and p95, and is worth measuring first.

    Each unknown goes alone from its P10 to its P90, with the same luck. With --sobol all are drawn together: the
    first-order share is what of the variance would go if the unknown were known, the total share what would be
    left if all others were.
    """
    from sim.report.html.studies import sensitivity_page
    from sim.report.outputs import open_outputs
    from sim.report.sensitivity import render_sensitivity
    from sim.study.of_scenario import ScenarioSource
    from sim.study.points import Field
    from sim.study.sensitivity import Experiment, metrics_of, sobol, tornado
    from sim.summary.sensitivity import SensitivityFound, summarise_sensitivity

    document = read_document(scenario, asked.sets)
    planned = ScenarioSource(document).scenario
    experiment = Experiment.of(document)
    workloads = list(planned.workloads)
    metrics = metrics_of(workloads)
    count = len(experiment.unknowns)
    target = target_of(asked.out, f"{Path(scenario).stem}_sensitivity")
    progress = Progress(quiet=asked.as_json)
    with open_outputs(target) as outputs, kept_beside(target, resume=asked.resume) as kept:
        heard = progress.counter(2 * count * asked.replications + rows * (count + 2))
        field = Field(asked.seed, asked.workers, asked.scheduler, kept, heard)
        swings = tornado(experiment, metrics, field, range(asked.replications))
        indices = sobol(experiment, metrics, field, rows) if rows else []
        progress.clear()
        found = SensitivityFound(
            metrics,
            workloads,
            swings,
            indices,
            asked.seed,
            asked.replications,
            rows,
            planned.currency,
        )
        summary = summarise_sensitivity(found, origin_of(document, planned.name, asked.sets))
        page = sensitivity_page(summary).encode()
        outputs.write({"sensitivity.json": json_bytes(summary), "sensitivity.html": page})
    wrote = [f"{target}/", "sensitivity.html", "sensitivity.json"]
    asked.tell(summary, lambda screen: render_sensitivity(summary, screen, wrote=wrote))
    return ExitCode.DONE
