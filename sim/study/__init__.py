"""Replications, stopping, and the answers that many replications give together."""

from sim.study.figures import Figure, Headline
from sim.study.laws import LawBroken
from sim.study.replication import Replication, replicate
from sim.study.result import MonthRow, Study, Verdict
from sim.study.run import run
from sim.study.source import Course, DayPlan, Source, Terms
from sim.study.stopping import Chance, Stopping

__all__ = [
    "Chance",
    "Course",
    "DayPlan",
    "Figure",
    "Headline",
    "LawBroken",
    "MonthRow",
    "Replication",
    "Source",
    "Stopping",
    "Study",
    "Terms",
    "Verdict",
    "replicate",
    "run",
]
