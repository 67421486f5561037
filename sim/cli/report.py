"""`simulate report`: every face of a run again, from its summary and without a run."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.screen import screen_of_stdout, write_report
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.report.actuals import Rows
    from sim.report.read import Summary
    from sim.report.record import Record

ACTUALS = "actuals.csv"
SCHEMA_MAJOR = "simulate-summary/1."


@click.command(
    short_help="Write every face of a run again, without a run.",
    epilog="""\b
Examples:
  simulate report outputs/claims_q3
  simulate report outputs/claims_q3 --actuals spent.csv --out outputs/august
  simulate report outputs/claims_q3 --actuals spent.csv --format markdown

\b
spent.csv:
  month,amount
  2027-07,40000.50
""",
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=str))
@click.option(
    "--actuals",
    metavar="FILE",
    type=click.Path(path_type=str),
    help="What was really spent to date: a CSV of month and amount, in the scenario's currency.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=str),
    help="Write the results here instead of where they were.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "markdown"]),
    default="terminal",
    show_default=True,
    help="Markdown is a comment for a pull request.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict alone.")
def command(folder: str, actuals: str | None, out: str | None, form: str, quiet: bool) -> None:
    """Write every face of a run again from its summary.json, without a run."""
    from sim.report import markdown
    from sim.report.outputs import open_outputs
    from sim.report.results import files_of
    from sim.report.terminal import render, verdict_line

    if out == "":
        raise UsageError("--out needs the name of a folder")
    summary, record = _read(Path(folder))
    spent = _actuals(Path(folder), actuals, summary)
    target = Path(out or folder)
    with open_outputs(target) as outputs:
        try:
            files = files_of(summary, record, spent)
        except (KeyError, TypeError, IndexError, ValueError, ArithmeticError) as fault:
            raise UsageError(
                f"{Path(folder) / 'summary.json'} is not a whole summary: {fault!r}"
            ) from fault
        outputs.write(files)
    shown = {**summary, "actuals": spent}
    if form == "markdown":
        write_report(markdown.render(shown))
        return
    screen = screen_of_stdout()
    names = list(dict.fromkeys(f"{n.split('/')[0]}/" if "/" in n else n for n in files))
    text = verdict_line(shown, screen) if quiet else ""
    write_report(text or render(shown, screen, wrote=[f"{target}/", *names]))


def _read(folder: Path) -> tuple[Summary, Record]:
    from sim.report.record import BYTES_MAX, from_bytes

    content = _content(folder / "summary.json", BYTES_MAX)
    record = from_bytes(_content(folder / "run.json", BYTES_MAX), str(folder / "run.json"))
    try:
        summary = json.loads(content)
    except (ValueError, RecursionError) as fault:
        raise UsageError(f"{folder / 'summary.json'} is not JSON: {fault}") from fault
    if not isinstance(summary, dict) or not str(summary.get("schema")).startswith(SCHEMA_MAJOR):
        raise UsageError(f"{folder / 'summary.json'} is not a summary that this version reads")
    if "bill" not in summary:
        raise UsageError(
            f"{folder / 'summary.json'} is of an older version ({summary['schema']}), without the bill line by "
            f"line; simulate replay {folder} makes it again"
        )
    if hashlib.sha256(content).hexdigest() != record.summary_sha256:
        raise UsageError(
            f"{folder / 'summary.json'} is not the one that run.json belongs to; "
            f"simulate replay {folder} would make it again"
        )
    return summary, record


def _content(path: Path, bytes_max: int) -> bytes:
    try:
        if path.stat().st_size > bytes_max:
            raise UsageError(f"{path} is too large")
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as fault:
        raise UsageError(f"there is no file {path}; give the folder of a run") from fault
    except (OSError, ValueError) as fault:
        raise UsageError(f"cannot read {str(path)[:100]!r}: {fault}") from fault


def _actuals(folder: Path, file: str | None, summary: Any) -> Rows:
    """What was given now, else what a former report of this folder was given."""
    from sim.report.actuals import BYTES_MAX, read_csv

    kept = folder / ACTUALS
    if file is None and not kept.is_file():
        return []
    path = kept if file is None else Path(file)
    months = [str(raw["month"]) for raw in summary.get("monthly", ())]
    return read_csv(_content(path, BYTES_MAX), str(path), months)
