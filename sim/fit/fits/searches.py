"""Vector-search latency against concurrency: a flat part, then a queue in which time grows with every client.

A closed loop of N clients on a server that is full takes N / throughput each: mean and p99 become lines in N. The
p99 beyond the measured range is the line through its last two points; the mean is the smooth join of both parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from sim.fit.finding import Estimate, Finding, Floats, Plot, log_normal, milliseconds, rounded

JOIN_PRIOR = 0.1
"""Weight of the belief that the two parts join as in a square root of squares; few points say little of it."""
POINTS_MIN = 3


@dataclass(frozen=True)
class Search:
    """One index on one engine. Times are seconds."""

    service_s: float
    """A search alone."""
    servers: float
    """How many searches run at once before they queue."""
    join: float
    tail_slope_s: float
    """Growth of p99 for each client that is added."""
    last: float
    """The highest concurrency that was measured."""
    last_p99_s: float
    estimates: tuple[Estimate, ...]
    plot: Plot

    def mean_s(self, concurrency: Floats | float) -> Floats:
        """Return the mean latency at a concurrency."""
        return _mean(self.service_s, self.servers, self.join, np.asarray(concurrency, float))

    def p99_s(self, concurrency: float) -> float:
        """Return the p99 at a concurrency beyond those that were measured."""
        return self.last_p99_s + self.tail_slope_s * (concurrency - self.last)


def fit_search(concurrency: Floats, mean_s: Floats, p99_s: Floats) -> Search | None:
    """Fit one index; None from fewer than three points.

    Args:
        concurrency: clients, ascending; (n,).
        mean_s: mean latency [s]; (n,).
        p99_s: 99th percentile [s]; (n,).
    """
    if len(concurrency) < POINTS_MIN:
        return None

    def misses(logs: Floats) -> Floats:
        service, servers, join = (float(one) for one in np.exp(logs))
        said = _mean(service, servers, join, concurrency)
        prior = JOIN_PRIOR * (logs[2] - np.log(2.0))
        return np.append(np.log(said) - np.log(mean_s), prior)

    start = [np.log(mean_s[0]), np.log(4.0), np.log(2.0)]
    found = least_squares(misses, start, bounds=([-20.0, -1.0, 0.0], [5.0, 8.0, 2.5]))
    service, servers, join = (float(one) for one in np.exp(found.x))
    spread = float(np.sqrt(2 * found.cost / max(len(mean_s) - 2, 1)))
    jacobian = np.asarray(found.jac, np.float64)
    wide = np.sqrt(np.diag(np.linalg.pinv(jacobian.T @ jacobian))) * spread
    slope = float((p99_s[-1] - p99_s[-2]) / (concurrency[-1] - concurrency[-2]))
    return Search(
        service,
        servers,
        join,
        slope,
        float(concurrency[-1]),
        float(p99_s[-1]),
        (
            log_normal("a search alone", service * 1e3, float(wide[0]), "ms"),
            log_normal("searches at once", servers, float(wide[1]), "n"),
        ),
        Plot(
            concurrency,
            mean_s * 1e3,
            _mean(service, servers, join, concurrency) * 1e3,
            "clients",
            "mean latency [ms]",
        ),
    )


def finding_of(name: str, search: Search, p99_over_mean: float) -> Finding:
    """A search as a station of a scenario.

    Args:
        name: the station's name.
        search: what was fitted.
        p99_over_mean: of a single client; makes the spread of the service.
    """
    spread = float(np.sqrt(np.expm1((np.log(max(p99_over_mean, 1.01)) / 2.326) ** 2)))
    servers = max(1, round(search.servers))
    service = {"mean": milliseconds(search.service_s * 1e6), "cv": rounded(spread, 3)}
    return Finding(
        f"search {name}",
        "a flat part and a queue, by least squares of logarithms of the mean",
        search.estimates,
        f"p99 beyond {search.last:.0f} clients grows by {search.tail_slope_s * 1e3:.3g} ms a client",
        (f"measured up to {search.last:.0f} clients: what is beyond is extended, not seen",),
        search.plot,
        top={"stations": {name: {"servers": servers, "service": service}}},
    )


def _mean(service: float, servers: float, join: float, concurrency: Floats) -> Floats:
    queue = concurrency * service / servers
    return np.asarray((service**join + queue**join) ** (1.0 / join))
