"""What has really been spent: a table of months and amounts, as finance exports it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping

from sim.errors import Problem, ScenarioError

HEAD = ("month", "amount")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
BYTES_MAX = 1_000_000

Rows = list[dict[str, str]]
"""`{month: "2027-07", amount: "40000.50"}`, in the order of the months."""


def read_csv(content: bytes, file: str, months: Collection[str]) -> Rows:
    """Return the rows of a table; ScenarioError names each bad line.

    Args:
        content: the file's bytes, in UTF-8.
        file: its name, for faults.
        months: those of the horizon, such as `2027-07`; amounts are in the summary's currency.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError([_fault(file, 1, "the file is not UTF-8 text", "")]) from None
    lines = text.splitlines()
    faults: list[Problem] = []
    found: dict[str, str] = {}
    for number, cells in enumerate(_cells(lines), 1):
        message = _message(number, cells, found, months)
        if message:
            faults.append(_fault(file, number, message, lines[number - 1]))
        elif number > 1 and cells:
            found[cells[0]] = cells[1]
    if not lines:
        faults.append(_fault(file, 1, "the file is empty; its first line is month,amount", ""))
    if faults:
        raise ScenarioError(faults)
    return [{"month": month, "amount": found[month]} for month in sorted(found)]


def to_csv(rows: Rows) -> str:
    """Return the table again."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEAD, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _cells(lines: list[str]) -> Iterator[list[str]]:
    """One line is one row: an open quote must not swallow the lines after it."""
    for line in lines:
        yield [cell.strip() for cell in next(csv.reader([line]), [])]


def _message(
    number: int, cells: list[str], found: Mapping[str, str], months: Collection[str]
) -> str:
    """Return what is wrong with a line; empty where nothing is."""
    if number == 1:
        right = tuple(cell.lower() for cell in cells) == HEAD
        return "" if right else "the first line must be month,amount"
    if not any(cells):
        return ""
    if len(cells) != len(HEAD):
        return f"{len(cells)} cell{'s' if len(cells) != 1 else ''}; write two, such as 2027-07,40000.50"
    month, amount = cells
    if not MONTH.fullmatch(month):
        return f'"{month[:30]}" is not a month; write it as 2027-07'
    if month in found:
        return f"{month} is already given"
    if month not in months:
        known = sorted(months)
        return f"{month} is not in the horizon, {known[0]} to {known[-1]}"
    if not AMOUNT.fullmatch(amount):
        return f'"{amount[:30]}" is not an amount; write digits and a point, such as 40000.50'
    return ""


def _fault(file: str, line: int, message: str, source: str) -> Problem:
    return Problem(
        file, line, 1, "actuals", "", message, width=max(1, len(source)), source=source or None
    )
