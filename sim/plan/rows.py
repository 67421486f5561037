"""Tables while they grow: rows of cells by column, and the pools that several variants share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.plan import Laws, Table2D
from sim.plan.columns import Clock, Endpoint, Limit, Node, Route, Step, Table, Workload
from sim.scenario.laws import Law
from sim.scenario.tables import LawTable, TableKind

COLUMNS: dict[Table, type[IntEnum]] = {
    Table.STEPS: Step,
    Table.ROUTES: Route,
    Table.ENDPOINTS: Endpoint,
    Table.NODES: Node,
    Table.LIMITS: Limit,
    Table.WORKLOADS: Workload,
    Table.CLOCK: Clock,
}
"""The columns of each table."""


class LawPool:
    """Laws of all phases, each different one once."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, bytes], int] = {}
        self._kinds: list[int] = []
        self._starts: list[int] = []
        self._counts: list[int] = []
        self._numbers: list[float] = []

    def row(self, law: Law | None) -> int:
        """The row of a law; -1 for none."""
        return -1 if law is None else self._row(law.table())

    def constant(self, value: float) -> int:
        """The row of one certain value."""
        return self._add(TableKind.CONSTANT, [value], 1)

    def laws(self) -> Laws:
        """The pool so far."""
        return Laws(
            np.array(self._kinds, np.int64),
            np.array(self._starts, np.int64),
            np.array(self._counts, np.int64),
            np.array(self._numbers, np.float64),
        )

    def _row(self, table: LawTable) -> int:
        if table.kind == TableKind.CONSTANT:
            return self.constant(table.value)
        if table.kind == TableKind.CONTINUOUS:
            return self._add(table.kind, list(table.knots), len(table.knots))
        if table.kind == TableKind.ATOMS:
            return self._add(table.kind, [*table.values, *table.cumulative], len(table.values))
        parts = [float(self._row(part)) for part in table.parts]
        return self._add(table.kind, [*table.cumulative, *parts], len(parts))

    def _add(self, kind: int, numbers: list[float], count: int) -> int:
        same = (int(kind), np.array(numbers, np.float64).tobytes())
        if same not in self._rows:
            self._rows[same] = len(self._kinds)
            self._kinds.append(int(kind))
            self._starts.append(len(self._numbers))
            self._counts.append(count)
            self._numbers.extend(float(number) for number in numbers)
        return self._rows[same]


class ListPool:
    """Short lists of rows, such as a route's endpoints: each different one once."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, ...], int] = {}
        self._items: list[int] = []

    def place(self, items: tuple[int, ...]) -> int:
        """Where a list begins."""
        if items not in self._places:
            self._places[items] = len(self._items)
            self._items.extend(items)
        return self._places[items]

    def array(self) -> NDArray[np.int64]:
        """All lists, one after another."""
        return np.array(self._items, np.int64)


@dataclass
class Pools:
    """What all phases of a scenario share, so that their cells can be compared."""

    laws: LawPool = field(default_factory=LawPool)
    route_endpoints: ListPool = field(default_factory=ListPool)
    route_weights: ListPool = field(default_factory=ListPool)
    route_breakers: ListPool = field(default_factory=ListPool)
    breakers: dict[tuple[str, str], int] = field(default_factory=dict)
    """The number of each breaker, by the route that it was written at (or its own name) and endpoint."""
    endpoint_limits: ListPool = field(default_factory=ListPool)


class TableRows:
    """One table that grows, with the name of each row."""

    def __init__(self, table: Table, width: int, default: int = 0) -> None:
        self.table = table
        self.width = width
        self.default = default
        self.cells: list[list[int]] = []
        self.names: list[str] = []

    def add(self, name: str, cells: Mapping[IntEnum, int]) -> int:
        """Add a row; columns that are not named get the table's default."""
        row = [self.default] * self.width
        for column, value in cells.items():
            row[column] = int(value)
        self.cells.append(row)
        self.names.append(name)
        return len(self.cells) - 1

    def array(self) -> Table2D:
        """The table."""
        return np.array(self.cells, np.int64).reshape(-1, self.width)
