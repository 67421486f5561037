"""What the reference engine writes down: rows, counters by the hour, waits, and lines of trace.

It decides nothing and knows nothing of SimPy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.arithmetic import BIN_COUNT, bin_of
from sim.engine.reference.plain import Row
from sim.outcome import HOURS, MINUTES, Begun, DayOutcome, Line, Load, Use
from sim.plan import Plan

HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000
USES = len(Use)
LOADS = len(Load)
BEGUN = len(Begun)


class Ledger:
    """The book of one day, which starts empty each day."""

    def __init__(self, plan: Plan) -> None:
        self.endpoint_count = len(plan.endpoints)
        self.node_count = len(plan.nodes)
        self.width = Row.STAGES + len(plan.names.stages)
        self.open(0)

    def open(self, start_us: int) -> None:
        """Begin a day."""
        self.start_us = start_us
        self.rows: list[list[int]] = []
        self.lines: list[tuple[int, ...]] = []
        self.usage = [[0] * (HOURS * USES) for _ in range(self.endpoint_count)]
        self.minutes = [[0] * (MINUTES * BEGUN) for _ in range(self.endpoint_count)]
        self.load = [[0] * (HOURS * LOADS) for _ in range(self.node_count)]
        self.waits: list[dict[int, int]] = [{} for _ in range(self.node_count)]
        self.arrived = 0
        self.ended = 0

    def empty_row(self) -> list[int]:
        """A row with no fault and no stage visited."""
        return [0] * Row.FAULT_STEP + [-1] * (self.width - Row.FAULT_STEP)

    def used(self, now_us: int, endpoint: int, use: int, count: int = 1) -> None:
        """Count a use of an endpoint."""
        self.usage[endpoint][(now_us - self.start_us) // HOUR_US * USES + use] += count

    def used_up(
        self, now_us: int, endpoint: int, uses: tuple[int, ...], counts: tuple[int, ...]
    ) -> None:
        """Count several uses of an endpoint."""
        cells = self.usage[endpoint]
        start = (now_us - self.start_us) // HOUR_US * USES
        for use, count in zip(uses, counts, strict=True):
            cells[start + use] += count

    def begun(self, now_us: int, endpoint: int, counts: tuple[int, int, int, int]) -> None:
        """Count an attempt that starts in this minute, and its input, cached and output tokens."""
        cells = self.minutes[endpoint]
        start = (now_us - self.start_us) // MINUTE_US * BEGUN
        for column, count in enumerate(counts, start):
            cells[column] += count

    def loaded(self, now_us: int, node: int, load: int) -> None:
        """Count something that happened at a node."""
        self.load[node][(now_us - self.start_us) // HOUR_US * LOADS + load] += 1

    def waited(self, node: int, wait_us: int) -> None:
        """Count a wait at a node."""
        waits = self.waits[node]
        place = bin_of(wait_us)
        waits[place] = waits.get(place, 0) + 1

    def integrate(
        self, since_us: int, now_us: int, node: int, amounts: tuple[int, int, int, int]
    ) -> None:
        """Add amounts × time to the four integrals of a node, each hour its part.

        Args:
            since_us: when these amounts began to hold.
            now_us: when they cease.
            node: the node.
            amounts: of BUSY_US, QUEUE_US, SERVER_US and FULL_US.
        """
        busy, waiting, servers, full = amounts
        cells = self.load[node]
        while since_us < now_us:
            hour = (since_us - self.start_us) // HOUR_US
            until_us = min(now_us, self.start_us + (hour + 1) * HOUR_US)
            span_us = until_us - since_us
            cell = hour * LOADS
            cells[cell] += busy * span_us
            cells[cell + 1] += waiting * span_us
            cells[cell + 2] += servers * span_us
            cells[cell + 3] += full * span_us
            since_us = until_us

    def line(
        self, now_us: int, row: list[int], branch: int, event: int, where: int, value: int
    ) -> None:
        """Write a line of trace about the request of a row."""
        self.lines.append((now_us, row[Row.SESSION], row[Row.TURN], branch, event, where, value))

    def close(self, until_us: int, in_flight: int) -> DayOutcome:
        """The day as arrays."""
        return DayOutcome(
            start_us=self.start_us,
            until_us=until_us,
            rows=np.array(self.rows, np.int64).reshape(-1, self.width),
            usage=np.array(self.usage, np.int64).reshape(-1, HOURS, USES),
            minutes=np.array(self.minutes, np.int64).reshape(-1, MINUTES, BEGUN),
            load=np.array(self.load, np.int64).reshape(-1, HOURS, LOADS),
            waits=self._histograms(),
            trace=np.array(self.lines, np.int64).reshape(-1, len(Line)),
            arrived=self.arrived,
            ended=self.ended,
            in_flight=in_flight,
        )

    def _histograms(self) -> NDArray[np.int64]:
        histograms = np.zeros((self.node_count, BIN_COUNT), np.int64)
        for node, waits in enumerate(self.waits):
            for place, count in waits.items():
                histograms[node, place] = count
        return histograms
