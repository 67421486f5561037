"""The command line: the only place that prints, exits, or reads the arguments.

A verb is a module of this package with a `command`; a row in `VERBS` is all it takes to add one. Verbs
import nothing heavy before they run, so that `simulate --help` answers at once.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS = (
    "run",
    "init",
    "compare",
    "sweep",
    "optimize",
    "headroom",
    "sensitivity",
    "validate",
    "explain",
    "presets",
    "schema",
    "report",
    "replay",
    "calibrate",
    "backtest",
    "trace",
)
"""The verbs in the order of the help; `run` is meant where a scenario comes first."""
SCENARIO_SUFFIXES = (".yaml", ".yml", ".json")

HELP = """Will the AI rollout hold its targets and its budget?

\b
simulate scenarios/claims_q3.yaml                    run a scenario
simulate scenarios/claims_q3.yaml --replications 2   a quick look
"""
EPILOG = """\b
Exit codes:
  0    done
  1    a bug in simulate
  2    bad usage or a bad scenario
  3    out of resources (disk, memory, a worker)
  99   --check was given and a target is missed
  130  interrupted; what had finished is kept and marked partial
"""


class Verbs(click.Group):
    """The verbs, each imported when it is asked for; a scenario's path as the first word runs it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [verb for verb in VERBS if importlib.util.find_spec(f"sim.cli.{verb}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(f"sim.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own, rest = _split_own_options(args)
        if rest and _means_run(rest[0], self.list_commands(ctx)):
            rest = ["run", *rest]
        if not own and not rest:
            own = ["--help"]
        return super().parse_args(ctx, [*own, *rest])


def _split_own_options(args: Sequence[str]) -> tuple[list[str], list[str]]:
    """`--debug` counts wherever it stands; help and version only as the first word."""
    end = args.index("--") if "--" in args else len(args)
    own = ["--debug"] if "--debug" in args[:end] else []
    rest = [word for word in args[:end] if word != "--debug"] + list(args[end:])
    if rest and rest[0] in ("--help", "-h", "--version"):
        return [*own, rest[0]], []
    return own, rest


def _means_run(word: str, verbs: Sequence[str]) -> bool:
    if word in verbs:
        return False
    return (
        word.startswith("-")
        or word.lower().endswith(SCENARIO_SUFFIXES)
        or "/" in word
        or _is_there(word)
    )


def _is_there(word: str) -> bool:
    try:
        return Path(word).exists()
    except (OSError, ValueError):
        return False


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from sim.cli.versions import package_version

        click.echo(f"simulate {package_version()}")
        ctx.exit()


@click.group(
    cls=Verbs,
    help=HELP,
    epilog=EPILOG,
    subcommand_metavar="SCENARIO | COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and exit.",
)
def cli(debug: bool) -> None:
    """Will the AI rollout hold its targets and its budget?"""
    del debug  # Read from the arguments by `main`, before click has them.


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    import sys

    from sim.cli.ending import leave, run_to_exit_code

    words = list(sys.argv[1:] if argv is None else argv)
    leave(run_to_exit_code(cli, words))
