"""What the faces read in a summary: the dict of `summary.json`, as rows with names and types.

Faces look nowhere else, so that a change of the summary's shape is a change of this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sim.report.format import Number, day, decimal, label, month

Summary = Mapping[str, Any]
MILLION = Decimal(10) ** 6
SMALLER = "smaller lines"
"""The id of the line that stands for those that are shown as one."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A number over the replications; parts that do not exist are None."""

    p10: Number | None
    p50: Number | None
    p90: Number | None
    mean: Number | None
    why_null: str = ""
    """Why a part is None."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target and how it came out."""

    name: str
    owner: str
    metric: str
    window: str
    share: float
    """The share of windows that must meet the limit."""
    workload: str
    at_most: bool
    limit: Number
    unit: str
    value: Spread
    met: int
    """Replications that met it."""
    chance_met: float | None
    chance_interval: tuple[float, float]
    chance_level: float
    """Of the interval."""
    required_chance: float | None
    status: str
    """`met`, `missed`, `close` (too close to call) or `unknown`."""
    worst: str
    """When and where it was worst, in words."""


@dataclass(frozen=True, slots=True)
class SpendLine:
    """One line of the bill over the horizon."""

    id: str
    name: str
    basis: str
    quantity: Number | None
    unit: str
    unit_price: Number | None
    cost: Decimal
    wasted: Decimal = Decimal(0)
    """The part of the cost that bought no answer."""
    share: float = 1.0
    """Its part of the whole bill."""


@dataclass(frozen=True, slots=True)
class MonthSpend:
    """A month's spend: means by line's id, and the spread of the total."""

    month: date
    lines: Mapping[str, Decimal]
    total: Spread
    budget: Decimal | None
    smaller: Decimal = Decimal(0)
    """The lines that are shown as one, together."""

    def cost_of(self, line: str) -> Decimal:
        """Return the cost of a line by its id, also of the smaller ones as one."""
        return self.smaller if line == SMALLER else self.lines.get(line, Decimal(0))


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the rollout and its first day."""

    name: str
    start: date


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of a workload."""

    day: date
    values: Mapping[str, Spread]
    """By metric, such as `latency.p95` [s] and `availability` [fraction]."""


def spread(raw: object) -> Spread:
    """Read `{p10, p50, p90, mean}`; what is missing is None."""
    found = raw if isinstance(raw, Mapping) else {}
    p10, p50, p90, mean = (found.get(key) for key in ("p10", "p50", "p90", "mean"))
    return Spread(p10, p50, p90, mean, str(found.get("why_null") or ""))


def currency(summary: Summary) -> str:
    """Return the ISO code of all money in the summary."""
    return str(summary["scenario"].get("currency", "USD"))


WHY_STOPPED = {
    "decided": "Stopped because every verdict is decided.",
    "precise": "Stopped because each chance is known to within {precision:.0%}.",
    "replications": "Stopped at the most replications, with verdicts undecided.",
    "requests": "Stopped at the budget of simulated requests, with verdicts undecided.",
}


def why_stopped(summary: Summary) -> str:
    """Return why `auto` ran no more replications; nothing where so many were asked for."""
    engine = summary["engine"]
    words = WHY_STOPPED.get(str(engine.get("stopped")), "")
    return words.format(precision=engine.get("precision") or 0.0)


def replications(summary: Summary) -> int:
    """Return how many replications the summary counts."""
    return int(summary["engine"]["replications"])


def targets(summary: Summary) -> list[TargetRow]:
    """Return the targets in the planner's order."""
    return [_target(raw) for raw in summary["targets"]]


