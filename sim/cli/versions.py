"""Which versions made a result."""

from __future__ import annotations

import platform
from importlib import metadata

DISTRIBUTION = "genai-rollout-simulator"
NAMED = ("numpy", "scipy", "numba", "simpy", "genai-prices", "holidays", "tzdata")
"""Packages whose version could move a number."""


def package_version() -> str:
    """Return this package's version, as installed."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "0+uninstalled"


def versions() -> dict[str, str]:
    """Return the versions that a run records."""
    found = {"simulate": package_version(), "python": platform.python_version()}
    for name in NAMED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "missing"
    return found
