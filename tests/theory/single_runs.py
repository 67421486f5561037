"""Cases without chance, and cases whose statistics are of another kind than a mean over requests."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
from analytic_scenarios import text_of
from theory.courses import (
    DAY_US,
    HOUR_US,
    SECOND_US,
    SEEDS,
    Floats,
    Integers,
    all_arrivals,
    course_of,
    go,
    scenario_of,
    steady,
)
from theory.judging import (
    FAIL,
    PASS,
    REPLICATIONS,
    Judged,
    cases,
    judge_all,
    judge_number,
    judge_samples,
)

from sim.outcome import Load, Row
from sim.plan import Changes
from sim.plan.columns import Endpoint, Status, Table
from sim.plan.journey import journey
from sim.scenario.document import document_from_text
from sim.study import replicate
from sim.study.of_scenario import ScenarioSource


def numbers(case: str, found: dict[str, float], tier: str, size: int = 0) -> list[Judged]:
    """Numbers without chance."""
    described = cases()[case]
    return [
        judge_number(case, name, described["expected"][name], value, described["kind"], tier, size)
        for name, value in found.items()
    ]


def rows_of(case: str, days: int, sets: tuple[str, ...] = ()) -> Integers:
    """All rows of a case's first replication."""
    course = course_of(case, days, 0, sets)
    return go(course.plan, all_arrivals(course), course.lowered.changes, (days * DAY_US,)).rows


def burst(case: str, tier: str) -> list[Judged]:
    """T08, T09, T10: waits of a burst, to the µs."""
    wait_s = rows_of(case, 1)[:, Row.WAIT_US] / SECOND_US
    found = {"mean": float(wait_s.mean()), "max": float(wait_s.max())}
    if "delayed" in cases()[case]["expected"]:
        found["delayed"] = float((wait_s > 0).sum())
    return numbers(case, found, tier, len(wait_s))


def outage(case: str, tier: str) -> list[Judged]:
    """R15: a flow of equal gaps meets a closed desk."""
    rows = rows_of(case, 1)
    arrived_s = rows[:, Row.ARRIVED_US] / SECOND_US
    start_s = arrived_s + rows[:, Row.WAIT_US] / SECOND_US
    late = rows[:, Row.WAIT_US] > SECOND_US // 10
    begin_s, end_s = 3600.0, 3900.0
    found = {
        "backlog": float(
            ((arrived_s >= begin_s) & (arrived_s <= end_s) & (start_s >= end_s)).sum()
        ),
        "recover_s": float(arrived_s[late].max()) - end_s,
        "affected": float(late.sum()),
        "mean": float(rows[late, Row.WAIT_US].mean()) / SECOND_US,
        "max": float(rows[:, Row.WAIT_US].max()) / SECOND_US,
    }
    return numbers(case, found, tier, len(rows))


def shift(case: str, tier: str) -> list[Judged]:
    """V05, V06: a flow of equal gaps, so fine that it is a fluid, meets a desk with opening hours."""
    rate, service, days, until_h = {
        "V05": ("1000/h", "900ms", 3, 24 + 17),
        "V06": ("500/h", "1200ms", 21, 11 * 24 + 17),
    }[case]
    period_h = 24 if case == "V05" else 168
    sets = (
        "workloads.ask.arrivals.gaps=1",
        f"workloads.ask.arrivals.rate={rate}",
        f"stations.desk.service={service}",
    )
    rows = rows_of(case, days, sets)
    arrived_h = rows[:, Row.ARRIVED_US] / HOUR_US
    inside = (arrived_h > until_h - period_h) & (arrived_h <= until_h)
    wait_h = rows[inside, Row.WAIT_US] / HOUR_US
    found = {"mean_wait_h": float(wait_h.mean()), "max_h": float(wait_h.max())}
    if case == "V05":
        idle = arrived_h[inside][(wait_h < 0.001) & (arrived_h[inside] > 24 + 9)]
        found["drained_at_h"] = float(idle.min()) - 24.0
    return numbers(case, found, tier, int(inside.sum()))


