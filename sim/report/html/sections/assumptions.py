"""Assumptions: every input, and how wide the unknown ones are."""

from __future__ import annotations

from typing import Any

from sim.report import format as form
from sim.report.html.blocks import Block, Section, Table, Text
from sim.report.read import Summary
from sim.report.read_facts import assumptions, coverage, facts_to_check, vendor_facts


def section(summary: Summary) -> Section | None:
    """Return the section, or None of a summary that lists no inputs."""
    rows = assumptions(summary)
    if not rows:
        return None
    blocks: list[Block] = [_told(summary)]
    unknown = [row for row in rows if row["range"]]
    if unknown:
        blocks.append(_unknowns(unknown))
    facts = vendor_facts(summary)
    if facts:
        blocks += [*map(Text, facts_to_check(summary)), _facts(facts)]
    return Section("assumptions", "Assumptions", [*blocks, _inputs(rows)])


def _told(summary: Summary) -> Text:
    found = coverage(summary)
    return Text(
        f"{form.count(found['inputs'])} inputs are written; {form.count(found['with_comment'])} have a "
        f"comment on their line, {form.count(found['with_owner'])} an owner, and "
        f"{form.count(found['unknown'])} are unknown within limits. What is not written has the default "
        "that the vocabulary gives. Every input is listed below, folded; paper shows what is unfolded, "
        "and summary.json has all of them."
    )


def _unknowns(rows: list[dict[str, Any]]) -> Table:
    return Table(
        "What is not known, drawn once a run",
        ("Input", "Where", "Low", "Likely", "High"),
        [
            (
                form.label(row["path"], 80),
                form.label(row["set_by"], 40),
                *(form.label(row["range"][key], 20) for key in ("low", "likely", "high")),
            )
            for row in rows
        ],
        left=2,
    )


FLAGS = {"old": "older than 180 days", "retires": "model goes", None: ""}


def _facts(rows: list[dict[str, Any]]) -> Table:
    return Table(
        "Dated facts of the presets",
        ("Preset", "Fact", "Of", "Days old", "Look again", "Source", "Evidence"),
        [
            (
                form.label(row["preset"], 30),
                form.label(row["fact"], 60),
                form.label(row["read"], 12),
                form.count(row["age_days"]),
                FLAGS[row["flag"]],
                form.label(row["source"], 120),
                form.label(row["evidence"], 20),
            )
            for row in rows
        ],
        left=3,
        folds="closed",
    )


def _inputs(rows: list[dict[str, Any]]) -> Table:
    titles = ("Input", "Value", "Unit", "Source or comment", "Date", "Owner", "Where")
    cells = [
        (
            form.label(row["path"], 80),
            form.label(_value(row), 40),
            form.label(_unit(row), 12),
            form.label(row["source"] or "", 120),
            form.label(row["date"] or "", 12),
            form.label(row["owner"] or "", 30),
            form.label(row["set_by"], 40),
        )
        for row in rows
    ]
    used = [place for place in range(len(titles)) if any(row[place] for row in cells)]
    return Table(
        f"Every input ({form.count(len(rows))})",
        [titles[place] for place in used],
        [[row[place] for place in used] for row in cells],
        left=len(used),
        folds="closed",
    )


def _value(row: dict[str, Any]) -> str:
    found = row["range"]
    value = f"{found['low']} … {found['high']}" if found else row["value"]
    return f"{value}, replaces {row['replaces']}" if row["replaces"] else value


def _unit(row: dict[str, Any]) -> str:
    """The unit, unless the value is written with it."""
    unit = str(row["unit"] or "")
    return "" if str(row["value"]).endswith(unit) else unit
