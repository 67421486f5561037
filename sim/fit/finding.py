"""What a fit says: numbers with intervals, how well the law fits, in words where it fits badly, and a plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

Floats = NDArray[np.float64]
LEVEL = 0.90
UNKNOWN = 50.0
"""A logarithm that is known no better than this is not known."""
NORMAL_90 = float(ndtri(0.5 + LEVEL / 2))


@dataclass(frozen=True)
class Estimate:
    """A number and its 90 % interval."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    """Its unit; `1` for shares and shapes."""

    def text(self) -> str:
        """As `turns: 1.78 (1.74 to 1.82)`."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.name}: {self.value:.4g} ({self.low:.4g} to {self.high:.4g}){unit}"


@dataclass(frozen=True)
class Plot:
    """Data and model on the same axes."""

    x: Floats
    data: Floats
    model: Floats
    x_label: str
    y_label: str
    log_x: bool = False


@dataclass(frozen=True)
class Finding:
    """One thing that was fitted."""

    name: str
    method: str
    """How, in a sentence."""
    estimates: tuple[Estimate, ...]
    goodness: str
    poor: tuple[str, ...] = ()
    """Where the law fits badly, in sentences."""
    plot: Plot | None = None
    workload: Mapping[str, Any] = field(default_factory=dict)
    """Keys of a workload."""
    endpoints: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Keys of endpoints, by name."""
    top: Mapping[str, Any] = field(default_factory=dict)
    """Keys at the top of a scenario."""


def normal(
    name: str, value: float, error: float, unit: str = "1", least: float = -np.inf
) -> Estimate:
    """An estimate with a normal interval."""
    half = NORMAL_90 * error
    return Estimate(name, value, max(value - half, least), value + half, unit)


def log_normal(name: str, value: float, error: float, unit: str) -> Estimate:
    """An estimate whose logarithm has a normal interval of the given standard error."""
    half = NORMAL_90 * error
    if half > UNKNOWN:
        return Estimate(name, value, 0.0, float("inf"), unit)
    return Estimate(name, value, value * float(np.exp(-half)), value * float(np.exp(half)), unit)


def student(name: str, value: float, error: float, freedom: int, unit: str = "1") -> Estimate:
    """An estimate with Student's interval."""
    half = float(stdtrit(max(freedom, 1), 0.5 + LEVEL / 2)) * error
    return Estimate(name, value, value - half, value + half, unit)


def wilson(name: str, count: int, total: int) -> Estimate:
    """A share with Wilson's interval."""
    share, z2 = count / total, NORMAL_90**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    root = np.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    half = NORMAL_90 * float(root) / (1 + z2 / total)
    return Estimate(name, share, max(0.0, middle - half), min(1.0, middle + half), "1")


def rounded(number: float, digits: int = 4) -> float | int:
    """A number as a scenario shall show it."""
    value = float(f"{number:.{digits}g}")
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def milliseconds(us: float) -> str:
    """A duration as a scenario writes it."""
    return f"{rounded(us / 1e3)}ms"
