"""Every case by its name, and how to run it in a tier."""

from __future__ import annotations

from theory.identities import IDENTITIES, identity, seen_by_arrivals
from theory.judging import INCONCLUSIVE, Judged, cases, judge_all
from theory.long_run import LONG_RUN, measure
from theory.short_runs import PATHS, wave
from theory.single_runs import (
    attainment,
    availability,
    burst,
    counts,
    month_of_spend,
    numbers,
    outage,
    retried_spend,
    shift,
    spend,
    storm,
)

NIGHTLY = 1_000_000

ROUGH: dict[str, set[str]] = {
    "Q02": {"Wq", "W", "L", "p95_Wq", "p95_T"},
    "Q04": {"Pwait", "Wq", "p95_Wq"},
    "V04": {"Lq@3", "Lq@18", "Lq@24", "Pw@18", "Pw@24"},
    "V09": {"L@12", "L@18", "L@36"},
    "R12": {"P_no_outage", "P999", "P995"},
    "Q06": {"loss_exp", "loss_det", "loss_logn"},
    "T02": {"w", "p95_w"},
    "T03": {"w", "Pdelay"},
    "T06": {"w", "Pdelay", "p99_w"},
    "T07": {"w"},
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
    "R15": outage,
    "V02": lag,
    "V03": counts,
    "V05": shift,
    "V06": shift,
    "C01": spend,
    "C02": month_of_spend,
    "C03": retried_spend,
    "I02": seen_by_arrivals,
    **dict.fromkeys(IDENTITIES, identity),
    **dict.fromkeys(("MS0", "MS1", "MS3", "MS4"), storm),
}
ALL = (*LONG_RUN, *PATHS, *SINGLE)


def run(case: str, tier: str) -> list[Judged]:
    """Run a case and judge every quantity of it."""
    if case in SINGLE:
        return SINGLE[case](case, tier)
    kind = cases()[case]["kind"]
    if case in PATHS:
        paths, fast, slow = PATHS[case]
        size = fast if tier == "fast" else slow
        return judge_all(case, paths(size), kind, tier, size)
    fast = max(run.count for run in LONG_RUN[case])
    size = fast if tier == "fast" else max(fast, NIGHTLY)
    return judge_all(case, measure(case, None if tier == "fast" else size), kind, tier, size)


def unclear(judged: list[Judged]) -> list[Judged]:
    """What a longer run must decide, less what the fast tier leaves rough."""
    return [
        one
        for one in judged
        if one.verdict == INCONCLUSIVE
        and not (one.tier == "fast" and one.quantity in ROUGH.get(one.case, ()))
    ]
