"""What can go wrong, as exceptions. Libraries raise these; only the command line prints and exits.

Each class carries the exit code of the process that ends with it. `TARGET_MISSED` and
`INTERRUPTED` have no exception: they are answers, not faults.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

PROBLEMS_SHOWN_MAX = 20
SOURCE_COLUMNS_MAX = 100


class ExitCode(IntEnum):
    """The exit codes of `simulate`."""

    DONE = 0
    BUG = 1
    USAGE = 2
    RESOURCES = 3
    TARGET_MISSED = 99
    INTERRUPTED = 130


class SimError(Exception):
    """Anything this package raises on purpose."""

    exit_code: ExitCode = ExitCode.BUG


class UsageError(SimError):
    """The command was used wrongly, apart from the scenario's contents."""

    exit_code = ExitCode.USAGE


class FactError(SimError):
    """A vendor fact lacks a source, a date, or a price for the day that is simulated."""

    exit_code = ExitCode.USAGE


class ResourceError(SimError):
    """The disk, the memory, a worker or a named limit ran out."""

    exit_code = ExitCode.RESOURCES


class QuantityError(SimError, ValueError):
    """A written quantity cannot be read. The text says what is wrong and what to write instead.

    It is a ValueError, so pydantic collects it together with every other fault in the scenario.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, code: str = "quantity") -> None:
        super().__init__(message)
        self.code = code


class PlaceError(SimError, ValueError):
    """A fault at a place below the thing being validated, for checks that look at several fields.

    `place` is the path from the validated value to the fault: `("phases", 1, "users")`.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, place: Sequence[str | int] = (), code: str = "value") -> None:
        super().__init__(message)
        self.place = tuple(place)
        self.code = code


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault at one place: everything a printer, an editor or a CI annotation needs."""

    file: str
    """The file as the user wrote it, or the whole `--set path=value` [text]."""
    line: int
    """Line, from 1; 0 where the origin has no lines."""
    column: int
    """Column, from 1; 0 where the origin has no columns."""
    code: str
    """A short stable name of the kind of fault, such as `unit_missing`."""
    path: str
    """Where in the scenario: `rollout.phases[1].users`; empty for the whole file."""
    message: str
    """What is wrong and what to write instead."""
    width: int = 1
    """How many characters the caret underlines."""
    source: str | None = None
    """The source line; None where it must not or cannot be shown."""
    severity: str = "error"
    """`error` or `warning`."""

    def headline(self) -> str:
        """Return `file:line:col: error[code]: path: message`."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        path = f"{self.path}: " if self.path else ""
        return f"{place}: {self.severity}[{self.code}]: {path}{self.message}"

    def text(self) -> str:
        """Return the headline with the source line and a caret below it."""
        if self.source is None or not self.line:
            return self.headline()
        source, column = _window(self.source, self.column)
        number = str(self.line).rjust(2)
        blank = " " * len(number)
        indent = " " * _columns(source[: column - 1])
        room = max(1, _columns(source) - len(indent))
        carets = "^" * min(max(1, self.width), room)
        return "\n".join(
            [
                self.headline(),
                f"{blank} |",
                f"{number} | {source}",
                f"{blank} | {indent}{carets}",
            ]
        )


class ScenarioError(SimError):
    """The user can mend this in the scenario or in a `--set`; all faults at once."""

    exit_code = ExitCode.USAGE

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return problems_text(self.problems)


def problems_text(problems: Sequence[Problem]) -> str:
    """Return the first faults as text, then a count; in the order given."""
    shown = [problem.text() for problem in problems[:PROBLEMS_SHOWN_MAX]]
    hidden = len(problems) - len(shown)
    if hidden:
        shown.append(f"and {hidden} more")
    n_errors = sum(problem.severity == "error" for problem in problems)
    n_warnings = len(problems) - n_errors
    counts = [_plural(n, word) for n, word in ((n_errors, "error"), (n_warnings, "warning")) if n]
    files = list(dict.fromkeys(p.file for p in problems if p.line))
    where = f" in {files[0]}" if len(files) == 1 else ""
    return "\n".join([*shown, " and ".join(counts) + where])


def _plural(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def _window(source: str, column: int) -> tuple[str, int]:
    """Return the part of a long line around a column, and the column within that part."""
    source = "".join(c if c.isprintable() else " " for c in source).rstrip()
    if len(source) <= SOURCE_COLUMNS_MAX:
        return source, column
    start = max(0, column - 1 - SOURCE_COLUMNS_MAX // 2)
    return source[start : start + SOURCE_COLUMNS_MAX], column - start


def _columns(text: str) -> int:
    """Return how many terminal columns a text takes; wide East Asian letters take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def is_interrupt(fault: BaseException) -> bool:
    """Whether it is a Ctrl-C, or what compiled code makes of one that comes while it is called."""
    while isinstance(fault, SystemError) and fault.__cause__ is not None:
        fault = fault.__cause__
    return isinstance(fault, KeyboardInterrupt)
