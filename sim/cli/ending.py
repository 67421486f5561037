"""How a command ends: one clear line for every fault, and the exit code that scripts read."""

from __future__ import annotations

import atexit
import errno
import os
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

from sim.cli.interrupts import felt, hear
from sim.errors import ExitCode, ResourceError, ScenarioError, SimError, is_interrupt

if TYPE_CHECKING:
    from collections.abc import Sequence

LINE_LETTERS_MAX = 400
RESOURCE_ERRNOS = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM),
        *(errno.ENAMETOOLONG, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN),
    }
)


def run_to_exit_code(command: click.Command, words: Sequence[str]) -> int:
    """Run a command and turn whatever happens into an exit code."""
    hear()
    debug = "--debug" in words
    try:
        result = command.main(args=list(words), prog_name="simulate", standalone_mode=False)
        flush_stdout()
    except BaseException as fault:  # the outermost door
        return _ended_by(fault, debug)
    return int(result) if isinstance(result, int) else ExitCode.DONE


def leave(code: int) -> NoReturn:
    """End the process."""
    if code == ExitCode.INTERRUPTED:
        # Python would turn the code into a signal, where the key was pressed during an import.
        _kill_workers()
        _drop_stdout()
        atexit._run_exitfuncs()
        os._exit(code)
    sys.exit(code)


def _kill_workers() -> None:
    if "multiprocessing" not in sys.modules:
        return
    import multiprocessing

    for worker in multiprocessing.active_children():
        worker.kill()


def flush_stdout() -> None:
    """Make sure that the report arrived; a full disk shows only here."""
    if sys.stdout is None or sys.stdout.closed:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise ResourceError(f"cannot write the report to stdout: {fault.strerror}") from fault


def say(text: str) -> None:
    """Write a line to stderr, where it can."""
    if sys.stderr is None or sys.stderr.closed:
        return
    try:
        print(_encodable(text, sys.stderr), file=sys.stderr, flush=True)
    except OSError:
        return


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "ascii"
    return text.encode(encoding, errors="backslashreplace").decode(encoding)


def _ended_by(fault: BaseException, debug: bool) -> int:
    felt()
    if isinstance(fault, click.exceptions.Exit):
        return fault.exit_code
    if debug and not isinstance(fault, click.ClickException):
        traceback.print_exception(fault)
    _drop_stdout()
    if isinstance(fault, BrokenPipeError):
        return ExitCode.DONE  # The reader of our output has seen enough.
    text, code = _line_and_code(fault)
    say(text)
    return code


def _line_and_code(fault: BaseException) -> tuple[str, int]:
    if is_interrupt(fault) or isinstance(fault, click.Abort):
        return "interrupted", ExitCode.INTERRUPTED
    if isinstance(fault, click.ClickException):
        return _usage_text(fault), ExitCode.USAGE
    if isinstance(fault, ScenarioError):
        return str(fault), fault.exit_code
    if isinstance(fault, SimError):
        return f"error: {_one_line(str(fault))}", fault.exit_code
    if isinstance(fault, MemoryError):
        return "error: out of memory; try fewer --jobs", ExitCode.RESOURCES
    if isinstance(fault, OSError) and fault.errno in RESOURCE_ERRNOS:
        where = f"{fault.filename}: " if fault.filename else ""
        return f"error: {where}{fault.strerror}", ExitCode.RESOURCES
    if isinstance(fault, SystemExit):
        return "error: stopped early", ExitCode.BUG
    name = type(fault).__name__
    return (
        f"error: a bug in simulate: {name}: {_one_line(str(fault))} (--debug shows where)",
        ExitCode.BUG,
    )


def _usage_text(fault: click.ClickException) -> str:
    context = getattr(fault, "ctx", None)
    hint = f" (see `{context.command_path} --help`)" if context is not None else ""
    return f"error: {_one_line(fault.format_message())}{hint}"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE_LETTERS_MAX else f"{line[:LINE_LETTERS_MAX]}…"


def _drop_stdout() -> None:
    """Keep the interpreter from failing again when it flushes stdout at its end."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
        except (OSError, ValueError):
            return
