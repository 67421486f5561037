"""Laws that hold on every path, to the µs: nothing here is a matter of chance but I02."""

from __future__ import annotations

import numpy as np
from naive import bucket, kiefer_wolfowitz, lindley
from theory.courses import SECOND_US, Integers, Ran, all_arrivals, course_of, go, steady
from theory.judging import FAIL, PASS, REPLICATIONS, Judged, judge_number, judge_samples
from theory.long_run import pasta, waits

from sim.engine import TRACE_ALL, TRACE_NOTHING
from sim.outcome import Event, Line, Load, Row

LITTLE = ("Q01", "Q03", "Q08", "Q10", "N01", "Q22")
CONSERVED = ("Q05", "Q08", "Q11", "N03", "T04", "R03", "MS3", "MS4")
WORK = ("Q01", "Q03", "Q14", "Q16")
ONE_SERVER = ("Q01", "Q12", "Q14", "Q15", "Q17", "Q19")
MANY_SERVERS = {"Q03": 10, "Q16": 10, "Q20": 10, "Q04": 100}
BUCKETS = {
    "T01": (1, 600),
    "T02": (10, 600),
    "T03": (30, 600),
    "T06": (60_000, 60_000),
    "T07": (6_000, 90_000),
}


def path_of(case: str, seconds: int, cuts: int = 1, traced: bool = False) -> Ran:
    """A case up to an instant at which much is still under way."""
    course = course_of(case, seconds // 86400 + 1, 0)
    arrivals = all_arrivals(course, seconds * SECOND_US)
    cuts_us = [seconds * SECOND_US * (n + 1) // cuts for n in range(cuts)]
    trace = TRACE_ALL if traced else TRACE_NOTHING
    return go(course.plan, arrivals, course.lowered.changes, cuts_us, trace)


def seconds_of(case: str) -> int:
    """How long a path: some thousands of requests."""
    return {"Q04": 60, "MS3": 5160, "MS4": 5160, "N03": 1500}.get(case, 3_000)


def services_of(ran: Ran) -> tuple[Integers, Integers]:
    """Starts and services by session, in the order of sessions."""
    lines = ran.trace[ran.trace[:, Line.EVENT] == Event.START]
    lines = lines[np.argsort(lines[:, Line.SESSION], kind="stable")]
    return lines[:, Line.TIME_US], lines[:, Line.VALUE]


def little(case: str) -> float:
    """Who is there, over time; and how long each was there."""
    ran = path_of(case, seconds_of(case))
    over_time = ran.load[:, :, [Load.BUSY_US, Load.QUEUE_US]].sum()
    over_requests = (ran.rows[:, Row.FINISHED_US] - ran.rows[:, Row.ARRIVED_US]).sum()
    return float(abs(over_time - over_requests))


def imbalance(case: str) -> float:
    """Who came, less who left and who is there, at many instants."""
    ran = path_of(case, seconds_of(case), cuts=200)
    return float(np.abs(np.cumsum(ran.arrived - ran.ended) - ran.in_flight).max())


def work(case: str) -> float:
    """What servers did, less the services that they began, up to the end."""
    seconds = seconds_of(case)
    ran = path_of(case, seconds, traced=True)
    starts, services = services_of(ran)
    done = np.minimum(services, seconds * SECOND_US - starts).sum()
    return float(abs(ran.load[:, :, Load.BUSY_US].sum() - done))


def queue_oracle(case: str) -> float:
    """Every wait against the recursion, on the same arrivals and services."""
    ran = path_of(case, seconds_of(case), traced=True)
    _, services = services_of(ran)
    started = len(services)
    arrived, wait = ran.rows[:started, Row.ARRIVED_US], ran.rows[:started, Row.WAIT_US]
    if case in MANY_SERVERS:
        expected = kiefer_wolfowitz(arrived.tolist(), services.tolist(), MANY_SERVERS[case])
    else:
        expected = lindley(arrived.tolist(), services.tolist())
    return float(np.abs(wait - expected).max())


def bucket_oracle(case: str) -> float:
    """Every wait against the bucket in fractions, on the same arrivals and amounts."""
    ran = path_of(case, 20_000 if case in ("T06", "T07") else seconds_of(case))
    rows = ran.rows[ran.rows[:, Row.STATUS] == 0]
    counts_tokens = case in ("T06", "T07")
    costs = rows[:, Row.INPUT_TOKENS] + rows[:, Row.OUTPUT_TOKENS] * (case == "T07")
    amounts = costs if counts_tokens else np.ones(len(rows), np.int64)
    cap, per_minute = BUCKETS[case]
    expected = bucket(rows[:, Row.ARRIVED_US].tolist(), amounts.tolist(), cap, per_minute)
    return float(np.abs(rows[:, Row.WAIT_US] - expected).max())


IDENTITIES = {
    "I01": ("abs_error", little, LITTLE),
    "I03": ("imbalance", imbalance, CONSERVED),
    "I04": ("max_abs_diff", queue_oracle, (*ONE_SERVER, *MANY_SERVERS)),
    "I05": ("max_abs_diff", bucket_oracle, tuple(BUCKETS)),
    "I06": ("imbalance", work, WORK),
}


def identity(case: str, tier: str) -> list[Judged]:
    """One law on every model that is listed for it, in µs (or requests)."""
    name, difference, models = IDENTITIES[case]
    return [
        judge_number(case, f"{name} of {model}", 0.0, difference(model), "identity", tier)
        for model in models
    ]


def seen_by_arrivals(case: str, tier: str) -> list[Judged]:
    """I02: Poisson arrivals see time averages; those of a metronome must not."""
    name = "Pwait_minus_time_fraction_all_busy"
    judged = []
    for model in ("Q03", "Q17", "Q20"):
        count = 40_000 if tier == "fast" else 1_000_000
        samples = [steady(model, count, replication) for replication in range(REPLICATIONS)]
        gaps = np.array([pasta(sample)[name] for sample in samples])
        scale = float(np.mean([waits("Pwait")(sample)["Pwait"] for sample in samples]))
        quantity = f"{name} of {model}"
        one = judge_samples(case, quantity, 0.0, gaps, "t_test", tier, count, scale)
        if model != "Q03":
            verdict = PASS if one.verdict == FAIL else FAIL
            quantity += " (must differ)"
            one = Judged(case, quantity, 0.0, one.measured, one.error, verdict, tier, count)
        judged.append(one)
    return judged
