"""Cases in the long run: what each expected value is, as a statistic of one replication's requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from theory.courses import SECOND_US, Floats, Sample, closed, steady
from theory.judging import REPLICATIONS

from sim.outcome import Load, Row
from sim.plan.columns import Status

Statistics = Callable[[Sample], dict[str, float]]


@dataclass(frozen=True)
class LongRun:
    """One scenario of a case, and what is read off each replication."""

    statistics: Statistics
    count: int = 30_000
    """Arrivals a replication in the fast tier."""
    sets: tuple[str, ...] = ()
    closed: bool = False

    def sample(self, case: str, count: int, replication: int) -> Sample:
        if self.closed:
            return closed(case, count, replication)
        return steady(case, count, replication, self.sets)


def measure(case: str, count: int | None = None, times: int = 1) -> dict[str, Floats]:
    """Every quantity of a case by replication; without a count, of so many times the fast tier's size."""
    found: dict[str, list[float]] = {}
    for run in LONG_RUN[case]:
        for replication in range(REPLICATIONS):
            sample = run.sample(case, count or times * run.count, replication)
            for name, value in run.statistics(sample).items():
                found.setdefault(name, []).append(value)
    return {name: np.array(values) for name, values in found.items()}


def p(values: NDArray[np.float64], percent: int) -> float:
    rank = -(-len(values) * percent // 100) - 1
    return float(np.partition(values, rank)[rank])


def waits(*names: str) -> Statistics:
    """Some of the usual statistics of a queue."""
    read: dict[str, Statistics | Callable[[Sample], float]] = {
        "Pwait": lambda s: (s.wait_s > 0).mean(),
        "Pdelay": lambda s: (s.wait_s > 0).mean(),
        "Wq": lambda s: s.wait_s.mean(),
        "w": lambda s: s.wait_s.mean(),
        "W": lambda s: s.latency_s.mean(),
        "T": lambda s: s.latency_s.mean(),
        "mean": lambda s: s.latency_s.mean(),
        "L": lambda s: s.mean_over_time(Load.BUSY_US, Load.QUEUE_US),
        "time_avg_util": lambda s: s.mean_over_time(Load.BUSY_US),
        "p95_Wq": lambda s: p(s.wait_s, 95),
        "p99_Wq": lambda s: p(s.wait_s, 99),
        "p95_w": lambda s: p(s.wait_s, 95),
        "p99_w": lambda s: p(s.wait_s, 99),
        "p95_T": lambda s: p(s.latency_s, 95),
        "p50": lambda s: p(s.latency_s, 50),
        "p95": lambda s: p(s.latency_s, 95),
        "p99": lambda s: p(s.latency_s, 99),
        "loss": lambda s: s.status(Status.SHED).mean(),
        "Pab": lambda s: s.status(Status.GAVE_UP).mean(),
        "Wq_served": lambda s: s.wait_s[s.ok].mean(),
        "Wq_acc": lambda s: s.wait_s[s.ok].mean(),
        "Plate": lambda s: s.status(Status.TIMED_OUT).mean(),
        "reject": lambda s: s.status(Status.RATE_LIMITED).mean(),
        "success": lambda s: s.ok.mean(),
        "attempts": lambda s: s.column(Row.ATTEMPTS).mean(),
        "visits": lambda s: s.column(Row.ATTEMPTS).mean(),
        "retries_per_request": lambda s: s.column(Row.ATTEMPTS).mean() - 1,
        "Worb": lambda s: s.column(Row.BACKOFF_US).mean() / SECOND_US,
        "Pblock": lambda s: (s.column(Row.ATTEMPTS) > 1).mean(),
        "Pblock_fresh": lambda s: (s.column(Row.ATTEMPTS) > 1).mean(),
        "throughput": lambda s: len(s.rows) * SECOND_US / s.window_us,
        "R": lambda s: s.latency_s.mean(),
        "availability": lambda s: s.mean_over_time(Load.SERVER_US),
    }
    return lambda sample: {name: float(read[name](sample)) for name in names}


def named(name: str, statistic: Callable[[Sample], float]) -> Statistics:
    return lambda sample: {name: float(statistic(sample))}


def of_workloads(sample: Sample) -> dict[str, float]:
    workload = sample.column(Row.WORKLOAD)
    return {
        "Wq_hi": float(sample.wait_s[workload == 0].mean()),
        "Wq_lo": float(sample.wait_s[workload == 1].mean()),
    }


def of_stages(sample: Sample) -> dict[str, float]:
    means = [float(sample.stage_s(stage).mean()) for stage in range(4)]
    plain = sample.latency_s[sample.column(Row.STAGES + 3) < 0]
    times = dict(zip(("embed", "retrieve", "llm", "review"), means, strict=True))
    return times | {"end_to_end_no_review": float(plain.mean())}


def of_backoff(sample: Sample) -> dict[str, float]:
    backoff_s = sample.column(Row.BACKOFF_US) / SECOND_US
    return {
        "mean": float(backoff_s.mean()),
        "mean_given_success": float(backoff_s[sample.ok].mean()),
    }


def jittered(sample: Sample) -> dict[str, float]:
    return {"full_jitter_mean": of_backoff(sample)["mean"]}


def pasta(sample: Sample) -> dict[str, float]:
    """What arrivals see, less what time sees."""
    share_of_time = float(sample.load[0, Load.FULL_US] / sample.window_us)
    return {"Pwait_minus_time_fraction_all_busy": waits("Pwait")(sample)["Pwait"] - share_of_time}


def trials(room: int) -> Statistics:
    """Attempts from a breaker's closing to its opening, over as many stretches as surely fit, one in so many requests.

    Each opening turns one request away; the next is a probe. After one that does well the count begins.
    """

    def statistic(sample: Sample) -> dict[str, float]:
        shed = np.flatnonzero(sample.status(Status.SHED))
        attempts = np.diff(shed) - 1
        closed = attempts[sample.ok[shed[:-1] + 1]] - 1
        enough = len(sample.rows) // room
        assert len(closed) >= enough
        return {"trials": float(closed[:enough].mean())}

    return statistic


def overflowed(sample: Sample) -> dict[str, float]:
    """Who found the first vendor full, who found both full, and the share of these among those."""
    over = sample.column(Row.ATTEMPTS) > 1
    lost = sample.status(Status.RATE_LIMITED)
    return {
        "overflow": float(over.mean()),
        "total_loss": float(lost.mean()),
        "cond_loss": float(lost.sum() / over.sum()),
    }


SERVICE = "stations.desk.service="
QUEUE = ("Pwait", "Wq", "W")
LONG_RUN: dict[str, list[LongRun]] = {
    "Q01": [LongRun(waits(*QUEUE, "L", "p95_Wq", "p95_T"), 60_000)],
    "Q02": [LongRun(waits(*QUEUE, "L", "p95_Wq", "p95_T"), 320_000)],
    "Q03": [LongRun(waits(*QUEUE, "p95_Wq", "p95_T"), 100_000)],
    "Q04": [LongRun(waits(*QUEUE, "p95_Wq", "p95_T"), 320_000)],
    "Q05": [LongRun(waits("loss"))],
    "Q06": [
        LongRun(
            named("loss_exp", lambda s: s.status(Status.SHED).mean()),
            120_000,
            (SERVICE + "{law: exponential, mean: 1s}",),
        ),
        LongRun(
            named("loss_det", lambda s: s.status(Status.SHED).mean()), 90_000, (SERVICE + "1s",)
        ),
        LongRun(named("loss_logn", lambda s: s.status(Status.SHED).mean()), 150_000),
    ],
    "Q07": [LongRun(waits("loss", "L", "Wq_acc"))],
    "Q08": [LongRun(waits("Pab", "Pwait", "Wq", "Wq_served"))],
    "Q09": [LongRun(waits("Pab", "Pwait", "Wq", "Wq_served"))],
    "Q10": [LongRun(waits("Pab", "Pwait", "Wq", "Wq_served"))],
    "Q11": [LongRun(waits("Plate"), 110_000)],
    "Q12": [LongRun(waits("Wq", "p95_Wq", "p99_Wq"), 50_000)],
    "Q13": [LongRun(waits("Wq", "p95_Wq"), 60_000)],
    "Q14": [LongRun(waits("Wq", "p95_Wq"), 100_000)],
    "Q15": [LongRun(waits("Wq"), 100_000)],
    "Q16": [LongRun(waits("Wq", "Pwait"), 45_000)],
    "Q17": [LongRun(waits("Pwait", "Wq", "p95_Wq", "time_avg_util"), 30_000)],
    "Q18": [
        LongRun(waits("Wq", "p95_Wq", "Pwait"), 60_000),
        LongRun(
            named("Wq_random_split", lambda s: s.wait_s.mean()),
            60_000,
            ("workloads.ask.arrivals.gaps={law: exponential, mean: 1}",),
        ),
        LongRun(
            named("Wq_shared_queue", lambda s: s.wait_s.mean()),
            60_000,
            (
                "workloads.ask.arrivals.gaps={law: exponential, mean: 1}",
                "workloads.ask.arrivals.rate=3.2/s",
                "stations.desk.servers=4",
            ),
        ),
    ],
    "Q19": [LongRun(waits("Wq", "p95_Wq", "Pwait"), 100_000)],
    "Q20": [LongRun(waits("Wq", "p95_Wq", "Pwait"), 90_000)],
    "Q22": [LongRun(of_workloads, 60_000)],
    "Q28": [LongRun(waits("throughput", "R"), closed=True)],
    "N01": [LongRun(waits("T", "p95_T"))],
    "N02": [LongRun(waits("L", "T", "visits"), 40_000)],
    "N03": [LongRun(of_stages)],
    "N04": [LongRun(waits("T"), 40_000)],
    "N05": [LongRun(waits("mean", "p95"), 10_000)],
    "N06": [LongRun(waits("p50", "p95", "p99"), 20_000)],
    "T01": [LongRun(waits("w", "Pdelay", "p95_w"), 100_000)],
    "T02": [LongRun(waits("w", "Pdelay", "p95_w"), 560_000)],
    "T03": [LongRun(waits("w", "Pdelay"), 70_000)],
    "T04": [LongRun(waits("reject"))],
    "T05": [LongRun(waits("reject"), 140_000)],
    "T06": [LongRun(waits("Pdelay", "w", "p99_w"), 70_000)],
    "T07": [LongRun(waits("w", "Pdelay", "p95_w"), 100_000)],
    "R01": [LongRun(waits("success", "attempts"), 20_000)],
    "R02": [
        LongRun(of_backoff, 20_000),
        LongRun(jittered, 20_000, ("endpoints.vendor.client.backoff.jitter=full",)),
    ],
    "R03": [LongRun(waits("Worb", "retries_per_request", "Pblock"), 30_000)],
    "R04": [LongRun(waits("Worb"), 30_000)],
    "R05": [LongRun(waits("Worb", "Pblock_fresh"), 40_000)],
    # The answer is a bound, met as the back-off grows; so long that the orbit fills within the warm-up.
    "R06": [
        LongRun(
            waits("loss", "attempts"),
            70_000,
            (
                "stations.desk.client.backoff.first=100s",
                "stations.desk.client.backoff.at_most=100s",
            ),
        ),
    ],
    "R07": [LongRun(trials(90), 30_000)],
    "R07b": [LongRun(trials(800), 180_000)],
    "R08": [LongRun(named("short", lambda s: s.status(Status.SHED).mean()), 30_000)],
    "R09": [LongRun(waits("T", "availability"), 20_000)],
    "R13": [LongRun(named("two_of_three", lambda s: s.ok.mean()), 20_000)],
    "R16": [LongRun(overflowed, 30_000)],
    # Its wait is until service begins, and here a cold start is the first part of service, whose mean is 1 s.
    "V07": [LongRun(named("Wq", lambda s: s.latency_s.mean() - 1), 20_000)],
    "R17": [
        LongRun(
            named("no_retry", lambda s: s.ok.mean()), 10_000, ("endpoints.llm.client.retries=0",)
        ),
        LongRun(named("with_retry", lambda s: s.ok.mean()), 10_000),
    ],
}
