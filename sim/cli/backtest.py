"""`simulate backtest SCENARIO LOG…`: would it have foretold the end of this log?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.log_options import log_options, pairs
from sim.cli.run import JOBS_MAX, SEED_MAX
from sim.cli.scenario_options import read_document, scenario_argument, set_option
from sim.errors import ExitCode

if TYPE_CHECKING:
    from sim.fit.read import Options


@click.command(
    short_help="Hold a calibration against the end of its own log.",
    epilog="Example: simulate backtest plan.yaml spend_logs.csv --workload ask",
)
@scenario_argument
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=str))
@click.option("--workload", required=True, metavar="NAME", help="Whose log it is.")
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    metavar="LOGGED=NAME",
    help="What the scenario calls an endpoint of the log.",
)
@click.option(
    "--learn",
    type=click.FloatRange(0.01, 0.99),
    default=0.7,
    show_default=True,
    help="The share of the log's days to calibrate on.",
)
@click.option("--replications", type=click.IntRange(10, 1000), default=20, show_default=True)
@click.option("--seed", type=click.IntRange(0, SEED_MAX), default=0, show_default=True)
@click.option("--jobs", type=click.IntRange(1, JOBS_MAX), default=1, show_default=True)
@click.option("--out", metavar="DIR", help="Write here instead of outputs/<scenario>-backtest/.")
@set_option
@log_options
def command(
    scenario: str,
    logs: tuple[str, ...],
    workload: str,
    endpoints: tuple[str, ...],
    learn: float,
    replications: int,
    seed: int,
    jobs: int,
    out: str | None,
    sets: tuple[str, ...],
    options: Options,
) -> int:
    """Calibrate on the first part of a log, simulate the rest, and compare day by day."""
    document = read_document(scenario, sets)
    from sim.fit.backtest import backtest
    from sim.fit.read import read_log
    from sim.report.backtest_text import to_csv, to_markdown
    from sim.report.outputs import folder_name, open_outputs

    target = Path(out) if out else Path("outputs") / folder_name(f"{Path(scenario).stem}-backtest")
    with open_outputs(target) as outputs:
        test = backtest(
            document,
            read_log(logs, options),
            logs,
            workload,
            pairs("--endpoint", endpoints),
            share=learn,
            replications=replications,
            seed=seed,
            jobs=jobs,
        )
        text = to_markdown(test)
        outputs.write(
            {
                "backtest.md": text.encode(),
                "backtest.csv": to_csv(test).encode(),
                "fitted.yaml": test.calibration.block.encode(),
            }
        )
    click.echo(text.split("\n## Day by day")[0])
    click.echo(f"wrote {target}/backtest.md, backtest.csv and fitted.yaml")
    return ExitCode.DONE
