"""`simulate sweep SCENARIO --over path=a,b,c`: many variants of a scenario, and the frontier among them."""

from __future__ import annotations

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
from sim.errors import ExitCode, UsageError

POINTS_MAX = 10_000


@click.command(
    short_help="Play every combination of values.",
    epilog="Example: simulate sweep scenarios/claims_q3_week.yaml "
    "--over endpoints.gpt_standard.limits.tokens.allows=500k,1M,2M --over stations.reviewers.staff[0].people=4,6,8",
)
@scenario_argument
@click.option(
    "--over",
    "overs",
    multiple=True,
    metavar="PATH=A,B,C",
    help="Values of a path; given several times, every combination is a point.",
)
@click.option(
    "--table",
    type=click.Path(path_type=str),
    metavar="FILE",
    help="Named points: a YAML map from each name to {path: value}.",
)
@click.option(
    "--workload",
    metavar="NAME",
    help="Whose p95 counts; that of the first latency target, unless given.",
)
@study_options(replications=10)
def command(
    scenario: str,
    overs: tuple[str, ...],
    table: str | None,
    workload: str | None,
    asked: Asked,
) -> int:
    """Play every combination of values, with the same luck, and show which are not beaten.

    A point is on the frontier when no other is at least as good on mean spend, p95 and availability, and better
    on one. Finished points are kept on disk; --resume goes on after a kill.
    """
    from sim.report.html.studies import sweep_page
    from sim.report.outputs import open_outputs
    from sim.report.sweep import render_sweep
    from sim.study.grid import axes_of, checked, grid, table_of
    from sim.study.points import Field, Result
    from sim.summary.sweep import Sweep, summarise_sweep, sweep_csv

    document = read_document(scenario, asked.sets)
    axes = axes_of(overs)
    rows = table_of(table) if table else {"": ()}
    points = grid(document, axes, rows)
    if not overs and not table:
        raise UsageError("a sweep needs --over path=a,b,c or --table FILE")
    if len(points) > POINTS_MAX:
        raise UsageError(f"these are {len(points):,} points, and at most {POINTS_MAX:,} are played")
    base = checked(document, axes, rows)
    target = target_of(asked.out, f"{_stem(scenario)}_sweep")
    progress = Progress(quiet=asked.as_json)
    with open_outputs(target) as outputs, kept_beside(target, resume=asked.resume) as kept:
        heard = progress.counter(len(points) * asked.replications)
        field = Field(asked.seed, asked.workers, asked.scheduler, kept, heard)
        readings = field.play(points, range(asked.replications))
        progress.clear()
        results = [Result(*pair) for pair in zip(points, readings, strict=True)]
        origin = origin_of(document, base.scenario.name, asked.sets)
        summary = summarise_sweep(
            Sweep(results, base.terms(), tuple(base.scenario.workloads), workload, asked.seed),
            origin,
        )
        outputs.write(
            {
                "sweep.json": json_bytes(summary),
                "sweep.csv": sweep_csv(summary),
                "sweep.html": sweep_page(summary).encode(),
            }
        )
    wrote = [f"{target}/", "sweep.html", "sweep.json", "sweep.csv"]
    asked.tell(summary, lambda screen: render_sweep(summary, screen, wrote=wrote))
    return ExitCode.DONE


def _stem(scenario: str) -> str:
    from pathlib import Path

    return Path(scenario).stem
