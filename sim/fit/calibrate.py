"""From log files to everything that a calibration hands back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import UsageError
from sim.fit.finding import Finding
from sim.fit.fits import fit_all
from sim.fit.fragment import fragment, sources_of, tree_of
from sim.fit.log import Log
from sim.fit.read import Options, read_log
from sim.fit.tables import TABLES, table_kind


@dataclass(frozen=True)
class Calibration:
    """What was fitted to a log."""

    findings: tuple[Finding, ...]
    tree: Mapping[str, Any]
    """The values at their places in a scenario."""
    block: str
    """The same as YAML, with its sources."""
    sentences: tuple[str, ...]
    """How the log was read."""

    def text(self) -> str:
        """What a terminal shows."""
        lines = list(self.sentences)
        for found in self.findings:
            lines += ["", f"{found.name}: {found.goodness}"]
            lines += [f"  {one.text()}" for one in found.estimates]
            lines += [f"  poor: {one}" for one in found.poor]
        return "\n".join(lines)


def calibrate(
    files: Sequence[str], options: Options, workload: str, rename: Mapping[str, str]
) -> Calibration:
    """Read logs and fit all that they tell; a table of incidents or of searches is fitted alone."""
    kind = table_kind(files[0])
    if kind is not None:
        return _of_tables(kind, files, options.timezone, list(rename.values()))
    return calibrate_log(read_log(files, options), files, workload, rename)


def calibrate_log(
    log: Log, files: Sequence[str], workload: str, rename: Mapping[str, str]
) -> Calibration:
    """Fit all that a log tells."""
    findings = fit_all(log)
    if not findings:
        raise UsageError(f"{files[0]}: {len(log)} rows are too few to fit anything")
    tree = tree_of(findings, workload, rename)
    said = sources_of(files, log, findings)
    block = fragment(tree, said)
    return Calibration(tuple(findings), tree, block, (said[0], *log.reading.sentences()))


def _of_tables(
    kind: str, files: Sequence[str], timezone: str, endpoints: Sequence[str]
) -> Calibration:
    """Fit tables of one kind."""
    findings = [one for file in files for one in TABLES[kind][1](file, timezone, endpoints)]
    tree: dict[str, Any] = {}
    for found in findings:
        for key, value in found.top.items():
            tree[key] = {**tree.get(key, {}), **value} if isinstance(value, dict) else value
    said = f"Source: {', '.join(Path(file).name for file in files)}, a table of {kind}."
    lines = [f"{one.name}: {estimate.text()}" for one in findings for estimate in one.estimates]
    return Calibration(tuple(findings), tree, fragment(tree, [said, *lines]), (said,))
