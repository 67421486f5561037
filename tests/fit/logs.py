"""Logs for tests: made by draws of known laws, or written by hand; and where the public traces are."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from sim import draws

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
DAY_S = 86_400


def public(name: str) -> str:
    """A public data file; the test is skipped where it is absent."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the public data file {name} is not here")
    return str(path)


def uniforms(seed: int, what: str, n: int) -> np.ndarray:
    return draws.uniforms(draws.purpose(seed, 0, "test log", what), np.arange(n, dtype=np.uint64))


def lognormal(seed: int, what: str, n: int, median: float, sigma: float) -> np.ndarray:
    return median * np.exp(sigma * ndtri(uniforms(seed, what, n)))


def plain_csv(path: Path, times: np.ndarray, **columns: np.ndarray) -> str:
    """Write a plain CSV of instants [s since 1970] and whole columns."""
    names = ["time", *columns]
    rows = zip(times.tolist(), *(column.tolist() for column in columns.values()), strict=True)
    lines = [",".join(names), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return str(path)
