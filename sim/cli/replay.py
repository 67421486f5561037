"""`simulate replay`: the run of a `run.json` again, and whether it is the same to the byte."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.ending import say
from sim.cli.run import run_options
from sim.cli.running import Telling, Wish, Working, perform, run_to_summary
from sim.cli.versions import versions
from sim.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from sim.report.record import Record


@click.command(epilog="Example: simulate replay outputs/claims_q3/run.json")
@click.argument("run", type=click.Path(path_type=str))
@run_options
def command(run: str, out: str | None, jobs: int | None, **telling: Any) -> int:
    """Run the scenario of a run.json again."""
    record = _read(run)
    wish = _wish(record)
    _tell_versions(record)
    if out:
        return perform(wish, Path(out), Working(jobs), Telling(**telling))
    return _compare(record, wish, jobs, Telling(**telling))


def _read(run: str) -> Record:
    from sim.report.record import BYTES_MAX, from_bytes

    path = Path(run) / "run.json" if Path(run).is_dir() else Path(run)
    try:
        if path.stat().st_size > BYTES_MAX:
            raise UsageError(f"{run} is too large to be a run.json")
        return from_bytes(path.read_bytes(), run)
    except (FileNotFoundError, NotADirectoryError) as fault:
        raise UsageError(f"there is no file {path}") from fault


def _wish(record: Record) -> Wish:
    from sim.scenario.document import document_from_tree

    document = document_from_tree(record.scenario, record.file)
    return Wish(
        document,
        record.file,
        record.seed,
        record.replications,
        record.engine,
        record.overrides,
        drill=record.drill,
        mend=record.mend,
        precision=record.precision,
        told_inputs=record.inputs,
    )


def _tell_versions(record: Record) -> None:
    now = versions()
    other = [
        f"{name} {record.versions.get(name, 'missing')}, now {now[name]}"
        for name in now
        if record.versions.get(name) != now[name]
    ]
    if other:
        say(f"warning: other versions than then, numbers may differ: {'; '.join(other)}")


def _compare(record: Record, wish: Wish, jobs: int | None, telling: Telling) -> int:
    from sim.cli.running import exit_code, report_text, tell
    from sim.summary import to_text

    summary = run_to_summary(wish, Working(jobs), quiet=telling.quiet)
    tell(report_text(summary, wish, telling), telling)
    code = exit_code(summary, telling)
    if code == ExitCode.INTERRUPTED or not record.complete:
        say("not compared: one of the two runs is partial")
        return code
    same = hashlib.sha256(to_text(summary).encode()).hexdigest() == record.summary_sha256
    say(
        "the same summary, to the byte"
        if same
        else "error: the summary is another than that of run.json"
    )
    return code if same else ExitCode.BUG
