"""The same queueing networks in Ciw."""

from __future__ import annotations

import ciw


def run(stations: int, servers: int, service_s: float, rate: float, count: int) -> int:
    """Serve so many customers at stations in a row; how many there were."""
    arrivals = [ciw.dists.Exponential(rate), *[None] * (stations - 1)]
    onwards = [[float(there == here + 1) for there in range(stations)] for here in range(stations)]
    network = ciw.create_network(
        arrival_distributions=arrivals,
        service_distributions=[ciw.dists.Exponential(1 / service_s)] * stations,
        number_of_servers=[servers] * stations,
        routing=onwards,
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(count, method="Finish")
    return len(simulation.get_all_records())