def counts(case: str, tier: str) -> list[Judged]:
    """V03: arrivals of days, of the busiest and the quietest hour, and how much they scatter."""
    days = 15 if tier == "fast" else 200
    demand = course_of(case, days, 0).demand()
    found: dict[str, list[int]] = {"day_count": [], "peak_hour_count": [], "night_hour_count": []}
    chi = degrees = 0.0
    for index in range(days):
        times = demand.day(index).time_us - index * DAY_US
        hours = np.searchsorted(
            times, [0, 1.5 * HOUR_US, 2.5 * HOUR_US, 13.5 * HOUR_US, 14.5 * HOUR_US]
        )
        found["day_count"].append(len(times))
        found["night_hour_count"].append(int(hours[2] - hours[1]))
        found["peak_hour_count"].append(int(hours[4] - hours[3]))
        edges_h = np.arange(0, 24.25, 0.25)
        expected = _wave_total(edges_h[1:]) - _wave_total(edges_h[:-1])
        here = np.diff(np.searchsorted(times, edges_h * HOUR_US))
        chi += float(((here - expected) ** 2 / expected).sum())
        degrees += len(expected)
    judged = []
    for name, values in found.items():
        expected_count = cases()[case]["expected"][name]
        error = math.sqrt(expected_count / days)
        mean = float(np.mean(values))
        verdict = PASS if abs(mean - expected_count) <= 4 * error else FAIL
        judged.append(Judged(case, name, expected_count, mean, error, verdict, tier, days))
    error = math.sqrt(2 / degrees)
    verdict = PASS if abs(chi / degrees - 1) <= 4 * error else FAIL
    return [*judged, Judged(case, "dispersion", 1.0, chi / degrees, error, verdict, tier, days)]


def _wave_total(hour: Floats) -> Floats:
    """Expected arrivals before an hour of V03's day, up to a constant."""
    turn = 2 * math.pi / 24
    return 3600 * (5 * hour - 4 * np.cos(turn * (hour - 8)) / turn)


