"""One phase's scenario as tables: the rows that hold while that phase lasts and nothing is wrong.

Nodes: stations first, then one for each endpoint at a vendor. Endpoints: those written, then one for
each station that a stage may visit directly. Routes: those written, then one for each endpoint, then
one for each station, then what residency leaves of some. Pipelines are lowered once for each residency
under which they run.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

from sim import draws
from sim.limits import LIMITS
from sim.limits.fields import ADVICE, LimitFields
from sim.plan.bands import long_from
from sim.plan.columns import (
    LIMIT_PARAMETERS,
    Clock,
    Endpoint,
    Limit,
    Node,
    Table,
    Workload,
)
from sim.plan.routing import RouteRows
from sim.plan.rows import Pools, TableRows
from sim.plan.steps import StepMaker
from sim.policies.client import Client
from sim.scenario.cold import ColdStart
from sim.scenario.endpoints import ERROR_AFTER, REFUSAL_AFTER
from sim.scenario.endpoints import Endpoint as WrittenEndpoint
from sim.scenario.people import WorkloadDemand
from sim.scenario.requests import PRIORITIES, Priority
from sim.scenario.residency import residencies, residency_of
from sim.scenario.stations import Station

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

MILLION = 1_000_000
TURNS_FOR_EVER = 1 << 40
"""Turns of a user in a closed loop; nobody lives to take them."""
LIMIT_PLACE = {kind.name: place for place, kind in enumerate(LIMITS)}


class Variant:
    """The tables of one phase."""

    def __init__(
        self, scenario: Scenario, seed: int, replication: int, pools: Pools, phase: int = 0
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.replication = replication
        self.pools = pools
        self.nodes = TableRows(Table.NODES, len(Node))
        self.limits = TableRows(Table.LIMITS, Limit.PARAMETERS + LIMIT_PARAMETERS)
        self.endpoints = TableRows(Table.ENDPOINTS, len(Endpoint))
        self.workloads = TableRows(Table.WORKLOADS, len(Workload))
        self.clock = TableRows(Table.CLOCK, len(Clock))
        self.limit_fields: list[LimitFields] = []
        """What a planner wrote of each limit, in the order of `limits`."""
        self._shared_limits = {
            name: self._limit(name, limit) for name, limit in scenario.limits.items()
        }
        self._add_nodes()
        self._add_endpoints()
        self.routes = RouteRows(scenario, self.endpoints.names, pools)
        self.maker = StepMaker(self)
        self._starts = {
            (name, residency): self.maker.pipeline(name, stages, residency)
            for name, stages in scenario.pipelines.items()
            for residency in residencies(scenario, name)
        }
        self.workload_keys = [self._add_workload(name) for name in scenario.workloads]
        self.clock.add("clock", {Clock.PHASE: phase})

    def tables(self) -> dict[Table, TableRows]:
        """All tables."""
        all_rows = (
            *(self.maker.rows, self.routes.table, self.endpoints, self.nodes),
            *(self.limits, self.workloads, self.clock),
        )
        return {rows.table: rows for rows in all_rows}

    def node_row(self, name: str) -> int:
        """The node of a station, or of an endpoint that has its own."""
        return self.nodes.names.index(name)

    # Nodes.

    def _add_nodes(self) -> None:
        for name, station in self.scenario.stations.items():
            self.nodes.add(name, self._station_node(station))
        for name, endpoint in self.scenario.endpoints.items():
            if endpoint.station is None:
                cells = _sheds(endpoint.sheds_above) | self._cold_start(endpoint.cold_start)
                self.nodes.add(name, VENDOR_NODE | cells)

    def _station_node(self, station: Station) -> dict[IntEnum, int]:
        servers = -1 if station.servers == "unlimited" else (station.servers or 0)
        return {
            Node.SERVERS: servers,
            Node.QUEUE_LIMIT: -1 if station.queue_limit is None else station.queue_limit,
            Node.PATIENCE_LAW: self.pools.laws.row(station.patience),
            Node.ABANDONED_LEAVES: int(station.abandoned == "leaves"),
            Node.PREEMPTS: int(station.at_shift_end == "return"),
            **_sheds(station.sheds_above),
            **self._cold_start(station.cold_start),
        }

    def _cold_start(self, cold: ColdStart | None) -> dict[IntEnum, int]:
        if cold is None:
            return {Node.COLD_AFTER_US: -1, Node.COLD_LAW: -1}
        laws = self.pools.laws
        return {Node.COLD_AFTER_US: cold.after, Node.COLD_LAW: laws.row(cold.takes)}

    # Endpoints and their limits.

    def _add_endpoints(self) -> None:
        for name, endpoint in self.scenario.endpoints.items():
            self.endpoints.add(name, self._endpoint(name, endpoint))
        for name, station in self.scenario.stations.items():
            if station.service is not None:
                self.endpoints.add(name, self._station_endpoint(name, station))

    def _endpoint(self, name: str, endpoint: WrittenEndpoint) -> dict[IntEnum, int]:
        laws = self.pools.laws
        own = tuple(endpoint.client.own_limits())
        limits = tuple(
            self._shared_limits[limit] if isinstance(limit, str) else self._limit(name, limit)
            for limit in (*endpoint.limits, *own)
        )
        return {
            Endpoint.NODE: self.node_row(endpoint.station or name),
            **self._latency(endpoint),
            Endpoint.ERROR_CHANCE: draws.threshold(endpoint.errors.share),
            Endpoint.ERROR_LAW: laws.row(endpoint.errors.after),
            Endpoint.FILTER_CHANCE: draws.threshold(endpoint.content_filter.share),
            Endpoint.FILTER_LAW: laws.row(endpoint.content_filter.after),
            Endpoint.REFUSAL_LAW: laws.row(endpoint.refusal_after),
            Endpoint.SLOW_PPM: MILLION,
            Endpoint.LONG_FROM: long_from(endpoint, self.scenario.horizon.start),
            Endpoint.CACHED_PPM: round(MILLION * endpoint.caches_prompts * endpoint.cache_hits),
            Endpoint.LIMIT_FIRST: self.pools.endpoint_limits.place(limits),
            Endpoint.LIMIT_COUNT: len(limits),
            Endpoint.OWN_LIMITS: len(own),
            **self._client(endpoint.client, endpoint.attempt_timeout),
        }

    def _latency(self, endpoint: WrittenEndpoint) -> dict[IntEnum, int]:
        if endpoint.latency is None:
            assert endpoint.station is not None
            service = self.scenario.stations[endpoint.station].service
            first, speed = self.pools.laws.row(service), -1
        else:
            first = self.pools.laws.row(endpoint.latency.first_token or endpoint.latency.total)
            speed = self.pools.laws.row(endpoint.latency.tokens_per_second)
        prompt_us = 0 if endpoint.latency is None else endpoint.latency.per_1k_input
        return {
            Endpoint.FIRST_LAW: first,
            Endpoint.SPEED_LAW: speed,
            Endpoint.PROMPT_US: prompt_us,
        }

    def _station_endpoint(self, name: str, station: Station) -> dict[IntEnum, int]:
        laws = self.pools.laws
        return {
            Endpoint.NODE: self.node_row(name),
            Endpoint.FIRST_LAW: laws.row(station.service),
            Endpoint.SPEED_LAW: -1,
            Endpoint.ERROR_LAW: laws.row(ERROR_AFTER),
            Endpoint.FILTER_LAW: laws.row(ERROR_AFTER),
            Endpoint.REFUSAL_LAW: laws.row(REFUSAL_AFTER),
            Endpoint.SLOW_PPM: MILLION,
            Endpoint.LIMIT_FIRST: self.pools.endpoint_limits.place(()),
            **self._client(station.client, station.timeout),
        }

    def _client(self, client: Client, timeout_us: int | None) -> dict[IntEnum, int]:
        return {
            **client.row(),
            Endpoint.BACKOFF_LAW: self.pools.laws.row(client.factor_law()),
            Endpoint.BACKOFF_PLUS_LAW: self.pools.laws.row(client.backoff.plus),
            Endpoint.TIMEOUT_US: -1 if timeout_us is None else timeout_us,
        }

    def _limit(self, owner: str, limit: LimitFields) -> int:
        place = LIMIT_PLACE[limit.limit]
        parameters = LIMITS[place].parameter_row(limit)
        cells: dict[IntEnum, int] = {
            Limit.KIND: place,
            Limit.QUEUES: int(limit.when_full == "wait"),
            Limit.ADVICE: ADVICE[limit.advice],
            Limit.JOINED: int(limit.takes_greater()),
        }
        row = self.limits.add(self._limit_name(owner, limit), cells)
        self.limit_fields.append(limit)
        for first, values in (
            (Limit.COUNTS, limit.actual_ppm()),
            (Limit.RESERVES, limit.reserved_ppm()),
            (Limit.PARAMETERS, parameters),
        ):
            self.limits.cells[row][first : first + len(values)] = values
        return row

    def _limit_name(self, owner: str, limit: LimitFields) -> str:
        """The name of a shared limit, or `endpoint.limit`; unnamed twins get a number."""
        if self.scenario.limits.get(owner) is limit:
            return owner
        wanted = f"{owner}.{limit.label}"
        name, number = wanted, 1
        while name in self.limits.names:
            number += 1
            name = f"{wanted} {number}"
        return name

    # Workloads.

    def _add_workload(self, name: str) -> int:
        """Add a workload's row; return its key."""
        workload = self.scenario.workloads[name]
        laws = self.pools.laws
        cells: dict[IntEnum, int] = {
            Workload.START_STEP: self._starts[workload.pipeline, residency_of(self.scenario, name)],
            Workload.PRIORITY: PRIORITIES.index(workload.priority),
            Workload.INPUT_LAW: laws.row(workload.input_tokens.law),
            Workload.OUTPUT_LAW: laws.row(workload.output_tokens),
            Workload.INPUT_PER_TURN: workload.input_tokens.grows_per_turn,
            Workload.CACHED_PPM: round(workload.cached_input * MILLION),
            Workload.DEADLINE_US: -1 if workload.deadline is None else workload.deadline,
            Workload.PATIENCE_LAW: laws.row(workload.patience),
            Workload.TURNS_LAW: self._turns(workload),
            Workload.THINK_LAW: laws.row(workload.think_time),
            Workload.QUIT_CHANCE: draws.threshold(workload.gives_up_session),
        }
        self.workloads.add(name, cells)
        stream = workload.stream or name
        return draws.purpose(self.seed, self.replication, "workload", stream)

    def _turns(self, workload: WorkloadDemand) -> int:
        if workload.arrivals is not None and workload.arrivals.closed is not None:
            return self.pools.laws.constant(TURNS_FOR_EVER)
        return self.pools.laws.row(workload.turns)


VENDOR_NODE: dict[IntEnum, int] = {
    Node.SERVERS: -1,
    Node.QUEUE_LIMIT: -1,
    Node.PATIENCE_LAW: -1,
    # What its own limiter holds back has not been sent, so a caller who gives up sends nothing.
    Node.ABANDONED_LEAVES: 1,
    Node.PREEMPTS: 0,
}
"""An endpoint at a vendor: as many at once as its limits let through."""


def _sheds(above: Mapping[Priority, int]) -> dict[IntEnum, int]:
    return {Node(Node.SHEDS + place): above.get(word, -1) for place, word in enumerate(PRIORITIES)}
