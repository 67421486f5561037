"""The columns and codes of plan and outcome as plain integers, under the same names.

An IntEnum's member is ten times as slow to look up as an attribute, and the reference engine looks up
hundreds for each request.
"""

from __future__ import annotations

from enum import IntEnum
from types import SimpleNamespace
from typing import TypeVar, cast

from sim import outcome
from sim.plan import columns

Codes = TypeVar("Codes", bound=type[IntEnum])


def plain(codes: Codes) -> Codes:
    """The same names, with plain integers."""
    return cast("Codes", SimpleNamespace(**{each.name: int(each) for each in codes}))


Choose = plain(columns.Choose)
Clock = plain(columns.Clock)
Draw = plain(columns.Draw)
Endpoint = plain(columns.Endpoint)
Limit = plain(columns.Limit)
Node = plain(columns.Node)
Result = plain(columns.Result)
Route = plain(columns.Route)
Status = plain(columns.Status)
Step = plain(columns.Step)
StepKind = plain(columns.StepKind)
Workload = plain(columns.Workload)
Load = plain(outcome.Load)
Row = plain(outcome.Row)
Told = plain(outcome.Event)
Use = plain(outcome.Use)
