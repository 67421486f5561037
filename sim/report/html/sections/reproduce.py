"""Reproduce: the command, the seed, the versions, the hash."""

from __future__ import annotations

from sim.report import format as form
from sim.report import read
from sim.report.html.blocks import Section, Table, Text
from sim.report.read import Summary


def section(summary: Summary) -> Section:
    """Return the section."""
    scenario, engine = summary["scenario"], summary["engine"]
    sets = "".join(f" --set {_quoted(str(one))}" for one in scenario["overrides"])
    path = form.label(scenario["path"] or "SCENARIO", 120)
    drill = " --drill" if "drill" in summary else ""
    runs, seed = read.replications(summary), engine["seed"]
    command = f"simulate {path} --replications {runs} --seed {seed}{sets}{drill}"
    rows = [
        ("Command", form.label(command, 400)),
        ("Version", form.label(engine["version"], 40)),
        ("Scenario, sha256", form.label(scenario["sha256"], 64)),
        ("Time zone", form.label(scenario["horizon"]["timezone"], 40)),
        ("Schema", form.label(summary["schema"], 60)),
    ]
    return Section(
        "reproduce",
        "Reproduce",
        [
            Table("What ran", ("What", "Value"), rows, left=2),
            Text(
                "simulate replay on run.json beside this file runs the same again; the same scenario, "
                "seed and versions give the same bytes. Every number here stands in summary.json."
            ),
        ],
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
