"""What holds between the parts of a scenario: names that exist, days in order, amounts that can fit.

Every check yields faults with their place; all are reported together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic_core import InitErrorDetails

from sim.bill.catalogue import catalogue_prices
from sim.engine.arithmetic import reserved_amount
from sim.errors import FactError, PlaceError
from sim.limits import LIMITS
from sim.limits.fields import LimitFields
from sim.plan.columns import LIMIT_PARAMETERS
from sim.policies.gate import Gate
from sim.scenario.paths import did_you_mean
from sim.scenario.requests import InputTokens
from sim.scenario.residency import allowed, contradictions, residency_of, stranded
from sim.scenario.spine import fault_at
from sim.scenario.tables import LawTable, TableKind
from sim.stages.call import Call
from sim.stages.stage import Stage
from sim.stages.station import Visit

if TYPE_CHECKING:
    from sim.scenario.endpoints import Endpoint
    from sim.scenario.incidents import Incident
    from sim.scenario.scenario import Scenario, Workload

Fault = InitErrorDetails
Path = tuple[str | int, ...]


def faults_of_scenario(scenario: Scenario) -> list[Fault]:
    """Everything that is wrong between the parts of a scenario."""
    checks = (
        *(
            _one_meaning_a_name,
            _workloads,
            _stages,
            _endpoints,
            _routes,
            _breakers,
            _incidents,
            _prices_known,
        ),
        *(_targets, _phases, _gates, _price_changes, _amounts, contradictions, _residency),
    )
    found = [fault for check in checks for fault in check(scenario)]
    return found or list(_demand(scenario))


def _named(path: Path, name: str, known: Iterable[str], what: str) -> Iterator[Fault]:
    """A name that must stand for something."""
    words = list(known)
    if name not in words:
        hint = did_you_mean(name, words) if words else f"; there is no {what} at all"
        yield fault_at(path, f"there is no {what} {name!r}{hint}", "unknown_name")


def _one_meaning_a_name(scenario: Scenario) -> Iterator[Fault]:
    """Stations, endpoints, routes and shared limits stand side by side in routes, tables and charts."""
    kinds: dict[str, Mapping[str, object]] = {
        "stations": scenario.stations,
        "endpoints": scenario.endpoints,
        "routes": scenario.routes,
    }
    taken: dict[str, str] = {}
    for kind, things in kinds.items():
        for name in things:
            first = taken.setdefault(name, kind)
            if first != kind:
                message = f"{name!r} is already the name of one of the {first}"
                yield fault_at((kind, name), message, "duplicate_name")


def _workloads(scenario: Scenario) -> Iterator[Fault]:
    for name, workload in scenario.workloads.items():
        path = ("workloads", name)
        yield from _named((*path, "pipeline"), workload.pipeline, scenario.pipelines, "pipeline")
        if workload.population is not None:
            place = (*path, "population")
            yield from _named(place, workload.population, scenario.populations, "population")


def _stages(scenario: Scenario) -> Iterator[Fault]:
    for name, stages in scenario.pipelines.items():
        names: set[str] = set()
        for path, stage in _walk(stages, ("pipelines", name)):
            if stage.stage is not None and stage.stage in names:
                message = f"the pipeline already has a stage {stage.stage!r}"
                yield fault_at((*path, "stage"), message, "duplicate_name")
            names |= {stage.stage} if stage.stage is not None else set()
            yield from _destination(scenario, path, stage)


def _destination(scenario: Scenario, path: Path, stage: Stage) -> Iterator[Fault]:
    if isinstance(stage, Visit):
        place = (*path, "station")
        yield from _named(place, stage.station, scenario.stations, "station")
        station = scenario.stations.get(stage.station)
        if station is not None and station.service is None:
            message = f"{stage.station!r} needs a `service` time to be visited"
            yield fault_at(place, message, "missing")
    if isinstance(stage, Call):
        known = [*scenario.routes, *scenario.endpoints]
        yield from _named((*path, "call"), stage.call, known, "route or endpoint")


def _walk(stages: Sequence[Stage], path: Path) -> Iterator[tuple[Path, Stage]]:
    """Every stage with its place in the file."""
    for index, stage in enumerate(stages):
        here = (*path, index)
        yield here, stage
        for number, inside in enumerate(stage.inner()):
            if stage.KEY == "repeat":
                yield from _walk(inside, (*here, "repeat", "stages"))
            else:
                yield from _walk(inside, (*here, "parallel", number))


def _endpoints(scenario: Scenario) -> Iterator[Fault]:
    for name, endpoint in scenario.endpoints.items():
        path = ("endpoints", name)
        if endpoint.station is not None:
            yield from _on_station(scenario, path, endpoint, endpoint.station)
        for number, written in enumerate(endpoint.limits):
            place = (*path, "limits", number)
            if isinstance(written, str):
                yield from _named(place, written, scenario.limits, "limit")
            limit = scenario.limits.get(written) if isinstance(written, str) else written
            if limit is not None and limit.ONLY_CLIENTS:
                message = f"{limit.limit} is no limit of a vendor; write it at the `client`"
                yield fault_at(place, message, "no_effect")
        yield from _limits_of_client(scenario, path, endpoint)


def _limits_of_client(scenario: Scenario, path: Path, endpoint: Endpoint) -> Iterator[Fault]:
    """Shared limits that a client keeps have to wait, and are not the vendor's as well."""
    for number, limit in enumerate(endpoint.client.limits):
        place = (*path, "client", "limits", number)
        if not isinstance(limit, str):
            continue
        yield from _named(place, limit, scenario.limits, "limit")
        if limit in scenario.limits and scenario.limits[limit].when_full == "refuse":
            message = (
                f"{limit!r} refuses; a client's own limit waits: write `when_full: wait` at it"
            )
            yield fault_at(place, message, "either_or")
        if limit in (*endpoint.limits, *endpoint.client.limits[:number]):
            yield fault_at(place, f"{limit!r} holds for this endpoint already", "duplicate_name")