def _target(raw: Mapping[str, Any]) -> TargetRow:
    return TargetRow(
        name=label(raw["name"]),
        owner=label(raw.get("owner") or ""),
        metric=str(raw["metric"]),
        window=str(raw.get("window") or ""),
        share=float(raw.get("share", 1.0)),
        workload=label(raw.get("workload") or raw.get("station") or ""),
        at_most=raw["op"] == "<=",
        limit=raw["limit"]["value"],
        unit=str(raw["limit"]["unit"]),
        value=spread(raw),
        met=int(raw["met"]),
        chance_met=raw.get("chance_met"),
        chance_interval=tuple(raw["chance_interval"]),
        chance_level=float(raw["chance_interval_level"]),
        required_chance=raw.get("required_chance"),
        status=str(raw["status"]),
        worst=_worst(raw.get("worst")),
    )


def _worst(raw: object) -> str:
    window = str(raw.get("window") or "") if isinstance(raw, Mapping) else ""
    return label(window_words(window), 40)


def window_words(window: str) -> str:
    """Return a window's name as people say it: `Sep 2027`, `week 34, 2027`, `2 Aug 2027, 09:00`."""
    try:
        if "/" in window:
            return ""  # The whole horizon: there is no worse one.
        if "-W" in window:
            year, week = window.split("-W")
            return f"week {int(week)}, {year}"
        if len(window) == len("2027-09"):
            return month(date.fromisoformat(f"{window}-01"))
        if "T" in window:
            moment = datetime.fromisoformat(window)
            return f"{day(moment.date())}, {moment:%H:%M}"
        return day(date.fromisoformat(window))
    except ValueError:
        return window


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure, beside what a spreadsheet of averages says of it."""

    name: str
    unit: str
    value: Spread
    averages_say: Number | None


def bottleneck(summary: Summary) -> str:
    """What the target most at risk breaks on; empty where all are met."""
    return str(summary.get("blame", {}).get("sentence") or "")


def gate_sentences(summary: Summary) -> list[str]:
    """What is told of the gates of the rollout; nothing where there are none."""
    return list(summary.get("gates", {}).get("sentences", ()))


def headlines(summary: Summary) -> list[Headline]:
    """Return the figures of which averages say something, but for what they were given."""
    return [
        Headline(_headline_name(raw), str(raw["unit"]), spread(raw), raw["averages_say"])
        for raw in summary.get("headlines", ())
        if raw["averages_say"] is not None and raw["name"] in HEADLINES
    ]


HEADLINES = {
    "spend": "spend",
    "spend.highest_month": "spend, highest month",
    "spend.wasted": "spend on wasted work",
    "latency.mean": "mean latency",
    "latency.p95": "p95 latency",
}
"""What to call the figures that are worth a comparison."""


def _headline_name(raw: Mapping[str, Any]) -> str:
    words = HEADLINES[raw["name"]]
    return f"{label(raw['workload'], 30)}: {words}" if raw.get("workload") else words


def spend_lines(summary: Summary) -> list[SpendLine]:
    """Return the lines of the bill, the dearest first."""
    lines = [_line(raw) for raw in summary["spend"]["items"]]
    return sorted(lines, key=lambda line: (-line.cost, line.name))


def spend_total(summary: Summary) -> Decimal:
    """Return the mean of the whole bill."""
    return decimal(summary["spend"]["total"]["mean"]) or Decimal(0)


def _line(raw: Mapping[str, Any]) -> SpendLine:
    return spend_line(
        *(str(raw["id"]), str(raw.get("basis") or ""), str(raw.get("unit") or "")),
        *(decimal(raw.get("qty")), decimal(raw.get("unit_price"))),
        *(decimal(raw["mean"]) or Decimal(0), decimal(raw.get("wasted_mean")) or Decimal(0)),
        name=raw.get("name"),
        share=float(raw["share"]),
    )


def spend_line(
    line_id: str,
    basis: str,
    unit: str,
    quantity: Decimal | None,
    unit_price: Decimal | None,
    cost: Decimal,
    wasted: Decimal,
    *,
    share: float,
    name: str | None = None,
) -> SpendLine:
    """Return a line with its tokens counted one by one."""
    if unit == "1M tokens":
        quantity = None if quantity is None else quantity * MILLION
        unit_price = None if unit_price is None else unit_price / MILLION
        unit = "tokens"
    shown = label(name or line_id, 48)
    unit = label(unit, 24)
    return SpendLine(line_id, shown, basis, quantity, unit, unit_price, cost, wasted, share)


def spend_shown(summary: Summary) -> list[SpendLine]:
    """Return the lines that stand by themselves, the dearest first, and the smaller ones as one."""
    raw = summary["spend"]["smaller"]
    smaller = frozenset(raw["lines"])
    lines = [line for line in spend_lines(summary) if line.id not in smaller]
    if not smaller:
        return lines
    cost, name = decimal(raw["mean"]) or Decimal(0), f"{len(smaller)} smaller lines"
    return [*lines, SpendLine(SMALLER, name, "", None, "", None, cost, share=float(raw["share"]))]


def months(summary: Summary) -> list[MonthSpend]:
    """Return spend by calendar month."""
    return [
        MonthSpend(
            month=date.fromisoformat(f"{raw['month']}-01"),
            lines={str(i["id"]): decimal(i["mean"]) or Decimal(0) for i in raw["items"]},
            total=spread(raw["total"]),
            budget=decimal(raw.get("budget")),
            smaller=decimal(raw["smaller"]) or Decimal(0),
        )
        for raw in summary["monthly"]
    ]


Actuals = Mapping[date, Decimal]
"""What was really spent, by the first day of its month."""


def actuals(summary: Summary) -> Actuals:
    """Return what was really spent to date; empty where nobody has said it."""
    return {
        date.fromisoformat(f"{raw['month']}-01"): Decimal(raw["amount"])
        for raw in summary.get("actuals", ())
    }


def phases(summary: Summary) -> list[Phase]:
    """Return the phases as planned, by their first day."""
    return [
        Phase(label(raw["name"], 24), date.fromisoformat(str(raw["start"])[:10]))
        for raw in summary["scenario"].get("phases", ())
    ]


def workloads_by_day(summary: Summary) -> dict[str, list[DayRow]]:
    """Return, by workload, its days."""
    found: dict[str, list[DayRow]] = {}
    for raw in summary.get("daily", ()):
        on = date.fromisoformat(raw["date"])
        for workload, values in raw["workloads"].items():
            row = DayRow(on, {name: spread(value) for name, value in values.items()})
            found.setdefault(str(workload), []).append(row)
    return found


def first_target(rows: Sequence[TargetRow], metric: str, workload: str) -> TargetRow | None:
    """Return the first target on a metric of a workload."""
    return next((r for r in rows if r.metric == metric and r.workload in (workload, "")), None)


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """A figure of a month, with a limit beside it where there is one."""

    month: date
    value: Spread
    limit: Decimal | None = None


def months_to_date(summary: Summary) -> list[MonthFigure]:
    """Return spend to date at each month's end, with the budget to date."""
    return [
        MonthFigure(_month(raw), spread(raw["total"]), decimal(raw["budget"]))
        for raw in summary.get("cumulative", ())
    ]


def unit_costs(summary: Summary) -> list[MonthFigure]:
    """Return the cost of a good request by month."""
    return [
        MonthFigure(_month(raw), spread(raw["per_good_request"]))
        for raw in summary.get("unit_costs", ())
    ]


def spend_kinds(summary: Summary) -> list[tuple[date, dict[str, Decimal]]]:
    """Return mean spend by month: fixed, useful and wasted."""
    return [
        (
            _month(raw),
            {k: decimal(raw[k]) or Decimal(0) for k in ("fixed", "useful", "wasted")},
        )
        for raw in summary.get("spend_kinds", ())
    ]


def _month(raw: Mapping[str, Any]) -> date:
    return date.fromisoformat(f"{raw['month']}-01")
