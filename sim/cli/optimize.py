"""`simulate optimize SCENARIO`: the cheapest plan among a scenario's choices that keeps all targets."""

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
from sim.errors import ExitCode, UsageError

PLANS_MAX = 5_000


@click.command(epilog="Example: simulate optimize scenarios/claims_q3.yaml --replications 20")
@scenario_argument
@click.option(
    "--halving",
    is_flag=True,
    help="Only the better half of the plans plays on in each round: for many plans; one may be lost by bad luck.",
)
@study_options(replications=40)
def command(
    scenario: str,
    halving: bool,
    asked: Asked,
) -> int:
    """Find the cheapest plan that keeps every target at its chance.

    The scenario says what may be chosen: choices: [{name: reviewers, path: "stations.reviewers.servers", values:
    [4, 6, 8]}]. All combinations race with the same luck; --replications is how often those are played that stay to
    the end. The choice is then played again with fresh luck.
    """
    from sim.report.optimize import render_optimum
    from sim.report.outputs import open_outputs
    from sim.scenario.choices import combinations
    from sim.study.grid import set_text
    from sim.study.of_scenario import ScenarioSource
    from sim.study.optimize import most_replications, optimize
    from sim.study.points import Field, Point
    from sim.study.size import size_of
    from sim.summary.optimize import OptimumFound, summarise_optimum

    document = read_document(scenario, asked.sets)
    planned = ScenarioSource(document).scenario
    if not planned.choices:
        raise UsageError(
            f"{scenario} has no choices; write e.g. choices: "
            "[{name: reviewers, path: stations.reviewers.servers, values: [4, 6, 8]}]"
        )
    plans = [
        (choices, Point(document, tuple(set_text(path, value) for path, value in changed.items())))
        for choices, changed in combinations(planned.choices)
    ]
    if len(plans) > PLANS_MAX:
        raise UsageError(f"the choices make {len(plans):,} plans, and at most {PLANS_MAX:,} race")
    for _, point in plans:
        _ = point.source
    target = target_of(asked.out, f"{Path(scenario).stem}_optimum")
    progress = Progress(quiet=asked.as_json)
    with open_outputs(target) as outputs, kept_beside(target, resume=asked.resume) as kept:
        workers = asked.workers
        count = (
            most_replications(len(plans), asked.replications, halving=halving) + asked.replications
        )
        progress.foretell(size_of(planned).seconds * count / workers)
        heard = progress.counter(count)
        field = Field(asked.seed, workers, asked.scheduler, kept, heard)
        optimum = optimize(plans, field, asked.replications, halving=halving)
        fresh_seed = asked.seed + 1
        fresh = Field(fresh_seed, workers, asked.scheduler, kept, heard)
        [readings] = fresh.play([optimum.nearest.point], range(asked.replications))
        progress.clear()
        names = [choice.name for choice in planned.choices]
        found = OptimumFound(optimum, names, readings, asked.seed, fresh_seed, planned.currency)
        summary = summarise_optimum(found, origin_of(document, planned.name, asked.sets))
        outputs.write({"optimum.json": json_bytes(summary)})
    wrote = [f"{target}/", "optimum.json"]
    asked.tell(summary, lambda screen: render_optimum(summary, screen, wrote=wrote))
    return ExitCode.DONE
