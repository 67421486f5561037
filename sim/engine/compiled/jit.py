"""How the compiled engine is compiled: once a machine, into a cache that knows its sources.

Numba's own cache looks at the file of the function that is cached, and returns stale machine code when a
function in another file has changed. The cache folder is therefore named after a hash of every source
that goes into the kernel.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numba

SOURCES = ("engine", "limits", "plan/columns.py", "outcome.py", "draws.py")
"""What the kernel is made of, below the package's folder."""


def source_hash() -> str:
    """A hash of the kernel's sources and of what compiles them."""
    package = Path(__file__).parents[2]
    digest = hashlib.sha256(f"{numba.__version__} {numba.config.BOUNDSCHECK}".encode())
    for name in SOURCES:
        place = package / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where machine code is kept: the user's cache, or a temporary folder where that cannot be written."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "genai-rollout-simulator" / source_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.gettempdir()) / f"genai-rollout-simulator-{source_hash()}"


numba.config.CACHE_DIR = str(cache_folder())


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a part of the kernel."""
    compiled: Callable[..., Any] = numba.njit(function)
    return compiled


def module(source: ModuleType) -> SimpleNamespace:
    """All functions of a plain module, compiled to call each other: the arithmetic that engines share."""
    scope = dict(vars(source))
    compiled = {
        name: part(FunctionType(value.__code__, scope, name, value.__defaults__))
        for name, value in vars(source).items()
        if isinstance(value, FunctionType) and value.__module__ == source.__name__
    }
    scope.update(compiled)
    return SimpleNamespace(**compiled)


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile the kernel and keep its machine code."""
    compiled: Callable[..., Any] = numba.njit(cache=True)(function)
    return compiled
