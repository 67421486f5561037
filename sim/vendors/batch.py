"""`routes.*.batch_api`: an endpoint's batch twin, which answers within hours, at the batch price.

A vendor keeps batches in a pool of their own: the twin has none of the endpoint's limits, client or time-out, but the
batch interface's own limit on what is enqueued, where the vendor publishes one. A batch for which there is no room is
kept back until there is. The turnaround is what was seen, the vendor's bad days included, so the twin is not hit by
the endpoint's incidents.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sim.errors import PlaceError
from sim.vendors.endpoints import batch_queue
from sim.vendors.pricing import batch_price
from sim.vendors.sharing import share_batches

KEPT = ("vendor", "deployment", "model", "provider", "price", "region", "owner", "bills")
Fault = tuple[tuple[str | int, ...], str, str]


def add_twins(tree: dict[str, Any], on: date, faults: list[Fault]) -> None:
    """Give each route with a `batch_api` twins of its endpoints; `tree` is changed.

    Args:
        tree: the raw values, written out.
        on: the day whose prices count.
        faults: those so far; gets what does not go together. Endpoints that have one get no twin.
    """
    routes, endpoints = tree.get("routes"), tree.get("endpoints")
    if not isinstance(routes, Mapping) or not isinstance(endpoints, Mapping):
        return
    tree["routes"], tree["endpoints"] = dict(routes), dict(endpoints)
    for name, route in routes.items():
        if isinstance(route, Mapping) and "batch_api" in route:
            turned = _turned(tree["endpoints"], name, route, on, faults)
            tree["routes"][name] = {k: v for k, v in turned.items() if k != "batch_api"}
    twins = {name: f"{name} batch" for name in endpoints if f"{name} batch" in tree["endpoints"]}
    share_batches(tree, twins, faults)


def _turned(
    endpoints: dict[str, Any], name: str, route: Mapping[str, Any], on: date, faults: list[Fault]
) -> dict[str, Any]:
    """The route with twins in place of its endpoints."""
    batch = route["batch_api"]
    if not isinstance(batch, Mapping) or set(batch) != {"turnaround"}:
        message = "write {turnaround: ..}, how long a batch takes"
        faults.append((("routes", name, "batch_api"), message, "value"))
        return dict(route)
    order = []
    faulty = {path[:2] for path, _, _ in faults}
    for place, one in enumerate(route.get("order") or ()):
        endpoint = endpoints.get(one)
        if isinstance(endpoint, Mapping) and ("endpoints", one) not in faulty:
            if "reserved" in endpoint:
                message = f"{one} is reserved throughput, which takes no batches"
                faults.append((("routes", name, "order", place), message, "value"))
            order.append(f"{one} batch")
            try:
                twin = _twin(endpoint, batch["turnaround"], on)
            except PlaceError as error:
                faults.append((("routes", name, "batch_api"), str(error), error.code))
                continue
            if endpoints.setdefault(order[-1], twin) != twin:
                message = f"there is another {order[-1]!r} already; write the same turnaround"
                faults.append((("routes", name, "batch_api"), message, "value"))
        else:
            order.append(one)
    weights = route.get("weights")
    if isinstance(weights, Mapping):
        named = {
            f"{one} batch" if f"{one} batch" in order else one: w for one, w in weights.items()
        }
        return {**route, "order": order, "weights": named}
    return {**route, "order": order}


def _twin(endpoint: Mapping[str, Any], turnaround: Any, on: date) -> dict[str, Any]:
    kept = {key: endpoint[key] for key in KEPT if key in endpoint}
    kept["latency"] = {"total": turnaround}
    queue = batch_queue(endpoint)
    return {**kept, **batch_price(kept, on), **({"limits": queue} if queue else {})}