def _prices_known(scenario: Scenario) -> Iterator[Fault]:
    """A model without a known price is a fault, never free."""
    for name, endpoint in scenario.endpoints.items():
        if endpoint.price is None and endpoint.model is not None and endpoint.provider is not None:
            context = tuple(sorted(endpoint.price_context.items()))
            try:
                catalogue_prices(endpoint.model, endpoint.provider, scenario.horizon.start, context)
            except FactError as error:
                key = "price_context" if endpoint.price_context else "model"
                yield fault_at(("endpoints", name, key), str(error), "no_price")


def _on_station(
    scenario: Scenario, path: Path, endpoint: Endpoint, station: str
) -> Iterator[Fault]:
    yield from _named((*path, "station"), station, scenario.stations, "station")
    there = scenario.stations.get(station)
    if there is not None and there.service is None and endpoint.latency is None:
        message = f"give a `latency` here or a `service` time at {station!r}"
        yield fault_at(path, message, "missing")


def _routes(scenario: Scenario) -> Iterator[Fault]:
    for name, router in scenario.routes.items():
        for number, endpoint in enumerate(router.order):
            path = ("routes", name, "order", number)
            yield from _named(path, endpoint, scenario.endpoints, "endpoint")
            if endpoint in router.order[:number]:
                yield fault_at(path, f"{endpoint!r} stands twice in the order", "duplicate_name")


def _breakers(scenario: Scenario) -> Iterator[Fault]:
    """Routes that share breakers have to say the same of them."""
    first: dict[str, str] = {}
    for name, router in scenario.routes.items():
        if router.breaker is not None and router.breaker.name is not None:
            other = first.setdefault(router.breaker.name, name)
            if scenario.routes[other].breaker != router.breaker:
                message = f"{router.breaker.name!r} is written otherwise at {other!r}; write the same at both"
                yield fault_at(("routes", name, "breaker"), message, "either_or")


