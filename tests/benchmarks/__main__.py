"""`python -m tests.benchmarks [--tiny]`: measure, print, and write RESULTS.md (not with --tiny)."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import numba

from tests.benchmarks.measurements import ALL, FULL, TINY, Measured
from tests.benchmarks.timing import seconds_of

RESULTS = Path(__file__).parent / "RESULTS.md"
HEAD = """# What the simulator costs

`python -m tests.benchmarks` writes this file. Every figure is a ratio of medians of runs that were interleaved
in one run on one machine: {machine}. Compiling the kernel, which happens once a machine, is not counted.

| what | target | measured | reached | how |
|---|---|---|---|---|
"""


def line(row: Measured) -> str:
    """A row of the table."""
    reached = "yes" if row.reached else "**no**"
    return f"| {row.what} | {row.target} | {row.figure} | {reached} | {row.how} |\n"


def main(words: list[str]) -> None:
    """Measure everything."""
    size = TINY if "--tiny" in words else FULL
    rows: list[Measured] = []
    for measure in ALL:
        taken = seconds_of(lambda measure=measure: rows.extend(measure(size)))
        print(f"{measure.__name__}: {taken:.0f} s", file=sys.stderr, flush=True)
    machine = f"{platform.machine()}, Python {platform.python_version()}, Numba {numba.__version__}"
    table = HEAD.format(machine=machine) + "".join(line(row) for row in rows)
    print(table)
    if size is FULL:
        RESULTS.write_text(table, encoding="utf-8")


main(sys.argv[1:])
