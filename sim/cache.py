"""Where compiled code is kept between runs: a folder of the user's cache that is named after its sources."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "genai-rollout-simulator"


def folder_for(sources: Iterable[Path], *versions: str) -> Path:
    """The folder of what these files compile to; a temporary one where the user's cache cannot be written."""
    digest = hashlib.sha256(" ".join(versions).encode())
    for source in sources:
        digest.update(source.read_bytes())
    name = digest.hexdigest()[:16]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.gettempdir()) / f"{NAME}-{name}"


def is_compiled(folder: Path) -> bool:
    """Whether Numba has left its index there, which it writes last."""
    return any(folder.rglob("*.nbi"))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process compiles into a folder; without waiting where files have no locks."""
    try:
        import fcntl

        with (folder / "compiling").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except ImportError:
        yield
