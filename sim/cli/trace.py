"""`simulate trace SCENARIO TRACE`: a scenario in which one workload arrives as a trace says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.log_options import log_options
from sim.cli.run import SEED_MAX, run_options
from sim.cli.running import Telling, Wish, Working, perform
from sim.cli.scenario_options import read_document, scenario_argument, set_option

if TYPE_CHECKING:
    from sim.fit.read import Options


@click.command(epilog="Example: simulate trace plan.yaml tuesday.csv --people 2")
@scenario_argument
@click.argument("trace", type=click.Path(path_type=str))
@click.option("--workload", metavar="NAME", help="Whose arrivals the trace is.")
@click.option(
    "--people",
    type=click.FloatRange(0, 1000, min_open=True),
    default=1.0,
    show_default=True,
    help="As many times the people: the same Tuesday with twice of them is 2.",
)
@click.option(
    "--faster",
    type=click.FloatRange(0.001, 1000),
    default=1.0,
    show_default=True,
    help="Time between arrivals is divided by this.",
)
@click.option("--replications", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--seed", type=click.IntRange(0, SEED_MAX), default=0, show_default=True)
@set_option
@log_options
@run_options
def command(
    scenario: str,
    trace: str,
    workload: str | None,
    people: float,
    faster: float,
    replications: int,
    seed: int,
    sets: tuple[str, ...],
    options: Options,
    out: str | None,
    jobs: int | None,
    **telling: Any,
) -> int:
    """Run a scenario in which one workload arrives as a trace says."""
    document = read_document(scenario, sets)
    from sim.cli.ending import say
    from sim.fit.read import read_log
    from sim.fit.trace import place
    from sim.report.outputs import folder_name
    from sim.report.record import file_shown

    log = read_log((trace,), options)
    placed = place(document, log, workload, people, faster)
    for note in (*log.reading.sentences(), *placed.notes):
        say(note)
    target = Path(out) if out else Path("outputs") / folder_name(f"{Path(scenario).stem}-trace")
    wish = Wish(
        placed.source.document,
        file_shown(scenario),
        seed,
        replications,
        "compiled",
        sets,
        source=placed.source,
    )
    return perform(wish, target, Working(jobs), Telling(**telling))