def _incidents(scenario: Scenario) -> Iterator[Fault]:
    end_us = scenario.horizon.calendar().end_us
    for number, incident in enumerate(scenario.incidents):
        path = ("incidents", number)
        for n, name in enumerate(incident.endpoints):
            yield from _named((*path, "endpoints", n), name, scenario.endpoints, "endpoint")
        for n, name in enumerate(incident.stations):
            yield from _named((*path, "stations", n), name, scenario.stations, "station")
        for place, at in _moments(incident):
            start = at if isinstance(at, int) else scenario.horizon.calendar().since_start_us(at)
            if not 0 <= start < end_us:
                yield fault_at((*path, *place), "this is outside the horizon", "outside")
        limited = any(
            scenario.endpoints[name].limits
            for name in incident.endpoints
            if name in scenario.endpoints
        )
        if any(effect.quota != 1.0 for effect in incident.effects()) and not limited:
            message = "a quota needs endpoints with limits; none of these has any"
            yield fault_at((*path, "what"), message, "no_effect")


def _moments(incident: Incident) -> Iterator[tuple[Path, int | datetime]]:
    """Every known start of an incident, with its place below it."""
    if incident.at is not None:
        yield ("at",), incident.at
    for number, past in enumerate(incident.list):
        yield ("list", number, "at"), past.at


def _targets(scenario: Scenario) -> Iterator[Fault]:
    for number, target in enumerate(scenario.targets):
        path = ("targets", number)
        places: tuple[tuple[str, str | None, Mapping[str, object]], ...] = (
            ("workload", target.workload, scenario.workloads),
            ("station", target.station, {**scenario.stations, **scenario.endpoints}),
        )
        for what, name, known in places:
            if name is not None:
                yield from _named((*path, what), name, known, what)


def _phases(scenario: Scenario) -> Iterator[Fault]:
    horizon, before = scenario.horizon, None
    for number, phase in enumerate(scenario.phases):
        path = ("rollout", "phases", number)
        if not horizon.start <= phase.start < horizon.until:
            yield fault_at((*path, "start"), "this is outside the horizon", "outside")
        if before is not None and phase.start <= before.start:
            message = f"phase {phase.name!r} does not start after {before.name!r}"
            yield fault_at((*path, "start"), message, "order")
        for name in phase.users:
            yield from _named((*path, "users", name), name, scenario.populations, "population")
        before = phase


def _gates(scenario: Scenario) -> Iterator[Fault]:
    rollout = scenario.rollout
    if rollout is None:
        return
    path: Path = ("rollout",)
    if rollout.gate is not None:
        yield from _gate(scenario, (*path, "gate"), rollout.gate)
        if len(rollout.phases) < 2:
            message = "the first phase has nothing before it to look at, and there is no other"
            yield fault_at((*path, "gate"), message, "no_effect")
    for number, phase in enumerate(rollout.phases):
        if phase.gate is not None:
            place = (*path, "phases", number, "gate")
            yield from _gate(scenario, place, phase.gate)
            if not number:
                message = "the first phase has nothing before it to look at"
                yield fault_at(place, message, "no_effect")


def _gate(scenario: Scenario, path: Path, gate: Gate) -> Iterator[Fault]:
    targets = {target.name: target for target in scenario.targets}
    for name in gate.hold_if:
        yield from _named((*path, "hold_if", name), name, targets, "target")
        if name in targets and targets[name].metric.startswith("spend"):
            message = "a gate looks at what happened; money is reckoned afterwards"
            yield fault_at((*path, "hold_if", name), message, "gate_money")


def _price_changes(scenario: Scenario) -> Iterator[Fault]:
    for number, change in enumerate(scenario.costs.changes):
        path = ("costs", "changes", number)
        yield from _named((*path, "endpoint"), change.endpoint, scenario.endpoints, "endpoint")
        if not scenario.horizon.start <= change.at < scenario.horizon.until:
            yield fault_at((*path, "at"), "this is outside the horizon", "outside")


