"""Routes as rows: those written, one for each endpoint, one for each station, then what residency leaves of some."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from sim.plan.columns import Route, Table
from sim.plan.rows import Pools, TableRows
from sim.policies.router import Router
from sim.scenario.residency import allowed
from sim.scenario.spine import result_mask

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


MILLION = 1_000_000


class RouteRows:
    """The routes of one phase."""

    def __init__(self, scenario: Scenario, endpoints: list[str], pools: Pools) -> None:
        self.table = TableRows(Table.ROUTES, len(Route))
        self._scenario = scenario
        self._pools = pools
        self._endpoints = {name: row for row, name in enumerate(endpoints)}
        self._rows: dict[tuple[str, tuple[str, ...]], int] = {}
        """By name and what is left of its order."""
        for name, router in scenario.routes.items():
            self._row(name, name, router.order)
        for name in scenario.endpoints:
            self._row(name, name, (name,))
        self._stations = {
            name: self._add(name, (name,), None)
            for name, station in scenario.stations.items()
            if station.service is not None
        }

    def row(self, name: str, residency: str | None) -> int:
        """The row of a route, or of the one that leads to a single endpoint, as residency leaves it."""
        order = allowed(self._scenario, name, residency)
        shown = name if residency is None else f"{name} in {residency}"
        return self._row(shown, name, order)

    def hedge(self, name: str, residency: str | None) -> tuple[int, int] | None:
        """When a second call begins [us], and its route, which begins with the next endpoint; None where none does."""
        router = self._scenario.routes.get(name)
        if router is None or router.hedge is None:
            return None
        order = allowed(self._scenario, name, residency)
        turned = (*order[1:], order[0])
        return router.hedge.after, self._row(f"{name} hedge", name, turned)

    def station(self, name: str) -> int:
        """The row of the route that leads to a station."""
        return self._stations[name]

    def _row(self, shown: str, name: str, order: tuple[str, ...]) -> int:
        if (name, order) not in self._rows:
            router = self._scenario.routes.get(name)
            self._rows[name, order] = self._add(shown, order, router, name)
        return self._rows[name, order]

    def _breakers(self, group: str, order: tuple[str, ...]) -> int:
        """Where the numbers of a route's breakers stand; one for each endpoint of all that it becomes."""
        known = self._pools.breakers
        numbers = (known.setdefault((group, endpoint), len(known)) for endpoint in order)
        return self._pools.route_breakers.place(tuple(numbers))

    def _add(
        self, name: str, order: tuple[str, ...], router: Router | None, written: str = ""
    ) -> int:
        rows = tuple(self._endpoints[endpoint] for endpoint in order)
        cells: dict[IntEnum, int] = {
            Route.FIRST: self._pools.route_endpoints.place(rows),
            Route.COUNT: len(rows),
            Route.MAX_OUTPUT_TOKENS: -1,
        }
        if router is not None:
            cells[Route.NEXT_ON] = result_mask(router.next_on)
            cells[Route.CHOOSE] = router.chooses()
            weights = tuple(round(MILLION * router.weights.get(each, 0)) for each in order)
            cells[Route.WEIGHTS] = self._pools.route_weights.place(weights)
            if router.max_output_tokens is not None:
                cells[Route.MAX_OUTPUT_TOKENS] = router.max_output_tokens
        row = self.table.add(name, cells)
        if router is not None and router.breaker is not None:
            shared = router.breaker.name
            group = f"named {shared}" if shared else f"of {written}"
            self.table.cells[row][Route.BREAKERS] = self._breakers(group, order)
            self.table.cells[row][Route.BREAKER_ON :] = [
                result_mask((*router.breaker.counts, *router.breaker.opens_on)),
                int(router.breaker.when_all_open == "tries_last"),
                *router.breaker.parameters(),
            ]
        return row
