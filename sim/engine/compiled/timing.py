"""When a client gives an attempt up: the time, and the event of it if the attempt would last so long."""

from __future__ import annotations

from sim.engine.compiled.basics import push
from sim.engine.compiled.codes import NONE, A, At, Ints, Kind, Moment
from sim.engine.compiled.jit import part
from sim.plan.columns import Endpoint


@part
def set_due(m: Ints, attempt: int, since: int) -> None:
    """When the client gives up."""
    timeout_us = m[m[attempt + A.ENDPOINT] + Endpoint.TIMEOUT_US]
    m[attempt + A.TIMEOUT_AT] = NONE
    if timeout_us >= 0:
        m[attempt + A.TIMEOUT_AT] = since + max(1, timeout_us)


@part
def wind_timeout(m: Ints, attempt: int) -> None:
    """Make the event of an attempt's time-out, if the attempt would last so long."""
    at = m[attempt + A.TIMEOUT_AT]
    if at < 0 or m[attempt + A.WOUND]:
        return
    if m[attempt + A.STATE] == At.QUEUED or at < m[attempt + A.FINISH_US]:
        m[attempt + A.WOUND] = 1
        push(m, at, Moment.TIMEOUT, Kind.TIMEOUT, attempt, m[attempt + A.SERIAL])
