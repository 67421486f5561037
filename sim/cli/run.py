"""`simulate SCENARIO`: run it, write its results, show the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.running import Telling, Wish, Working, perform
from sim.cli.scenario_options import read_document, scenario_argument, set_option
from sim.cli.study_options import worker_options
from sim.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

SEED_MAX = 2**63 - 1
REPLICATIONS_MAX = 100_000
JOBS_MAX = 1_024


def _replications(_context: click.Context, _parameter: click.Parameter, text: str) -> int | str:
    """Read a number of replications, or `auto`."""
    if text == "auto":
        return text
    if text.isascii() and text.isdigit() and len(text) < 7 and 0 < int(text) <= REPLICATIONS_MAX:
        return int(text)
    raise click.BadParameter(f"{text[:40]!r} is neither auto nor from 1 to {REPLICATIONS_MAX:,}.")


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what run and replay share."""
    for option in reversed(
        [
            click.option(
                "--out",
                type=click.Path(path_type=str),
                metavar="DIR",
                help="Write the results here instead of outputs/<scenario>/.",
            ),
            click.option(
                "--jobs",
                type=click.IntRange(1, JOBS_MAX),
                metavar="N",
                help="Processes to run in; as many as there are processors, unless given.",
            ),
            click.option(
                "--json", "as_json", is_flag=True, help="Print summary.json instead of the report."
            ),
            click.option(
                "--format",
                "form",
                type=click.Choice(["terminal", "markdown"]),
                default="terminal",
                show_default=True,
                help="Markdown is a comment for a pull request; also added to $GITHUB_STEP_SUMMARY.",
            ),
            click.option("--check", is_flag=True, help="Exit with 99 if a target is missed."),
            click.option("-q", "--quiet", is_flag=True, help="Print the verdict alone."),
        ]
    ):
        command = option(command)
    return command


EXAMPLES = """\b
Examples:
  simulate scenarios/claims_q3.yaml
  simulate scenarios/claims_q3.yaml --set horizon.end=2027-08-01
  simulate scenarios/claims_q3.yaml --check --format markdown
"""


@click.command(epilog=EXAMPLES)
@scenario_argument
@click.option(
    "--replications",
    callback=_replications,
    metavar="N|auto",
    default="auto",
    show_default=True,
    help="How often to play the horizon; auto stops when every verdict is decided.",
)
@click.option(
    "--precision",
    type=click.FloatRange(0, 100, min_open=True),
    metavar="PERCENT",
    help="Let auto also stop when the chance of each undecided target is known to within an interval so wide, e.g. 25; "
    "the scenario's precision, unless given.",
)
@click.option(
    "--seed", type=click.IntRange(0, SEED_MAX), default=0, show_default=True, help="Of all chance."
)
@set_option
@click.option(
    "--engine",
    type=click.Choice(["compiled", "reference"]),
    default="compiled",
    show_default=True,
    help="The fast engine, or the one to be read.",
)
@click.option(
    "--drill",
    is_flag=True,
    help="Try as well what the loss of the primary vendor does, four hours at each phase's peak.",
)
@click.option(
    "--mend",
    is_flag=True,
    help="Where a target breaks, run each of the scenario's choices and name the cheapest that mends it.",
)
@run_options
@worker_options
def command(
    scenario: str,
    sets: tuple[str, ...],
    replications: Any,
    precision: float | None,
    seed: int,
    engine: Any,
    drill: bool,
    mend: bool,
    out: str | None,
    jobs: int | None,
    as_json: bool,
    form: Any,
    check: bool,
    quiet: bool,
    scheduler: str | None,
    resume: bool,
) -> int:
    """Run a scenario."""
    from sim.report.record import file_shown

    if precision is not None and replications != "auto":
        raise UsageError("--precision is for --replications auto; a fixed number looks only once")
    document = read_document(scenario, sets)
    width = None if precision is None else precision / 100
    wish = Wish(
        *(document, file_shown(scenario), seed, replications, engine, sets, drill, mend),
        precision=width,
    )
    working = Working(jobs, scheduler, resume)
    return perform(wish, _target(scenario, out), working, Telling(as_json, check, quiet, form))


def _target(scenario: str, out: str | None) -> Path:
    from sim.report.outputs import folder_name

    if out == "":
        raise UsageError("--out needs the name of a folder")
    return Path(out) if out else Path("outputs") / folder_name(Path(scenario).stem)
