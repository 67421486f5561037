"""Cold starts: what was idle for a while (scaled to zero) takes a while to be ready again."""

from __future__ import annotations

from sim.scenario.laws import LawOfDuration
from sim.scenario.types import Duration, Model


class ColdStart(Model):
    """All servers together go cold where none works for a while; the first who comes then waits until they are ready,
    and so do those who come meanwhile. At the start of the horizon they are cold."""

    after: Duration
    """Cold where nothing was in service for longer than this; 0s: whenever nothing is [us]."""
    takes: LawOfDuration
    """From the first who comes until they are ready [us]."""
