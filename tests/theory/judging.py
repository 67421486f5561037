"""Expected values, and the rules by which a measured one passes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FILE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "analytic_cases.json"
REPLICATIONS = 30
ENTRIES = 150
"""Statistical entries of a run, by which the level of 1/1000 is divided."""
CLOCK_S = 1e-6
"""Time is whole µs: an exact value of the model is met within one."""
PASS, FAIL, INCONCLUSIVE = "PASS", "FAIL", "INCONCLUSIVE"


@cache
def cases() -> dict[str, dict[str, Any]]:
    """All cases by name; none where the file is not there."""
    if not FILE.exists():
        return {}
    return {case["case"]: case for case in json.loads(FILE.read_text())["cases"]}


@cache
def rules() -> dict[str, dict[str, Any]]:
    return dict(json.loads(FILE.read_text())["tolerance_rules"])


@dataclass(frozen=True)
class Judged:
    """One quantity of a case, measured and judged."""

    case: str
    quantity: str
    expected: float
    measured: float
    error: float | None
    """Standard error; None for what has no chance in it."""
    verdict: str
    tier: str
    size: int = 0
    imprecision: float = 0.0
    """Three standard errors as a multiple of the margin; above 1 nothing is decided."""

    @property
    def distance(self) -> str:
        """z, or the relative error of what has no standard error."""
        if self.error:
            return f"z {(self.measured - self.expected) / self.error:+.2f}"
        if self.expected:
            return f"rel {self.measured / self.expected - 1:+.1e}"
        return f"abs {self.measured - self.expected:+.1e}"


def margin_of(kind: str, tier: str) -> float:
    """How precise an answer must be, relative to the expected value."""
    if kind == "t_test_terminating" and tier == "slow":
        return float(rules()[kind]["margin_rel"])
    name = "fast" if tier == "fast" else "nightly"
    return float(rules()["t_test"][name]["margin_rel"])


def by_chance(
    expected: float, mean: float, error: float, degrees: int, margin: float, scale: float = 0.0
) -> str:
    """The significance rule, then the precision rule."""
    critical = float(stats.t.isf(0.5e-3 / ENTRIES, degrees))
    if abs(mean - expected) > critical * error:
        return FAIL
    return INCONCLUSIVE if 3 * error > margin * (scale or abs(expected)) else PASS


def judge_samples(
    case: str,
    quantity: str,
    expected: float,
    samples: NDArray[np.float64],
    kind: str,
    tier: str,
    size: int,
    scale: float = 0.0,
) -> Judged:
    """A mean over replications against its expected value."""
    mean = float(samples.mean())
    error = float(samples.std(ddof=1)) / math.sqrt(len(samples))
    margin = margin_of(kind, tier)
    if kind == "asymptotic":
        critical = float(stats.t.isf(0.5e-3 / ENTRIES, len(samples) - 1))
        verdict = PASS if mean >= expected - critical * error else FAIL
    else:
        verdict = by_chance(expected, mean, error, len(samples) - 1, margin, scale)
    size_of_margin = margin * (scale or abs(expected))
    imprecision = 3 * error / size_of_margin if size_of_margin else 0.0
    return Judged(case, quantity, expected, mean, error, verdict, tier, size, imprecision)


def judge_number(
    case: str, quantity: str, expected: float, measured: float, kind: str, tier: str, size: int = 0
) -> Judged:
    """A number without chance against its expected value."""
    far = abs(measured - expected)
    if kind == "exact":
        near = far <= max(rules()["exact"]["rtol"] * max(1.0, abs(expected)), CLOCK_S)
    elif kind == "fluid":
        near = far <= rules()["fluid"]["rtol"] * abs(expected)
    elif kind == "curve fit":
        near = far <= 0.02 * abs(expected)
    elif kind == "identity":
        near = far <= rules()["identity"]["atol"]
    else:
        raise AssertionError(kind)
    return Judged(case, quantity, expected, measured, None, PASS if near else FAIL, tier, size)


def judge_all(
    case: str,
    samples: Mapping[str, NDArray[np.float64]],
    kind: str,
    tier: str,
    size: int,
    expected: Mapping[str, float] | None = None,
) -> list[Judged]:
    """Every quantity that was measured."""
    expected = expected or cases()[case]["expected"]
    return [
        judge_samples(case, name, expected[name], values, kind, tier, size)
        for name, values in samples.items()
    ]
