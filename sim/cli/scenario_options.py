"""What several verbs ask about a scenario, and how they read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.scenario.document import Document

Command = TypeVar("Command", bound=Callable[..., Any])
SCENARIO = "scenario"


def scenario_argument(command: Command) -> Command:
    """Add the scenario's file to a verb."""
    return click.argument(SCENARIO, type=click.Path(path_type=str))(command)


def set_option(command: Command) -> Command:
    """Add `--set path=value` to a verb."""
    return click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="PATH=VALUE",
        help="Change a value of the scenario; may be given again, the last wins.",
    )(command)


def read_document(file: str, sets: tuple[str, ...]) -> Document:
    """Read a scenario; a file that is not there is told with its likeliest twin."""
    from sim.scenario.document import load_document

    path = Path(file)
    try:
        if path.is_dir():
            raise UsageError(
                f"{file} is a folder; give a scenario, such as {Path(file) / 'claims_q3.yaml'}"
            )
        found = path.exists()
    except (OSError, ValueError) as fault:
        raise UsageError(f"cannot read {file[:100]!r}: {fault}") from fault
    if not found:
        raise UsageError(f"there is no file {file}{_twin(path)}")
    return load_document(file, sets)


def _twin(path: Path) -> str:
    import difflib

    try:
        others = [other.name for other in path.parent.glob("*.y*ml")]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, others, n=1)
    return f"; did you mean {path.parent / near[0]}?" if near else ""
