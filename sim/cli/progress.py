"""How far a run is, on stderr and only where someone looks at it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from sim.cli.ending import say

LINE_SECONDS = 0.2
LONG_RUN_SECONDS = 20.0


class Progress:
    """A line that is written over again, with the time that is left."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._shown = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._started = time.monotonic()
        self._written = 0.0
        self._told = False

    def note(self, text: str) -> None:
        """Say something once, such as that the engine is being compiled."""
        if self._shown:
            self.clear()
            say(text)

    def foretell(self, seconds: float) -> None:
        """Before a long run, say how long it will take; the first replication gives a better figure."""
        if seconds > LONG_RUN_SECONDS:
            self.note(f"this run will take very roughly {span(seconds)}")

    def replications(self, done: int, total: int) -> None:
        """Tell that some replications are done; the first long one foretells the run."""
        if not self._shown:
            return
        elapsed = time.monotonic() - self._started
        if done and not self._told and elapsed / done * total > LONG_RUN_SECONDS:
            self.note(f"this run will take about {span(elapsed / done * total)}")
            self._told = True
        if elapsed - self._written < LINE_SECONDS and done < total:
            return
        self._written = elapsed
        left = f" · about {span(elapsed / done * (total - done))} left" if 0 < done < total else ""
        self._line(f"replication {done} of {total}{left}")

    def days(self, done: int, total: int) -> None:
        """Tell that some days of one replication are done."""
        elapsed = time.monotonic() - self._started
        if self._shown and elapsed - self._written >= LINE_SECONDS:
            self._written = elapsed
            self._line(f"day {done} of {total}")

    def counter(self, total: int) -> Callable[[object], None]:
        """A listener that counts replications: one, or as many as it is told."""
        done = 0

        def heard(what: object) -> None:
            nonlocal done
            done += what if isinstance(what, int) else 1
            self.replications(done, total)

        return heard

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._line("")

    def _line(self, text: str) -> None:
        encoding = sys.stderr.encoding or "ascii"
        shown = text.encode(encoding, errors="replace").decode(encoding)
        try:
            sys.stderr.write(f"\r\x1b[K{shown}")
            sys.stderr.flush()
        except OSError:
            self._shown = False


def span(seconds: float) -> str:
    """Return a stretch of waiting as people say it: `40 s`, `3 min`, `2 h`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
