"""Service: how fast, how often there, where things wait, how requests end."""

from __future__ import annotations

from sim.report import format as form
from sim.report import read
from sim.report.html.blocks import Block, Charts, Section, Table, Text
from sim.report.html.first_page import TARGETS_MAX, targets_table
from sim.report.html.sections.readiness import incident_words
from sim.report.read import Summary
from sim.report.read_facts import Row, endings, failure_parts, incidents

SENTENCE_LETTERS_MAX = 400
SHOWN_MIN = 0.01
"""Smaller parts of a workload's failures are left to the summary."""
WORDS = {
    "ok": "answered",
    "late": "late",
    "gave_up": "gave up",
    "timed_out": "timed out",
    "rate_limited": "rate-limited",
    "vendor_error": "vendor error",
    "shed": "shed",
    "overdue": "overdue",
    "blocked": "blocked",
    "unfinished": "unfinished",
}
"""How a request ended, in the order in which people ask."""


def section(summary: Summary) -> Section:
    """Return the section."""
    said, known = read.bottleneck(summary), incidents(summary)
    blocks: list[Block] = [
        *([Text(form.label(said, SENTENCE_LETTERS_MAX))] if said else []),
        Charts(("latency_p95_by_day",)),
        Charts(("availability_by_day",)),
        *([Text(incident_words(known))] if known else []),
        Charts(("error_budget", "queue_by_hour", "stage_times", "slow_tail"), half=True),
    ]
    if len(read.targets(summary)) > TARGETS_MAX:
        blocks.append(targets_table(summary, read.targets(summary)))
    table = _endings(summary)
    return Section(
        "service",
        "Latency and availability",
        [*blocks, *([table] if table else []), *_failures(summary)],
    )


def _failures(summary: Summary) -> list[Block]:
    rows = [
        (row["workload"], part)
        for row in failure_parts(summary)
        for part in row["parts"]
        if part["share"] >= SHOWN_MIN
    ]
    if not rows:
        return []
    return [
        Table(
            "Where requests failed, mean number of a run",
            ("Workload", "Stage", "How", "First cause", "Owner", "Requests", "Share"),
            [
                (
                    form.label(workload, 30),
                    form.label(part["stage"] or "none: the person or the deadline", 40),
                    WORDS.get(part["ending"], part["ending"]),
                    form.label(_first_cause(part), 60),
                    form.label(part["owner"] or "not stated", 30),
                    _some(part["failed"]),
                    form.share(part["share"]),
                )
                for workload, part in rows
            ],
            left=5,
            note="Share: of the workload's failures; parts below one in a hundred stand in summary.json alone.",
        )
    ]


def _first_cause(part: Row) -> str:
    """The failed attempt that came first: what became of it, where, by which limit or in which incident."""
    if part.get("attempt") is None:
        return "too slow, or given up"
    parts = [part["attempt"], f"at {part['endpoint']}" if part["endpoint"] else ""]
    parts += [f"({part['limit']})" if part["limit"] else ""]
    parts += [f"during {part['incident']}" if part["incident"] else ""]
    return " ".join(one for one in parts if one)


def _some(mean: form.Number | None) -> str:
    """A mean number of requests; a part of one is not worth its digits."""
    number = form.decimal(mean)
    if number is None or number == 0:
        return "0"
    return "<1" if number < 1 else form.count(round(number))


def _endings(summary: Summary) -> Table | None:
    rows = endings(summary)
    if not rows:
        return None
    used = [word for word in WORDS if any(row["endings"].get(word) for row in rows)]
    return Table(
        "How requests ended, mean number of a run",
        ("Workload", *(WORDS[word] for word in used)),
        [
            (
                form.label(row["workload"], 40),
                *(_some(row["endings"].get(word)) for word in used),
            )
            for row in rows
        ],
        note="Late: answered after its deadline. Overdue: past its deadline when the horizon ends; unfinished: not "
        "yet, so not judged. Blocked: by a policy, neither good nor bad. All others but the answered are bad.",
    )
