"""What must hold at the end of every run, checked on counters while it runs. A breach is a bug here, not there."""

from __future__ import annotations

import numpy as np

from sim.bill import Bill, total
from sim.measure import Measures
from sim.outcome import DayOutcome, Load, Row, Use
from sim.plan import Day, Plan
from sim.plan.columns import Endpoint, Node, Status, Table


class LawBroken(AssertionError):  # noqa: N818 - it is an assertion, and reads as what happened
    """A law that every run obeys does not hold: `law` names it."""

    def __init__(self, law: str, found: str) -> None:
        super().__init__(f"{law}: {found}")
        self.law = law


class Laws:
    """Watches a run: `watch` each day, then `finish` with what `close` handed out, then `check_bill`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._time_us = 0
        self._in_flight = 0
        self._attempts = 0
        self._refusals = 0
        # Where servers come and go and work is not handed back, more may be busy than are present.
        nodes = plan.nodes
        self._steady = nodes[:, Node.SERVERS] >= 0
        self._hands_back = nodes[:, Node.PREEMPTS] == 1

    def watch(self, day: Day, outcome: DayOutcome) -> None:
        """Check one day."""
        servers = (day.changes.table == Table.NODES) & (day.changes.column == Node.SERVERS)
        changed = np.zeros(len(self._plan.nodes), dtype=bool)
        changed[day.changes.row[servers]] = True
        self._steady &= ~changed | self._hands_back
        self._steady[day.changes.row[servers & (day.changes.value < 0)]] = False
        _hold(
            "no time runs backwards",
            outcome.start_us == self._time_us,
            "a day is missing or comes twice",
        )
        self._time_us = outcome.until_us
        self._check_rows(outcome)
        flow = self._in_flight + outcome.arrived - outcome.ended
        what = f"{outcome.in_flight} are in flight, {flow} should be"
        _hold("arrivals = outcomes + in flight", flow == outcome.in_flight, what)
        self._in_flight = outcome.in_flight

    def finish(self, closing: DayOutcome, measures: Measures) -> None:
        """Check what was left at the end, and the counters of the whole run."""
        requests = closing.rows[closing.rows[:, Row.DETACHED] < 0]
        left = int(np.count_nonzero(requests[:, Row.STATUS] == Status.UNFINISHED))
        what = f"{left} were handed out unfinished, {self._in_flight} were in flight"
        _hold("arrivals = outcomes + in flight", left == self._in_flight == len(requests), what)
        self._check_stations(measures)
        self._check_usage(measures)

    def _check_rows(self, outcome: DayOutcome) -> None:
        rows = outcome.rows
        requests = int(np.count_nonzero(rows[:, Row.DETACHED] < 0))
        what = f"{requests} rows, {outcome.ended} requests ended"
        _hold("arrivals = outcomes + in flight", requests == outcome.ended, what)
        if len(rows) == 0:
            return
        finished_us, first_us = rows[:, Row.FINISHED_US], rows[:, Row.FIRST_TOKEN_US]
        arrived_us = rows[:, Row.ARRIVED_US]
        inside = (
            int(finished_us.min()) >= outcome.start_us and int(finished_us.max()) < outcome.until_us
        )
        ordered = bool((arrived_us <= first_us).all()) and bool((first_us <= finished_us).all())
        _hold("no time runs backwards", inside, "a request ended in a day that is not its own")
        _hold("no time runs backwards", ordered, "a request ended before it came")
        self._attempts += int(rows[:, Row.ATTEMPTS].sum())
        self._refusals += int(rows[:, Row.REFUSALS].sum())

    def _check_stations(self, measures: Measures) -> None:
        steady = np.flatnonzero(self._steady)
        busy = measures.load[:, steady, :, Load.BUSY_US]
        present = measures.load[:, steady, :, Load.SERVER_US]
        over = np.argwhere(busy > present)
        if len(over):
            name = self._plan.names.nodes[steady[over[0][1]]]
            raise LawBroken(
                "no station serves more than its servers", f"{name} on day {over[0][0]}"
            )
        load = measures.load.sum(axis=(0, 2))
        came = load[:, Load.JOINED] + load[:, Load.RETURNED]
        went = load[:, Load.STARTED] + load[:, Load.SHED] + load[:, Load.LEFT]
        _hold("usage adds up", bool((went <= came).all()), "more left a queue than joined it")

    def _check_usage(self, measures: Measures) -> None:
        used = measures.usage.sum(axis=(0, 2))
        kinds = [Use.REFUSED, Use.ERRORS, Use.FILTERED, Use.ANSWERS, Use.WASTED]
        ends = used[:, kinds].sum(axis=1)
        _hold(
            "usage adds up",
            bool((ends <= used[:, Use.ATTEMPTS]).all()),
            "more attempts ended than were sent",
        )
        _hold(
            "usage adds up",
            bool((used[:, Use.CACHED] <= used[:, Use.INPUT]).all()),
            "more cached than sent",
        )
        attempts, refused = int(used[:, Use.ATTEMPTS].sum()), int(used[:, Use.REFUSED].sum())
        _hold(
            "usage adds up",
            self._attempts <= attempts,
            "requests sent more than their endpoints saw",
        )
        _hold(
            "usage adds up",
            self._refusals <= refused,
            "requests were refused more than endpoints refused",
        )
        joined = measures.load.sum(axis=(0, 2))[:, Load.JOINED]
        sent = np.zeros_like(joined)
        np.add.at(sent, self._plan.endpoints[:, Endpoint.NODE], used[:, Use.ATTEMPTS])
        _hold(
            "usage adds up",
            bool((sent <= joined).all()),
            "more attempts were sent than joined a node",
        )


def check_bill(bill: Bill) -> None:
    """Spend = Σ quantity × price, and parts foot: to the last digit."""
    whole = bill.total()
    parts = {
        "months": total(bill.by_month().values()),
        "lines": total(bill.by_name().values()),
        "useful and wasted": total((bill.total(worth="useful"), bill.total(worth="wasted"))),
    }
    for name, part in parts.items():
        _hold("spend foots", part == whole, f"{name} make {part}, the bill {whole}")


def _hold(law: str, holds: bool, found: str) -> None:
    if not holds:
        raise LawBroken(law, found)
