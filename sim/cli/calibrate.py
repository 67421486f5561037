"""`simulate calibrate LOG…`: fit a scenario's parameters to logs, write them and a report of the fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.log_options import log_options, pairs
from sim.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from sim.fit.read import Options


@click.command(epilog="Example: simulate calibrate spend_logs.csv")
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=str))
@click.option(
    "--into", metavar="SCENARIO", help="Write the values into this scenario; keeps comments."
)
@click.option(
    "--workload", default="requests", show_default=True, metavar="NAME", help="Whose log it is."
)
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    metavar="LOGGED=NAME",
    help="What the scenario calls an endpoint of the log.",
)
@click.option("--out", metavar="DIR", help="Write here instead of outputs/<log>-fit/.")
@log_options
def command(
    logs: tuple[str, ...],
    into: str | None,
    workload: str,
    endpoints: tuple[str, ...],
    out: str | None,
    options: Options,
) -> int:
    """Fit a scenario's parameters to logs. Prompts and answers are never read."""
    renamed = pairs("--endpoint", endpoints)
    from sim.report.outputs import folder_name, open_outputs

    target = Path(out) if out else Path("outputs") / folder_name(f"{Path(logs[0]).stem}-fit")
    with open_outputs(target) as outputs:
        from sim.fit.calibrate import calibrate
        from sim.fit.fragment import merged_into
        from sim.report.fit_page import fit_page

        fitted = calibrate(logs, options, workload, renamed)
        new_text = None
        if into is not None:
            new_text = merged_into(into, _text_of(into), fitted.tree)
        page = fit_page("Fitted to logs", fitted.sentences, fitted.findings, fitted.block)
        outputs.write({"fitted.yaml": fitted.block.encode(), "fit_report.html": page.encode()})
    if into is not None and new_text is not None:
        from sim.cli.replacing import replace_text

        replace_text(Path(into), new_text, _faults)
    click.echo(fitted.text())
    click.echo(f"wrote {target}/fitted.yaml, fit_report.html" + (f" and {into}" if into else ""))
    return ExitCode.DONE


def _text_of(scenario: str) -> str:
    path = Path(scenario)
    if not path.is_file():
        raise UsageError(f"--into {scenario}: there is no such scenario")
    return path.read_text(encoding="utf-8")


def _faults(file: Path) -> None:
    """Raise ScenarioError where the new text is no valid scenario."""
    from sim.scenario.document import load_document, validate
    from sim.scenario.scenario import Scenario

    validate(load_document(str(file)), Scenario)
