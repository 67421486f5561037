"""What is fitted to a log, one file each; a row in `FITS` adds one."""

from collections.abc import Callable

from sim.fit.finding import Finding
from sim.fit.fits import arrivals, errors, latency, tokens, turns
from sim.fit.log import Log

FITS: dict[str, Callable[[Log], Finding | None]] = {
    "arrivals": arrivals.fit,
    "sessions": turns.fit,
    "input tokens": tokens.fit_input,
    "output tokens": tokens.fit_output,
    "clients": tokens.fit_clients,
    "latency": latency.fit,
    "errors": errors.fit,
}
"""Every fit; None where the log does not tell enough."""


def fit_all(log: Log) -> list[Finding]:
    """Everything that a log tells."""
    return [found for one in FITS.values() if (found := one(log)) is not None]
