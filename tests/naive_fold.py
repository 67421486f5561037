"""What folding rows means, a row at a time: held against the compiled loops, which read the same rows once."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sim.engine.arithmetic import bin_of
from sim.measure import OVERDUE, Layout
from sim.measure.bins import NO_ANSWER, SPAN
from sim.measure.measures import Measures
from sim.outcome import HOURS, DayOutcome, Row
from sim.plan.columns import Status
from sim.units import US_PER_HOUR

SUMMED = (
    *(Row.FINISHED_US, Row.FIRST_TOKEN_US, Row.ATTEMPTS, Row.REFUSALS),
    *(Row.INPUT_TOKENS, Row.OUTPUT_TOKENS, Row.WAIT_US, Row.BACKOFF_US),
)
ANSWERED = (Status.OK, Status.LATE, Status.UNFINISHED, OVERDUE)


def naive_fold(layout: Layout, outcomes: list[DayOutcome]) -> Measures:
    """Measures of the rows alone."""
    measures = Measures(layout)
    tallies = {name: Counter() for name in ("latency", "first_token", "stages")}
    for outcome in outcomes:
        day = layout.calendar.day_of(outcome.start_us)
        for row in outcome.rows.tolist():
            add_row(measures, tallies, day, row)
    for name, counted in tallies.items():
        keys = np.array(sorted(counted), np.int64)
        counts = np.array([counted[key] for key in sorted(counted)], np.int64)
        getattr(measures, name).add_counts(keys, counts)
    return measures


def add_row(measures: Measures, tallies: dict[str, Counter], day: int, row: list[int]) -> None:
    layout = measures.layout
    starts = layout.calendar.day_starts_us.tolist()
    came = max(d for d in range(day + 1) if starts[d] <= row[Row.ARRIVED_US])
    hour = (row[Row.ARRIVED_US] - starts[came]) // US_PER_HOUR
    phase, workload, job = row[Row.PHASE], row[Row.WORKLOAD], int(row[Row.DETACHED] >= 0)
    latency, first = (row[c] - row[Row.ARRIVED_US] for c in (Row.FINISHED_US, Row.FIRST_TOKEN_US))
    ending = row[Row.STATUS]
    if ending == Status.UNFINISHED and 0 <= layout.deadlines_us[workload] < latency:
        ending = OVERDUE
    measures.counts_by_kind[job, came * HOURS + hour, workload, ending] += 1
    values = [latency, first, *(row[column] for column in SUMMED[2:])]
    measures.sums_by_kind[came, phase, workload, job] += np.array(values, np.int64)
    stages = row[Row.STAGES :]
    for stage, time_us in enumerate(stages):
        if time_us >= 0:
            measures.stage_us[day, stage] += time_us
            tallies["stages"][(day * len(stages) + stage) * SPAN + bin_of(time_us)] += 1
    if not job and ending != Status.BLOCKED:
        cell = ((came * HOURS + hour) * layout.phases + phase) * layout.workloads + workload
        for name, time_us in (("latency", latency), ("first_token", first)):
            place = bin_of(time_us) if ending in ANSWERED else NO_ANSWER
            tallies[name][cell * SPAN + place] += 1
