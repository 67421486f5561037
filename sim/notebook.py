"""What a notebook uses: load a scenario, run it, read tables. It prints nothing and writes no file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.errors import UsageError
from sim.report import read
from sim.report.format import decimal
from sim.report.record import file_shown, scenario_sha256
from sim.scenario.document import Document, load_document, validate
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from sim.engine import EngineName

Row = Mapping[str, Any]
PARTS = ("p10", "p50", "p90", "mean")


@dataclass(frozen=True)
class Loaded:
    """A scenario without faults, ready to run."""

    document: Document
    scenario: Scenario
    """With its unknowns at their likeliest."""

    def with_sets(self, *sets: str) -> Loaded:
        """Return the scenario with more `path=value` texts applied, as by `--set`."""
        return _checked(self.document.with_sets(sets))


@dataclass(frozen=True)
class Result:
    """What the replications of a scenario gave."""

    summary: Mapping[str, Any]
    """The dict of `summary.json`."""

    @property
    def currency(self) -> str:
        """The ISO code of all money."""
        return read.currency(self.summary)

    def table(self, name: str) -> dict[str, list[Any]]:
        """Return a table as columns of equal length, as `pandas.DataFrame` takes them.

        Args:
            name: `targets`, `monthly`, `monthly_lines`, `lines`, `bill`, `daily`, `stages` or `inputs`. Money is in
                `currency`, times are in seconds, shares are from 0 to 1, days and months (their first day) are
                dates; None: there is no such number.
        """
        if name not in TABLES:
            raise UsageError(f"there is no table {name[:60]!r}; there are {', '.join(TABLES)}")
        rows = list(TABLES[name](self.summary))
        return {column: [row[column] for row in rows] for column in (rows[0] if rows else {})}


def load(path: str | Path, sets: Iterable[str] = ()) -> Loaded:
    """Read a scenario's file; `ScenarioError` tells every fault with its place.

    Args:
        path: the file.
        sets: `path=value` texts, as for `--set`.
    """
    return _checked(load_document(str(path), tuple(sets)))


def run(
    scenario: Loaded,
    *,
    replications: int | Literal["auto"] = "auto",
    seed: int = 0,
    engine: EngineName = "compiled",
    jobs: int = 1,
) -> Result:
    """Run a scenario; the same arguments give the same result.

    Args:
        scenario: as `load` gave it.
        replications: how often to play the horizon; `auto` stops when every target is decided.
        seed: of all chance; scenarios run with the same seed share people, demand and incidents.
        engine: `compiled`, or `reference`, which is the one to be read.
        jobs: processes; 1 runs in this one.
    """
    from sim import study
    from sim.study.of_scenario import ScenarioSource
    from sim.summary import Origin, summarise

    source, document = ScenarioSource(scenario.document), scenario.document
    found = study.run(source, seed=seed, replications=replications, engine=engine, jobs=jobs)
    origin = Origin(
        name=scenario.scenario.name,
        version=metadata.version("genai-rollout-simulator"),
        path=file_shown(document.file),
        sha256=scenario_sha256(document.tree),
        overrides=document.sets,
        phases=tuple((phase.name, phase.start) for phase in scenario.scenario.phases),
        replications_asked=str(replications),
    )
    return Result(summarise(found, origin, source=source))


def _checked(document: Document) -> Loaded:
    return Loaded(document, validate(document, Scenario))


def _number(value: Any) -> float | None:
    found = decimal(value)
    return None if found is None else float(found)


def _spread(raw: Mapping[str, Any], prefix: str = "") -> dict[str, float | None]:
    return {f"{prefix}{part}": _number(raw.get(part)) for part in PARTS}


def _targets(summary: read.Summary) -> list[Row]:
    keys = ("name", "metric", "workload", "window", "status", "chance_met", "required_chance")
    return [
        {
            **{key: raw[key] for key in keys},
            "limit": _number(raw["limit"]["value"]),
            "unit": raw["limit"]["unit"],
            **_spread(raw),
        }
        for raw in summary["targets"]
    ]


def _monthly(summary: read.Summary) -> list[Row]:
    return [
        {"month": _month(raw), **_spread(raw["total"]), "budget": _number(raw["budget"])}
        for raw in summary["monthly"]
    ]


def _monthly_lines(summary: read.Summary) -> list[Row]:
    return [
        {"month": _month(raw), "line": item["id"], "mean": _number(item["mean"])}
        for raw in summary["monthly"]
        for item in raw["items"]
    ]


def _lines(summary: read.Summary) -> list[Row]:
    numbers = ("qty", "unit_price", "mean", "wasted_mean")
    return [
        {
            **{key: raw[key] for key in ("name", "basis", "unit")},
            **{key: _number(raw[key]) for key in numbers},
        }
        for raw in summary["spend"]["items"]
    ]


def _bill(summary: read.Summary) -> list[Row]:
    numbers = ("quantity", "unit_price", "cost")
    words = ("subject", "item", "token_kind", "basis", "worth", "unit", "price_is")
    return [
        {
            "month": _month(raw),
            **{key: line[key] for key in words},
            **{key: _number(line[key]) for key in numbers},
        }
        for raw in summary["bill"]["months"]
        for line in raw["lines"]
    ]


def _month(raw: Mapping[str, Any]) -> date:
    return date.fromisoformat(f"{raw['month']}-01")


def _daily(summary: read.Summary) -> list[Row]:
    return [
        {
            "date": date.fromisoformat(raw["date"]),
            "workload": name,
            "metric": metric,
            **_spread(values),
        }
        for raw in summary["daily"]
        for name, metrics in raw["workloads"].items()
        for metric, values in metrics.items()
    ]


def _stages(summary: read.Summary) -> list[Row]:
    return [
        {
            "stage": raw["stage"],
            "p50_s": _number(raw["p50_s"]["p50"]),
            "p95_s": _number(raw["p95_s"]["p50"]),
        }
        for raw in summary["stage_times"]
    ]


def _inputs(summary: read.Summary) -> list[Row]:
    keys = ("path", "value", "unit", "source", "owner", "set_by")
    return [{key: raw[key] for key in keys} for raw in summary["assumptions"]]


TABLES: dict[str, Callable[[read.Summary], list[Row]]] = {
    "targets": _targets,
    "monthly": _monthly,
    "monthly_lines": _monthly_lines,
    "lines": _lines,
    "bill": _bill,
    "daily": _daily,
    "stages": _stages,
    "inputs": _inputs,
}
"""The tables of a result; each gives rows with the same keys."""
