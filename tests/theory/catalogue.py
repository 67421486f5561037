"""Every case by its name, and how to run it in a tier."""

from __future__ import annotations

import math

from theory.identities import IDENTITIES, identity, seen_by_arrivals
from theory.judging import INCONCLUSIVE, Judged, cases, judge_all
from theory.long_run import LONG_RUN, measure
from theory.short_runs import PATHS, wave
from theory.single_runs import (
    attainment,
    availability,
    burst,
    counts,
    failover,
    grown,
    month_of_spend,
    numbers,
    outage,
    redundancy,
    retried_spend,
    server_hours,
    shift,
    spend,
    storm,
)

NIGHTLY = 1_000_000
SPARE = 1.3
"""A standard error of 30 replications is itself uncertain: go so much further."""

MOST_TIMES = {"fast": 2, "slow": 16}
"""A run that leaves something open is done anew, at most so many times as long."""

ROUGH: dict[str, set[str]] = {
    "Q02": {"p95_Wq", "p95_T"},
    "Q04": {"Wq", "p95_Wq"},
    "V04": {"Lq@18", "Lq@24", "Pw@24"},
    "T03": {"w", "Pdelay"},
    "T06": {"w", "Pdelay", "p99_w"},
}
"""What the fast tier has no time to make precise: there only significance is asked for."""


def lag(case: str, tier: str) -> list[Judged]:
    days = 400 if tier == "fast" else 3_000
    return numbers(case, wave(days), tier, days)


SINGLE = {
    "T08": burst,
    "T09": burst,
    "T10": burst,
    "R11": availability,
    "R12": attainment,
    "R13b": redundancy,
    "R14": failover,
    "R15": outage,
    "V02": lag,
    "V03": counts,
    "V05": shift,
    "V06": shift,
    "V08": grown,
    "C01": spend,
    "C02": month_of_spend,
    "C03": retried_spend,
    "C04": server_hours,
    "I02": seen_by_arrivals,
    **dict.fromkeys(IDENTITIES, identity),
    **dict.fromkeys(("MS0", "MS1", "MS3", "MS4"), storm),
}
ALL = (*LONG_RUN, *PATHS, *SINGLE)


def run(case: str, tier: str) -> list[Judged]:
    """Run a case and judge every quantity of it; where that leaves something open, once more and longer."""
    if case in SINGLE:
        return SINGLE[case](case, tier)
    judged = run_so_long(case, tier, 1)
    times = longer(judged, MOST_TIMES[tier])
    return run_so_long(case, tier, times) if times > 1 else judged


def longer(judged: list[Judged], most: int) -> int:
    """How many times as long a run decides what is open and within reach; 1 where nothing is."""
    open_ones = [one for one in judged if one.verdict == INCONCLUSIVE]
    times = [math.ceil(SPARE * one.imprecision**2) for one in open_ones]
    return max((each for each in times if each <= most), default=1)


def run_so_long(case: str, tier: str, times: int) -> list[Judged]:
    """Run a case at so many times its tier's size."""
    kind = cases()[case]["kind"]
    if case in PATHS:
        paths, fast, slow = PATHS[case]
        size = times * (fast if tier == "fast" else slow)
        return judge_all(case, paths(size), kind, tier, size)
    fast = max(run.count for run in LONG_RUN[case])
    if tier == "fast":
        return judge_all(case, measure(case, times=times), kind, tier, times * fast)
    size = times * max(fast, NIGHTLY)
    return judge_all(case, measure(case, size), kind, tier, size)


def unclear(judged: list[Judged]) -> list[Judged]:
    """What a longer run must decide, less what the fast tier leaves rough."""
    return [
        one
        for one in judged
        if one.verdict == INCONCLUSIVE
        and not (one.tier == "fast" and one.quantity in ROUGH.get(one.case, ()))
    ]
