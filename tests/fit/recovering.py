"""Logs that the simulator itself makes from known parameters, and what calibration finds in them again."""

from __future__ import annotations

import numpy as np

from sim.engine import start
from sim.fit.clock import midnight_us
from sim.fit.finding import Estimate, Finding
from sim.fit.fits import fit_all
from sim.fit.log import COLUMNS, MISSING, Log, Reading
from sim.outcome import Row
from sim.plan.columns import Status
from sim.scenario.document import document_from_text
from sim.study.of_scenario import ScenarioSource

N_DAYS = 21
PER_DAY = 150
TURNS = ((1, 2, 4), (5, 3, 2))
MEAN_TURNS = 1.9
MADE = f"""
schema: genai-rollout/v1
name: known
horizon: {{start: 2026-05-04, length: {N_DAYS}d}}
workloads:
  ask:
    pipeline: main
    arrivals: {{per_day: {PER_DAY}, day_to_day: {{cv: 0.2}}}}
    turns: {{values: [1, 2, 4], weights: [5, 3, 2]}}
    think_time: {{law: lognormal, median: 40s, sigma: 0.7}}
    input_tokens: {{law: lognormal, median: 3000, sigma: 0.5}}
    output_tokens: {{law: lognormal, median: 400, sigma: 0.4}}
pipelines: {{main: [{{stage: answer, call: chat}}]}}
routes: {{chat: {{order: [gpt]}}}}
endpoints:
  gpt:
    price: {{input: 1, output: 2}}
    latency:
      first_token: {{law: lognormal, median: 700ms, sigma: 0.3}}
      tokens_per_second: {{mean: 60, cv: 0.2}}
    errors: {{share: 2%}}
    client: {{retries: 0}}
"""


def made(seed: int, replication: int, text: str = MADE) -> Log:
    """One replication's requests as a log."""
    source = ScenarioSource(document_from_text(text))
    course = source.course(seed, replication)
    running = start(course.plan)
    rows = np.concatenate([running.advance(day.day).rows for day in course.days])
    rows = rows[rows[:, Row.DETACHED] < 0]
    rows = rows[np.argsort(rows[:, Row.ARRIVED_US], kind="stable")]
    horizon = source.scenario.horizon
    zero_us = midnight_us(horizon.start, horizon.timezone)
    arrived, good = rows[:, Row.ARRIVED_US], rows[:, Row.STATUS] == Status.OK
    nothing = np.full(len(rows), MISSING)
    columns = {
        **dict.fromkeys(COLUMNS, nothing),
        "time_us": zero_us + arrived,
        "session": rows[:, Row.SESSION],
        "endpoint": np.zeros(len(rows), int),
        "input": rows[:, Row.INPUT_TOKENS],
        "output": rows[:, Row.OUTPUT_TOKENS],
        "first_token_us": np.where(good, rows[:, Row.FIRST_TOKEN_US] - arrived, MISSING),
        "duration_us": rows[:, Row.FINISHED_US] - arrived,
        "status": np.where(good, 200, 503),
        "count": np.ones(len(rows)),
    }
    typed = {name: columns[name].astype(kind) for name, kind in COLUMNS.items()}
    return Log(typed, ("gpt",), horizon.timezone, Reading())


def estimates(findings: list[Finding]) -> dict[str, Estimate]:
    """All estimates by name."""
    return {one.name: one for found in findings for one in found.estimates}


def found_again(seed: int, replication: int, text: str = MADE) -> dict[str, Estimate]:
    """What calibration finds in one log."""
    return estimates(fit_all(made(seed, replication, text)))