def grown(case: str, tier: str) -> list[Judged]:
    """V08: a flow of equal gaps doubles, and two minutes later so do the servers; so fine that it is a fluid."""
    grain = 10
    steps = "workloads.ask.arrivals.steps"
    sets = (
        *(f"{steps}[{place}].rate={grain * rate}/s" for place, rate in enumerate((10, 20))),
        f"stations.desk.service={1000 // grain}ms",
    )
    rows = rows_of(case, 1, sets)
    step_us, more_us = 600 * SECOND_US, 720 * SECOND_US
    arrived, wait_us = rows[:, Row.ARRIVED_US], rows[:, Row.WAIT_US]
    drained_us = int(arrived[wait_us > SECOND_US // 10].max())
    backlog = (arrived < more_us) & (arrived + wait_us >= more_us)
    inside = (arrived >= step_us) & (arrived <= drained_us)
    found = {
        "peak_backlog": float(backlog.sum()) / grain,
        "drain_s": (drained_us - more_us) / SECOND_US,
        "mean": float(wait_us[inside].mean()) / SECOND_US,
        "max": float(wait_us.max()) / SECOND_US,
    }
    return numbers(case, found, tier, len(rows))


YEAR = 365


def availability(case: str, tier: str) -> list[Judged]:
    """R11: a station that fails and is mended: a month from up, and years."""
    sets = ("workloads.ask.arrivals.count=1",)
    expected = cases()[case]["expected"]
    months = 300 if tier == "fast" else 10_000
    found = {"E_month_from_up": _up_share(case, 30, months, sets)}
    years = _up_share(case, YEAR, 20 if tier == "fast" else 15_000, sets)
    found["A_inf"] = years
    judged = judge_all(case, found, "t_test_terminating", tier, months)
    if tier == "slow":
        hours = YEAR * 24
        scatter = np.array([part.var(ddof=1) * hours for part in np.array_split(years, 30)])
        name = "var_coef"
        judged.append(
            judge_samples(case, name, expected[name], scatter, "t_test", tier, len(years))
        )
    return judged


def _up_share(case: str, days: int, count: int, sets: tuple[str, ...]) -> Floats:
    scenario = scenario_of(case, days, sets)
    shares = []
    for replication in range(count):
        course = journey(scenario, SEEDS, replication)
        load = go(
            course.plan, all_arrivals(course, DAY_US), course.lowered.changes, (days * DAY_US,)
        ).load
        shares.append(load[0, 0, Load.SERVER_US] / (days * DAY_US))
    return np.array(shares)


def attainment(case: str, tier: str) -> list[Judged]:
    """R12: how often a month keeps its promise; the vendor's down time is that of the plan's changes."""
    months = 11_000 if tier == "fast" else 80_000
    scenario = scenario_of(case, 30)
    month_us = 30 * DAY_US
    down_us = np.array(
        [_down_us(journey(scenario, SEEDS, n).lowered.changes, month_us) for n in range(months)]
    )
    found = {"P_no_outage": down_us == 0}
    for name, thousandths in (("P999", 1), ("P995", 5), ("P99", 10)):
        found[name] = down_us <= month_us * thousandths // 1000
    samples = {
        name: np.array([part.mean() for part in np.array_split(kept, REPLICATIONS)])
        for name, kept in found.items()
    }
    return judge_all(case, samples, "t_test_terminating", tier, months)


def _down_us(changes: Changes, end_us: int) -> int:
    mine = (changes.table == Table.ENDPOINTS) & (changes.column == Endpoint.ERROR_CHANCE)
    times, values = changes.time_us[mine], changes.value[mine]
    ends = np.append(times[1:], end_us)
    return int((ends - times)[values > 0].sum())


def redundancy(case: str, tier: str) -> list[Judged]:
    """R13b: how much of the time two of three vendors are there, each mended on its own."""
    years = 10
    times = 8 if tier == "fast" else 80
    scenario = scenario_of(case, years * YEAR)
    end_us = years * YEAR * DAY_US
    seeds = range(REPLICATIONS * times)
    shares = np.array(
        [_two_up_share(journey(scenario, SEEDS[case], n).lowered.changes, end_us) for n in seeds]
    )
    found = shares.reshape(REPLICATIONS, times).mean(axis=1)
    size = len(seeds) * years * YEAR
    return judge_all(case, {"own_crew": found}, "t_test", tier, size)


def _two_up_share(changes: Changes, end_us: int) -> float:
    """The share of time in which at most one of all endpoints is in an outage."""
    mine = (changes.table == Table.ENDPOINTS) & (changes.column == Endpoint.ERROR_CHANCE)
    times, endpoint, down = changes.time_us[mine], changes.row[mine], changes.value[mine] > 0
    steps = np.where(down, 1, -1)
    assert sorted(set(endpoint.tolist())) == [0, 1, 2]
    many = np.cumsum(steps) >= 2
    ends = np.append(times[1:], end_us)
    return 1.0 - float((ends - times)[many].sum()) / end_us


def failover(case: str, tier: str) -> list[Judged]:
    """R14: requests lost to a first vendor's outage until it is noticed, and to a second one's meanwhile.

    The file's months between outages would need billions of requests; so the law, with outages as often as once
    in 24 minutes.
    """
    up_s, down_s, noticed_s = 1200.0, 240.0, 60.0
    out = down_s / (up_s + down_s)
    unnoticed = 1.0 - math.exp(-noticed_s / down_s)
    expected = out * (unnoticed + (1.0 - unnoticed) * out)
    name = "loss (1200 s, 240 s, 60 s)"
    count = 160_000 if tier == "fast" else 2_000_000
    sets = (
        "incidents[0].up_for={law: exponential, mean: 1200s}",
        "incidents[0].lasts={law: exponential, mean: 240s}",
    )
    samples = [steady(case, count, replication, sets) for replication in range(REPLICATIONS)]
    lost = np.array([1.0 - sample.ok.mean() for sample in samples])
    return [judge_samples(case, name, expected, lost, "t_test", tier, count)]


# Money.


def bill_of(case: str, days: int, sets: tuple[str, ...], replication: int) -> Decimal:
    """What a replication costs, as a study says it."""
    source = ScenarioSource(document_from_text(text_of(case, f"{days}d"), sets=sets))
    return replicate(source, SEEDS[case], replication).bill.total()


def spend(case: str, tier: str) -> list[Judged]:
    """C01: a million equal requests, to the cent."""
    total = bill_of(case, 1, (), 0)
    return numbers(case, {"usd": float(total)}, tier, 1_000_000)


def server_hours(case: str, tier: str) -> list[Judged]:
    """C04: thirty days of servers that come and go by the clock, and what their hours cost."""
    days = 30
    source = ScenarioSource(document_from_text(text_of(case, f"{days}d")))
    course = course_of(case, days, 0)
    arrivals = all_arrivals(course)
    load = go(course.plan, arrivals, course.lowered.changes, (days * DAY_US,)).load
    found = {
        "gpu_h": float(load[0, 0, Load.SERVER_US]) / HOUR_US,
        "usd": float(replicate(source, SEEDS[case], 0).bill.total()),
    }
    return numbers(case, found, tier)


def month_of_spend(case: str, tier: str) -> list[Judged]:
    """C02: a month's spend and how much it scatters; in the fast tier a day's, scaled."""
    days = 1 if tier == "fast" else 30
    expected = cases()[case]["expected"]
    totals = np.array([float(bill_of(case, days, (), n)) for n in range(REPLICATIONS)])
    mean, scatter = expected["mean_usd"] * days / 30, expected["sd_usd"] * math.sqrt(days / 30)
    kind = cases()[case]["kind"]
    judged = [judge_samples(case, "mean_usd", mean, totals, kind, tier, days)]
    # The variance of 30 normal spends: its standard error is known.
    found = float(totals.std(ddof=1))
    error = scatter / math.sqrt(2 * (REPLICATIONS - 1))
    verdict = PASS if abs(found - scatter) <= 4 * error else FAIL
    return [*judged, Judged(case, "sd_usd", scatter, found, error, verdict, tier, days)]


def retried_spend(case: str, tier: str) -> list[Judged]:
    """C03: what a request costs when its failed attempts are billed."""
    count = 20_000 if tier == "fast" else 1_000_000
    sets = (f"workloads.ask.arrivals.count={count}",)
    days = count // 86400 + 2
    each = np.array([float(bill_of(case, days, sets, n)) / count for n in range(REPLICATIONS)])
    return judge_all(case, {"usd_per_request": each}, "t_test", tier, count)


# Storms.


def storm(case: str, tier: str) -> list[Judged]:
    """MS0 to MS4: at which load goodput collapses on the way up, and recovers on the way down."""
    course = course_of(case, 1, 0)
    end_us = 43 * 120 * SECOND_US
    rows = go(course.plan, all_arrivals(course, DAY_US), course.lowered.changes, (end_us,)).rows
    loads = [*range(10, 116, 5), *range(110, 9, -5)]
    # The second half of a step: what follows from its load, not from the one before.
    step, since_us = np.divmod(rows[:, Row.ARRIVED_US], 120 * SECOND_US)
    settled = since_us >= 60 * SECOND_US
    ok = rows[:, Row.STATUS] == Status.OK
    good = (
        np.bincount(step[settled & ok], minlength=43)[:43]
        / np.bincount(step[settled], minlength=43)[:43]
    )
    top = loads.index(115)
    collapse = next(loads[n] for n in range(top + 1) if good[n] < 0.95)
    recovery = next((loads[n] for n in range(top, len(loads)) if good[n] >= 0.95), 0)
    found = {"collapse_load": float(collapse), "recovery_load": float(recovery)}
    judged = []
    for name, expected in cases()[case]["expected"].items():
        allowed = (
            {85.0, 90.0}
            if case == "MS4"
            else {expected - 5, expected, expected + 5 * (expected < 100)}
        )
        verdict = PASS if found[name] in allowed else FAIL
        judged.append(Judged(case, name, expected, found[name], None, verdict, tier, len(rows)))
    return judged
