"""Where reports go: stdout for the report alone, stderr for everything else."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from sim.errors import ResourceError

if TYPE_CHECKING:
    from sim.report.page import Screen

PIPE_WIDTH = 100
"""Columns of a report that goes to a file or a pipe."""


def screen_of_stdout() -> Screen:
    """Return what is known of stdout; a pipe is the same everywhere, so that its bytes are."""
    from sim.report.page import Screen

    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    interactive = sys.stdout is not None and sys.stdout.isatty()
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns):
        width = int(columns)
    else:
        width = shutil.get_terminal_size((PIPE_WIDTH, 24)).columns if interactive else PIPE_WIDTH
    return Screen(width=width, encoding=encoding, color=_wants_color(interactive))


def _wants_color(interactive: bool) -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return interactive or bool(os.environ.get("FORCE_COLOR"))


def write_report(text: str) -> None:
    """Write to stdout; say so where it cannot take the text."""
    if sys.stdout is None or sys.stdout.closed:
        return
    encoding = sys.stdout.encoding or "ascii"
    try:
        sys.stdout.write(text.encode(encoding, errors="replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise ResourceError(f"cannot write the report to stdout: {reason}") from fault