def _demand(scenario: Scenario) -> Iterator[Fault]:
    """What demand finds out when it reads the models."""
    from sim.demand.build import population_spec, workload_spec

    calendar = scenario.horizon.calendar()
    for name, population in scenario.populations.items():
        try:
            population_spec(name, population, calendar, scenario.phases)
        except PlaceError as error:
            yield fault_at(error.place, str(error), error.code)
    for name, workload in scenario.workloads.items():
        try:
            workload_spec(name, workload, calendar)
        except PlaceError as error:
            yield fault_at(error.place, str(error), error.code)


def _residency(scenario: Scenario) -> Iterator[Fault]:
    """A call that residency leaves no endpoint."""
    for name, workload in scenario.workloads.items():
        stages = scenario.pipelines.get(workload.pipeline, ())
        for path, stage in _walk(stages, ("pipelines", workload.pipeline)):
            if isinstance(stage, Call) and _is_known(scenario, stage.call):
                message = stranded(scenario, stage, name)
                if message is not None:
                    yield fault_at((*path, "call"), message, "residency")


def _is_known(scenario: Scenario, destination: str) -> bool:
    route = scenario.routes.get(destination)
    names = route.order if route else (destination,)
    return all(name in scenario.endpoints for name in names)


# Amounts that could never fit a limit.


def _amounts(scenario: Scenario) -> Iterator[Fault]:
    """A call whose least amount is above what a limit ever holds would be refused every time."""
    for name, workload in scenario.workloads.items():
        stages = scenario.pipelines.get(workload.pipeline, ())
        for path, stage in _walk(stages, ("pipelines", workload.pipeline)):
            if isinstance(stage, Call):
                yield from _call_amounts(scenario, path, stage, name, workload)


def _call_amounts(
    scenario: Scenario, path: Path, call: Call, name: str, workload: Workload
) -> Iterator[Fault]:
    route = scenario.routes.get(call.call)
    names = allowed(scenario, call.call, residency_of(scenario, name))
    cap = route.max_output_tokens if route else None
    least = _least(call, workload.input_tokens, workload.output_tokens.table(), cap)
    for where in (e for e in names if e in scenario.endpoints):
        endpoint = scenario.endpoints[where]
        cached = workload.cached_input if endpoint.caches_prompts else 0.0
        for written in (*endpoint.limits, *endpoint.client.own_limits()):
            limit = scenario.limits.get(written) if isinstance(written, str) else written
            room = None if limit is None else _too_much(limit, least, cached)
            if limit is not None and room is not None:
                message = (
                    f"even the smallest {name!r} ({room[0]:,}) exceeds what the limit on {limit.label} of "
                    f"{where!r} ever holds ({room[1]:,}): always refused; raise the limit or send less"
                )
                yield fault_at((*path, "call"), message, "never_fits")


def _least(
    call: Call, written: InputTokens, output: LawTable, cap: int | None
) -> tuple[float, float]:
    """The least (input, output) tokens that limits see of a call."""
    sent = smallest(written.law.table()) if call.input_tokens is None else call.input_tokens
    answer = smallest(output) if call.writes < 0 else call.writes
    return sent, answer if cap is None else cap


def _too_much(
    limit: LimitFields, least: tuple[float, float], cached: float
) -> tuple[int, int] | None:
    """(the least amount, what the limit holds) where that never fits; None where it does."""
    sent, answer = least
    fresh = sent * (1.0 - cached)
    kind = next(kind for kind in LIMITS if kind.name == limit.limit)
    parameters = kind.parameter_row(limit)
    padding = [0] * (LIMIT_PARAMETERS - len(parameters))
    amount = reserved_amount(
        limit.reserved_ppm(),
        0,
        int(limit.takes_greater()),
        int(fresh),
        int(sent - fresh),
        int(answer),
        int(answer),
    )
    fits = kind.fits([*parameters, *padding], amount) or not any(parameters)
    return None if fits else (amount, parameters[0])


def smallest(table: LawTable) -> float:
    """The least value that a law can take."""
    if table.kind == TableKind.CONSTANT:
        return table.value
    if table.kind == TableKind.CONTINUOUS:
        return max(0.0, float(table.knots[0]))
    if table.kind == TableKind.ATOMS:
        return float(table.values[0])
    return min(smallest(part) for part in table.parts)
