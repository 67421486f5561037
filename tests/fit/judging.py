"""Public traces, cut in two by time: what the first part foretells of the second. Every miss is a row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np
from fit.logs import public

from sim.demand.build import workload_spec
from sim.demand.calendar import Horizon
from sim.demand.quantiles import quantiles
from sim.demand.renewal import RenewalArrivals
from sim.fit.clock import EPOCH, MICROSECOND, US, US_PER_DAY, US_PER_HOUR, midnight_us
from sim.fit.fits import FITS
from sim.fit.fits.searches import fit_search
from sim.fit.log import Log
from sim.fit.read import Options, read_log
from sim.fit.sessions import session_starts
from sim.fit.tables import measured, searches_of
from sim.scenario.laws import parse_law
from sim.scenario.people import Arrivals, WorkloadDemand

RUNS = 20
TOKENS, PEAK, DISPERSION, SEARCH = 0.10, 0.20, 1.5, 0.25
"""How far off a row may be: shares, and for the index of dispersion a factor."""
WINDOW_S = 60


@dataclass(frozen=True)
class Row:
    """One figure of one trace."""

    trace: str
    figure: str
    happened: float
    foretold: float
    inside: bool
    allowed: str


@dataclass(frozen=True)
class Case:
    """A trace and where it is cut."""

    name: str
    file: str
    cut_us: int
    starts: str = "2024-06-03T00:00"
    window_us: int = US_PER_HOUR
    """Buckets of the peak-to-mean."""


CASES = (
    Case("Azure conv", "traces/AzureLLMInferenceTrace_conv.csv.gz", 2400 * US, window_us=60 * US),
    Case("Azure code", "traces/AzureLLMInferenceTrace_code.csv.gz", 2400 * US, window_us=60 * US),
    Case("RAGPulse", "traces/ragpulse_flat_days1-4.csv", 3 * US_PER_DAY, "2024-06-03T12:00"),
    Case("ServeGen m-small", "traces/m-small_client_rates_week1.csv.gz", 5 * US_PER_DAY),
    Case("ServeGen m-large", "traces/m-large_client_rates_week1.csv.gz", 5 * US_PER_DAY),
)


@cache
def rows() -> tuple[Row, ...]:
    """Every row of the table."""
    return (*(row for case in CASES for row in of_case(case)), *of_searches())


def parts_of(case: Case) -> tuple[Log, Log]:
    """The part that is learnt from, and the rest."""
    log = read_log((public(case.file),), Options(starts=case.starts))
    first, last = int(log.time_us[0]), int(log.time_us[-1])
    return log.between(first, first + case.cut_us), log.between(first + case.cut_us, last + 1)


def of_case(case: Case) -> Iterator[Row]:
    """Tokens, peak and dispersion of one trace."""
    learnt, held = parts_of(case)
    for column, name in (("input", "input tokens"), ("output", "output tokens")):
        finding = FITS[name](learnt)
        if finding is None:
            continue
        law = parse_law(finding.workload[f"{column}_tokens"], "count").table()
        truth = held.integers(column)
        truth = truth[truth > 0]
        for share in (0.5, 0.95):
            said = float(quantiles(law, np.array([share]))[0])
            seen = float(np.quantile(truth, share))
            yield near(case.name, f"{name} p{share * 100:.0f}", seen, said, TOKENS)
    yield from of_arrivals(case, learnt, held)


def of_arrivals(case: Case, learnt: Log, held: Log) -> Iterator[Row]:
    """Peak-to-mean and index of dispersion: of what came, and the median of what is foretold."""
    times, weights = session_starts(held)
    first, last = int(times[0]), int(times[-1])
    edges = np.arange(first, last, case.window_us)
    seen = np.histogram(times, edges, weights=weights)[0]
    arrivals = simulated(case, learnt, first, last)
    runs = [np.histogram(one, edges)[0] for one in arrivals]
    said = float(np.median([peak(one) for one in runs]))
    yield near(case.name, "peak to mean", peak(seen), said, PEAK)
    if (weights == 1).all():
        fine = np.arange(first, last, WINDOW_S * US)
        seen_i = dispersion(np.histogram(times, fine)[0])
        said_i = float(np.median([dispersion(np.histogram(t, fine)[0]) for t in arrivals]))
        inside = 1 / DISPERSION <= said_i / seen_i <= DISPERSION
        yield Row(case.name, "index of dispersion (60 s)", seen_i, said_i, inside, "factor 1.5")


def simulated(case: Case, learnt: Log, first_us: int, last_us: int) -> list[np.ndarray]:
    """Arrivals of the fitted law in the stretch that was held out, in several replications."""
    finding = FITS["arrivals"](learnt)
    written = dict(finding.workload["arrivals"])
    thinned = 1
    if written.get("per_day", 0) > 2_000_000:
        # Rates of millions a day: their hours are no different from a thousandth's.
        thinned = 50
        written["per_day"] = written["per_day"] / thinned
    demand = WorkloadDemand(arrivals=Arrivals.model_validate(written))
    start = (EPOCH + first_us * MICROSECOND).date()
    end = (EPOCH + last_us * MICROSECOND).date() + timedelta(days=1)
    spec = workload_spec(case.name, demand, Horizon(start, end, "UTC"))
    origin = midnight_us(start, "UTC")
    found = []
    for run in range(RUNS if thinned == 1 else 3):
        source = RenewalArrivals(spec, 1, run)
        found.append(source.window(0, last_us - origin)[0] + origin)
    return found


def of_searches() -> Iterator[Row]:
    """p99 of vector searches at 40 and 80 clients, from up to 20: the median miss of an engine's cases."""
    misses: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for engine, points in searches_of(public("vectordb/vectordbbench_concurrency_latency.csv")):
        search = fit_search(*measured(points, 20).T)
        for clients, _, p99 in points:
            if search is not None and clients in (40, 80) and p99 > 0:
                misses.setdefault((engine, clients), []).append((p99, search.p99_s(clients)))
    for (engine, clients), pairs in sorted(misses.items()):
        truth, said = np.array(pairs).T
        miss = float(np.median(np.abs(said / truth - 1)))
        within = float(np.mean(np.abs(said / truth - 1) <= SEARCH))
        name = (
            f"p99 at {clients} clients, median miss of {len(pairs)} cases ({within:.0%} within 25%)"
        )
        yield Row(engine, name, 0.0, miss, miss <= SEARCH, "25 %")


def near(trace: str, figure: str, seen: float, said: float, most: float) -> Row:
    """A row that is inside if the relative error is small enough."""
    return Row(trace, figure, seen, said, abs(said / seen - 1) <= most, f"{most:.0%}")


def peak(counts: np.ndarray) -> float:
    """The busiest bucket beside the mean one."""
    return float(counts.max() / counts.mean())


def dispersion(counts: np.ndarray) -> float:
    """Variance over mean of counts; 1 for Poisson."""
    return float(counts.var() / counts.mean())
